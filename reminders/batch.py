"""What is read for one mail of a batch is read for all of it: that costs hardly more."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from . import durations, facts, second_look
from .choices import Reason
from .items import Facts
from .models import Email, Reminder


@dataclass(frozen=True)
class Known:
    """What a mail is to tell: its promises, the reasons against some of them by key, and the facts."""

    promises: list[Reminder]
    untrue: dict[int, Reason]
    facts: Facts

    @property
    def kept(self) -> list[Reminder]:
        return [row for row in self.promises if row.pk not in self.untrue]


class Batch:
    """Mails that were picked together, and what is known of them for a moment.

    The first one is looked at after its claim. What that look found about the others counts for
    `durations.LOOK`, less than handing over one mail may take; then it is read anew.
    """

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._left = set(keys)
        self._until = 0.0
        self._known: dict[int, Known] = {}
        self._at_hand: tuple[int, int] = (0, 0)

    def look(self, email: Email, now: datetime) -> Known:
        """What is known of a claimed mail."""
        if email.pk not in self._known or time.monotonic() > self._until:
            self._read(email, now)
        self._left.discard(email.pk)
        self._at_hand = (email.pk, email.claims)
        return self._known[email.pk]

    def looked(self, email: Email, now: datetime) -> Known:
        """The same as the look at it found, however long ago that was."""
        if self._at_hand != (email.pk, email.claims):
            return self.look(email, now)
        return self._known[email.pk]

    def _read(self, email: Email, now: datetime) -> None:
        self._until = time.monotonic() + durations.LOOK.seconds()
        others = Email.objects.digests().filter(pk__in=self._left - {email.pk})
        emails = [email, *others.select_related("recipient").order_by("pk")]
        untrue = second_look.untrue(emails, now)
        promises = facts.promises_of(emails)
        common = facts.of([row for rows in promises.values() for row in rows], now)
        self._known = {pk: Known(rows, untrue[pk], common) for pk, rows in promises.items()}
