"""What an officer does on the page of a commitment and on that of one line."""

import re
from datetime import date

import pytest
from django.test import Client

from accounts.models import Event
from commitments.models import Deadline, Obligation
from meetings.choices import Sensitivity
from tests.factories import (
    make_commitment,
    make_deadline,
    make_done_line,
    make_draft,
    make_extension,
    make_officer,
    make_party,
    make_submitted,
    make_user,
)

PAGE = "/commitments/TST-1/"
LINE = f"{PAGE}AA/"
STATUS, DEADLINE = f"{LINE}status/", f"{LINE}deadline/"
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def line():
    parties = [make_party("AA", name="Aland"), make_party("BB", name="Borduria")]
    commitment = make_commitment(parties=parties, due=date(2030, 6, 30), reference="TST-1")
    return commitment.obligations.get(party__code="AA")


@pytest.fixture
def officer(client):
    user = make_officer(name="Officer One")
    client.force_login(user)
    return user


def status(**values):
    return {"status": "in_progress", "note": "The plan was signed.", "version": "1", **values}


def deadline(**values):
    return {"due": "2031-01-31", "reason": "Agreed by letter.", "version": "1", **values}


def unchanged(line) -> bool:
    line.refresh_from_db()
    events = Event.objects.filter(object_type="obligation")
    return (line.status, line.version, Deadline.objects.count(), events.count()) == (
        "not_started",
        1,
        1,
        0,
    )


def field_of(html: str, name: str) -> str:
    """The piece of the page from a field's label to its input."""
    return re.search(
        rf'<label class="label" for="{name}">.*?<(?:textarea|input)[^>]*>', html, re.DOTALL
    )[0]


def version_in(html: str, action: str) -> str:
    """The version that the form with this address speaks of."""
    start = html.index(f'action="{action}"')
    return re.search(r'name="version" value="(\d+)"', html[start:])[1]


# The happy ways ----------------------------------------------------------------------------------


def test_a_status_is_saved_and_the_page_of_the_line_comes_back(client, officer, line):
    response = client.post(STATUS, status())
    assert (response.status_code, response.headers["Location"]) == (302, LINE)
    line.refresh_from_db()
    assert (line.status, line.version) == ("in_progress", 2)
    assert "Aland: Status saved: in progress." in client.get(LINE).content.decode()
    html = client.get(PAGE).content.decode()
    assert "The plan was signed." in html
    assert "Not started → In progress" in html
    assert "Officer One" in html


def test_a_deadline_is_saved_and_the_earlier_one_stays_on_the_page(client, officer, line):
    response = client.post(DEADLINE, deadline())
    assert (response.status_code, response.headers["Location"]) == (302, LINE)
    line.refresh_from_db()
    assert (line.next_deadline.due, line.version) == (date(2031, 1, 31), 2)
    html = client.get(PAGE).content.decode().replace("\xa0", " ")
    assert "30 Jun 2030" in html
    assert "31 Jan 2031" in html
    assert "Agreed by letter." in html


def test_done_is_not_to_be_had_by_the_form(client, officer, line):
    response = client.post(STATUS, status(status="done"))
    assert response.status_code == 200
    assert "a second person who accepts it" in response.content.decode()
    assert unchanged(line)


def test_a_done_line_is_locked_on_both_pages_and_reopened_with_a_reason(client, officer, line):
    done = make_done_line(make_party("AA"), reference="TST-2")
    version = str(done.version)
    for page in ("/commitments/TST-2/", "/commitments/TST-2/AA/"):
        assert 'action="/commitments/TST-2/AA/status/"' not in client.get(page).content.decode()
    assert "Done and locked." in client.get("/commitments/TST-2/").content.decode()
    reopen = "/commitments/TST-2/AA/reopen/"
    html = client.get("/commitments/TST-2/AA/").content.decode()
    assert version_in(html, reopen) == version
    assert client.post(reopen, {"note": "", "version": version}).status_code == 200
    done.refresh_from_db()
    assert done.status == "done"
    values = {"note": "The law was repealed.", "version": version}
    assert client.post(reopen, values).status_code == 302
    done.refresh_from_db()
    assert done.status == "in_progress"
    assert "The law was repealed." in client.get("/commitments/TST-2/").content.decode()


def test_the_code_of_the_party_may_be_written_small(client, officer, line):
    assert client.post(STATUS.replace("AA", "aa"), status()).status_code == 302


