"""Bringing a report in through the pages, as an officer does: for the journeys of this folder."""

from playwright.sync_api import Page, expect

from meetings.models import Meeting


def upload_report(page: Page, meeting: Meeting, text: str, *, name: str = "report.txt") -> None:
    """From the page of the meeting to the workbench, with the text in a file."""
    page.goto(meeting.get_absolute_url())
    page.get_by_role("link", name="Add its report").click()
    content = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    page.get_by_label("File", exact=True).set_input_files(files=[content])
    store_and_read(page)


def paste_report(page: Page, meeting: Meeting, text: str, *, corrects: str = "") -> None:
    """The same with the text pasted; `corrects` is the language of the version that it corrects."""
    query = f"?corrects={corrects}" if corrects else ""
    page.goto(f"{meeting.get_absolute_url()}report/new/{query}")
    page.get_by_label("Or its text").fill(text)
    store_and_read(page)


def store_and_read(page: Page) -> None:
    page.get_by_role("button", name="Store and read it").click()
    expect(page.get_by_text("Stored and read:")).to_be_visible()
    assert "/report/workbench/" in page.url
