"""The history: who may read which event, in which words, on the page and in its exports."""

import ast
import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit import record
from accounts.choices import Role, Via
from accounts.models import Event
from accounts.services import change_person
from commitments import deadlines, editing, evidence, extensions, history, progress, services
from commitments.choices import Claim, Life, LinkKind, Status
from commitments.history_words import WHAT
from commitments.models import Evidence, Obligation
from meetings.choices import Sensitivity
from meetings.services import appoint
from tests.factories import (
    NOW,
    make_administrator,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_theme,
    make_user,
    restrict,
)

pytestmark = pytest.mark.django_db
ROOT = Path(django_settings.BASE_DIR)


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def by(person, minutes: int = 0) -> dict:
    return {"actor": person, "now": NOW + timedelta(minutes=minutes), "via": Via.PAGE}


def change_status(line, status=Status.IN_PROGRESS, note="Work has begun.", actor=None, minutes=0):
    line.refresh_from_db()
    return services.change_status(
        obligation=line, seen=line.version, status=status, note=note,
        **by(actor or make_officer(), minutes),
    )  # fmt: skip


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, query: str = "") -> str:
    response = browser(person).get(f"/history/{query}")
    assert response.status_code == 200
    return response.content.decode()


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def exported(person, kind: str, query: str = "") -> str:
    response = browser(person).get(f"/history/?format={kind}{query}")
    ending = "csv" if kind == "excel" else kind
    assert response.headers["Content-Disposition"].endswith(f'.{ending}"')
    return b"".join(response.streaming_content).decode()


def rows(person, query: str = "") -> list[dict]:
    return json.loads(exported(person, "json", query))


def actions(person, query: str = "") -> list[str]:
    return [row["action"] for row in rows(person, query)]


def told_of(line_or_commitment) -> history.Entry:
    """The newest entry about something, in words."""
    events = Event.objects.filter(object_id=line_or_commitment.pk).filter(
        object_type=line_or_commitment._meta.model_name
    )
    return history.told(events.order_by("-pk")[:1], user=make_officer(), now=NOW)[0]


# Who may read what ---------------------------------------------------------------------------------


def test_officers_and_administrators_read_every_event():
    restrict(make_commitment())
    for person in (make_officer(), make_administrator()):
        assert history.visible(person, NOW).count() == Event.objects.count() > 0


def test_others_read_only_what_happens_to_commitments_and_lines_that_they_see():
    seen, unseen = make_obligation(), make_obligation()
    restrict(unseen.commitment)
    own = make_party("KZ")
    hidden_line = make_obligation(make_party("KG"), reference="TST-HIDDEN")
    Obligation.objects.filter(pk=hidden_line.pk).update(sensitivity=Sensitivity.PARTY)
    for line in (seen, unseen, hidden_line):
        change_status(line)
    for person in (make_user(), make_focal_point(own).user):
        keys = set(history.visible(person, NOW).values_list("object_type", "object_id"))
        assert keys == {
            ("commitment", seen.commitment_id),
            ("obligation", seen.pk),
            ("commitment", hidden_line.commitment_id),
        }


def test_a_restricted_commitment_stands_nowhere_for_a_reader():
    line = make_obligation(reference="TST-SECRET", title="Nobody reads this title")
    change_status(line, note="Nobody reads this reason.")
    restrict(line.commitment)
    reader = make_user()
    answers = [
        page(reader), page(reader, "?commitment=TST-SECRET"), page(reader, "?q=reason"),
        exported(reader, "csv"), exported(reader, "json"),
    ]  # fmt: skip
    for answer in answers:
        assert "Nobody reads" not in answer
    assert not any("TST-SECRET" in answer for answer in answers if "<" not in answer)
    assert "<b>0</b> entries" in page(reader)
    assert "Nobody reads this reason." in page(make_officer(), "?commitment=TST-SECRET")