# What cannot stand -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"status": "overdue"}, "status", "Choose one of the statuses shown."),
        ({"status": ""}, "status", "Choose one of the statuses shown."),
        ({"status": "not_started"}, "status", "The line has this status already."),
        ({"note": ""}, "note", "Give a reason"),
        ({"note": "   "}, "note", "Give a reason"),
        ({"note": "x" * 4001}, "note", "Shorten this to 4000 characters; it has 4001."),
        ({"note": "a\x00b"}, "note", "Null characters are not allowed."),
    ],
)
def test_a_status_that_cannot_stand_is_told_beside_its_field(
    client, officer, line, values, field, message
):
    response = client.post(STATUS, status(**values))
    html = response.content.decode()
    assert response.status_code == 200
    assert message in html
    assert f'id="status_{field}_error"' in html
    assert re.search(
        rf'id="status_{field}_error">\s*<p class="error">.*?{message}', html, re.DOTALL
    )
    assert unchanged(line)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"due": "2019-02-30"}, "due", "Enter a day that exists"),
        ({"due": "tomorrow"}, "due", "Enter a day that exists"),
        ({"due": ""}, "due", "Enter a day that exists"),
        ({"due": "31/12/2030"}, "due", "Enter a day that exists"),
        ({"due": "99999-01-01"}, "due", "Enter a day that exists"),
        ({"due": "2026-01-15"}, "due", "the day of the meeting"),
        ({"due": "2101-01-01"}, "due", "Enter a year up to 2100."),
        ({"reason": ""}, "reason", "Give a reason"),
        ({"reason": "x" * 4001}, "reason", "Shorten this to 4000 characters; it has 4001."),
    ],
)
def test_a_deadline_that_cannot_stand_is_told_beside_its_field(
    client, officer, line, values, field, message
):
    typed = deadline(**values)
    response = client.post(DEADLINE, typed)
    html = response.content.decode()
    assert response.status_code == 200
    found = field_of(html, f"deadline_{field}")
    assert message in found
    assert f'aria-describedby="deadline_{field}_error"' in found
    # The rest of what was typed is kept.
    for value in typed.values():
        assert value in html
    assert unchanged(line)


def test_a_note_far_too_long_is_kept_in_the_answer_with_a_message_beside_it(client, officer, line):
    note = "long " * 20_000
    response = client.post(STATUS, status(note=note))
    html = response.content.decode()
    assert response.status_code == 200
    assert note.strip() in html
    assert "Shorten this to 4000 characters; it has 99999." in field_of(html, "status_note")
    assert unchanged(line)


def test_what_was_chosen_is_still_chosen_in_the_answer(client, officer, line):
    html = client.post(STATUS, status(status="stalled", note="")).content.decode()
    assert re.search(r'<input type="radio" name="status" value="stalled"[^>]* checked', html)


@pytest.mark.parametrize("version", ["", "x", "1.5", "9" * 400])
@pytest.mark.parametrize(("path", "typed"), [(STATUS, status), (DEADLINE, deadline)])
def test_a_version_that_makes_no_sense_saves_nothing(client, officer, line, path, typed, version):
    response = client.post(path, typed(version=version))
    assert response.status_code in {200, 409}
    assert unchanged(line)


@pytest.mark.parametrize(("path", "typed"), [(STATUS, status), (DEADLINE, deadline)])
@pytest.mark.parametrize("missing", ["version", "status", "note", "due", "reason"])
def test_a_form_without_a_field_saves_nothing(client, officer, line, path, typed, missing):
    values = typed()
    if values.pop(missing, None):
        assert client.post(path, values).status_code == 200
        assert unchanged(line)


def test_what_is_typed_is_escaped(client, officer, line):
    client.post(STATUS, status(note="<script>alert(1)</script>"))
    assert "<script>alert" not in client.get(PAGE).content.decode()


# Two at once -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "typed"), [(STATUS, status), (DEADLINE, deadline)])
def test_whoever_was_slower_keeps_what_was_typed_and_sees_what_changed(
    client, officer, line, path, typed
):
    make_deadline(line, date(2032, 2, 29), actor=make_officer(name="Officer Two"))
    response = client.post(path, typed())
    html = response.content.decode()
    assert response.status_code == 409
    assert re.search(r"What changed meanwhile.*?Officer Two", html, re.DOTALL)
    assert [entry.who for entry in response.context["changed_since"]] == ["Officer Two"]
    for name, value in typed().items():
        assert value in html or name == "version"
    # The form speaks of the line as it is now.
    assert version_in(html, path) == "2"
    line.refresh_from_db()
    assert (line.status, line.version, Deadline.objects.count()) == ("not_started", 2, 2)
    # Sent again, it is saved.
    assert client.post(path, typed(version="2")).status_code == 302


