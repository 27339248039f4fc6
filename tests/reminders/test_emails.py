"""What a digest says, and how it is protected against what people write."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import unescape

import pytest
from django.core.signing import Signer

from accounts.models import Event, User
from commitments.choices import Basis
from commitments.deadlines import Period
from commitments.models import Obligation
from meetings.choices import Sensitivity
from meetings.models import Party, Report
from reminders import emails, facts, links, plan
from reminders.choices import Capacity
from reminders.models import Email, Policy, Reminder
from tests.factories import (
    days,
    make_accepted,
    make_deadline,
    make_focal_point,
    make_officer,
    make_party,
    make_returned,
    make_submitted,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(case):
    """Writes the digest of everything in the register at the moment."""

    def write(now=NOW):
        plan.run(now=now)
        email = Email.objects.select_related("recipient").latest("pk")
        email.to_address = email.recipient.email
        email.frozen_at = now
        email.message_id = emails.message_id(email)
        promises = facts.promises(email)
        return emails.digest_message(email, promises, now, facts.of(promises, NOW))

    return write


def html(message):
    return message.alternatives[0].content


def flat(text):
    """Without line ends and spaces that do not break."""
    return " ".join(unescape(text).split())


def test_the_subject_is_state_and_finding(case, digest):
    case.line(-3)
    case.line(7)
    case.line(1)
    assert digest().subject == "Kazakhstan: 1 report is overdue, 2 are due soon"


@pytest.mark.parametrize(
    ("due", "subject"),
    [
        ([7], "Kazakhstan: 1 report is due soon"),
        ([0, 7], "Kazakhstan: 2 reports are due soon"),
        ([-1], "Kazakhstan: 1 report is overdue"),
        ([-1, -7], "Kazakhstan: 2 reports are overdue"),
    ],
)
def test_the_subject_counts_what_there_is(case, digest, due, subject):
    for in_days in due:
        case.line(in_days)
    assert digest().subject == subject


def test_an_item_has_title_quotation_timing_date_basis_reference_and_link(case, digest, settings):
    settings.SITE_URL = "https://tracker.example.org"
    line = case.line(7)
    message = digest()
    reference = line.commitment.reference
    link = f"https://tracker.example.org/commitments/{reference}/#line-KZ"
    for text in (flat(message.body), flat(html(message))):
        assert "Hold regular joint operations" in text
        assert "hold regular joint operations" in text  # as the report says it
        assert "Due in 7 days" in text
        assert "17 Mar 2026, stated in the report." in text
        assert reference in text
        assert link in text


@pytest.mark.parametrize(
    ("basis", "said"),
    [(Basis.DERIVED, "derived from the report"), (Basis.SET, "set by the secretariat")],
)
def test_the_basis_of_the_date_is_said(case, digest, basis, said):
    period = Period(due=TODAY + days(7), basis=basis, reason="Agreed.")
    case.line(7, final=period)
    assert said in flat(digest().body)


def test_overdue_items_stand_first(case, digest):
    case.line(7, title="Later")
    case.line(-4, title="Late")
    body = digest().body
    assert body.index("OVERDUE (1)") < body.index("Late") < body.index("DUE SOON (1)")
    assert "4 days late" in body
    assert body.index("1. Late") < body.index("2. Later")


@pytest.mark.parametrize("how", ["line", "commitment", "report"])
def test_a_restricted_item_has_no_details_but_a_link(case, digest, how):
    """The recipient may read it on the page; a mail travels further than its reader."""
    officer = make_user(role="officer")
    line = case.line(7, title="Hidden title", owner=officer)
    if how == "line":
        Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.SECRETARIAT)
    elif how == "commitment":
        restrict(line.commitment)
    else:
        Report.objects.update(sensitivity=Sensitivity.SECRETARIAT)
    message = digest()
    for text in (message.subject, message.body, html(message)):
        assert "Hidden title" not in text
        assert "regular joint operations" not in text
        assert "17 Mar" not in text.replace("\N{NO-BREAK SPACE}", " ")
        assert line.commitment.reference not in text
    for text in (message.body, html(message)):
        assert "/r/o" in text  # asks for signing in, and names nothing
        assert "restricted commitment" in text


def test_it_says_why_it_came_and_when_mail_comes(case, digest):
    User.objects.update(time_zone="Asia/Almaty", delivery_hour=9)
    case.line(7)
    message = digest(datetime(2026, 3, 10, 4, 30, tzinfo=UTC))
    for text in (flat(message.body), flat(html(message))):
        assert "You get this because you are the focal point of Kazakhstan." in text
        assert "At most one message a day, at 09:00 in Asia/Almaty (UTC+5)." in text
        assert "/accounts/preferences/" in text
        assert "/reminders/" in text


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        (Capacity.OWNER, "because a line of Kazakhstan names you."),
        (Capacity.DEPUTY, "because you are the deputy focal point of Kazakhstan"),
        (Capacity.MAILBOX, "because this is the mailbox of Kazakhstan"),
    ],
)
def test_each_capacity_has_its_reason(case, capacity, said):
    case.line(7)
    plan.run(now=NOW)
    Reminder.objects.update(capacity=capacity)
    assert said in emails._why(list(Reminder.objects.included()))[0]


def test_a_mailbox_is_not_sent_to_pages_that_it_cannot_open(case, digest):
    User.objects.update(is_mailbox=True)
    case.line(7)
    message = digest()
    assert "/accounts/preferences/" not in message.body
    assert "/accounts/preferences/" not in html(message)


def test_the_mail_is_in_the_language_and_the_zone_of_the_reader(case, digest):
    User.objects.update(language="zh-hans", time_zone="Asia/Shanghai", delivery_hour=8)
    case.line(7)
    message = digest(datetime(2026, 3, 10, 1, tzinfo=UTC))
    assert 'lang="zh-hans"' in html(message)
    assert "2026年3月17日" in message.body


def test_a_hostile_title_stays_on_one_line(case, digest):
    case.line(7, title="R&D <b>plan</b>\r\nBcc: x@y.example\u202e\u2028end")
    message = digest()
    assert "R&amp;D &lt;b&gt;plan&lt;/b&gt; Bcc: x@y.example end" in " ".join(html(message).split())
    assert "1. R&D <b>plan</b> Bcc: x@y.example end\n" in message.body
    assert message.recipients() == [case.person.email]


def test_a_hostile_name_of_a_party_stays_in_the_subject(case, digest):
    Party.objects.update(name="Kazakhstan\r\nBcc: x@y.example " + "long " * 14)
    case.line(7)
    message = digest()
    assert "\n" not in message.subject
    parsed = message_from_bytes(emails.as_bytes(message), policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == message.subject


def test_headers_of_a_digest(case, digest):
    case.line(7)
    parsed = message_from_bytes(emails.as_bytes(digest()), policy=policy.default)
    email = Email.objects.get()
    assert parsed["Message-ID"] == f"<{email.pk}.2026-03-10@example.org>"
    assert parsed["Date"].datetime == NOW
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Auto-Response-Suppress"] == "All"
    assert parsed["List-Id"] == "<reminders.example.org>"
    stop = (
        parsed["List-Unsubscribe"]
        .strip()
        .removeprefix("<http://127.0.0.1:8000/r/u")
        .removesuffix(">")
    )
    claim = links.read(links.Purpose.UNSUBSCRIBE, stop, NOW)
    assert links.person(claim) == case.person
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Signer(salt="reminders.email").unsign(parsed["X-Reminder-Id"]) == str(email.pk)
    assert parsed["To"] == case.person.email
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]


def rewritten(case, occasion, capacity=Capacity.FOCAL_POINT, **values):
    """The digest of one line, as if it had been planned for another occasion."""
    Reminder.objects.included().update(occasion=occasion, capacity=capacity, **values)
    email = Email.objects.select_related("recipient").latest("pk")
    email.to_address, email.frozen_at = email.recipient.email, NOW
    email.message_id = emails.message_id(email)
    promises = facts.promises(email)
    return emails.digest_message(email, promises, NOW, facts.of(promises, NOW))


@pytest.mark.parametrize(
    ("occasion", "heading", "subject", "note"),
    [
        ("E2", "ESCALATED TO YOU (1)", "1 line is escalated to you", "No report came"),
        ("S:2026-03-10", "DUE SOON (1)", "1 report is due soon", "You wanted to be told again"),
        ("N1773133200", "DUE SOON (1)", "1 report is due soon", "by hand"),
    ],
)
def test_the_occasion_decides_about_the_group(case, digest, occasion, heading, subject, note):
    case.line(7)
    digest()
    message = rewritten(case, occasion)
    assert message.subject == f"Kazakhstan: {subject}"
    for text in (flat(message.body), flat(html(message))):
        assert note in text
    assert heading in message.body


EVENTS = [
    (make_submitted, "AWAITING YOU (1)", "1 awaits you", "awaits validation"),
    (make_returned, "AWAITING YOU (1)", "1 awaits you", "The secretariat returned the report"),
    (make_accepted, "CHANGED (1)", "1 changed", "The secretariat accepted the report"),
]


@pytest.mark.parametrize(("make", "heading", "subject", "note"), EVENTS)
def test_what_happened_is_told_in_words(case, digest, make, heading, subject, note):
    line = case.line(7)
    digest()
    make(line, case.person)
    event = Event.objects.filter(action__startswith="report.").latest("pk")
    message = rewritten(case, f"V{event.pk}", deadline=None)
    assert message.subject == f"Kazakhstan: {subject}"
    assert heading in message.body
    for text in (flat(message.body), flat(html(message))):
        assert note in text
        assert event.why in text
        assert "/r/a" not in text  # nothing to answer, nothing to keep quiet
        assert "/r/s" not in text


def test_a_moved_deadline_is_told_with_its_day(case, digest):
    line = case.line(7)
    digest()
    make_deadline(line, TODAY + days(20))
    event = Event.objects.filter(action="deadline.moved").latest("pk")
    message = rewritten(case, f"V{event.pk}", deadline=None)
    assert "The deadline was moved: 30 Mar 2026." in flat(message.body)


def test_what_happened_to_a_restricted_line_is_not_told(case, digest):
    officer = make_officer()
    line = case.line(7, title="Hidden title", owner=officer)
    restrict(line.commitment)
    digest()
    make_returned(line, case.person)
    event = Event.objects.filter(action="report.returned").latest("pk")
    message = rewritten(case, f"V{event.pk}", Capacity.OFFICER, deadline=None)
    for text in (message.subject, message.body, html(message)):
        for word in ("Hidden title", "returned", event.why, line.commitment.reference):
            assert word not in text


def test_a_stand_in_reads_for_whom(case, digest):
    case.line(7)
    digest()
    away = make_user(name="Aida Away")
    message = rewritten(case, "T-7", Capacity.STAND_IN, stands_for=away)
    for text in (flat(message.body), flat(html(message))):
        assert "For Aida Away, who is away." in text
        assert "You get this because you stand in for Aida Away." in text
        assert "/r/a" not in text  # they do not answer for the line


def test_whoever_answers_gets_a_link_to_the_short_form(case, digest):
    line = case.line(7)
    message = digest()
    for text in (message.body, unescape(html(message))):
        token = re.search(r"/r/a([\w.-]+)", text)[1]
        claim = links.read(links.Purpose.ANSWER, token, NOW)
        assert (claim.user, claim.line) == (case.person.pk, line.pk)
        assert "/r/s" in text
        assert "/r/u" in text


@pytest.mark.parametrize(("due", "has_snooze"), [(-3, False), (7, True)])
def test_what_is_mandatory_has_no_link_to_keep_it_quiet(case, digest, due, has_snooze):
    Policy.objects.create(site=True, mandatory=["overdue"])
    case.line(due)
    message = digest()
    assert ("/r/s" in message.body) is has_snooze
    for text in (flat(message.body), flat(html(message))):
        assert "mandatory" in text


def test_what_happens_if_nothing_is_done_is_said(case, digest):
    case.line(7)
    line = case.line(-1)
    message = digest()
    said = f"If nothing is reported on {line.commitment.reference}, it is brought to: deputy or mailbox on"
    for text in (flat(message.body), flat(html(message))):
        assert said in text
        assert text.count("If nothing is reported") == 1


def test_the_html_has_its_styles_inside_and_loads_nothing(case, digest):
    case.line(-1)
    content = html(digest())
    style = content.split("<style>")[1].split("</style>")[0]
    assert style.split("@media")[0].strip() == ""  # what stays depends on the screen
    assert "prefers-color-scheme: dark" in style
    for loaded in ("<img", "<link", "url(", "@import", "<script"):
        assert loaded not in content
    assert "color: #a3211a" in content


def test_every_line_of_the_text_fits(case, digest):
    case.line(7, title="A long title that goes on " * 7)
    assert max(len(line) for line in digest().body.splitlines() if "http" not in line) <= 72


def test_writing_a_mail_asks_the_database_nothing(case, digest, django_assert_num_queries):
    for _ in range(5):
        case.line(7)
    plan.run(now=NOW)
    email = Email.objects.select_related("recipient").get()
    email.to_address, email.frozen_at, email.message_id = "a@example.org", NOW, "<1@example.org>"
    rows = list(email.reminders.for_mail())
    with django_assert_num_queries(0):
        emails.digest_message(email, rows, NOW)


def test_reading_what_a_mail_says_costs_the_same_for_one_item_and_for_ten(
    case, django_assert_num_queries
):
    for _ in range(10):
        case.line(7)
    plan.run(now=NOW)
    email = Email.objects.get()
    with django_assert_num_queries(3):
        list(email.reminders.for_mail())


@pytest.mark.parametrize(
    ("codes", "said"), [(["CN"], "CN, Kazakhstan"), (["CN", "IN"], "3 parties")]
)
def test_several_parties_are_named_or_counted(case, digest, codes, said):
    case.line(7)
    for code in codes:
        party = make_party(code, name=code)
        make_focal_point(party, case.person)
        type(case)(party, case.person).line(7)
    assert digest().subject.startswith(f"{said}: ")


def test_a_moved_deadline_is_said_as_it_is_now(case, digest):
    line = case.line(60)
    make_deadline(line, TODAY + days(3), now=NOW)
    assert "13 Mar 2026, set by the secretariat." in flat(digest().body)
