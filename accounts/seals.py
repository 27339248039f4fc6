"""Seals over the log: a chain of fingerprints that shows afterwards whether an event was touched.

Triggers keep the rows from being changed (triggers.py); whoever owns the database can take them
away. A seal covers a run of events and the seal before it, so that no row of the past can be
changed, taken out or put in without breaking the chain from there on. Each new seal also goes to
the process's own log, which should be kept on another machine: against that copy even a chain that
was forged as a whole gives itself away.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from .audit import record
from .models import Event, Seal, User

logger = logging.getLogger(__name__)

BATCH = 1000
# The number of our lock among the advisory locks of the database: any, but always the same.
_ONE_SEALER = 7_365_616_108
_PATIENCE, _PAUSE = 5.0, 0.05
_FIELDS = (
    "id", "actor_id", "at", "via", "action", "object_type", "object_id", "before", "after", "why",
)  # fmt: skip


@dataclass
class Findings:
    """What a check of the whole chain found: a sentence a problem, none when all is as it was written.

    `first_broken` is the first seal that does not fit.
    """

    events: int = 0
    seals: int = 0
    problems: list[str] = field(default_factory=list)
    first_broken: Seal | None = None


def seal(now: datetime) -> int:
    """Seal every event whose place in the log is settled. Returns how many; 0 when another one seals."""
    settled = _settled()
    sealed = 0
    while settled and (batch := _seal_next(settled, now)):
        sealed += batch
    return sealed


def verify() -> Findings:
    """Walk all seals and all events under them, in step, and say where they do not fit."""
    found = Findings()
    before, links = 0, Links("", "")
    for row in Seal.objects.order_by("pk").iterator():
        run = Run.of(_rows(before, row.last_event))
        problems, links = _compare(row, run, links)
        found.problems += problems
        if problems and found.first_broken is None:
            found.first_broken = row
        found.seals += 1
        found.events += run.count
        before = max(before, row.last_event)
    return found


# A seal that is kept elsewhere ----------------------------------------------------------------------


def last_seal() -> Seal | None:
    """The newest seal; none before the first night."""
    return Seal.objects.order_by("pk").last()


def told(row: Seal) -> dict[str, Any]:
    """A seal as it is kept on another machine."""
    return {
        "seal": row.pk,
        "first_event": row.first_event,
        "last_event": row.last_event,
        "count": row.count,
        "at": _moment(row.at),
        "sha256": row.sha256,
    }


def take_away(*, row: Seal, actor: User | None, now: datetime, via: str) -> dict[str, Any]:
    """A seal for keeping elsewhere; the log tells that it was taken. Returns what `told` says of it."""
    with transaction.atomic():
        record(actor=actor, at=now, via=via, action="seal.exported", of=row, after={"seal": row.pk})
    return told(row)


def stands(kept: dict[str, Any]) -> bool:
    """Whether a seal that was kept elsewhere is in the chain as it was.

    Together with `verify`: every event up to it is as it was written, whoever owns this database.
    """
    row = Seal.objects.filter(sha256=kept.get("sha256", "")).first()
    return row is not None and told(row) == kept


# One seal ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Consecutive events: the first and the last, how many, and the fingerprint of their content."""

    first: int
    last: int
    count: int
    digest: str

    @classmethod
    def of(cls, rows: Iterable[dict[str, Any]]) -> "Run":
        first = last = count = 0
        content = hashlib.sha256()
        for row in rows:
            first, last, count = first or row["id"], row["id"], count + 1
            content.update(canonical(row))
        return cls(first, last, count, content.hexdigest())


def canonical(row: dict[str, Any]) -> bytes:
    """One event as bytes that are the same on every database and for every order of keys."""
    told = {**row, "at": _moment(row["at"])}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def fingerprint(previous: str, run: Run, at: datetime) -> str:
    """What a seal says: everything about its run, when it was set, and the seal before it."""
    words = (previous, run.first, run.last, run.count, _moment(at), run.digest)
    return hashlib.sha256("\n".join(map(str, words)).encode()).hexdigest()


