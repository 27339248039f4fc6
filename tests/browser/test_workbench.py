"""From the upload of a report to a complete register: once with the mouse, once with the keyboard alone."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from commitments.models import CandidateDecision, Commitment
from commitments.workbench import services
from meetings.models import Meeting, Report
from tests.browser import axe
from tests.browser.intake import upload_report
from tests.commitments.readings import by, candidate, make_read_report, span
from tests.factories import (
    make_commitment,
    make_meeting,
    make_officer,
    make_party,
    make_report,
)

pytestmark = pytest.mark.django_db(transaction=True)

BENCH = "/meetings/harbour-9/report/workbench/"
WIDTHS = (1440, 390, 320)


@pytest.fixture
def report(live_server: Any) -> Report:
    return make_read_report()


@pytest.fixture
def page(page_of: Any, report: Report) -> Page:
    opened: Page = page_of(make_officer(name="Omar Officer"))
    opened.set_viewport_size({"width": 1440, "height": 900})
    opened.goto(BENCH)
    return opened


def heading(page: Page, number: int) -> Any:
    return page.get_by_role("heading", name=f"Passage {number}:")


def told(page: Page) -> Any:
    """What became of the last press."""
    return page.locator(".notice[role=status]")


def framed(page: Page) -> Any:
    return page.locator(".cand[aria-current]")


def is_complete() -> None:
    """What both ways end with: a register of three, and a report with nothing left."""
    titles = sorted(Commitment.objects.values_list("title", flat=True))
    assert titles == [
        "Dredge the northern channel",
        "Share tide tables every month",
        "Train young pilots by 30 June 2027",
    ]
    assert not CandidateDecision.objects.open().exists()
    assert not Report.objects.get().passages.unconfirmed().exists()
    assert CandidateDecision.objects.get(state="dismissed").passage.function == "position"


# The whole way, with the real reader -----------------------------------------------------------------

UPLOADED = """\
Communique of the tenth meeting of harbour masters
The harbour masters met in Almaty on 2 March 2026.
They noted that storms are growing more frequent.
The parties agreed to share tide tables every month and to train young pilots by 30 June 2027.
They stressed the importance of dredging the northern channel.
The masters thanked Kazakhstan for its hospitality.
"""


def is_registered() -> None:
    """What both ways end with: three commitments, each owed by both members, quoted where they stand."""
    report = Report.objects.get()
    assert report.text == UPLOADED
    quoted = {}
    for row in Commitment.objects.all():
        quotation = row.quotations.get()
        quoted[report.text[quotation.start : quotation.end]] = row
        assert set(row.obligations.values_list("party__code", flat=True)) == {"KZ", "KG"}
    assert sorted(quoted) == [
        "dredging the northern channel",
        "share tide tables every month",
        "train young pilots by 30 June 2027",
    ]
    due = quoted["train young pilots by 30 June 2027"].deadlines.get().due
    assert due
    assert due.isoformat() == "2027-06-30"
    assert not report.passages.unconfirmed().exists()
    assert not CandidateDecision.objects.open().exists()


@pytest.fixture
def start(page_of: Any) -> Page:
    for code, name in (("KZ", "Kazakhstan"), ("KG", "Kyrgyzstan")):
        make_party(code, name=name)
    make_meeting(slug="harbour-10", number=10)
    opened: Page = page_of(make_officer(name="Omar Officer"))
    opened.set_viewport_size({"width": 1440, "height": 900})
    return opened


def test_from_an_upload_to_a_complete_register_with_the_mouse(start: Page) -> None:
    page = start
    upload_report(page, Meeting.objects.get(), UPLOADED)
    page.get_by_role("button", name="Confirm 4 passages without candidates").click()
    expect(heading(page, 4)).to_be_visible()
    for count in (1, 2):
        framed(page).get_by_role("button", name="Accept").click()
        expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(count)
    page.get_by_role("link", name="Next to review").click()
    expect(heading(page, 5)).to_be_visible()
    framed(page).get_by_role("button", name="Accept").click()
    page.get_by_role("link", name="Go on to register").click()
    page.get_by_role("button", name="Register what is ticked").click()
    expect(page.get_by_text("3 commitments are in the register")).to_be_visible()
    is_registered()
    page.get_by_role("link", name="Open its commitments").click()
    page.get_by_role("link", name="Train young pilots").click()
    expect(page.locator("blockquote mark")).to_have_text("train young pilots by 30 June 2027")
    expect(page.get_by_text("Omar Officer entered the commitment")).to_be_visible()


def test_from_an_upload_to_a_complete_register_with_the_keyboard_alone(
    start: Page, tmp_path: Path
) -> None:
    page = start
    file = tmp_path / "report.txt"
    file.write_text(UPLOADED)
    page.goto("/meetings/harbour-10/")
    reach(page, "Add its report")
    page.keyboard.press("Enter")
    expect(page.get_by_label("File", exact=True)).to_be_visible()
    reach(page, "file")
    with page.expect_file_chooser() as chooser:  # the window of the system is not a page's
        page.keyboard.press("Space")
    chooser.value.set_files(file)
    reach(page, "Store and read it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Stored and read:")).to_be_visible()
    reach(page, "Confirm 4 passages")
    page.keyboard.press("Enter")
    expect(heading(page, 4)).to_be_focused()
    for key in "aana":
        page.keyboard.press(key)
    expect(page.get_by_text("Every passage is reviewed.")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Register 3 accepted")).to_be_visible()
    reach(page, "Register what is ticked", most=40)
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 commitments are in the register")).to_be_visible()
    is_registered()


# From a reading that was stored -----------------------------------------------------------------------


def test_with_the_mouse(page: Page) -> None:
    page.get_by_role("button", name="Confirm 3 passages without candidates").click()
    expect(told(page)).to_have_text("3 passages confirmed as labelled.")
    page.get_by_role("link", name="The masters agreed to").click()
    expect(heading(page, 3)).to_be_visible()
    framed(page).get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(1)
    framed(page).get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(2)

    page.get_by_role("link", name="Next to review").click()
    framed(page).get_by_role("link", name="Edit").click()
    page.get_by_label("Action").fill("Dredge the northern channel")
    page.get_by_role("button", name="Save the candidate").click()
    framed(page).get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted by Omar Officer")).to_be_visible()

    page.get_by_role("link", name="Next to review").click()
    framed(page).get_by_role("link", name="Dismiss").click()
    page.get_by_role("radio", name="It states a view or a norm").check()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Coded: nothing is left")).to_be_visible()

    page.get_by_role("link", name="Register 3 accepted").click()
    page.get_by_role("button", name="Register what is ticked").click()
    expect(page.get_by_text("3 commitments are in the register")).to_be_visible()
    is_complete()


def test_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("6")  # the first passage records the meeting
    expect(told(page)).to_have_text("Confirmed: procedure.")
    page.keyboard.press("n")
    expect(heading(page, 2)).to_be_focused()
    page.keyboard.press("5")
    expect(told(page)).to_have_text("Confirmed: context.")
    page.keyboard.press("n")
    expect(heading(page, 3)).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(1)
    expect(page.locator("#announce")).to_have_text("Accepted. It waits to be registered.")
    page.keyboard.press("a")
    expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(2)
    page.keyboard.press("u")  # one too many, and again
    expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(1)
    page.keyboard.press("a")
    expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(2)

    page.keyboard.press("n")
    expect(heading(page, 4)).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_label("Quotation")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Dredge the northern channel")
    page.keyboard.press("Enter")
    expect(heading(page, 4)).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_text("Accepted by Omar Officer")).to_be_visible()

    page.keyboard.press("n")
    expect(heading(page, 5)).to_be_focused()
    page.keyboard.press("4")
    expect(told(page)).to_have_text("Confirmed: acknowledgement.")
    page.keyboard.press("n")
    page.keyboard.press("d")
    expect(page.get_by_role("radio", name="It states a view")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Coded: nothing is left")).to_be_visible()

    reach(page, "Register 3 accepted")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Register 3 accepted candidates")).to_be_visible()
    reach(page, "Register what is ticked")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 commitments are in the register")).to_be_visible()
    is_complete()


def reach(page: Page, words: str, most: int = 120) -> None:
    """Press Tab until what says these words has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = "document.activeElement.textContent.trim() || document.activeElement.type || ''"
        if page.evaluate(said).startswith(words):
            return
    raise AssertionError(f"{words} cannot be reached")


