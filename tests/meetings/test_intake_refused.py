"""A report that cannot be taken is refused beside its field, and nothing is stored."""

import pytest

from accounts.models import Event
from commitments import intake
from meetings import report_forms
from meetings.choices import Sensitivity
from meetings.models import Report
from tests.commitments.lines import read_lines
from tests.factories import make_meeting, make_officer, make_party
from tests.meetings.bringing import PAGE, TEXT, add, post

pytestmark = pytest.mark.django_db


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
