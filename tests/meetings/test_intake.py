"""A report comes in: pasted or as a file, stored as the next version, read, and nothing half stored."""

import hashlib
import io
from datetime import timedelta

import docx
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError
from django.utils import timezone

from accounts.choices import Via
from accounts.models import Event
from commitments import intake, tasks
from commitments.models import CandidateDecision
from meetings import report_forms, services
from meetings.choices import Sensitivity
from meetings.documents import Document
from meetings.models import Passage, Report
from tests.commitments.lines import read_lines
from tests.factories import (
    NOW,
    make_commitment,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_user,
)
from tests.meetings.pdfs import Words, pdf

pytestmark = pytest.mark.django_db
PAGE = "/meetings/m/report/new/"
TEXT = (
    "Report of the meeting of the harbour masters\n"
    "The parties agreed to share the tables of the tides with each other.\n"
    "They noted that the weather in the north is getting worse by the year."
)
RUSSIAN = (
    "Отчёт о встрече\nСтороны договорились о том, что они будут на регулярной основе обмениваться "
    "информацией о погоде и о приливах."
)


@pytest.fixture
def meeting():
    return make_meeting(slug="m")


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def simple_reader(monkeypatch):
    monkeypatch.setattr(intake, "read", lambda report, now: read_lines(report.text))


def values(**changed):
    given = {"title": "", "source_url": "", "sensitivity": "public", "restricted_to": None}
    return {**given, **changed}


def add(meeting, text=TEXT, language="en", seen=None, **changed):
    return services.add_report(
        meeting=meeting,
        document=Document("txt", text),
        raw=text.encode(),
        language=language,
        seen=seen,
        values=values(**changed),
        actor=make_officer(),
        now=NOW,
        via=Via.PAGE,
    )


def post(client, **changed):
    """Send the form as the page offers it; `file` is a name and bytes."""
    newest = Report.objects.order_by("-pk").first()
    given = {
        "version": newest.pk if newest else 0,
        "text": "",
        "language": "detect",
        "title": "",
        "source_url": "",
        "sensitivity": "public",
        "restricted_to": "",
        **changed,
    }
    if "file" in given:
        given["file"] = SimpleUploadedFile(*given["file"])
    return client.post(PAGE, given)


def refused(client, field, **changed):
    """The page after a refusal, whose message about a field is returned. Nothing is stored."""
    before = Report.objects.count(), Event.objects.count()
    answer = post(client, **changed)
    assert answer.status_code == 200
    assert (Report.objects.count(), Event.objects.count()) == before
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert f'id="{form[field].auto_id}_error"' in answer.content.decode()
    return " ".join(form.errors[field])


# The service -----------------------------------------------------------------------------------------


def test_a_text_is_stored_with_its_bytes_and_what_tells_them_from_others(meeting):
    report = add(meeting, title="Of the harbour masters")
    assert (report.version, report.language, report.kind) == (1, "en", "txt")
    assert bytes(report.raw) == TEXT.encode()
    assert report.raw_sha256 == report.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (report.stored_at, report.read_at) == (NOW, None)
    event = Event.objects.get(action="text.stored")
    assert event.after["sha256"] == report.sha256


def test_a_report_without_a_title_is_called_by_its_first_line(meeting):
    assert add(meeting).title == "Report of the meeting of the harbour masters"
    long = add(meeting, text="word " * 100 + "\nThe parties agreed to go on.").title
    assert len(long) <= 250
    assert long.endswith("word …")


def test_another_text_in_the_language_is_the_next_version(meeting):
    first = add(meeting)
    second = add(meeting, text=f"{TEXT}\nOne more.")
    assert (first.version, second.version) == (1, 2)
    assert list(Report.objects.current()) == [second]


def test_a_text_in_another_language_is_a_report_of_its_own(meeting):
    add(meeting)
    other = add(meeting, text=RUSSIAN, language="")
    assert (other.language, other.version) == ("ru", 1)
    assert Report.objects.current().count() == 2


