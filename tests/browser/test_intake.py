"""From nothing to a report that is read, and from a correction to a decision, in a real browser."""

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from commitments import tasks
from commitments.models import Recheck
from meetings.models import Meeting, Report
from tests.browser import axe
from tests.browser.intake import paste_report, upload_report
from tests.commitments.correcting import EXERCISES, TEXT, register
from tests.commitments.lines import make_version
from tests.factories import make_meeting, make_officer, make_party, make_report

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "\n".join(
    f"The parties agreed to hold a joint exercise number {n} in the north." for n in range(3500)
)
WIDTHS = (1440, 320)


def test_from_nothing_to_a_report_that_is_read(page_of: Any) -> None:
    make_party("KZ", name="Kazakhstan")
    page = page_of(make_officer())
    page.goto("/meetings/")
    page.get_by_role("link", name="Add a meeting").click()
    page.get_by_label("Series").fill("Meetings of harbour masters")
    page.get_by_label("Number").fill("9")
    page.get_by_label("Title").fill("Ninth meeting")
    page.get_by_label("Address").fill("harbour-9")
    page.get_by_label("First day").fill("2026-03-02")
    page.get_by_role("button", name="Add the meeting").click()
    expect(page.get_by_text("The meeting is in the register.")).to_be_visible()

    upload_report(page, Meeting.objects.get(), TEXT)
    report = Report.objects.get()
    assert (report.text, report.language, report.version) == (TEXT, "en", 1)
    assert report.passages.count() == 5
    steps = page.get_by_role("navigation", name="Steps")
    expect(steps.locator("[aria-current]")).to_have_text("3Decide")


def test_a_button_that_is_pressed_twice_stores_once(page_of: Any) -> None:
    make_meeting(slug="m")
    page = page_of(make_officer())
    page.goto("/meetings/m/report/new/")
    page.get_by_label("Or its text").fill(TEXT)
    page.get_by_role("button", name="Store and read it").dblclick()
    expect(page.get_by_text("Stored and read:")).to_be_visible()
    assert Report.objects.count() == 1


def test_a_long_report_is_read_while_the_page_waits(page_of: Any) -> None:
    make_meeting(slug="m")
    page = page_of(make_officer())
    page.goto("/meetings/m/report/new/")
    content = {"name": "report.txt", "mimeType": "text/plain", "buffer": LONG.encode()}
    page.get_by_label("File", exact=True).set_input_files(files=[content])
    page.get_by_role("button", name="Store and read it").click()
    expect(page.get_by_role("heading", name="Being read")).to_be_visible()
    tasks.read()
    done = page.get_by_role("heading", name="Read: 3500 passages")
    expect(done).to_be_visible()
    expect(done).to_be_focused()
    page.get_by_role("link", name="Go on to decide").click()
    expect(page).to_have_url(re.compile(r"/meetings/m/report/workbench/\?language=en$"))


def test_all_of_it_works_without_script(browser: Any, live_server: Any) -> None:
    first = make_version(None, TEXT)
    register(first, EXERCISES, "TST-1")
    client = Client()
    client.force_login(make_officer())
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    paste_report(page, first.meeting, TEXT.replace("2030", "2035"), corrects="en")
    page.goto("/commitments/?recheck=open")
    page.get_by_role("link", name="Hold joint exercises").click()
    page.get_by_role("link", name="Re-check").click()
    page.get_by_role("radio", name="It stands in the words of the earlier version").check()
    page.get_by_label("Reason").fill("Agreed by letter.")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("It stands in the words of the earlier version.")).to_be_visible()
    context.close()


def test_what_cannot_be_taken_is_said_where_it_was_typed(page_of: Any) -> None:
    make_meeting(slug="m")
    page = page_of(make_officer())
    page.goto("/meetings/m/report/new/")
    french = "Les participants ont souligné que la sécurité est dans l'intérêt de tous les pays."
    page.get_by_label("Or its text").fill(french)
    page.get_by_role("button", name="Store and read it").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("English, Russian, Chinese")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Language").click()
    expect(page.get_by_label("Or its text")).to_have_value(french)
    assert not Report.objects.exists()


def test_a_correction_is_decided_on(page_of: Any) -> None:
    first = make_version(None, TEXT)
    register(first, EXERCISES, "TST-1")
    page = page_of(make_officer())
    paste_report(page, first.meeting, TEXT.replace("2030", "2035"), corrects="en")
    page.get_by_role("link", name="1 commitment to re-check").click()
    page.get_by_role("link", name="Hold joint exercises").click()
    expect(page.locator(".diff del")).to_contain_text("2030")
    expect(page.locator(".diff ins")).to_contain_text("2035")
    page.get_by_role("link", name="Re-check").click()
    page.get_by_role("radio", name="The corrected report still says it").check()
    page.get_by_label("Reason").fill("The year was a slip.")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("It quotes the corrected report now.")).to_be_visible()
    expect(page.locator("blockquote mark")).to_contain_text("by 2035")
    assert Recheck.objects.get().state == "re-anchored"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page_of: Any, theme: str) -> None:
    first = make_version(None, TEXT)
    register(first, EXERCISES, "TST-1")
    make_version(first, TEXT.replace("2030", "2035"))
    make_report(make_meeting(slug="waiting"))
    recheck = Recheck.objects.get()
    here = f"{first.meeting.get_absolute_url()}report/"
    page = page_of(make_officer())
    page.emulate_media(color_scheme=theme)
    found = []
    for path in (
        f"{here}new/",
        f"{here}new/?corrects=en",
        f"{here}reading/",
        "/meetings/waiting/report/reading/",
        f"{here}?language=en&version=1",
        recheck.get_absolute_url(),
        "/commitments/TST-1/",
    ):
        page.goto(path)
        found += axe.violations(page, path, axe.COLOURS if theme == "dark" else None)
        found += [f"{path} is wider than {width} px" for width in WIDTHS if scrolls(page, width)]
    assert found == []


def scrolls(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