@pytest.mark.parametrize(
    ("sensitivity", "readers"),
    [
        (Sensitivity.MEMBERS, {"author", "officer", "colleague", "reader"}),
        (Sensitivity.PARTY, {"author", "officer", "colleague"}),
        (Sensitivity.SECRETARIAT, {"author", "officer"}),
    ],
)
def test_evidence_is_told_to_those_who_may_read_it(sensitivity, readers):
    people = {
        "author": make_focal_point(make_party("KZ")).user,
        "officer": make_officer(),
        "colleague": make_focal_point(make_party("KZ")).user,
        "reader": make_user(),
    }
    report = draft_with_file(people["author"], "Secret plan.txt", sensitivity)
    line = report.obligation

    def told() -> set[str]:
        in_list = {who for who, one in people.items() if "Secret plan" in exported(one, "json")}
        beside = {
            who for who, one in people.items()
            if any("Secret" in entry.change
                   for entry in history.entries(line.commitment, [line], user=one, now=NOW))
        }  # fmt: skip
        assert in_list == beside
        return in_list

    assert told() == {"author", "officer"}  # the draft is nobody else's
    progress.submit(report=report, **by(people["author"]))
    assert told() == readers
    without_reader = history.entries(line.commitment, [line])
    assert not any(entry.action.startswith("evidence.") for entry in without_reader)


def test_evidence_that_was_taken_off_a_draft_is_told_to_its_author_and_the_secretariat():
    author = make_focal_point(make_party("KZ")).user
    draft_with_file(author, "Secret plan.txt", Sensitivity.PUBLIC)
    evidence.remove(evidence=Evidence.objects.get(), **by(author))
    assert "evidence.removed" in actions(author)
    assert "evidence.removed" in actions(make_officer())
    assert not any(action.startswith("evidence.") for action in actions(make_user()))


def draft_with_file(author, name: str, sensitivity: str):
    line = make_obligation(make_party("KZ"))
    report = progress.save_draft(
        obligation=line, author=author, claimed=Claim.PARTLY_DONE, text="Half is done.", now=NOW
    )
    evidence.add_file(
        report=report, upload=SimpleUploadedFile(name, b"words"), sensitivity=sensitivity, **by(author)
    )  # fmt: skip
    return report


def test_a_link_does_not_tell_of_a_commitment_that_the_reader_may_not_see():
    earlier, later = make_commitment(reference="TST-OLD"), make_commitment(reference="TST-NEW")
    editing.link(earlier=earlier, later=later, kind=LinkKind.WIDENS, **by(make_officer()))
    restrict(earlier)
    (change,) = [row["change"] for row in rows(make_user()) if row["action"] == "commitment.linked"]
    assert change == "TST-NEW: Widens another commitment"
    changes = [row["change"] for row in rows(make_officer(), "&action=commitment.linked")]
    assert changes == ["TST-NEW: Widens TST-OLD"] * 2


# Words ---------------------------------------------------------------------------------------------


def recorded_actions() -> set[str]:
    """Every action that the source records, read from the source."""
    found = set()
    for app in ("accounts", "meetings", "commitments"):
        for file in (ROOT / app).rglob("*.py"):
            if not file.name.startswith("history_"):
                for node in ast.walk(ast.parse(file.read_text())):
                    if isinstance(node, ast.Call):
                        found |= _actions_in(node)
    return found


def _actions_in(call: ast.Call) -> set[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name not in {"record", "_tell", "_live", "_set_status"}:
        return set()
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return {
        node.value
        for value in values
        for node in ast.walk(value)
        if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(node.value))
    }


def test_every_action_that_is_recorded_has_words():
    found = recorded_actions()
    assert {"status.changed", "commitment.withdrawn", "evidence.added", "line.edited"} <= found
    assert found <= WHAT.keys()


def test_a_status_is_told_from_what_to_what():
    line = make_obligation(make_party("KZ", name="Kazakhstan"))
    change_status(line, actor=make_officer(name="Aigul"))
    entry = told_of(line)
    assert (entry.who, str(entry.what), entry.line) == ("Aigul", "changed the status", "Kazakhstan")
    assert (entry.change, entry.why) == ("Not started → In progress", "Work has begun.")
    assert (entry.reference, entry.url) == (line.commitment.reference, line.get_absolute_url())


def test_a_deadline_is_told_from_what_to_what():
    line = make_obligation(due=date(2026, 6, 30))
    make_deadline(line, date(2026, 12, 31))
    assert told_of(line).change.replace("\N{NO-BREAK SPACE}", " ") == "30 Jun 2026 → 31 Dec 2026"