def test_the_language_is_found_out(meeting):
    assert add(meeting, language="").language == "en"


def test_a_language_that_the_text_is_not_in_is_refused(meeting):
    with pytest.raises(ValidationError, match="another language: Russian"):
        add(meeting, text=RUSSIAN, language="en")


def test_a_language_that_is_not_read_is_refused(meeting):
    french = (
        "Les participants ont souligné que la sécurité de la région est dans l'intérêt de tous."
    )
    with pytest.raises(ValidationError) as said:
        add(meeting, text=french, language="")
    assert list(said.value.message_dict) == ["language"]


def test_words_that_leave_the_language_open_are_taken_as_said(meeting):
    assert add(meeting, text="Tides, tables.", language="en").language == "en"


def test_the_same_text_again_is_no_new_version(meeting):
    add(meeting)
    with pytest.raises(ValidationError, match="the text of version 1 already"):
        add(meeting)


def test_a_text_that_was_corrected_may_come_back(meeting):
    add(meeting)
    add(meeting, text=f"{TEXT}\nOne more.")
    assert add(meeting).version == 3


def test_whoever_stores_second_is_told(meeting):
    first = add(meeting, seen=0)
    with pytest.raises(ValidationError) as said:
        add(meeting, text=f"{TEXT}\nOne more.", seen=0)
    assert said.value.code == "stale"
    assert add(meeting, text=f"{TEXT}\nOne more.", seen=first.pk).version == 2


def test_a_text_in_another_language_comes_between_nothing(meeting):
    add(meeting, text=RUSSIAN, language="ru", seen=0)
    assert add(meeting, seen=0).version == 1


def test_two_at_the_same_moment_do_not_both_become_the_version(meeting, monkeypatch):
    add(meeting)
    # Both have looked before either stored.
    monkeypatch.setattr(services, "_current", lambda meeting, language, seen: None)
    with pytest.raises(ValidationError) as said:
        add(meeting, text=f"{TEXT}\nOne more.")
    assert said.value.code == "stale"
    assert Report.objects.count() == 1


def test_another_trouble_of_the_database_is_no_collision(meeting, monkeypatch):
    def fail(self, *args, **kwargs):
        raise IntegrityError("something else")

    monkeypatch.setattr(Report, "save", fail)
    with pytest.raises(IntegrityError):
        add(meeting)


# Reading ---------------------------------------------------------------------------------------------


def test_a_stored_report_is_read_with_all_that_is_found(meeting, officer):
    report = add(meeting)
    assert intake.read_report(report=report, actor=officer, now=NOW, via=Via.PAGE)
    report.refresh_from_db()
    assert report.read_at == NOW
    assert (report.passages.count(), CandidateDecision.objects.of(report).count()) == (3, 1)


def test_a_report_is_read_once(meeting, officer):
    report = add(meeting)
    by = {"actor": officer, "now": NOW, "via": Via.PAGE}
    assert intake.read_report(report=report, **by)
    assert not intake.read_report(report=report, **by)
    assert report.passages.count() == 3


@pytest.mark.parametrize("where", ["store_reading", "carry_over"])
def test_a_reading_that_fails_leaves_the_text_stored_and_nothing_of_itself(
    meeting, monkeypatch, where
):
    report = add(meeting)
    real = getattr(intake, where)

    def fail(**given):
        real(**given)
        raise RuntimeError("The process died.")

    monkeypatch.setattr(intake, where, fail)
    with pytest.raises(RuntimeError):
        intake.read_report(report=report, actor=None, now=NOW, via=Via.WORKER)
    report.refresh_from_db()
    assert report.read_at is None
    assert not Passage.objects.exists()
    assert not CandidateDecision.objects.exists()
    assert not Event.objects.filter(action="text.read").exists()


def test_a_text_that_came_with_its_commitments_is_kept_as_coded(meeting):
    report = add(meeting)
    made = make_commitment(report, [make_party("AA")])
    intake.read_waiting(clock=lambda: NOW)
    (row,) = CandidateDecision.objects.of(report)
    assert (row.commitment, row.state) == (made, "registered")
    assert not report.passages.unconfirmed().exists()


