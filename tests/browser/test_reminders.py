"""Reminders in a browser: links of mails without script and without signing in, and the pages about them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.choices import Via
from accounts.models import User
from commitments.choices import Claim, ReportState
from commitments.models import Obligation, ProgressReport
from reminders import addresses, brakes, deliver, links, plan, wishes
from reminders.choices import Ground, Outcome, State
from reminders.links import Purpose
from reminders.models import Email, Mute, Policy, Reminder, Suppression
from sco_tracker.sample import load_sample
from tests.browser.test_pages import faults
from tests.factories import days, make_deadline

pytestmark = pytest.mark.django_db(transaction=True)

KAZAKHSTAN = "kazakhstan@example.org"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def sample(live_server: Any, settings: Any, tmp_path: Any, now: datetime) -> None:
    """The sample register, known for long, with dates around today, and the mails of today sent."""
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
    settings.MAIL_DIR = tmp_path
    load_sample(now=now - days(60))
    User.objects.update(delivery_days=[1, 2, 3, 4, 5, 6, 7])
    lines = list(Obligation.objects.filter(party__code="KZ", next_deadline=None).order_by("pk"))
    for line, due_in in zip(lines, (-3, 0, 7, 14), strict=False):
        make_deadline(
            line,
            (now + days(due_in)).date(),
            actor=person("officer@example.org"),
            now=now - days(50),
        )
    # Whatever the hour is: it is that of everybody's mail.
    User.objects.update(time_zone="UTC")
    noon = now.replace(hour=12)
    plan.run(now=noon)
    deliver.run(clock=lambda: noon)


@pytest.fixture
def line(sample: None) -> Obligation:
    """A line of Kazakhstan that is not over yet."""
    return Obligation.objects.filter(
        party__code="KZ", next_deadline__due__gt=timezone.now().date()
    ).order_by("pk")[0]


@pytest.fixture
def bare(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A page of a mail program's browser: no script, no cookies, nobody signed in."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def link(line: Obligation, now: datetime) -> Callable[[Purpose], str]:
    """The address that today's mail to Kazakhstan carries."""

    def make(purpose: Purpose) -> str:
        return links.path(purpose, person(KAZAKHSTAN), line.pk, now)

    return make


def person(email: str) -> User:
    return User.objects.get(email=email)


# Links in mails --------------------------------------------------------------------------------


def test_a_line_is_kept_quiet_from_a_mail(
    bare: Page, link: Callable[[Purpose], str], line: Obligation, now: datetime
) -> None:
    bare.goto(link(Purpose.SNOOZE))
    expect(bare.locator(".lead")).to_contain_text(line.commitment.title)
    assert not Mute.objects.exists()

    bare.locator("input[name=until]").nth(1).check()  # a week
    bare.get_by_role("button", name="Keep it quiet").click()

    expect(bare.locator(".notice[role=status]")).to_contain_text("Done")
    mute = Mute.objects.get()
    assert (mute.user.email, mute.obligation, mute.until) == (
        KAZAKHSTAN,
        line,
        (now + days(7)).date(),
    )


def test_an_answer_from_a_mail_becomes_a_draft(
    bare: Page, link: Callable[[Purpose], str], line: Obligation
) -> None:
    bare.goto(link(Purpose.ANSWER))
    bare.get_by_role("textbox", name="What was done").fill("Parliament passed the law on Monday.")
    bare.get_by_role("radio", name="Partly done").check()
    bare.get_by_role("button", name="Keep this answer").click()

    expect(bare.locator(".notice[role=status]")).to_be_visible()
    report = ProgressReport.objects.get()
    assert (report.obligation, report.author.email) == (line, KAZAKHSTAN)
    assert (report.state, report.claim) == (ReportState.DRAFT, Claim.PARTLY_DONE)
    assert report.text == "Parliament passed the law on Monday."

    # The same link neither shows nor changes what is there.
    bare.goto(link(Purpose.ANSWER))
    assert "Parliament" not in bare.content()
    expect(bare.get_by_role("button", name="Keep this answer")).to_have_count(0)


def test_an_empty_answer_is_asked_for_beside_the_field(
    bare: Page, link: Callable[[Purpose], str]
) -> None:
    address = link(Purpose.ANSWER)
    bare.goto(address)
    # The browser itself would ask first: this is what one without such help gets.
    token = bare.locator("[name=csrfmiddlewaretoken]").input_value()
    answer = bare.request.post(address, form={"csrfmiddlewaretoken": token, "text": ""})
    assert "Write what was done, in a sentence or two." in answer.text()
    assert not ProgressReport.objects.exists()


def test_looking_at_the_way_out_does_nothing_and_its_button_stops(
    bare: Page, link: Callable[[Purpose], str]
) -> None:
    bare.goto(link(Purpose.UNSUBSCRIBE))
    expect(bare.get_by_text(KAZAKHSTAN)).to_be_visible()
    assert not Suppression.objects.exists()
    assert bare.context.cookies() == []

    bare.get_by_role("button", name="Stop reminders").click()
    expect(bare.get_by_role("heading", name="No more reminders")).to_be_visible()
    assert Suppression.objects.get().reason == Ground.ONE_CLICK
    assert bare.context.cookies() == []