def test_a_commitment_is_told_field_by_field_with_names_for_keys():
    commitment, officer = make_commitment(title="Old"), make_officer(name="Aigul")
    values = {
        "title": "New", "theme": make_theme("Drugs"), "officer": officer, "is_certain": False,
        "coder_note": "Why not", "review_days": 90,
    }  # fmt: skip
    editing.edit(commitment=commitment, seen=commitment.version, values=values, **by(officer))
    assert told_of(commitment).change == (
        "title: Old → New; theme: none → Drugs; certain: yes → no; "
        "why it was coded so: none → Why not; review rhythm in days: none → 90; "
        "desk officer: none → Aigul"
    )


def test_the_end_of_a_commitment_is_told_with_its_reason():
    commitment = make_commitment()
    editing.withdraw(commitment=commitment, seen=1, reason="Overtaken.", **by(make_officer()))
    entry = told_of(commitment)
    assert str(entry.what) == "withdrew the commitment"
    assert (entry.change, entry.why) == (
        f"life: {Life.ACTIVE.label} → {Life.WITHDRAWN.label}", "Overtaken.",
    )  # fmt: skip


def test_a_report_is_told_from_draft_to_decision():
    author = make_focal_point(make_party("KZ")).user
    report = draft_with_file(author, "a.txt", Sensitivity.MEMBERS)
    line = report.obligation
    assert told_of(line).change == "a.txt"
    progress.submit(report=report, **by(author))
    assert told_of(line).change == "Partly done: Half is done."
    progress.accept(
        report=report, seen=report.version, finding=Status.IN_PROGRESS, comment="Not half yet.",
        **by(make_officer()),
    )  # fmt: skip
    entry = told_of(line)
    assert (entry.change, entry.why) == ("Not started → In progress", "Not half yet.")


def test_a_request_for_more_time_is_told():
    line = make_obligation(due=date(2026, 6, 30))
    asked = extensions.ask(
        obligation=line, due=date(2026, 9, 30), reason="Parliament is late.", **by(make_user())
    )
    assert told_of(line).change.replace("\N{NO-BREAK SPACE}", " ") == "30 Jun 2026 → 30 Sep 2026"
    extensions.refuse(extension=asked, comment="No.", **by(make_officer()))
    assert str(told_of(line).what) == "refused more time"


def test_a_moved_meeting_is_told():
    meeting = make_meeting(title="15th meeting")
    deadlines.move_meeting(
        meeting=meeting, starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 2), reason="Flood.",
        **by(make_officer()),
    )  # fmt: skip
    entry = told_of(meeting)
    assert entry.change.replace("\N{NO-BREAK SPACE}", " ") == (
        "first day: 15 Jan 2026 → 1 May 2026; last day: 15 Jan 2026 → 2 May 2026"
    )
    assert (entry.title, entry.url) == ("15th meeting", meeting.get_absolute_url())


def test_people_and_terms_are_told_without_addresses():
    person = make_user(name="Aigul", email="aigul@ministry.example")
    values = {"role": Role.OFFICER, "email": "other@ministry.example"}
    change_person(user=person, values=values, **by(make_administrator()))
    assert told_of(person).change == "e-mail address: changed; role: Reader → Desk officer"
    term = appoint(
        party=make_party("KZ"), user=person, starts_on=date(2026, 1, 1), **by(make_administrator())
    )
    change = told_of(term).change.replace("\N{NO-BREAK SPACE}", " ")
    assert change == "person: Aigul; from: 1 Jan 2026; until: none; deputy: no"


def test_an_event_that_nobody_knows_is_shown_as_it_stands():
    person = make_user()
    with transaction.atomic():
        record(
            actor=None, at=NOW, via=Via.COMMAND, action="moon.landed", of=person,
            before={"odd": [1, {"a": 2}]}, after={"odd": None, "status": "gone", "due": "soon"},
        )  # fmt: skip
    entry = told_of(person)
    assert (entry.what, entry.who) == ("moon.landed", "The system")
    assert "odd" in entry.change


