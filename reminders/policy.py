"""Which policy holds for which line: a commitment's own, its meeting's, the site's, the default."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Q

from commitments.models import Obligation
from ui.prepared import Prepared

from .models import Policy
from .rules import Schedule

_STORED = Prepared(lambda: Policy.objects.select_related("head").order_by("pk"))


@dataclass(frozen=True)
class Policies:
    """All policies at one moment, so that a tick reads them once and a dry run can put in another."""

    site: Policy
    of_meetings: dict[int, Policy] = field(default_factory=dict)
    of_commitments: dict[int, Policy] = field(default_factory=dict)

    @classmethod
    def stored(cls) -> "Policies":
        return cls.of_rows(_STORED())

    @classmethod
    def of_rows(cls, rows: Iterable[Policy]) -> "Policies":
        found = cls(Policy(site=True))
        for row in rows:
            found = found.with_one(row)
        return found

    def with_one(self, policy: Policy) -> "Policies":
        """The same with one policy put in the place of the one that it would replace."""
        if policy.commitment_id:
            changed = {**self.of_commitments, policy.commitment_id: policy}
            return Policies(self.site, self.of_meetings, changed)
        if policy.meeting_id:
            changed = {**self.of_meetings, policy.meeting_id: policy}
            return Policies(self.site, changed, self.of_commitments)
        return Policies(policy, self.of_meetings, self.of_commitments)

    def without(self, policy: Policy) -> "Policies":
        """The same with one policy taken out: what holds for all others holds there, too."""
        meetings = {key: row for key, row in self.of_meetings.items() if row != policy}
        commitments = {key: row for key, row in self.of_commitments.items() if row != policy}
        return Policies(self.site, meetings, commitments)

    def of(self, line: Obligation) -> Policy:
        """The policy of a line, with its commitment at hand."""
        own = self.of_commitments.get(line.commitment_id)
        return own or self.of_meetings.get(line.commitment.meeting_id) or self.site

    def groups(self) -> Iterator[tuple[Q, Policy]]:
        """Each different policy with the lines that it holds for; policies that say the same are one."""
        alike: dict[tuple[object, ...], list[Policy]] = {}
        for policy in (*self.of_commitments.values(), *self.of_meetings.values(), self.site):
            alike.setdefault(_said(policy), []).append(policy)
        for same in alike.values():
            yield self._lines(same, is_only=len(alike) == 1), same[-1]

    def _lines(self, same: list[Policy], *, is_only: bool) -> Q:
        if is_only:
            return Q()
        commitments = [policy.commitment_id for policy in same if policy.commitment_id]
        meetings = [policy.meeting_id for policy in same if policy.meeting_id]
        own = Q(commitment__in=list(self.of_commitments))
        theirs = Q(commitment__meeting__in=list(self.of_meetings))
        found = Q(commitment__in=commitments) | (Q(commitment__meeting__in=meetings) & ~own)
        return found | (~own & ~theirs) if self.site in same else found


def schedule(policy: Policy) -> Schedule:
    """The days from the due day on which a policy tells people."""
    return _schedule(tuple(policy.before), tuple(policy.after), policy.monthly)


@lru_cache(maxsize=1024)
def _schedule(before: tuple[int, ...], after: tuple[int, ...], monthly: bool) -> Schedule:
    offsets = {*(-day for day in before), *after}
    return Schedule(tuple(sorted(offsets)), monthly)


def _said(policy: Policy) -> tuple[object, ...]:
    rungs = tuple((rung["rung"], rung["after"]) for rung in policy.ladder)
    return schedule(policy), rungs