# Pages -----------------------------------------------------------------------------------------


def test_news_are_counted_until_they_are_looked_at(page_of: Any, sample: None) -> None:
    page = page_of(person(KAZAKHSTAN))
    page.goto("/")
    bell = page.locator("a[href='/reminders/news/']").first
    told = Reminder.objects.filter(recipient__email=KAZAKHSTAN, outcome=Outcome.INCLUDED).count()
    expect(bell).to_contain_text(f"{told}")

    bell.click()
    expect(page.locator(".lead")).to_contain_text("new since you last looked")
    expect(page.get_by_text("New", exact=True)).to_have_count(told)

    page.goto("/")
    expect(page.locator("a[href='/reminders/news/']").first).not_to_contain_text("new")


def test_a_change_of_policy_is_shown_before_it_is_saved(page_of: Any, sample: None) -> None:
    page = page_of(person("admin@example.org"))
    page.goto("/reminders/policy/")
    expect(page.get_by_role("button", name="Save the policy")).to_have_count(0)

    page.get_by_label("Days before the deadline").fill("60, 45, 30, 14, 7, 1, 0")
    page.get_by_role("button", name="Show what changes").click()
    shown = page.locator(".notice[role=status]")
    expect(shown).to_contain_text("Nothing is saved yet")
    expect(shown).to_contain_text("Mails of the next 30 days")
    assert not Policy.objects.exists()

    # Changed after it was shown: shown anew.
    page.get_by_label("Days before the deadline").fill("10, 0")
    page.get_by_role("button", name="Save the policy").click()
    expect(page.locator(".notice[role=status]")).to_contain_text("Nothing is saved yet")
    assert not Policy.objects.exists()

    page.get_by_role("button", name="Save the policy").click()
    expect(page.get_by_text("The policy is saved.")).to_be_visible()
    assert Policy.objects.get().before == [10, 0]


def test_a_flood_is_let_go_by_its_number(page_of: Any, sample: None) -> None:
    Email.objects.update(state=State.HELD, sent_at=None)
    held = Email.objects.count()
    page = page_of(person("admin@example.org"))
    page.goto("/reminders/brakes/")
    said = f"{held} mail{'' if held == 1 else 's'}"
    expect(page.get_by_role("heading", level=1)).to_contain_text(said)
    page.get_by_role("button", name=f"Send {said}").click()
    assert set(Email.objects.values_list("state", flat=True)) == {State.WAITING}


# Look ------------------------------------------------------------------------------------------

PAGES = {
    "admin@example.org": (
        "/reminders/forecast/",
        "/reminders/ledger/",
        "/reminders/ledger/{promise}/",
        "/reminders/health/",
        "/reminders/outbox/",
        "/reminders/outbox/{mail}/",
        "/reminders/policy/",
        "/reminders/policy/meeting/scs-14/",
        "/reminders/policy/commitment/SCS14-04/",
        "/reminders/brakes/",
        "/reminders/addresses/",
        "/reminders/lines/{line}/now/",
    ),
    KAZAKHSTAN: (
        "/reminders/",
        "/reminders/forecast/",
        "/reminders/news/",
        "/reminders/wishes/",
        "/reminders/wishes/lines/{line}/quiet/",
        "/reminders/calendar/",
        "/reminders/ledger/{promise}/",
        "/r/s",
        "/r/a",
        "/r/u",
        "/r/sover",
    ),
}


@pytest.fixture
def lively(line: Obligation, now: datetime) -> dict[str, Any]:
    """Something to see on each page; what to put into their addresses."""
    by: dict[str, Any] = {"now": now, "via": Via.PAGE}
    kazakhstan = person(KAZAKHSTAN)
    other = Obligation.objects.filter(party__code="KZ").exclude(pk=line.pk).order_by("pk")[0]
    wishes.mute(user=kazakhstan, line=other, until=None, **by)
    addresses.suppress("india@example.org", ground=Ground.HARD_BOUNCE, **by)
    addresses.suppress(KAZAKHSTAN, ground=Ground.ONE_CLICK, actor=kazakhstan, **by)
    brakes.hold(reason="Moving to another mail server.", actor=None, **by)
    promise = Reminder.objects.filter(recipient=kazakhstan, email__isnull=False).earliest("pk")
    return {"line": line.pk, "promise": promise.pk, "mail": promise.email_id}


@pytest.mark.parametrize("email", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    page_of: Any, lively: dict[str, Any], now: datetime, email: str
) -> None:
    paths = [address_of(path, lively, now) for path in PAGES[email]]
    assert faults(page_of(person(email)), paths) == []


def address_of(path: str, keys: dict[str, Any], now: datetime) -> str:
    """An address with its keys, or with the token of a mail of today behind `/r/s` and its like."""
    for purpose in Purpose:
        if path == f"/r/{purpose.letter}":
            return links.path(purpose, person(KAZAKHSTAN), keys["line"], now)
    return path.format(**keys)