def test_the_versions_before_it_are_read_first(meeting):
    first = add(meeting)
    second = add(meeting, text=f"{TEXT}\nOne more.")
    intake.read_report(report=second, actor=None, now=NOW, via=Via.WORKER)
    first.refresh_from_db()
    assert first.read_at == NOW


def test_the_tick_reads_what_waits_and_goes_on_past_what_fails(meeting, monkeypatch, caplog):
    bad, good = add(meeting), add(make_meeting())

    def read(report, now):
        if report.pk == bad.pk:
            raise ValueError("odd words")
        return read_lines(report.text)

    monkeypatch.setattr(intake, "read", read)
    assert intake.read_waiting(clock=lambda: NOW) == 1
    assert list(Report.objects.unread()) == [bad]
    assert good.passages.count() == 3
    assert "could not be read" in caplog.text


def test_the_task_and_the_command_read_what_waits(meeting, capsys):
    add(meeting)
    tasks.read()
    assert not Report.objects.unread().exists()
    add(meeting, text=f"{TEXT}\nOne more.")
    call_command("read_waiting")
    assert capsys.readouterr().out == "Reports read: 1\n"
    call_command("read_waiting")
    assert capsys.readouterr().out == "Reports read: 0\n"


def test_members_of_another_body_are_named_to_the_reader(meeting):
    make_party("KZ")
    assert intake._members(meeting.ends_on) is None
    make_party("FR", name="France")
    assert intake._members(meeting.ends_on) == ["FR", "KZ"]


# The page --------------------------------------------------------------------------------------------


def test_a_pasted_text_is_stored_and_read_and_leads_to_the_workbench(client, officer, meeting):
    answer = post(client, text=TEXT.replace("\n", "\r\n"), title="Of the masters")
    report = Report.objects.get()
    assert answer.url == "/meetings/m/report/workbench/?language=en"
    assert report.text == TEXT
    assert bytes(report.raw) == TEXT.replace("\n", "\r\n").encode()
    assert (report.title, report.read_at is not None) == ("Of the masters", True)
    assert Event.objects.get(action="text.stored").actor == officer
    said = [str(message) for message in answer.wsgi_request._messages]
    assert said == ["Stored and read: 3 passages, 1 candidate."]


@pytest.mark.parametrize(
    ("name", "raw", "kind"),
    [
        ("report.txt", TEXT.encode("utf-16"), "txt"),
        ("report.html", f"<html><body><p>{TEXT}</p></body></html>".encode(), "html"),
    ],
)
def test_a_file_is_kept_as_it_came_and_comes_back_under_its_ending(
    client, officer, meeting, name, raw, kind
):
    assert post(client, file=(name, raw)).status_code == 302
    report = Report.objects.get()
    assert (bytes(report.raw), report.kind) == (raw, kind)
    assert "agreed to share" in report.text
    original = client.get("/meetings/m/report/original/")
    assert original.content == raw
    assert original.headers["Content-Disposition"] == f'attachment; filename="m-en-v1.{kind}"'


def as_word(text):
    document, file = docx.Document(), io.BytesIO()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def as_pdf(text):
    return pdf([Words(line, y=700 - 14 * at) for at, line in enumerate(text.split("\n"))])


@pytest.mark.parametrize(("kind", "make"), [("docx", as_word), ("pdf", as_pdf)])
def test_a_document_is_read_by_the_real_reader(client, officer, meeting, monkeypatch, kind, make):
    monkeypatch.undo()
    text = (
        "The participants agreed to hold joint exercises by 2030.\n"
        "They noted that the weather in the north is getting worse by the year."
    )
    raw = make(text)
    assert post(client, file=(f"report.{kind}", raw)).status_code == 302
    report = Report.objects.get()
    assert (bytes(report.raw), report.kind) == (raw, kind)
    assert [row.function for row in report.passages.in_text_order()] == ["commitment", "context"]
    (found,) = CandidateDecision.objects.of(report)
    assert [report.text[a:b] for a, b in found.spans] == ["hold joint exercises by 2030"]
    assert found.due.isoformat() == "2030-12-31"


