"""A day of each kind of person: with the mouse, with the keyboard alone, and without script.

From signing in to signing out, over the pages that the person lives in; nothing is reached but by what
stands on the pages.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import Event
from commitments.models import Obligation, ProgressReport
from meetings.models import Meeting
from sco_tracker.sample import PASSWORD, load_sample
from tests import tour
from tests.browser.conftest import PATIENCE
from tests.browser.hands import Keyboard, Mouse
from tests.factories import NOW, make_submitted

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = {"mouse": (Mouse, True), "keyboard": (Keyboard, True), "without script": (Mouse, False)}


class Day:
    """One person's browser, and the hands that use it."""

    def __init__(self, page: Page, hands: Mouse) -> None:
        self.page, self.hands = page, hands

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hands, name)

    def signs_in(self, email: str) -> None:
        self.page.goto("/")
        self.write(self.page.locator("[name=login]"), email)
        self.write(self.page.locator("[name=password]"), PASSWORD)
        self.press(self.button("Sign in"))
        expect(self.page.get_by_role("navigation", name="Main")).to_be_visible()

    def signs_out(self) -> None:
        self.press(self.button("Sign out"))
        expect(self.page.locator("[name=password]")).to_be_visible()

    def goes_to(self, name: str) -> None:
        """By the head of the page."""
        nav = self.page.get_by_role("navigation", name="Main")
        self.press(nav.get_by_role("link", name=name, exact=True))
        self.page.wait_for_load_state()

    def button(self, name: str | re.Pattern[str]) -> Any:
        return self.page.get_by_role("button", name=name).first

    def link(self, name: str | re.Pattern[str]) -> Any:
        return self.page.get_by_role("link", name=name).first

    def heading(self, name: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)

    def filters_by(self, menu: str, choice: str) -> None:
        """One choice of a menu of the bar."""
        self.press(self.page.locator(".bar summary", has_text=menu))
        self.tick(self.page.locator(".bar").get_by_label(choice, exact=True))
        self.press(self.page.locator(".bar").get_by_role("button", name="Filter"))

    def downloads(self, kind: str, folder: Path) -> Path:
        """The list as a file, by its menu."""
        self.press(self.page.locator("summary", has_text="Export"))
        with self.page.expect_download() as found:
            self.press(self.page.get_by_role("link", name=kind))
        file = folder / found.value.suggested_filename
        found.value.save_as(file)
        return file


@pytest.fixture(params=HANDS)
def day(request: Any, browser: Browser, live_server: Any) -> Iterator[Day]:
    kind, script = HANDS[request.param]
    load_sample(now=NOW)
    context = browser.new_context(
        base_url=live_server.url,
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
        java_script_enabled=script,
        viewport={"width": 1440, "height": 900},
    )
    context.set_default_timeout(PATIENCE)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page = context.new_page()
    yield Day(page, kind(page))
    context.close()
    # What the content security policy stops is an error on the console.
    assert problems == []


def test_the_day_of_an_officer(day: Day, tmp_path: Path) -> None:
    day.signs_in(tour.OFFICER)
    finds_and_filters(day)
    changes_many_and_takes_it_back(day)
    exports_edits_and_imports(day, tmp_path)
    validates(day)
    opens_the_dossier(day)
    day.signs_out()


def finds_and_filters(day: Day) -> None:
    """From a number of the home page to its list; then a search, a filter, a column."""
    overdue = day.page.locator(".figs a.fig").first
    number = overdue.locator(".fig__n").inner_text()
    day.press(overdue)
    expect(day.page.locator(".chips b").first).to_have_text(number)
    day.goes_to("Commitments")
    search = day.page.get_by_role("searchbox", name="Search titles")
    day.write(search, "joint operations")
    day.press(day.page.locator(".bar").get_by_role("button", name="Filter"))
    expect(day.page.locator(".chips")).to_contain_text("1 commitment")
    day.press(day.link("Clear all"))
    expect(day.page.locator(".chips")).to_contain_text("32 commitments")
    day.filters_by("Theme", "Drug trafficking")
    expect(day.page.locator(".chip")).to_contain_text("Theme: Drug trafficking")


def changes_many_and_takes_it_back(day: Day) -> None:
    """Two chosen lines get a status with one note, after a look at what changes; then back."""
    day.goes_to("Commitments")
    day.press(day.link("Lines of the parties"))
    boxes = day.page.locator("tbody input[type=checkbox][name=row]")
    for number in (0, 1):
        day.tick(boxes.nth(number))
    day.press(day.button("Change the chosen rows"))
    day.heading("Change 2 lines")
    day.tick(day.page.get_by_role("radio", name="In progress"))
    day.write(day.page.locator("main [name=note]"), "Told at the session of experts.")
    day.press(day.button("Show what changes"))
    expect(day.page.get_by_text("2 rows change.")).to_be_visible()
    assert not Obligation.objects.filter(status="in_progress").exists()
    day.press(day.button("Change 2 rows"))
    expect(day.page.get_by_role("heading", name="2 rows changed")).to_be_visible()
    assert Obligation.objects.filter(status="in_progress").count() == 2
    day.press(day.button("Undo"))
    expect(day.page.get_by_role("heading", name="2 rows put back")).to_be_visible()
    assert not Obligation.objects.filter(status="in_progress").exists()