def test_the_other_form_of_a_stale_page_speaks_of_the_line_as_it_is_now(client, officer, line):
    make_deadline(line, date(2032, 2, 29))
    html = client.post(STATUS, status()).content.decode()
    assert version_in(html, DEADLINE) == "2"


# Who, and how ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [STATUS, DEADLINE])
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_a_line_is_written_by_post_alone(client, officer, line, path, method):
    assert getattr(client, method)(path).status_code == 405
    assert unchanged(line)


@pytest.mark.parametrize(("path", "typed"), [(STATUS, status), (DEADLINE, deadline)])
def test_a_form_from_elsewhere_is_refused(line, path, typed):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_officer())
    assert strict.post(path, typed()).status_code == 403
    assert unchanged(line)


@pytest.mark.parametrize("page", [PAGE, LINE])
def test_the_forms_of_the_page_pass_the_check(line, page):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_officer())
    html = strict.get(page).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]
    assert strict.post(STATUS, status(csrfmiddlewaretoken=token)).status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/commitments/TST-1/CC/status/",
        "/commitments/TST-2/AA/status/",
        "/commitments/TST-1/BB/deadline/",
        "/commitments/TST-1/%00/status/",
        "/commitments/%00/AA/deadline/",
    ],
)
def test_a_line_that_is_not_there_is_not_found(client, officer, line, path):
    make_party("CC")
    Obligation.objects.filter(party__code="BB").delete()
    assert client.post(path, {**status(), **deadline()}).status_code == 404


def test_what_an_officer_may_see_an_officer_may_write(client, officer, line):
    Obligation.objects.update(sensitivity=Sensitivity.SECRETARIAT)
    assert client.post(STATUS, status()).status_code == 302


# The page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [PAGE, LINE])
def test_a_reader_sees_the_lines_and_no_form(client, line, page):
    client.force_login(make_user())
    html = client.get(page).content.decode()
    assert "Aland" in html
    assert 'action="/commitments/TST-1/' not in html
    assert "Update a line" not in html


def test_an_officer_has_a_fold_with_both_forms_for_each_line(client, officer, line):
    html = client.get(PAGE).content.decode()
    for code, name in (("AA", "Aland"), ("BB", "Borduria")):
        fold = re.search(
            rf'<details class="fold" id="update-{code}">.*?</details>', html, re.DOTALL
        )[0]
        assert f"{name}: not started" in fold
        assert f'action="{PAGE}{code}/status/"' in fold
        assert f'action="{PAGE}{code}/deadline/"' in fold
        assert version_in(fold, f"{PAGE}{code}/status/") == "1"


@pytest.mark.parametrize("page", [PAGE, LINE])
def test_the_status_that_a_line_has_is_chosen_in_its_form(client, officer, line, page):
    Obligation.objects.filter(pk=line.pk).update(status="stalled")
    html = client.get(page).content.decode()
    form = html[html.index(f'action="{STATUS}"') :].split("</form>")[0]
    [chosen] = re.findall(r'<input type="radio" name="status" value="(\w+)"[^>]* checked', form)
    assert chosen == "stalled"


def test_the_only_line_of_a_commitment_is_unfolded_at_once(client, officer, line):
    make_commitment(parties=[make_party("AA")], reference="TST-9")
    assert '<details class="fold" id="update-AA" open>' in (
        client.get("/commitments/TST-9/").content.decode()
    )
    assert '<details class="fold" id="update-AA">' in client.get(PAGE).content.decode()


@pytest.mark.parametrize("code", ["ZZ", "%00", "x" * 500, "line-AA", "A/A"])
def test_a_line_that_makes_no_sense_is_not_found(client, officer, line, code):
    assert client.get(f"{PAGE}{code}/").status_code == 404


def ids_in(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]*)"', html)


@pytest.mark.parametrize("page", [PAGE, LINE, f"{PAGE}edit/"])
def test_no_two_fields_of_a_page_have_one_name_for_the_browser(client, officer, line, page):
    make_draft(line, officer)
    make_extension(line, date(2031, 1, 1))
    make_submitted(line)
    ids = ids_in(client.get(page).content.decode())
    assert {name for name in ids if ids.count(name) > 1} == set()


def test_the_quotation_is_marked_in_its_paragraph(client, officer, line):
    html = client.get(PAGE).content.decode()
    assert '<b class="op">agreed to</b> <mark>hold regular joint operations</mark>.' in html
    assert "Characters 22-51" in html


def test_without_a_deadline_the_page_says_that_nobody_is_reminded(client, officer):
    make_commitment(reference="TST-9")
    assert "Without a date nothing is overdue" in client.get("/commitments/TST-9/").content.decode()