def _seal_next(settled: int, now: datetime) -> int:
    with transaction.atomic():
        if not _is_only_sealer():
            return 0
        newest = Seal.objects.order_by("pk").last()
        after = newest.last_event if newest else 0
        run = Run.of(_rows(after, settled, most=BATCH))
        if not run.count:
            return 0
        digest = fingerprint(newest.sha256 if newest else "", run, now)
        Seal.objects.create(
            first_event=run.first, last_event=run.last, count=run.count, at=now, sha256=digest
        )
    logger.info("Events %d to %d are sealed: %s", run.first, run.last, digest)
    return run.count


def _rows(after: int, last: int, most: int | None = None) -> Iterator[dict[str, Any]]:
    """The events behind one and up to another: also those between two seals, where none should be."""
    events = Event.objects.filter(pk__gt=after, pk__lte=last).order_by("pk").values(*_FIELDS)
    return events[:most].iterator(chunk_size=BATCH)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# Who writes at this moment -------------------------------------------------------------------------


def _is_only_sealer() -> bool:
    """Whether this transaction alone may seal. On SQLite it is: it began by taking the only write lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_SEALER])
        return bool(cursor.fetchone()[0])


def _settled() -> int:
    """The number up to which no event can appear any more; 0 when that cannot be told now.

    PostgreSQL gives a number when a row is written and shows the row when its transaction is
    committed: event 5 may appear after event 6, and a seal over 6 would call it smuggled in. `at` is
    no help, as it tells when something was done, not when it was written. But whoever has a number
    holds a lock on the table until the end of the transaction. So: note the highest number, note who
    holds the lock, and wait until those have ended, for a few seconds at most; the next tick comes.
    SQLite has one writer at a time, whose numbers are in order.
    """
    highest: int = Event.objects.aggregate(highest=Max("pk"))["highest"] or 0
    if connection.vendor != "postgresql":
        return highest
    writing = _writers()
    patient_until = time.monotonic() + _PATIENCE
    while writing & _writers():
        if time.monotonic() > patient_until:
            return 0
        time.sleep(_PAUSE)
    return highest


def _writers() -> set[str]:
    """The other transactions that have written to the log, or are about to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation'"
            " AND relation = %s::regclass AND mode = 'RowExclusiveLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid <> pg_backend_pid()",
            [Event._meta.db_table],
        )
        return {transaction for (transaction,) in cursor.fetchall()}


# Comparing -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Links:
    """The seal before: as it stands in the table, and as its events say that it was."""

    stored: str
    reckoned: str


def _compare(row: Seal, run: Run, before: Links) -> tuple[list[str], Links]:
    """What is wrong with one seal and its events, and what the next seal has to be chained to."""
    claimed = Run(row.first_event, row.last_event, row.count, run.digest)
    reckoned = fingerprint(before.stored, run, row.at)
    links = Links(row.sha256, reckoned)
    if row.sha256 == fingerprint(before.stored, claimed, row.at) and run == claimed:
        return [], links
    if before.reckoned != before.stored and row.sha256 == fingerprint(before.reckoned, run, row.at):
        # The events before fit the chain; it was the seal over them that was changed, and that is told.
        return [], links
    return [_difference(row, run, reckoned)], links


def _difference(row: Seal, run: Run, reckoned: str) -> str:
    """In one sentence, the first thing that does not fit."""
    name = f"Seal {row.pk} over events {row.first_event} to {row.last_event}"
    if row.sha256 == reckoned:
        return f"{name}: its own entries were changed; the events are as they were written."
    if run.count and run.first < row.first_event:
        return (
            f"{name}: events from {run.first} on stand before it under no seal: "
            "an event was put in, or a seal was taken away."
        )
    if run.count < row.count:
        return f"{name}: {row.count - run.count} of its {row.count} events are missing."
    if run.count > row.count:
        return f"{name}: {run.count - row.count} events were put in among its {row.count}."
    return f"{name}: an event in it was changed, or the seal itself was."
