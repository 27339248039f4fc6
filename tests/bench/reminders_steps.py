"""The steps that `reminders.py` measures: `python -m tests.bench.reminders_steps STEP [NUMBER ...]`."""

import json
import os
import random
import re
import smtplib
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django
from django.conf import settings

from .figures import percentile

CLAIMS = 300


def prepare(lines: int, people: int) -> None:
    """An empty register gets lines that reach their 7-day step today."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _fill(lines, people, prefix="BIG", ahead=7)


def more(lines: int, people: int) -> None:
    """More lines of more people, all far ahead: nothing is due."""
    _fill(lines, people, prefix="FAR", ahead=200)


def _fill(lines: int, people: int, *, prefix: str, ahead: int) -> None:
    from tests.faults.world import noon

    from .register import fill

    now = datetime.now(UTC)
    zone = noon(now)
    due = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=ahead)
    fill(lines=lines, people=people, due=due, now=now, zone=zone, prefix=prefix)
    _settle()


def _settle() -> None:
    """What PostgreSQL does by itself within minutes: old rows are counted, and on the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")


def plan() -> dict[str, float]:
    from reminders import engine
    from reminders.choices import State
    from reminders.models import Email

    began = time.perf_counter()
    engine.plan()
    took = time.perf_counter() - began
    Email.objects.filter(state=State.HELD).update(state=State.WAITING)  # the flood brake
    return {"seconds": round(took, 2)}


def send(most: int) -> dict[str, float]:
    """Send so many mails, or all that are there."""
    from reminders import engine
    from reminders.models import Email

    began = time.perf_counter()
    sent = 0

    def enough() -> bool:
        nonlocal sent
        sent += 1
        return sent > most

    while Email.objects.filter(state__in=["waiting", "sending"]).exists() and sent <= most:
        engine.send(stop=enough)
    return {"seconds": round(time.perf_counter() - began, 2)}


def bare() -> dict[str, float]:
    """One query, a mail a person, a row that is committed, one connection.

    The mails say what the product's say, with the same words and looks: what is compared is the way
    that they go.
    """
    from django.db import connection
    from django.utils import timezone

    from reminders import emails, facts
    from reminders.models import Email

    with connection.cursor() as cursor:
        cursor.execute(BARE_TABLE)
    began = time.perf_counter()
    now = timezone.now()
    by_person = _by_person(now)
    known = facts.of([row for rows in by_person.values() for row in rows], now)
    smtp = smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_RELAY"]))
    with connection.cursor() as cursor:
        for number, (person, rows) in enumerate(by_person.items(), start=1):
            email = Email(pk=number, recipient=person, to_address=person.email, frozen_at=now)
            email.message_id = f"<bare.{number}@example.org>"
            body = emails.as_bytes(emails.digest_message(email, rows, now, known))
            cursor.execute(INSERT_BARE, [person.email, body])
            smtp.sendmail("tracker@example.org", [person.email], body)
            cursor.execute("UPDATE bare_outbox SET sent_at = now() WHERE id = %s", [number])
    smtp.quit()
    return {"seconds": round(time.perf_counter() - began, 2)}


BARE_TABLE = """CREATE TABLE bare_outbox
    (id serial PRIMARY KEY, address text, body bytea, sent_at timestamptz)"""
INSERT_BARE = "INSERT INTO bare_outbox (address, body) VALUES (%s, %s)"


def _by_person(now: datetime) -> dict[Any, list[Any]]:
    """Everybody's lines of the week, as the rows that a digest is made of."""
    from commitments.models import Obligation
    from meetings.models import FocalPoint
    from reminders.models import Reminder

    people = {term.party_id: term.user for term in FocalPoint.objects.select_related("user")}
    lines = Obligation.objects.select_related(
        "commitment__meeting", "party", "next_deadline"
    ).prefetch_related("commitment__quotations__report")
    week = lines.filter(next_deadline__due__lte=now.date() + timedelta(days=8))
    found: dict[Any, list[Any]] = defaultdict(list)
    for number, line in enumerate(week.order_by("pk"), start=1):
        person = people[line.party_id]
        row = Reminder(
            pk=number,
            obligation=line,
            deadline=line.next_deadline,
            recipient=person,
            capacity="focal point",
            occasion="T-7",
        )
        found[person].append(row)
    return found


def window() -> dict[str, float]:
    """From claim to stored outcome, which holds the doubtful window."""
    from reminders.models import Attempt

    took = [
        (attempt.ended_at - attempt.started_at).total_seconds() * 1000
        for attempt in Attempt.objects.all()
    ]
    return {"p50": round(percentile(took, 50), 2)}


def claim(old: int) -> dict[str, float]:
    """Find and claim mails where so many old ones lie."""
    from django.db import connection
    from django.utils import timezone

    from reminders import deliver

    with connection.cursor() as cursor:
        cursor.execute(OLD_ROWS, [old])
        cursor.execute(WAITING_ROWS, [CLAIMS])
    _settle()
    took = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        now = timezone.now()
        assert deliver.claim(random.choice(deliver.pick(now)), now)
        took.append((time.perf_counter() - began) * 1000)
    return {f"p{part}": round(percentile(took, part), 2) for part in (50, 95)}


_COPY = """
    INSERT INTO reminders_email (kind, to_address, state, claims, tries, created_at, not_before,
        expires_at, maybe_dup, message_id, subject, error, reply, sent_at)
    SELECT 'account', 'old@example.org', {state}, 0, 0, {at}, {at}, now() + interval '1 day',
        false, '', 'Old', '', '', {sent}
    FROM generate_series(1, %s) AS number
"""
OLD_ROWS = _COPY.format(
    state="'sent'",
    at="now() - number * interval '1 second'",
    sent="now() - number * interval '1 second'",
)
WAITING_ROWS = _COPY.format(state="'waiting'", at="now() - interval '1 minute'", sent="NULL")


def _mib() -> float:
    """The most memory that this process has used."""
    [most] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return round(int(most) / 1024, 1)


STEPS = {step.__name__: step for step in (prepare, more, plan, send, bare, window, claim)}


def main(name: str, *numbers: str) -> None:
    django.setup()
    settings.EMAIL_RELAY = {
        "host": "127.0.0.1",
        "port": int(os.environ["BENCH_RELAY"]),
        "username": "",
        "password": "",
    }
    found = STEPS[name](*map(int, numbers)) or {}
    print(json.dumps({**found, "mib": _mib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
