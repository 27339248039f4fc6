"""Questions about the outbox, the heartbeats and what stops mail. Every order ends in the key."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from . import rules
from .choices import Kind, Outcome, State

if TYPE_CHECKING:
    from .models import Attempt, Email, Pulse, Suppression, Switch


class EmailQuerySet(models.QuerySet["Email"]):
    def claimable(self, now: datetime) -> "EmailQuerySet":
        """What may be taken up. Leases are judged by the database's clock: hosts need not agree."""
        waiting = Q(state=State.WAITING, not_before__lte=now, expires_at__gt=now)
        lost = Q(state=State.SENDING, lease_until__lt=Now())
        return self.filter(waiting | lost)

    def held_by(self, email: "Email") -> "EmailQuerySet":
        """The row, as long as the claim that `email` was read with is the latest one."""
        return self.filter(pk=email.pk, state=State.SENDING, claims=email.claims)

    def too_late(self, now: datetime) -> "EmailQuerySet":
        return self.filter(state=State.WAITING, expires_at__lte=now)

    def of_the_day(self, slot: date) -> "EmailQuerySet":
        """Digests that take the place of a local day."""
        gone = Q(state__in=[State.CANCELLED, State.EXPIRED], maybe_dup=False)
        return self.filter(kind=Kind.DIGEST, slot=slot).exclude(gone)

    def for_list(self) -> "EmailQuerySet":
        """Everything one row of the outbox reads. The bytes stay where they are."""
        items = Count("reminders", filter=Q(reminders__outcome=Outcome.INCLUDED))
        return self.select_related("recipient").annotate(items=items).defer("frozen")

    def search(self, words: str) -> "EmailQuerySet":
        """By words of the subject or the recipient."""
        found = self
        for word in words.split():
            to = Q(recipient__name__icontains=word) | Q(to_address__icontains=word)
            found = found.filter(to | Q(subject__icontains=word))
        return found

    def newest_first(self) -> "EmailQuerySet":
        return self.order_by("-created_at", "-pk")

    def by_day(self, since: date) -> Any:
        """Digests by local day of their recipients: how many were planned, sent, failed."""
        not_sent = Q(state__in=[State.CANCELLED, State.EXPIRED])
        return (
            self.filter(kind=Kind.DIGEST, slot__gte=since)
            .values("slot")
            .annotate(
                planned=Count("pk"),
                sent=Count("pk", filter=Q(state=State.SENT)),
                failed=Count("pk", filter=Q(state=State.FAILED)),
                not_sent=Count("pk", filter=not_sent),
            )
            .order_by("-slot")
        )

    def totals(self, now: datetime, since: datetime) -> dict[str, Any]:
        """The figures of the health page: what stands now, and what was planned since a moment."""
        recent = Q(created_at__gte=since)
        unsettled = Q(state__in=State.unsettled())
        return self.aggregate(
            waiting=Count("pk", filter=unsettled),
            oldest=Min("created_at", filter=unsettled & Q(not_before__lte=now)),
            held=Count("pk", filter=Q(state=State.HELD)),
            sent=Count("pk", filter=Q(state=State.SENT) & recent),
            failed=Count("pk", filter=Q(state=State.FAILED) & recent),
            in_doubt=Count("pk", filter=Q(maybe_dup=True) & recent),
        )


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def in_order(self) -> "AttemptQuerySet":
        return self.order_by("claim", "pk")


class PulseQuerySet(models.QuerySet["Pulse"]):
    def began(self, name: str, now: datetime) -> None:
        """Note that a task began. Any number may run at once: the row tells of the latest."""
        self._put({"name": name, "started": now}, ["started"])

    def ended(self, name: str, now: datetime, counts: dict[str, int]) -> None:
        """Note that a task came to its end, and what it did."""
        values = {"name": name, "started": now, "finished": now, "counts": counts}
        self._put(values, ["finished", "counts"])

    def _put(self, values: dict[str, Any], fields: list[str]) -> None:
        row = self.model(**values)
        self.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=fields)

    def by_name(self) -> "dict[str, Pulse]":
        return {pulse.name: pulse for pulse in self.all()}


class SwitchQuerySet(models.QuerySet["Switch"]):
    def now(self) -> "Switch":
        """The row as it is now; made when there is none."""
        return self.get_or_create(pk=1)[0]


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def in_force(self, now: datetime) -> "SuppressionQuerySet":
        ahead = Q(until=None) | Q(until__gt=now)
        return self.filter(ahead, lifted_at=None)

    def of(self, address: str) -> "SuppressionQuerySet":
        return self.filter(address_hash=rules.address_hash(address))