def test_the_words_are_in_the_language_of_the_reader_on_the_page_and_in_exports():
    """An export is written after the request, when its language is gone."""
    make_deadline(make_obligation(), date(2026, 12, 31))
    person = make_officer(language="zh-hans")
    answers = [page(person), exported(person, "csv"), exported(person, "json")]
    assert all("2026年12月31日" in answer for answer in answers)


# A person who came too late ------------------------------------------------------------------------


def test_whoever_lost_a_race_is_told_what_changed_since():
    line = make_obligation(due=date(2026, 6, 30))
    seen = line.version
    change_status(line, minutes=1)
    make_deadline(line, date(2026, 12, 31), now=NOW + timedelta(minutes=2))
    change_status(make_obligation(), minutes=3)
    line.refresh_from_db()
    assert [entry.action for entry in history.since(line, seen)] == [
        "deadline.moved", "status.changed",
    ]  # fmt: skip
    assert [entry.action for entry in history.since(line, seen + 1)] == ["deadline.moved"]
    assert history.since(line, line.version) == []


def test_versions_are_compared_as_numbers():
    line = make_obligation()
    Obligation.objects.filter(pk=line.pk).update(version=9)
    change_status(line)  # version 10
    assert len(history.since(line, 9)) == 1
    assert history.since(line, 10**30) == []


# The page ------------------------------------------------------------------------------------------


def test_the_page_says_when_who_what_and_why_and_leads_to_the_line():
    line = make_obligation(make_party("KZ", name="Kazakhstan"), title="Hold operations")
    change_status(line, actor=make_officer(name="Aigul"))
    html = page(make_user(time_zone="Asia/Bishkek"), "?kind=obligation")
    words = text_of(html)
    said = f"Aigul changed the status {line.commitment.reference}, Kazakhstan Hold operations"
    assert said in words
    assert "Not started → In progress Work has begun." in words
    assert ", 15:00" in words  # 09:00 UTC
    assert f'href="{line.get_absolute_url()}"' in html


@pytest.fixture
def three():
    """Three changes of status on three days, by two officers, of two commitments."""
    one, two = make_officer(name="Aigul"), make_officer(name="Bolat")
    first, second = make_obligation(reference="TST-A"), make_obligation(reference="TST-B")
    change_status(first, note="Первая причина", actor=one)
    change_status(second, note="Another (reason).", actor=two, minutes=24 * 60)
    change_status(first, Status.STALLED, note="Third reason.", actor=one, minutes=48 * 60)
    return one, two


@pytest.mark.parametrize(
    ("query", "reasons"),
    [
        ("&commitment=TST-A", ["Third reason.", "Первая причина"]),
        ("&commitment=tst-b", ["Another (reason)."]),
        ("&q=ПРИЧИНА", ["Первая причина"]),
        ("&q=(reason)", ["Another (reason)."]),
        ("&q=reason+third", ["Third reason."]),
        ("&since=2026-03-11", ["Third reason.", "Another (reason)."]),
        ("&until=2026-03-10", ["Первая причина"]),
        ("&since=2026-03-11&until=2026-03-11", ["Another (reason)."]),
        ("&kind=commitment", []),
        ("&action=deadline.moved", []),
        ("&sort=at", ["Первая причина", "Another (reason).", "Third reason."]),
        ("&sort=who", ["Third reason.", "Первая причина", "Another (reason)."]),
    ],
)
def test_filters_and_order_give_the_same_rows_on_the_page_and_in_the_exports(three, query, reasons):
    reader = make_user()
    # Nothing but changes of status, unless the query asks for something else.
    query += "" if "action=" in query else "&action=status.changed"
    of_json = [row["why"] for row in rows(reader, query)]
    of_csv = [row[-1] for row in csv.reader(io.StringIO(exported(reader, "csv", query)))][1:]
    html = text_of(page(reader, f"?{query}"))
    of_page = sorted((word for word in reasons if word in html), key=html.index)
    assert of_csv == of_json
    if "sort=who" in query:
        assert (sorted(of_json[:2]), of_json[2]) == (sorted(reasons[:2]), reasons[2])
    else:
        assert of_json == of_page == reasons
    assert f"{len(reasons)} entr" in html


