"""Random requests of every role to every address, each undone, so that all meet the same register.

250 on each database here, other ones on each; as many as TEST_FUZZ says in `script/bench fuzz`. They go
through all of the middleware, forged forms are checked as ever; only the socket is left out, so that what
a request did can be taken back. The seed is printed: TEST_FUZZ_SEED makes the same requests again.
"""

import json
import os
import re
import sys
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings

from tests import planted
from tests.answers import text_of
from tests.architecture.addresses import all_addresses
from tests.factories import make_instrument
from tests.fuzz.fields import read_off
from tests.fuzz.requests import Asked, Space
from tests.planted import WORDS, World, hidden_from

pytestmark = pytest.mark.django_db

REQUESTS = int(os.environ.get("TEST_FUZZ", "250"))
USUAL_SEEDS = {"sqlite": "20260101", "postgresql": "20260102"}
SEED = int(os.environ.get("TEST_FUZZ_SEED", USUAL_SEEDS[connection.vendor]))
REPORT = os.environ.get("TEST_FUZZ_REPORT", "")
HANDLER = ClientHandler(enforce_csrf_checks=True)
PLANTED = [word.casefold() for word in WORDS]
TOKEN = "x" * 32  # a cookie and a head that agree are what a page of ours would send


def answer_to(world: World, asked: Asked) -> HttpResponse:
    client = world.client(asked.role)
    client.handler = HANDLER
    client.raise_request_exception = False
    client.cookies["csrftoken"] = TOKEN
    path = quote(asked.path, safe="/%")
    if asked.query:
        path += "?" + urlencode(asked.query, errors="replace")
    send = getattr(client, asked.method.lower())
    with transaction.atomic():
        answer = send(path, **asked.options(), headers={"X-CSRFToken": TOKEN, **asked.headers})
        with suppress(AttributeError):
            answer.said = text_of(answer)  # while what is streamed can still be read
        transaction.set_rollback(True)
    return answer


def leaked(asked: Asked, answer: HttpResponse) -> list[str]:
    """The words that this person must not read. What was asked for by its address may be repeated."""
    said = answer.said + answer.headers.get("Location", "")
    for part in filter(None, asked.path.split("/")):
        said = said.replace(part, "") if any(word in part.casefold() for word in PLANTED) else said
    return [
        word
        for word in hidden_from(asked.role)
        if re.search(rf"(?<![0-9a-z]){word}" if word.isdigit() else word, said, re.IGNORECASE)
    ]


def is_broken(asked: Asked, answer: HttpResponse) -> bool:
    """Health addresses may say that something else does not work."""
    return answer.status_code >= 500 and not asked.path.startswith("/healthz/")


def things_of(world: World) -> dict[str, list[str]]:
    """What may stand in the place of an argument: open, kept back, and none at all."""
    return {
        "reference": ["TST-1", "TST-2", "ZZYZXPARTY-1", "ZZYZXSTAFF-1", "ZZYZXTEXT-1", "tst-1", "\u00df", "new"],
        "party": ["AA", "BB", "aa", "ZZ", "\u0130"],
        "slug": ["meeting", "plan", "nowhere"],
        "pk": ["1", "2", "3", "4", "0", "9223372036854775807", "99999999999999999999"],
        "number": ["1", "2", "99999999999999999999"],
        "token": ["not-a-token", "1.1.1.1:a", "\u00e9", "a" * 500],
        "object_id": ["1", "2", "99999999999999999999", "x", "_5F"],
        "content_type_id": ["1", "99999999999999999999"],
        "app_label": ["accounts", "meetings"],
        "key": ["set-password", "a-b"],
        "url": ["nowhere"],
    }  # fmt: skip


@pytest.fixture
def world(now: Any, settings: Any) -> World:
    settings.PUBLIC_VIEW = True
    world = planted.plant(planted.ground(now), now)
    make_instrument(slug="plan")
    return world


def test_nothing_breaks_and_nothing_leaks_whatever_is_sent(world, capsys):
    addresses = list(all_addresses())
    fields = read_off(world, [a.path() for a in addresses])
    space = Space(addresses, fields, things_of(world))
    found: dict[str, list[str]] = {"errors": [], "leaks": []}
    answers: Counter[int] = Counter()

    @seed(SEED)
    @hypothesis_settings(
        max_examples=REQUESTS, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(space.requests())
    def ask(asked: Asked) -> None:
        answer = answer_to(world, asked)
        answers[answer.status_code] += 1
        if is_broken(asked, answer):
            why = getattr(answer, "exc_info", None)
            told = "".join(traceback.format_exception(*why)[-3:]) if why else ""
            found["errors"].append(f"{asked}\n{told}")
        if words := leaked(asked, answer):
            found["leaks"].append(f"{words} {answer.status_code} {asked}")

    ask()
    told = {"seed": SEED, "requests": answers.total(), "answers": dict(sorted(answers.items()))}
    with capsys.disabled():
        sys.stdout.write(f"\nfuzz: {told}\n")
    if REPORT:
        counts = {"requests": answers.total(), **{name: len(some) for name, some in found.items()}}
        Path(REPORT).write_text(json.dumps(counts))
    # The requests themselves were enough to answer 200, 302, 403 and 404, or they tried nothing.
    assert {200, 302, 403, 404} <= set(answers)
    assert found == {"errors": [], "leaks": []}, "\n\n".join([*found["errors"], *found["leaks"]])