def exports_edits_and_imports(day: Day, folder: Path) -> None:
    """The lines of one state as a sheet; one cell is edited and comes back alone."""
    day.goes_to("Commitments")
    day.press(day.link("Lines of the parties"))
    day.filters_by("State or organ", "Kazakhstan")
    expect(day.page.locator(".chip").first).to_contain_text("Kazakhstan")
    file = day.downloads("CSV for any program", folder)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert {row["party"] for row in rows} == {"KZ"}
    assert len(rows) == Obligation.objects.filter(party__code="KZ").count()
    rows[3]["status"] = "partly_done"
    with file.open("w", newline="") as sheet:
        writer = csv.DictWriter(sheet, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    day.goes_to("Commitments")
    day.press(day.link("Import"))
    day.page.locator("input[type=file]").set_input_files(file)
    day.press(day.button(re.compile("^Show what")))
    day.heading("What the import would change")
    expect(day.page.locator(".diff li")).to_have_count(1)
    expect(day.page.locator(".diff")).to_contain_text("partly_done")
    day.write(day.page.locator("main [name=note]"), "From the ministry's sheet.")
    day.press(day.page.locator("main button[value=apply]"))
    expect(day.page.get_by_text("Applied.")).to_be_visible()
    edited = Obligation.objects.get(party__code="KZ", status="partly_done")
    assert edited.commitment.reference == rows[3]["reference"]
    assert Event.objects.filter(object_id=edited.pk, why="From the ministry's sheet.").exists()


def validates(day: Day) -> None:
    """A report that waits is accepted; it is found on the home page."""
    sent = a_report_waits("SCS14-15", "TJ")
    day.goes_to("Home")
    day.press(day.page.locator("main").get_by_role("link", name=re.compile("Review")).first)
    day.press(day.button("Accept report"))
    expect(day.page.get_by_text("Accepted.").first).to_be_visible()
    sent.refresh_from_db()
    assert sent.state == "accepted"


def a_report_waits(reference: str, party: str) -> ProgressReport:
    line = Obligation.objects.get(commitment__reference=reference, party__code=party)
    author = line.party.focal_points.get().user
    return make_submitted(line, author)


def opens_the_dossier(day: Day) -> None:
    """From the next meeting: what was promised before it, on one page and as a document."""
    following = Meeting.objects.get(number=15)
    day.goes_to("Meetings")
    day.press(day.link(following.title))
    day.press(day.link("Dossier"))
    expect(day.page.get_by_role("heading", name="In short")).to_be_visible()
    expect(day.page.locator("main")).to_contain_text("SCS14-15")
    with day.page.expect_download() as found:
        day.press(day.link("Word document"))
    assert found.value.suggested_filename.endswith(".docx")


def test_the_day_of_a_focal_point(day: Day) -> None:
    """Mine by urgency, a report in two clicks, and where it stands then."""
    day.signs_in(tour.FOCAL_POINT)
    day.press(day.page.locator("main").get_by_role("link", name=re.compile("^Report SCS14")).first)
    day.write(day.page.get_by_label("What was done").first, "The programme was adopted.")
    day.tick(day.page.get_by_role("radio", name="In progress").first)
    day.press(day.button("Send report"))
    expect(day.page.get_by_text("Report sent.").first).to_be_visible()
    assert ProgressReport.objects.get().state == "submitted"
    day.goes_to("Home")
    expect(day.page.locator("main")).to_contain_text("awaiting the secretariat")
    day.goes_to("Grid")
    expect(day.page.locator("main table")).to_be_visible()
    day.goes_to("Reminders")
    day.signs_out()


def test_the_day_of_a_reader(day: Day, tmp_path: Path) -> None:
    """Progress at a glance, the words behind a commitment, and a list to take along."""
    day.signs_in(tour.READER)
    day.goes_to("Commitments")
    day.write(day.page.get_by_role("searchbox", name="Search titles"), "Tashkent")
    day.press(day.page.locator(".bar").get_by_role("button", name="Filter"))
    expect(day.page.locator(".chips")).to_contain_text("1 commitment")
    file = day.downloads("XLSX", tmp_path)
    assert file.read_bytes().startswith(b"PK")
    day.press(day.page.locator("tbody th a").first)
    day.heading("Host the Eighth Regional Economic Cooperation Conference")
    expect(day.page.locator("mark").first).to_be_visible()
    day.goes_to("Statistics")
    expect(day.page.locator("main svg").first).to_be_visible()
    day.signs_out()
