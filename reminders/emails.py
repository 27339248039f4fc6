"""Putting a mail together. Never sends, never queries: everything it says is handed to it."""

import re
import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.signing import Signer
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import punycode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.asking import today_of
from accounts.models import User

from . import items, links
from .choices import Capacity
from .items import Facts, Item, Place, absolute, one_line
from .links import Purpose
from .models import Email, Reminder
from .policy_words import rung_words
from .words import time_of_mail

LONGEST_SUBJECT = 200
LONGEST_PREVIEW = 150
# Rules for narrow and dark screens stay in the head; all else is moved into the elements.
_inline = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_TEMPLATE_TAG = re.compile(r"{%.*?%}|{#.*?#}")
_HIDDEN_TAG = re.compile(r"<!--([0-9]+)-->")


def digest_message(
    email: Email, reminders: Sequence[Reminder], now: datetime, facts: Facts | None = None
) -> EmailMultiAlternatives:
    """The digest of one person, in their language and zone.

    `reminders` and `facts` come from `facts.py`, `email` with its recipient and message number.
    """
    person = email.recipient
    assert person
    with translation.override(person.language), timezone.override(person.zone):
        context = _context(person, reminders, facts or Facts(), now)
        subject = one_line(render_to_string("reminders/emails/digest.subject.txt", context))
        context["subject"] = subject
        text = render_to_string("reminders/emails/digest.txt", context)
        html = _styled("reminders/emails/digest.html").render(context)
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
    if email.is_digest and email.recipient:
        common["List-Id"] = f"<reminders.{domain}>"
        common["List-Unsubscribe"] = f"<{_stop_url(email.recipient, email.frozen_at)}>"
        common["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
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
    if parts.is_multipart():
        # Else one is made up, and then looked for in all of the text.
        parts.set_boundary(secrets.token_hex(20))
    return bytes(parts.as_bytes(linesep="\r\n"))


@cache
def _styled(name: str) -> Any:
    """A template with its styles in its elements: moved there once, not in each mail.

    Meanwhile its tags are comments, which may stand anywhere between elements.
    """
    tags: list[str] = []

    def hidden(tag: re.Match[str]) -> str:
        tags.append(tag[0])
        return f"<!--{len(tags) - 1}-->"

    source = get_template(name).template.source  # type: ignore[attr-defined]
    inlined = _inline.inline(_TEMPLATE_TAG.sub(hidden, source))
    return engines["django"].from_string(
        _HIDDEN_TAG.sub(lambda place: tags[int(place[1])], inlined)
    )


def _context(
    person: User, reminders: Sequence[Reminder], facts: Facts, now: datetime
) -> dict[str, object]:
    said = [items.item(reminder, person, facts, now) for reminder in reminders]
    groups = items.groups(said)
    return {
        "subject": _subject(reminders, said),
        "preview": _preview(groups),
        "today": today_of(person, now),
        "groups": groups,
        "warnings": _warnings(reminders, facts),
        "why": _why(reminders),
        "duties": facts.duties,
        "when": time_of_mail(person, now),
        "can_sign_in": not person.is_mailbox,
        "preferences_url": absolute(reverse("accounts:preferences")),
        "ledger_url": absolute(reverse("reminders:mine")),
        "stop_url": _stop_url(person, now),
    }


def _preview(groups: Sequence[items.Group]) -> str:
    """What a list of mails shows beside the subject: the most urgent item that may be named."""
    first = next((item for _n, item in groups[0].items if not item.is_restricted), None)
    if first is None:
        return ""
    return ": ".join(filter(None, (first.title, first.timing)))[:LONGEST_PREVIEW]


def _warnings(reminders: Sequence[Reminder], facts: Facts) -> list[str]:
    """What happens if nothing is done, for lines that a mail may name."""
    found = {}
    for reminder in reminders:
        line = reminder.obligation
        rungs = facts.next_rungs.get(line.pk)
        if rungs and not items.is_restricted(line):
            words = {"reference": line.commitment.reference, "rungs": rung_words(rungs)}
            found[line.pk] = (
                _("If nothing is reported on %(reference)s, it is brought to: %(rungs)s.") % words
            )
    return list(found.values())


def _subject(reminders: Sequence[Reminder], said: Sequence[Item]) -> str:
    """State and finding: "Kazakhstan: 1 report is overdue, 2 are due soon"."""
    counts = {place: sum(item.place is place for item in said) for place in Place}
    first, *others = [place for place in Place if counts[place]]
    parts = [_finding(first, counts[first], is_first=True)]
    parts += [_finding(place, counts[place], is_first=False) for place in others]
    return _("%(party)s: %(finding)s") % {
        "party": _parties(reminders),
        "finding": _(", ").join(parts),
    }


def _finding(place: Place, n: int, *, is_first: bool) -> str:
    if place is Place.ESCALATED:
        said = ngettext("%(n)s line is escalated to you", "%(n)s lines are escalated to you", n)
    elif place is Place.OVERDUE and is_first:
        said = ngettext("%(n)s report is overdue", "%(n)s reports are overdue", n)
    elif place is Place.OVERDUE:
        said = ngettext("%(n)s is overdue", "%(n)s are overdue", n)
    elif place is Place.SOON and is_first:
        said = ngettext("%(n)s report is due soon", "%(n)s reports are due soon", n)
    elif place is Place.SOON:
        said = ngettext("%(n)s is due soon", "%(n)s are due soon", n)
    elif place is Place.AWAITING:
        said = ngettext("%(n)s awaits you", "%(n)s await you", n)
    else:
        said = ngettext("%(n)s changed", "%(n)s changed", n)
    return said % {"n": n}


def _parties(reminders: Sequence[Reminder]) -> str:
    names = sorted({reminder.obligation.party.name for reminder in reminders})
    if len(names) > 2:
        return ngettext("%(n)s party", "%(n)s parties", len(names)) % {"n": len(names)}
    return ", ".join(names)


def _why(reminders: Sequence[Reminder]) -> list[str]:
    """Why this person gets the mail, one sentence for each capacity."""
    about: dict[str, set[str]] = defaultdict(set)
    for reminder in reminders:
        about[reminder.capacity].add(_about(reminder))
    return [
        _why_as(capacity) % {"parties": ", ".join(sorted(names)), "names": ", ".join(sorted(names))}
        for capacity, names in sorted(about.items())
    ]


def _about(reminder: Reminder) -> str:
    if reminder.capacity == Capacity.STAND_IN and reminder.stands_for:
        return one_line(reminder.stands_for.name)
    return one_line(reminder.obligation.party.name)


def _why_as(capacity: str) -> str:
    return {
        Capacity.OWNER.value: _("You get this because a line of %(parties)s names you."),
        Capacity.FOCAL_POINT.value: _(
            "You get this because you are the focal point of %(parties)s."
        ),
        Capacity.DEPUTY.value: _(
            "You get this because you are the deputy focal point of %(parties)s, "
            "and nobody else there was to be told or answered."
        ),
        Capacity.MAILBOX.value: _(
            "You get this because this is the mailbox of %(parties)s, "
            "and nobody else there was to be told or answered."
        ),
        Capacity.OFFICER.value: _(
            "You get this because you are the desk officer for lines of %(parties)s."
        ),
        Capacity.HEAD.value: _(
            "You get this because you are the head of the secretariat, "
            "and nobody answered on lines of %(parties)s."
        ),
        Capacity.STAND_IN.value: _("You get this because you stand in for %(names)s."),
    }[capacity]


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _stop_url(person: User, now: datetime) -> str:
    return absolute(links.path(Purpose.UNSUBSCRIBE, person, 0, now))