def test_j_and_k_walk_and_the_page_does_not_load_anew(page: Page) -> None:
    page.evaluate("window.sameDocument = true")
    page.keyboard.press("j")
    expect(heading(page, 2)).to_be_focused()
    page.keyboard.press("k")
    expect(heading(page, 1)).to_be_focused()
    assert page.evaluate("window.sameDocument")
    assert page.url.endswith("?p=1")
    page.go_back()
    expect(heading(page, 2)).to_be_visible()


def test_keys_that_come_faster_than_the_pages_are_not_lost(page: Page) -> None:
    page.goto(f"{BENCH}?p=3")
    for key in "aanan":
        page.keyboard.press(key)
    expect(heading(page, 5)).to_be_focused()
    accepted = CandidateDecision.objects.accepted()
    assert sorted(accepted.values_list("passage__number", flat=True)) == [3, 3, 4]


def test_who_has_gone_on_is_not_shown_what_was_asked_before(page: Page) -> None:
    held: list[Any] = []
    page.route("**/workbench/?p=*", lambda route: held.append(route))
    page.get_by_role("link", name="They noted that storms").click()
    page.get_by_role("link", name="They stressed the importance").click()
    for route in held:
        with page.expect_response(route.request.url):
            route.continue_()
        page.wait_for_timeout(200)  # the first answer is to change nothing
    expect(heading(page, 4)).to_be_focused()
    assert page.url.endswith("?p=4")


