"""Why a person is not told something that is due: what they wished, and what cannot reach them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User

from . import rules
from .choices import Duty, Ground, Reason
from .models import Mute, Policy, Suppression


@dataclass(frozen=True)
class Wishes:
    """Which lines people want to hear nothing of, which addresses get no mail, and what no wish can stop."""

    muted: frozenset[tuple[int, int]]
    stopped: dict[str, Ground]
    mandatory: frozenset[str]

    @classmethod
    def of(
        cls,
        people: Iterable[User],
        lines: Iterable[int],
        *,
        site: Policy,
        today: date,
        now: datetime,
    ) -> "Wishes":
        """The wishes of these people about these lines. `today` is their local date."""
        some = list(people)
        mutes = Mute.objects.in_force(today).filter(user__in=some)
        about = set(lines)
        pairs = mutes.order_by().values_list("user", "obligation")
        return cls(
            frozenset((user, line) for user, line in pairs if line in about),
            Suppression.objects.stopped((person.email for person in some), now),
            frozenset(site.mandatory),
        )

    def against(self, person: User, line: int, occasion: str, whose: int) -> Reason | None:
        """Which wish keeps an occasion from a person. `whose` line it is, when they stand in."""
        ground = self.stopped.get(person.email)
        if ground and ground != Ground.ONE_CLICK:
            return Reason.BOUNCED
        if duty(occasion) in self.mandatory:
            return None
        if {(person.pk, line), (whose, line)} & self.muted:
            return Reason.MUTED
        return Reason.UNSUBSCRIBED if ground else None


def duty(occasion: str) -> str:
    """As what an occasion can be made mandatory; empty for all others."""
    if occasion in rules.RUNGS:
        return Duty.ESCALATED.value
    offset = rules.offset_of(occasion)
    return Duty.OVERDUE.value if offset is not None and offset > 0 else ""


def unreachable(person: User, may_read: bool) -> Reason | None:
    """Why a person cannot be told at all, if so."""
    if not person.is_active:
        return Reason.INACTIVE
    if not person.email:
        return Reason.NO_ADDRESS
    return None if may_read else Reason.NOT_VISIBLE