def test_a_long_text_waits_for_the_worker_on_a_page_that_tells_how_far_it_is(
    client, officer, meeting, monkeypatch
):
    monkeypatch.setattr(intake, "AT_ONCE", 10)
    address = post(client, text=TEXT).url
    assert address == "/meetings/m/report/reading/?language=en"
    html = client.get(address).content.decode()
    assert "Being read" in html
    assert 'hx-trigger="every 2s"' in html
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in html
    tasks.read()
    html = client.get(address).content.decode()
    assert "Read: 3 passages, 1 candidate" in html
    assert "/meetings/m/report/workbench/?language=en" in html
    assert "every 2s" not in html
    assert 'http-equiv="refresh"' not in html


def test_the_page_that_waits_asks_for_its_part_alone(client, officer, meeting):
    add(meeting)
    html = client.get("/meetings/m/report/reading/", headers={"HX-Request": "true"}).content
    assert html.strip().startswith(b"<section")


def test_a_reading_that_fails_does_not_lose_the_text(client, officer, meeting, monkeypatch, caplog):
    def fail(report, now):
        raise ValueError("odd words")

    monkeypatch.setattr(intake, "read", fail)
    assert post(client, text=TEXT).url == "/meetings/m/report/reading/?language=en"
    assert Report.objects.get().read_at is None
    assert "could not be read" in caplog.text


def test_a_reading_that_takes_long_is_said_to(client, officer, meeting):
    report = add(meeting)
    page = "/meetings/m/report/reading/"
    assert "longer than usual" in client.get(page).content.decode()
    Report.objects.filter(pk=report.pk).update(stored_at=timezone.now())
    assert "longer than usual" not in client.get(page).content.decode()
    intake.read_waiting(clock=lambda: NOW)
    Report.objects.filter(pk=report.pk).update(stored_at=NOW)
    assert "longer than usual" not in client.get(page).content.decode()


def test_a_corrected_version_begins_with_what_is_known_of_the_one_before(client, officer, meeting):
    add(meeting, title="First", source_url="https://example.org/r", sensitivity="members")
    html = client.get(f"{PAGE}?corrects=en").content.decode()
    assert "Add a corrected version" in html
    for known in ('value="First"', 'value="https://example.org/r"', '"members" selected'):
        assert known in html
    assert post(client, text=f"{TEXT}\nOne more.").status_code == 302
    assert Report.objects.current().get().version == 2


def test_the_page_says_that_there_is_a_text_already(client, officer, meeting):
    add(meeting, title="First")
    html = client.get(PAGE).content.decode()
    assert "There is a text already: First (English, version 1)." in html


def test_the_steps_are_shown(client, officer, meeting):
    html = client.get(PAGE).content.decode()
    assert '<li aria-current="step"><span class="way__n">2</span>Report</li>' in html


# Bad input -------------------------------------------------------------------------------------------


def test_nothing_given(client, officer, meeting):
    assert "Choose the file of the report" in refused(client, "file")
    assert "Choose the file of the report" in refused(client, "file", text=" \n ")


def test_both_given(client, officer, meeting):
    said = refused(client, "text", text=TEXT, file=("r.txt", TEXT.encode()))
    assert said == "Send the file or the text, not both."