def test_a_day_is_the_readers_own():
    line = make_obligation()
    change_status(line, minutes=12 * 60)  # 21:00 UTC, the next day in Bishkek
    query = "&since=2026-03-11&action=status.changed"
    assert actions(make_user(time_zone="Asia/Bishkek"), query) == ["status.changed"]
    assert actions(make_user(time_zone="UTC"), query) == []


def test_the_entries_of_one_person(three):
    one, two = three
    officer = make_officer()
    whys = [row["why"] for row in rows(officer, f"&who={two.pk}&action=status.changed")]
    assert whys == ["Another (reason)."]
    # A reader is offered those whose deeds they may read, and no other names.
    make_user(name="Somebody else")
    html = page(make_user(), "")
    assert "Bolat" in html
    assert "Somebody else" not in html


def test_a_reader_is_not_offered_what_only_the_secretariat_reads():
    html = page(make_user())
    assert "Changed the status" in html
    assert "Invited the person" not in html
    assert "Invited the person" in page(make_officer())


@pytest.mark.parametrize(
    "query",
    [
        "?since=9999-12-31", "?until=9999-12-31", "?since=0001-01-01", "?since=yesterday",
        "?who=1e9", "?who=99999999999999999999999", "?action=none", "?kind=none", "?page=x",
        "?sort=nonsense", "?q=(((", "?q=%00", "?commitment=%27%3B--", "?format=exe",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["", "&format=csv"])
def test_an_address_that_makes_no_sense_gets_a_page(query, kind):
    response = browser(make_user()).get(f"/history/{query}{kind}")
    assert response.status_code == 200
    if response.streaming:
        list(response.streaming_content)


def test_the_page_costs_the_same_for_few_entries_and_for_many():
    officer, reader = make_officer(), make_user()

    def queries(person) -> int:
        client = browser(person)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get("/history/?kind=obligation&kind=commitment").status_code == 200
        return len(found)

    change_status(make_obligation())
    before = [queries(person) for person in (officer, reader)]
    for _n in range(15):
        line = make_obligation()
        change_status(line)
        make_deadline(line, date(2027, 1, 1))
    assert [queries(person) for person in (officer, reader)] == before


# Exports -------------------------------------------------------------------------------------------


def test_a_formula_in_a_reason_is_neutral_in_the_csv_and_true_in_the_json():
    change_status(make_obligation(), note="=HYPERLINK(1)")
    officer = make_officer()
    query = "&action=status.changed"
    row = list(csv.reader(io.StringIO(exported(officer, "csv", query))))[1]
    assert row[-1] == "'=HYPERLINK(1)"
    assert rows(officer, query)[0]["why"] == "=HYPERLINK(1)"


def test_times_in_exports_are_utc_whoever_asks():
    change_status(make_obligation())
    person = make_officer(time_zone="Asia/Shanghai")
    assert rows(person, "&action=status.changed")[0]["at"] == "2026-03-10T09:00:00+00:00"


def test_an_export_holds_all_pages():
    line = make_obligation()
    for n in range(25):
        change_status(line, [Status.IN_PROGRESS, Status.STALLED][n % 2], note=f"Reason {n}.")
    assert len(rows(make_user(), "&action=status.changed&page=2")) == 25


def test_an_export_of_nothing_is_well_formed():
    assert rows(make_user()) == []
    assert len(exported(make_user(), "csv").splitlines()) == 1


def test_an_export_is_an_event_and_does_not_tell_of_itself():
    officer = make_officer()
    query = "&q=somebody@ministry.example&kind=user"
    assert "list.exported" not in actions(officer)
    exported(officer, "csv", query)
    event = Event.objects.order_by("pk").last()
    assert (event.action, event.actor, event.after["format"]) == (
        "list.exported",
        officer,
        "csv",
    )
    assert event.after["query"] == "format=csv&q=…&kind=user"
    assert event.after["path"] == "/history/"
    assert event.after["rows"] == Event.objects.filter(object_type="user", why="…").count()
    assert actions(officer).count("list.exported") == 2


def test_a_spreadsheet_reads_russian():
    change_status(make_obligation(), note="Причина")
    text = exported(make_officer(), "excel", "&action=status.changed")
    assert text.startswith("\ufeffat;who;")
    assert "Причина" in text
