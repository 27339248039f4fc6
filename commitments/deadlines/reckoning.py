"""Which deadline holds for a line, and when it is due: the only place that writes an Obligation's `due_at`."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from commitments.models import Commitment, Deadline, Obligation
from meetings.models import Party
from meetings.rules import end_of_day


def effective(obligation: Obligation, purpose: str | None = None) -> Deadline | None:
    """The current deadline that holds for a line: its own before the commitment's, the earliest first."""
    rows = holding(obligation).values()
    return _earliest(row for row in rows if purpose in {None, row.purpose})


def holding(obligation: Obligation) -> dict[str, Deadline]:
    """The current deadlines of a line by purpose."""
    rows = Deadline.objects.current().filter(commitment=obligation.commitment_id)
    return _holding_among(rows, obligation)


def _holding_among(rows: Iterable[Deadline], obligation: Obligation) -> dict[str, Deadline]:
    """Of the current deadlines of a commitment, those that hold for one line."""
    found = {row.purpose: row for row in rows if row.obligation_id is None}
    found |= {row.purpose: row for row in rows if row.obligation_id == obligation.pk}
    return found


def _earliest(rows: Iterable[Deadline]) -> Deadline | None:
    dated = [(row.due, row.pk, row) for row in rows if row.due is not None]
    return min(dated)[2] if dated else None


def refresh(obligations: Iterable[Obligation]) -> None:
    """Write what the current deadlines mean for these lines: the next of them, and its last instant.

    The lines are locked or new, so that nobody reckons them beside us. Their parties are read here, as
    a line may have waited for the change of a time zone. Lines that come to the same are written at
    once.
    """
    lines = list(obligations)
    parties = Party.objects.in_bulk({line.party_id for line in lines})
    current: dict[int, list[Deadline]] = defaultdict(list)
    for row in Deadline.objects.current().filter(
        commitment__in={line.commitment_id for line in lines}
    ):
        current[row.commitment_id].append(row)
    alike: dict[tuple[Deadline | None, datetime | None], list[int]] = defaultdict(list)
    for line in lines:
        next_one = _earliest(_holding_among(current[line.commitment_id], line).values())
        zone = parties[line.party_id].zone
        due_at = end_of_day(next_one.due, zone) if next_one and next_one.due else None
        alike[next_one, due_at].append(line.pk)
    for (next_one, due_at), keys in alike.items():
        Obligation.objects.filter(pk__in=keys).update(next_deadline=next_one, due_at=due_at)


def hold_for_new_lines(commitment: Commitment, parties: Iterable[Party]) -> None:
    """Lock what the `due_at` of new lines is reckoned from, until the transaction ends.

    Whoever moves the deadline of all or changes a time zone meanwhile finds the new lines, too.
    """
    Commitment.objects.select_for_update().get(pk=commitment.pk)
    keys = {party.pk for party in parties}
    list(Party.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def refresh_party(party: Party) -> None:
    """Reckon the lines of a party anew: its days end at other moments."""
    lines = Obligation.objects.filter(party=party).select_for_update(of=("self",))
    refresh(lines.order_by("pk"))


def lock_lines(commitment: Commitment) -> list[Obligation]:
    """A commitment and all its lines, locked in one order, so that nobody reckons `due_at` beside us."""
    Commitment.objects.select_for_update().get(pk=commitment.pk)
    lines = commitment.obligations.select_for_update(of=("self",))
    return list(lines.select_related("party", "commitment").order_by("pk"))