def test_what_was_typed_is_kept(client, officer, meeting):
    html = post(client, text=TEXT, title="Mine", source_url="nowhere").content.decode()
    assert "Enter an address that begins with https:// or http://." in html
    assert "share the tables of the tides" in html
    assert 'value="Mine"' in html
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("empty.txt", b""),
        ("blank.txt", b" \n\t "),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("report.docx", b"PK\x03\x04 and nothing more"),
        ("report.pdf", b"%PDF-1.7 and nothing more"),
        ("program.txt", b"\x7fELF\x02\x01\x01" + bytes(100)),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(
    client, officer, meeting, name, raw
):
    assert refused(client, "file", file=(name, raw))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    client, officer, meeting, settings, monkeypatch
):
    settings.EVIDENCE_MAX_MB = 1
    monkeypatch.setattr("commitments.intake_views.read_document", None)
    said = refused(client, "file", file=("r.txt", b"a" * (report_forms.MEGABYTE + 1)))
    assert said.startswith("The file is larger than 1 MB.")


def test_a_file_larger_than_any_report_is_refused_where_others_may_be_larger(
    client, officer, meeting, settings, monkeypatch
):
    settings.EVIDENCE_MAX_MB = 500
    monkeypatch.setattr(report_forms, "DOCUMENT_MAX_BYTES", 1000)
    monkeypatch.setattr("commitments.intake_views.read_document", None)
    assert refused(client, "file", file=("r.txt", b"a" * 1001))


