"""What is read for one mail of a batch is read for all of it: that costs hardly more."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User

from . import durations, facts, second_look
from .choices import Reason
from .items import Facts
from .models import Email, Reminder


@dataclass(frozen=True)
class Known:
    """What a mail is to tell: its promises, the reasons against some of them by key, and the facts."""

    recipient: User
    promises: list[Reminder]
    untrue: dict[int, Reason]
    facts: Facts

    @property
    def kept(self) -> list[Reminder]:
        return [row for row in self.promises if row.pk not in self.untrue]


class Batch:
    """Mails that were picked together, and what is known of them for a moment.

    Their rows are read before the first claim: a claim takes only what is still as it was seen. The
    first one is looked at after its claim. What that look found about the others counts for
    `durations.LOOK`, less than handing over one mail may take; then it is read anew, for no more
    mails than were reached before: where each takes long, reading them all each time would cost most.
    """

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._keys = set(keys)
        self._left: dict[int, Email] = {}
        self._until = 0.0
        self._ahead = len(self._keys)
        self._reached = 0
        self._known: dict[int, Known] = {}
        self._at_hand: tuple[int, int] = (0, 0)

    def seen(self, pk: int) -> Email | None:
        """A mail as it was when the batch was read; each only once, for whoever takes it up."""
        if pk not in self._left:
            self._left |= Email.objects.in_bulk(self._keys | {pk})
        self._keys.clear()
        return self._left.pop(pk, None)

    def look(self, email: Email, now: datetime) -> Known:
        """What is known of a claimed mail. Also puts its recipient at hand, as they are now."""
        if self._known and time.monotonic() > self._until:
            self._ahead = self._reached
            self._read(email, now)
        elif email.pk not in self._known:
            self._read(email, now)
        self._reached += 1
        known = self._known[email.pk]
        email.recipient = known.recipient
        self._at_hand = (email.pk, email.claims)
        return known

    def looked(self, email: Email, now: datetime) -> Known:
        """The same as the look at it found, however long ago that was."""
        if self._at_hand != (email.pk, email.claims):
            return self.look(email, now)
        return self._known[email.pk]

    def _read(self, email: Email, now: datetime) -> None:
        self._until = time.monotonic() + durations.LOOK.seconds()
        self._reached = 0
        others = [other for other in self._left.values() if other.is_digest]
        emails = [email, *others[: self._ahead]]
        people = User.objects.in_bulk([mail.recipient_id for mail in emails])
        for mail in emails:
            mail.recipient = people[mail.recipient_id]
        promises = facts.promises_of(emails)
        untrue = second_look.untrue(emails, now, promises)
        common = facts.of([row for rows in promises.values() for row in rows], now)
        self._known = {
            mail.pk: Known(people[mail.recipient_id], promises[mail.pk], untrue[mail.pk], common)
            for mail in emails
        }