def test_keys_do_nothing_while_somebody_types_and_can_be_switched_off(page: Page) -> None:
    page.goto(f"{BENCH}?p=4")
    page.keyboard.press("e")
    page.get_by_label("Action").fill("")
    page.keyboard.type("aaa du")
    expect(page.get_by_label("Action")).to_have_value("aaa du")
    page.keyboard.press("Escape")  # leaves the field
    page.keyboard.press("u")  # a form is open: nothing may take its words away
    expect(page.get_by_label("Action")).to_have_value("aaa du")
    page.keyboard.press("Escape")
    expect(heading(page, 4)).to_be_visible()

    page.keyboard.press("?")
    page.get_by_role("button", name="Switch the keys off").click()
    page.keyboard.press("?")
    heading(page, 4).focus()
    page.keyboard.press("a")
    page.keyboard.press("j")
    expect(heading(page, 4)).to_be_visible()
    assert candidate("Dredging").state == "open"


def test_a_form_is_sent_from_the_middle_of_its_text(page: Page) -> None:
    page.goto(f"{BENCH}?p=4")
    page.keyboard.press("e")
    expect(page.get_by_label("Quotation")).to_be_focused()
    page.get_by_label("Quotation").fill("northern channel")
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_have_text("Saved.")
    assert candidate("Dredging").spans == [list(span("northern channel"))]


def test_other_words_are_marked_with_a_key(page: Page) -> None:
    page.goto(f"{BENCH}?p=2")
    page.keyboard.press("w")
    expect(page.get_by_label("Quotation")).to_be_focused()


def test_the_next_candidate_is_in_sight(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 700})
    page.goto(f"{BENCH}?p=3")
    page.keyboard.press("a")
    expect(page.get_by_text("Accepted by Omar Officer")).to_have_count(1)
    expect(framed(page).get_by_role("button", name="Accept")).to_be_in_viewport(ratio=1)