def test_a_pasted_text_that_is_too_long_says_how_long_it_may_be(client, officer, meeting):
    most = report_forms.MOST_CHARACTERS
    assert f"{most} characters" in refused(client, "text", text="a " * (most // 2 + 1))


def test_no_browser_cuts_off_what_is_pasted(client, officer, meeting):
    form = client.get(PAGE).context["form"]
    assert "maxlength" not in str(form["text"])


def test_what_is_too_large_to_be_looked_at_gets_a_page_that_says_so(
    client, officer, meeting, settings
):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = post(client, text="a" * 2000)
    assert answer.status_code == 400
    assert "has to be sent as a file" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_text_with_null_characters_is_refused(client, officer, meeting):
    assert refused(client, "text", text=f"{TEXT}\x00")


def test_a_fourth_language_is_refused(client, officer, meeting):
    french = (
        "Les participants ont souligné que la sécurité de la région est dans l'intérêt de tous."
    )
    assert "English, Russian, Chinese" in refused(client, "language", text=french)


def test_the_current_text_again_is_refused_beside_where_it_came_in(client, officer, meeting):
    add(meeting)
    assert "version 1 already" in refused(client, "text", text=TEXT)
    assert "version 1 already" in refused(client, "file", file=("r.txt", TEXT.encode()))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sensitivity": Sensitivity.PARTY}, "restricted_to"),
        ({"sensitivity": Sensitivity.PUBLIC, "restricted_to": "AA"}, "restricted_to"),
        ({"sensitivity": "nobody"}, "sensitivity"),
        ({"language": "fr"}, "language"),
        ({"title": "a" * 251}, "title"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_beside_its_field(
    client, officer, meeting, given, field
):
    make_party("AA")
    assert refused(client, field, text=TEXT, **given)


def test_a_report_for_one_party_names_it(client, officer, meeting):
    party = make_party("AA")
    assert post(client, text=TEXT, sensitivity="party", restricted_to="AA").status_code == 302
    assert Report.objects.get().restricted_to == party


def test_a_meeting_without_days_has_no_report_yet(client, officer):
    make_meeting(slug="m", starts_on=None, ends_on=None)
    assert "Enter the days" in client.get(PAGE).content.decode()
    assert "Enter the days of the meeting first" in post(client, text=TEXT).content.decode()
    assert not Report.objects.exists()


def test_a_text_that_somebody_stored_meanwhile_is_not_passed_over(client, officer, meeting):
    add(meeting)
    answer = post(client, text=f"{TEXT}\nMine.", version=0)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody stored a text of this report" in html
    assert "Mine." in html
    newest = Report.objects.get().pk
    assert f'name="version" value="{newest}"' in html
    assert post(client, text=f"{TEXT}\nMine.", version=newest).status_code == 302


def test_a_button_that_was_pressed_twice_stores_once_and_goes_on(client, officer, meeting):
    assert post(client, text=TEXT, version=0).status_code == 302
    answer = post(client, text=TEXT, version=0)
    assert answer.url == "/meetings/m/report/workbench/?language=en"
    assert Report.objects.count() == 1
    assert post(client, text=TEXT, version=0, sensitivity="members").status_code == 409


def test_a_report_without_commitments_is_a_normal_result(client, officer, meeting):
    calm = "They noted that the weather in the north is getting worse by the year, and the sea."
    assert post(client, text=calm).status_code == 302
    assert CandidateDecision.objects.count() == 0
    assert Passage.objects.count() == 1


# Who, and where to -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [PAGE, "/meetings/m/report/reading/"])
def test_only_officers_bring_reports(client, meeting, path):
    add(meeting)
    for who in (make_user(), make_focal_point(make_party("AA")).user):
        client.force_login(who)
        assert client.get(path).status_code == 403
        assert post(client, text=f"{TEXT}\nMore.").status_code == 403
    assert Report.objects.count() == 1


def test_a_meeting_that_is_not_there_is_not_found(client, officer):
    assert client.get(PAGE).status_code == 404
    assert client.get("/meetings/m/report/reading/").status_code == 404


def test_the_page_of_the_meeting_says_what_comes_next(client, officer, meeting):
    def says(words):
        return words in client.get("/meetings/m/").content.decode()

    assert says("Add its report")
    report = add(meeting)
    assert says("See how far its reading is")
    intake.read_report(report=report, actor=officer, now=NOW, via=Via.PAGE)
    assert says("Decide on its passages")
    CandidateDecision.objects.update(state="accepted")
    Passage.objects.update(confirmed_at=NOW)
    assert says("Register what was accepted")
    client.force_login(make_user())
    assert not says("Register what was accepted")


def test_a_meeting_of_which_nobody_knows_the_day_asks_for_no_report(client, officer):
    make_meeting(slug="m", starts_on=None, ends_on=None)
    assert "Add its report" not in client.get("/meetings/m/").content.decode()


def test_the_page_of_the_report_leads_on_and_to_its_versions(client, officer, meeting):
    add(meeting, title="First")
    add(meeting, text=f"{TEXT}\nOne more.", title="Second")
    html = client.get("/meetings/m/report/").content.decode()
    assert "Second" in html
    assert "?corrects=en" in html
    assert "?language=en&amp;version=1" in html
    html = client.get("/meetings/m/report/?language=en&version=1").content.decode()
    assert "First" in html
    assert "An earlier version: it was corrected since." in html
    assert "?corrects=en" not in html


@pytest.mark.parametrize("query", ["?version=9", "?version=x", "?version=²", "?language=ru"])
def test_a_version_that_is_not_there_is_not_found(client, officer, meeting, query):
    add(meeting)
    assert client.get(f"/meetings/m/report/{query}").status_code == 404


def test_who_may_not_read_the_current_version_reads_no_earlier_one(client, meeting):
    make_report(meeting, title="First")
    make_report(meeting, title="Kept back", version=2, sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(make_user())
    assert client.get("/meetings/m/report/?version=1").status_code == 404


def test_each_language_has_its_page(client, officer, meeting):
    add(meeting, title="English")
    add(meeting, text=RUSSIAN, language="ru", title="По-русски")
    assert "По-русски" in client.get("/meetings/m/report/?language=ru").content.decode()
    assert "?language=ru" in client.get("/meetings/m/report/").content.decode()
    original = client.get("/meetings/m/report/original/?language=ru")
    assert "m-ru-v1.txt" in original.headers["Content-Disposition"]


def test_the_history_tells_who_stored_and_read_it(client, officer, meeting):
    post(client, text=TEXT, title="Of the masters")
    html = client.get("/history/").content.decode()
    assert "stored the report" in html
    assert "3 passages, 1 candidate" in html
    assert "1 candidates" not in html
    assert "Of the masters" in html


def test_a_report_that_was_stored_a_year_ago_is_still_read(meeting):
    add(meeting)
    assert intake.read_waiting(clock=lambda: NOW + timedelta(days=365)) == 1
