"""`manage.py reminders`: the reminder engine without Celery. Calls what the tasks call."""

import json
import logging
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import Error
from django.utils import timezone

from accounts.choices import Via
from reminders import backend, bounces, brakes, engine, forecast
from reminders.models import Pulse, Reminder
from reminders.words import detail_words, result_words, step_words

logger = logging.getLogger(__name__)

LEDGER_LINES = 100


class Command(BaseCommand):
    help = "Plans, sends and explains reminders. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, said in _ACTIONS.items():
            action = actions.add_parser(name, help=said)
            action.add_argument("--json", action="store_true", help="print JSON")
            for words, options in _ARGUMENTS.get(name, {}).items():
                action.add_argument(words, **options)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "run" and options["loop"]:
            return _loop()
        found = _DO[action](options)
        if options["json"]:
            self.stdout.write(json.dumps(found, default=str, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(found)))
        return None


def _plan(options: dict[str, Any]) -> dict[str, Any]:
    return engine.plan()


def _send(options: dict[str, Any]) -> dict[str, Any]:
    return engine.send()


def _run(options: dict[str, Any]) -> dict[str, Any]:
    return {"plan": _plan(options), "send": _send(options)}


def _reconcile(options: dict[str, Any]) -> dict[str, Any]:
    return engine.reconcile()


def _purge(options: dict[str, Any]) -> dict[str, Any]:
    return engine.purge()


def _verify(options: dict[str, Any]) -> dict[str, Any]:
    return engine.verify()


class _Stop:
    """Whether the loop shall end; signals raise it.

    Not a `threading.Event`: a signal that arrives while the same thread waits for it would hang.
    """

    def __init__(self) -> None:
        self.is_up = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.put_up)

    def put_up(self, *_signal: object) -> None:
        self.is_up = True

    def __call__(self) -> bool:
        return self.is_up

    def wait_until(self, moment: float) -> None:
        """Until a moment of the monotonic clock."""
        while not self.is_up and (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))


def _loop() -> None:
    """The second clock: all ticks by a clock that nobody sets, until told to stop."""
    stop = _Stop()
    while not stop():
        next_tick = time.monotonic() + settings.TICK_SECONDS
        try:
            engine.run(stop=stop)
            Pulse.objects.ended("loop", timezone.now())
        except Error:
            logger.exception("The database is away: tried again at the next tick")
        engine.let_go_of_the_database()
        stop.wait_until(next_tick)


def _hold(options: dict[str, Any]) -> dict[str, Any]:
    reason = brakes.RESTORED if options["restored"] else options["reason"]
    held = brakes.hold(
        reason=reason,
        restored=options["restored"],
        actor=None,
        now=timezone.now(),
        via=Via.COMMAND,
    )
    return {"held": "now" if held else "already"}


def _release(options: dict[str, Any]) -> dict[str, Any]:
    deed: dict[str, Any] = {"actor": None, "now": timezone.now(), "via": Via.COMMAND}
    if options["flood"]:
        return {"let go": brakes.let_go(**deed)}
    if options["drop_flood"]:
        return {"dropped": brakes.drop(**deed)}
    return {"released": brakes.release(**deed, here=options["here"])}


def _bounce(options: dict[str, Any]) -> dict[str, Any]:
    file = options["file"]
    raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    found = bounces.take(raw, now=timezone.now(), via=Via.COMMAND)
    return {
        "mail": found.email.pk if found.email else None,
        "said": found.words,
        "stopped": found.ground or "nothing",
    }


def _ledger(options: dict[str, Any]) -> list[dict[str, Any]]:
    rows = Reminder.objects.newest_first().select_related(
        "recipient", "email", "obligation__commitment", "obligation__party"
    )
    return [
        {
            "planned": row.planned_at.isoformat(timespec="seconds"),
            "recipient": row.recipient.name,
            "step": row.occasion,
            "line": str(row.obligation),
            "result": result_words(row),
            "detail": detail_words(row),
        }
        for row in rows[: options["lines"]]
    ]


def _forecast(options: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "day": row.step.day.isoformat(),
            "recipient": row.person.name,
            "capacity": row.capacity,
            "why": step_words(row.step.occasion),
            "line": str(row.line),
        }
        for row in forecast.run(now=timezone.now(), days=options["days"])
    ]


def _test_mail(options: dict[str, Any]) -> dict[str, Any]:
    try:
        validate_email(options["address"])
    except ValidationError as error:
        raise CommandError(f"{options['address']!r} is not an e-mail address.") from error
    message = EmailMessage(
        "A test of the mail of SCO Tracker",
        "This mail was asked for by hand. It went the way that reminders go.\n",
    )
    email = backend.put(message, options["address"])
    return {"mail": email.pk, "state": email.state, "to": email.to_address}


def _lines(found: Any) -> Iterator[str]:
    """What was found, for a person: "name: value" lines, or one line a row."""
    if isinstance(found, dict):
        yield from (f"{name}: {value}" for name, value in found.items())
    else:
        yield from ("  ".join(map(str, row.values())) for row in found)


_ACTIONS = {
    "plan": "write every promise that is due now",
    "send": "send what the outbox holds",
    "run": "plan, then send",
    "reconcile": "prove that nothing was forgotten",
    "purge": "forget the text of old mails",
    "verify": "check the seals of the log of events",
    "hold": "stop planning and sending",
    "release": "let it go on, or what the flood brake stopped",
    "bounce": "take a mail that came back",
    "ledger": "what was told or held back, the newest first",
    "forecast": "what will be told next",
    "test-mail": "put a test mail into the outbox",
}
_ARGUMENTS: dict[str, dict[str, dict[str, Any]]] = {
    "run": {"--loop": {"action": "store_true", "help": "again every TICK_SECONDS"}},
    "hold": {
        "--reason": {"default": "", "help": "said on the pages"},
        "--restored": {"action": "store_true", "help": "a backup was put back"},
    },
    "release": {
        "--here": {"action": "store_true", "help": "this installation is the one that sends"},
        "--flood": {"action": "store_true", "help": "send what the flood brake stopped"},
        "--drop-flood": {"action": "store_true", "help": "never send it"},
    },
    "bounce": {"file": {"help": "the message as it came; - is the standard input"}},
    "ledger": {"--lines": {"type": int, "default": LEDGER_LINES, "help": "how many (100)"}},
    "forecast": {"--days": {"type": int, "default": 30, "help": "how far to look (30)"}},
    "test-mail": {"address": {"help": "who gets it"}},
}
_DO = {
    "plan": _plan,
    "send": _send,
    "run": _run,
    "reconcile": _reconcile,
    "purge": _purge,
    "verify": _verify,
    "hold": _hold,
    "release": _release,
    "bounce": _bounce,
    "ledger": _ledger,
    "forecast": _forecast,
    "test-mail": _test_mail,
}