def test_selected_words_become_the_quotation(page: Page) -> None:
    page.goto(f"{BENCH}?p=4")
    page.keyboard.press("e")
    text = page.locator("[data-pick]")
    expect(text).to_be_visible()
    select(page, "northern channel")
    page.get_by_role("button", name="Quote the selected words").click()
    expect(page.get_by_label("Quotation")).to_have_value("northern channel")
    select(page, "dredging")
    page.get_by_role("button", name="Add them as another piece").click()
    expect(page.get_by_label("Quotation")).to_have_value("northern channel\ndredging")
    page.get_by_role("button", name="Save the candidate").click()
    expect(told(page)).to_have_text("Saved.")
    assert candidate("Dredging").spans == [list(span("dredging")), list(span("northern channel"))]


def select(page: Page, words: str) -> None:
    page.evaluate(
        """words => {
            const node = document.querySelector("[data-pick]").firstChild;
            const start = node.textContent.indexOf(words);
            getSelection().setBaseAndExtent(node, start, node, start + words.length);
        }""",
        words,
    )


def test_whoever_is_second_keeps_what_was_typed(page: Page) -> None:
    page.goto(f"{BENCH}?p=4")
    page.keyboard.press("e")
    page.get_by_label("Action").fill("Dredge everything")
    services.edit(candidate=candidate("Dredging"), seen=1, values={"title": "Dredge"}, by=by())
    page.get_by_role("button", name="Save the candidate").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed this after you opened it.")
    expect(page.get_by_label("Action")).to_have_value("Dredge everything")
    page.get_by_role("button", name="Save the candidate").click()
    expect(told(page)).to_have_text("Saved.")
    assert candidate("Dredge everything").version == 3


def test_what_another_does_appears_while_a_form_is_open(page: Page) -> None:
    page.goto(f"{BENCH}?p=3")
    page.keyboard.press("e")
    page.get_by_label("Action").fill("Typed")
    olga = by(make_officer(name="Olga Ortiz"))
    services.accept(candidate=candidate("Dredging"), seen=1, by=olga)
    expect(page.get_by_text("Olga Ortiz accepted a candidate.")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("1 of 6")).to_be_visible()
    expect(page.get_by_label("Action")).to_have_value("Typed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    page: Page, report: Report, theme: str
) -> None:
    before = make_meeting(series=report.meeting.series, number=8, slug="harbour-8")
    make_commitment(make_report(before), title="Dredging the northern channel yearly")
    services.accept(candidate=candidate("Train young"), seen=1, by=by())
    dismissed = candidate("The sea belongs")
    services.dismiss(candidate=dismissed, seen=1, reason="It states a view.", by=by())
    pk = candidate("Share tide").pk
    forms = [f"{BENCH}{pk}/{name}/" for name in ("edit", "split", "merge", "dismiss")]
    passages = [f"{BENCH}?p={number}" for number in (1, 3, 4, 6)]
    page.emulate_media(color_scheme=theme)
    found = []
    for path in (*passages, *forms, f"{BENCH}passages/5/mark/", f"{BENCH}register/"):
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{path} is wider than {width} px")
        found += axe.violations(page, path, axe.COLOURS if theme == "dark" else None)
        page.set_viewport_size({"width": 1440, "height": 900})
    assert found == []


def test_all_of_it_works_without_script(browser: Browser, live_server: Any, report: Report) -> None:
    client = Client()
    client.force_login(make_officer(name="Omar Officer"))
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{BENCH}?p=3")
    framed(page).get_by_role("link", name="Split").click()
    page.get_by_label("Parts").fill("share tide tables\nevery month")
    page.get_by_role("button", name="Split").click()
    expect(page.get_by_text("Split into 2.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: you split a candidate.")).to_be_visible()
    framed(page).get_by_role("link", name="Merge").click()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("Merged.")).to_be_visible()
    framed(page).get_by_role("button", name="Accept").click()
    page.get_by_role("link", name="Register 1 accepted").click()
    page.get_by_role("button", name="Register what is ticked").click()
    expect(page.get_by_text("HARBOUR9-01 is in the register.")).to_be_visible()
    context.close()
