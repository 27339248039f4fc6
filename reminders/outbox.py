"""Questions about the outbox, the heartbeats and what stops mail. Every order ends in the key."""

import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from . import rules
from .choices import Ground, Kind, Outcome, Stage, State

if TYPE_CHECKING:
    from .models import Attempt, Email, Pulse, Suppression, Switch


class EmailQuerySet(models.QuerySet["Email"]):
    def claimable(self, now: datetime) -> "EmailQuerySet":
        """What may be taken up. Leases are judged by the database's clock: hosts need not agree."""
        waiting = Q(state=State.WAITING, not_before__lte=now, expires_at__gt=now)
        lost = Q(state=State.SENDING, lease_until__lt=Now())
        return self.filter(waiting | lost)

    def claimable_as(self, seen: "Email", now: datetime) -> "EmailQuerySet":
        """One row, as long as it is as it was seen and may still be taken up.

        Transmission may have begun since: then what was seen does not know that it is in doubt.
        """
        row = self.filter(
            pk=seen.pk,
            state=seen.state,
            claims=seen.claims,
            transmitting_at__isnull=seen.transmitting_at is None,
        )
        if seen.state == State.WAITING:
            return row.filter(not_before__lte=now, expires_at__gt=now)
        return row.filter(lease_until__lt=Now()) if seen.state == State.SENDING else self.none()

    def held_by(self, email: "Email") -> "EmailQuerySet":
        """The row, as long as the claim that `email` was read with is the latest one."""
        return self.filter(pk=email.pk, state=State.SENDING, claims=email.claims)

    def digests(self) -> "EmailQuerySet":
        """Mails that tell promises."""
        return self.filter(kind__in=[Kind.DIGEST, Kind.PROMPT])

    def too_late(self, now: datetime) -> "EmailQuerySet":
        return self.filter(state=State.WAITING, expires_at__lte=now)

    def held_back(self) -> "EmailQuerySet":
        """What the flood brake stopped."""
        return self.filter(state=State.HELD)

    def from_the_future(self, now: datetime) -> "EmailQuerySet":
        """What a clock that ran ahead planned, and did not send."""
        unsent = [State.WAITING, State.HELD]
        return self.filter(created_at__gt=now, state__in=unsent)

    def a_day(self, since: datetime) -> list[int]:
        """How many digests were planned on each local day that had some, the stopped ones left out."""
        not_let_go = [State.HELD, State.CANCELLED, State.EXPIRED]
        digests = self.filter(kind=Kind.DIGEST, created_at__gte=since)
        days = digests.exclude(state__in=not_let_go).values("slot")
        return list(days.annotate(mails=Count("pk")).order_by().values_list("mails", flat=True))

    def account_mail_since(self, address: str, since: datetime) -> int:
        """How many mails about accounts an address was to get since a moment."""
        mails = self.filter(kind=Kind.ACCOUNT, created_at__gt=since)
        return mails.filter(to_address__iexact=address).count()

    def stuck(self, since: timedelta) -> "EmailQuerySet":
        """Being sent under a claim that was over so long ago that somebody should have come."""
        return self.filter(state=State.SENDING, lease_until__lt=Now() - since)

    def old(self, before: datetime) -> "EmailQuerySet":
        """Settled mails of before a moment whose text is still there."""
        settled = self.exclude(state__in=[State.WAITING, State.SENDING, State.HELD])
        return settled.filter(created_at__lt=before, frozen__isnull=False)

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

    def failed_since(self, moment: Any) -> "EmailQuerySet":
        """The mails made since a moment (UTC) that were given up."""
        return self.filter(state=State.FAILED, created_at__gte=moment)

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

    def refusals(self) -> int:
        """How often a mail was refused for now, in words of the server."""
        stages = [Stage.RECIPIENT, Stage.BODY, Stage.DOT]
        return self.filter(stage__in=stages, code__range=(400, 499)).exclude(code=421).count()

    def in_doubt(self) -> int:
        """How often nobody learned whether a mail was taken."""
        return self.filter(stage=Stage.DOT, code=None).count()

    def refused_days(self, address: str, since: datetime | None) -> int:
        """On how many days the server refused an address for good, since a moment."""
        refused = self.filter(
            stage=Stage.RECIPIENT, code__range=(500, 599), email__to_address__iexact=address
        )
        since_then = refused.filter(ended_at__gt=since) if since else refused
        return len({at.date() for at in since_then.values_list("ended_at", flat=True)})


class PulseQuerySet(models.QuerySet["Pulse"]):
    def began(self, name: str, now: datetime) -> None:
        """Note that a task began. Any number may run at once: the row tells of the latest."""
        self._put({"name": name, "started": now}, ["started"])

    def ended(
        self, name: str, now: datetime, counts: dict[str, int] | None = None, held: str = ""
    ) -> None:
        """Note that a task came to its end, and what it did, or why it did nothing."""
        values = {
            "finished": now,
            "counts": counts or {},
            "held": held,
            "db_time": Now(),
            "boot_id": _boot_id(),
            "monotonic": time.monotonic(),
        }
        self._put({"name": name, "started": now, **values}, list(values))

    def _put(self, values: dict[str, Any], fields: list[str]) -> None:
        row = self.model(**values)
        self.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=fields)

    def by_name(self) -> "dict[str, Pulse]":
        return {pulse.name: pulse for pulse in self.all()}

    def is_silent(self, name: str, since: timedelta) -> bool:
        """Whether a task came to its end once, but not since; by the clock of the database alone."""
        return self.filter(name=name, db_time__lt=Now() - since).exists()

    def is_due(self, name: str, every: timedelta) -> bool:
        """Whether a task has not come to its end for so long, or never did, or only ahead of now."""
        recent = self.filter(name=name, db_time__gt=Now() - every, db_time__lte=Now() + every)
        return not recent.exists()


@cache
def _boot_id() -> str:
    """Names the start of this machine; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


class SwitchQuerySet(models.QuerySet["Switch"]):
    def now(self) -> "Switch":
        """The row as it is now, with the database's clock as `db_now`; made when there is none."""
        row = self.annotate(db_now=Now()).filter(pk=1).first()
        if row is None:
            self.get_or_create(pk=1)
            row = self.annotate(db_now=Now()).get(pk=1)
        return row


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def in_force(self, now: datetime) -> "SuppressionQuerySet":
        ahead = Q(until=None) | Q(until__gt=now)
        return self.filter(ahead, lifted_at=None)

    def of(self, address: str) -> "SuppressionQuerySet":
        return self.filter(address_hash=rules.address_hash(address))

    def stopped(self, addresses: Iterable[str], now: datetime) -> dict[str, Ground]:
        """Which of these addresses get no mail, and why."""
        asked = {rules.address_hash(address): address for address in addresses if address}
        rows = self.in_force(now).filter(address_hash__in=asked)
        return {
            asked[hashed]: Ground(reason)
            for hashed, reason in rows.values_list("address_hash", "reason")
        }
