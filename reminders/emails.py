"""Putting a mail together. Never sends, never queries: everything it says is handed to it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime, parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.signing import Signer
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import punycode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from commitments.choices import Basis
from commitments.models import Commitment, Obligation
from commitments.reading import current
from meetings.choices import Sensitivity
from ui import words

from .choices import Capacity, Kind
from .models import Email, Reminder
from .rules import days_to_say
from .words import time_of_mail

LONGEST_QUOTATION = 500
LONGEST_SUBJECT = 200
# Between the parts of a quotation that stand apart in the report.
GAP = " […] "
# Control characters, and those that turn the direction of writing round, have no place in one line.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
_inline = css_inline.CSSInliner(load_remote_stylesheets=False)


@dataclass(frozen=True)
class Item:
    """One line as a digest tells it. A restricted one has neither title nor quotation nor date."""

    url: str
    is_overdue: bool
    is_restricted: bool
    title: str = ""
    quotation: str = ""
    timing: str = ""
    day: str = ""
    basis: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Group:
    """Items under one heading, numbered on from the group before."""

    heading: str
    items: list[tuple[int, Item]]
    is_overdue: bool


def digest_message(
    email: Email, reminders: Sequence[Reminder], now: datetime
) -> EmailMultiAlternatives:
    """The digest of one person, in their language and zone.

    `reminders` come from `ReminderQuerySet.for_mail`, `email` with its recipient and message number.
    """
    person = email.recipient
    assert person
    with translation.override(person.language), timezone.override(person.zone):
        context = _context(person, reminders, now)
        subject = one_line(render_to_string("reminders/emails/digest.subject.txt", context))
        context["subject"] = subject
        text = render_to_string("reminders/emails/digest.txt", context)
        html = _inline.inline(render_to_string("reminders/emails/digest.html", context))
    message = EmailMultiAlternatives(
        subject[:LONGEST_SUBJECT], text, to=[email.to_address], headers=headers(email)
    )
    message.attach_alternative(html, "text/html")
    return message


def headers(email: Email) -> dict[str, str]:
    """What every mail of ours carries. The same each time one mail is written."""
    assert email.frozen_at
    domain = _domain()
    common = {
        "Message-ID": email.message_id,
        "Date": format_datetime(email.frozen_at),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        # Signed: whoever reports a bounce of this mail must have seen it.
        "X-Reminder-Id": Signer(salt="reminders.email").sign(str(email.pk)),
    }
    if email.kind == Kind.DIGEST:
        common["List-Id"] = f"<reminders.{domain}>"
    return common


def message_id(email: Email) -> str:
    """The same for every attempt, so that receivers can fold what arrives twice."""
    return f"<{file_name(email)}@{_domain()}>"


def file_name(email: Email) -> str:
    return f"{email.pk}.{email.slot or 'account'}"


def envelope_address(address: str) -> str:
    """An address as SMTP takes it: the domain in ASCII."""
    name, _at, domain = address.rpartition("@")
    return f"{name}@{punycode(domain)}"


def as_bytes(message: EmailMessage) -> bytes:
    """The exact bytes that go out, with line ends as SMTP wants them."""
    parts: Any = message.message()
    return bytes(parts.as_bytes(linesep="\r\n"))


def one_line(text: str) -> str:
    """Flat: no line ends, no control characters, single spaces."""
    return " ".join(_UNWANTED.sub(" ", text).split())


def _context(person: User, reminders: Sequence[Reminder], now: datetime) -> dict[str, object]:
    today = now.astimezone(person.zone).date()
    items = [_item(reminder, today, now) for reminder in reminders]
    return {
        "subject": _subject(reminders, items),
        "today": today,
        "groups": _groups(items),
        "why": _why(reminders),
        "when": time_of_mail(person, now),
        "can_sign_in": not person.is_mailbox,
        "preferences_url": _url(reverse("accounts:preferences")),
        "ledger_url": _url(reverse("reminders:mine")),
    }


def _item(reminder: Reminder, today: date, now: datetime) -> Item:
    line, deadline = reminder.obligation, reminder.deadline
    assert deadline
    assert deadline.due
    is_overdue = line.due_at is not None and line.due_at <= now
    url = _url(line.get_absolute_url())
    if is_restricted(line):
        return Item(url, is_overdue, True)
    return Item(
        url,
        is_overdue,
        False,
        title=one_line(line.commitment.title),
        quotation=_quotation(line.commitment),
        timing=words.in_days(days_to_say(deadline.due, today=today, is_overdue=is_overdue)),
        day=words.day_words(deadline.due),
        basis=_basis(deadline.basis),
        reference=line.commitment.reference,
    )


def is_restricted(line: Obligation) -> bool:
    """Whether a mail may only point to it. The strictest of line, commitment and reports counts."""
    commitment = line.commitment
    reports = [quotation.report for quotation in commitment.quotations.all()]
    levels = {line.sensitivity, commitment.sensitivity, *(report.sensitivity for report in reports)}
    return not levels <= {Sensitivity.PUBLIC, Sensitivity.MEMBERS}


def _quotation(commitment: Commitment) -> str:
    parts = sorted(
        current(commitment.quotations.all()), key=lambda part: (part.report_id, part.start)
    )
    quoted = one_line(GAP.join(part.text for part in parts))
    if len(quoted) <= LONGEST_QUOTATION:
        return quoted
    return quoted[:LONGEST_QUOTATION].rsplit(" ", 1)[0] + " …"


def _basis(basis: str) -> str:
    """Where the date comes from, as the end of a sentence."""
    return {
        Basis.STATED.value: _("stated in the report"),
        Basis.DERIVED.value: _("derived from the report"),
        Basis.SET.value: _("set by the secretariat"),
    }[basis]


def _groups(items: Sequence[Item]) -> list[Group]:
    numbered = list(enumerate(sorted(items, key=lambda item: not item.is_overdue), start=1))
    headings = ((_("Overdue"), True), (_("Due soon"), False))
    groups = (
        Group(heading, [(n, item) for n, item in numbered if item.is_overdue is late], late)
        for heading, late in headings
    )
    return [group for group in groups if group.items]


def _subject(reminders: Sequence[Reminder], items: Sequence[Item]) -> str:
    """State and finding: "Kazakhstan: 1 report is overdue, 2 are due soon"."""
    late = sum(item.is_overdue for item in items)
    soon = len(items) - late
    overdue = ngettext("%(n)s report is overdue", "%(n)s reports are overdue", late) % {"n": late}
    due = ngettext("%(n)s report is due soon", "%(n)s reports are due soon", soon) % {"n": soon}
    also_due = ngettext("%(n)s is due soon", "%(n)s are due soon", soon) % {"n": soon}
    if late and soon:
        finding = _("%(overdue)s, %(due)s") % {"overdue": overdue, "due": also_due}
    else:
        finding = overdue if late else due
    return _("%(party)s: %(finding)s") % {"party": _parties(reminders), "finding": finding}


def _parties(reminders: Sequence[Reminder]) -> str:
    names = sorted({reminder.obligation.party.name for reminder in reminders})
    if len(names) > 2:
        return ngettext("%(n)s party", "%(n)s parties", len(names)) % {"n": len(names)}
    return ", ".join(names)


def _why(reminders: Sequence[Reminder]) -> list[str]:
    """Why this person gets the mail, one sentence for each capacity."""
    parties: dict[str, set[str]] = defaultdict(set)
    for reminder in reminders:
        parties[reminder.capacity].add(reminder.obligation.party.name)
    return [
        _why_as(capacity) % {"parties": ", ".join(sorted(names))}
        for capacity, names in sorted(parties.items())
    ]


def _why_as(capacity: str) -> str:
    return {
        Capacity.OWNER.value: _("You get this because a line of %(parties)s names you."),
        Capacity.FOCAL_POINT.value: _(
            "You get this because you are the focal point of %(parties)s."
        ),
        Capacity.DEPUTY.value: _(
            "You get this because you are the deputy focal point of %(parties)s, "
            "and no focal point is named."
        ),
        Capacity.MAILBOX.value: _(
            "You get this because this is the mailbox of %(parties)s, and no focal point is named."
        ),
    }[capacity]


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
