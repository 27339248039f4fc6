"""What the tests of reports that come in share: texts, and how they are stored by the service and by the page."""

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.choices import Via
from meetings import services
from meetings.documents import Document
from meetings.models import Report
from tests.factories import NOW, make_officer

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
