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
    _analyse()


def _analyse() -> None:
    """What PostgreSQL does by itself within a minute."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


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

    def enough() -> bool:
        nonlocal sent
        sent += 1
        return sent > most

    sent = 0
    while Email.objects.filter(state__in=["waiting", "sending"]).exists() and sent <= most:
        engine.send(stop=enough)
    return {"seconds": round(time.perf_counter() - began, 2)}


def bare() -> dict[str, float]:
    """One query, a mail a person, a row that is committed, one connection."""
    from django.core.mail import EmailMultiAlternatives
    from django.db import connection
    from django.template import Context, Engine

    from commitments.models import Obligation

    engine = Engine()
    text, html = engine.from_string(TEXT), engine.from_string(HTML)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_outbox (id serial PRIMARY KEY, address text, body bytea, sent_at timestamptz)"
        )
    began = time.perf_counter()
    lines = Obligation.objects.select_related("commitment", "party", "next_deadline").filter(
        next_deadline__due__lte=datetime.now(UTC).date() + timedelta(days=8),
        party__focal_points__isnull=False,
    )
    by_person: dict[str, list[Any]] = defaultdict(list)
    for line in lines.annotate(address=_address()):
        by_person[line.address].append(line)
    smtp = smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_RELAY"]))
    with connection.cursor() as cursor:
        for address, theirs in by_person.items():
            context = Context({"lines": theirs})
            message = EmailMultiAlternatives("Due soon", text.render(context), to=[address])
            message.attach_alternative(html.render(context), "text/html")
            body = message.message().as_bytes(linesep="\r\n")
            cursor.execute(
                "INSERT INTO bare_outbox (address, body) VALUES (%s, %s) RETURNING id",
                [address, body],
            )
            [row] = cursor.fetchone()
            smtp.sendmail("tracker@example.org", [address], body)
            cursor.execute("UPDATE bare_outbox SET sent_at = now() WHERE id = %s", [row])
    smtp.quit()
    return {"seconds": round(time.perf_counter() - began, 2)}


def _address() -> Any:
    from django.db.models import F

    return F("party__focal_points__user__email")


TEXT = """Due soon:
{% for line in lines %}
{{ line.commitment.title }}, {{ line.party.name }}, due {{ line.next_deadline.due }}
http://127.0.0.1:8000/commitments/{{ line.commitment.reference }}/
{% endfor %}"""
HTML = """<html><body><h1>Due soon</h1><ul>
{% for line in lines %}<li><a href="http://127.0.0.1:8000/commitments/{{ line.commitment.reference }}/">
{{ line.commitment.title }}</a>, {{ line.party.name }}, due {{ line.next_deadline.due }}</li>
{% endfor %}</ul></body></html>"""


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
    _analyse()
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
