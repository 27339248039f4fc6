"""One database under measurement: `python -m tests.bench.latency fill|ask COMMITMENTS`.

DATABASE_URL says which. It is filled by `manage.py sample_register`, in a process of its own, as no
web process carries what that leaves in memory. Then page after page is asked as one
client, in the process, through every middleware: no network, no second client. A page is asked a few
times before it counts, and in turns with the plain page it is compared with, as processors change
their pace. Each turn begins at another depth of calls, as some depths cost a page dear
(`sco_tracker.middleware.room_for_frames`). Prints a figure a line, as JSON.
"""

import logging
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sco_tracker.settings")
import django

django.setup()

from django.conf import settings  # noqa: E402  the product has to be set up first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import Resolver404, resolve  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from commitments.models import Commitment  # noqa: E402

from .figures import Figure  # noqa: E402
from .plain import MIDDLEWARE  # noqa: E402

# PostgreSQL gets used to a statement in five uses after the one from which it is kept.
WARM_UP, TIMES = 8, 21
# Calls between two turns: together more than a chunk of memory holds.
STEP = 7
MEGABYTE = 1024 * 1024
# Name, who asks, and the address. The pages of deep lists are 1,200 or the last.
PAGES = (
    ("list", "officer", "/commitments/"),
    ("list_deep", "officer", "/commitments/?page={deep}"),
    ("list_by_title", "officer", "/commitments/?sort=title"),
    ("list_filtered", "officer", "/commitments/?party=KZ&timing=overdue&theme=drugs"),
    ("list_reader", "reader", "/commitments/"),
    ("list_focal_point", "kazakhstan", "/commitments/"),
    ("search_rare", "officer", "/commitments/?q=saiga"),
    ("search_common", "officer", "/commitments/?q=terrorism"),
    ("search_russian", "officer", "/commitments/?q=сайгака"),
    ("search_chinese", "officer", "/commitments/?q=高鼻羚羊"),
    ("search_none", "officer", "/commitments/?q=zzzzzz"),
    ("item", "officer", "/commitments/{reference}/"),
    ("item_reader", "reader", "/commitments/{reference}/"),
    ("lines", "officer", "/commitments/lines/"),
    ("lines_deep", "officer", "/commitments/lines/?page={deep}"),
    ("lines_reader", "reader", "/commitments/lines/"),
    ("reports", "officer", "/commitments/reports/"),
    ("reports_reader", "reader", "/commitments/reports/"),
    ("home_officer", "officer", "/"),
    ("home_reader", "reader", "/"),
    ("home_focal_point", "kazakhstan", "/"),
    ("grid", "officer", "/grid/"),
    ("grid_reader", "reader", "/grid/"),
)


def main() -> None:
    logging.disable(logging.WARNING)
    what, commitments = sys.argv[1], int(sys.argv[2])
    if what == "fill":
        fill(commitments)
        return
    # One client asks as often as thousands would: how often it may is not what is measured.
    with override_settings(ALLOWED_HOSTS=["*"], LIMITS={}):
        for figure in measured(commitments):
            print(figure.as_json(), flush=True)


def fill(commitments: int) -> None:
    call_command("migrate", verbosity=0)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    call_command(
        "sample_register",
        commitments=commitments,
        day=timezone.now().date(),
        stdout=sys.stderr,
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")  # or it still writes what was filled while pages are asked
    print(figure_("filling", time.perf_counter() - began, "s", commitments).as_json())


def figure_(name: str, value: float, unit: str, rows: int, beside: float | None = None) -> Figure:
    return Figure(f"pages.{name}", round(value, 2), unit, beside, connection.vendor, rows)


def measured(commitments: int) -> Iterator[Figure]:
    plain = signed_in("officer")
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        queries, _size = warmed_up(plain, "/")
    yield figure_("plain.queries", queries, "queries", commitments)
    deep = min(1200, commitments // 20)
    names = {
        "deep": deep,
        "reference": Commitment.objects.order_by("pk")[commitments // 2].reference,
    }
    for name, who, address in PAGES:
        path = address.format(**names)
        if not exists(path):
            continue
        client = signed_in(who)
        queries, size = warmed_up(client, path)
        took, beside = in_turns(partial(timed, client, path), partial(timed, plain, "/"))
        yield figure_(f"{name}.p50", took, "ms", commitments, round(beside, 2))
        yield figure_(f"{name}.queries", queries, "queries", commitments)
        yield figure_(f"{name}.size", size / 1024, "KB", commitments)
    first, last = (
        partial(timed, signed_in("officer"), PAGES[n][2].format(**names)) for n in (0, 1)
    )
    took, beside = in_turns(last, first)
    yield figure_("list_deep.beside_first", took / beside, "times", commitments)
    yield from exported(commitments)


def exists(path: str) -> bool:
    try:
        resolve(path.partition("?")[0])
    except Resolver404:
        return False
    return True


def signed_in(who: str) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    user = User.objects.get(email=f"{who}@example.org")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def warmed_up(client: Client, path: str) -> tuple[int, int]:
    """How many statements a page takes once it is warm, and how many bytes it has."""
    for _ in range(WARM_UP):
        with counted() as statements:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}.")
    return len(statements), len(answer.content)


def in_turns(page: Callable[[], float], other: Callable[[], float]) -> tuple[float, float]:
    """How long two pages take (medians, ms), asked one after the other."""
    took: list[float] = []
    beside: list[float] = []
    for turn in range(TIMES):
        beside.append(deeper(turn * STEP, other))
        took.append(deeper(turn * STEP, page))
    return statistics.median(took), statistics.median(beside)


def deeper(calls: int, ask: Callable[[], float]) -> float:
    """The same, so many calls further down."""
    return deeper(calls - 1, ask) if calls else ask()


def timed(client: Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of a block, those that begin and end transactions left out."""
    statements: list[str] = []

    def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
        statements.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield statements


def exported(commitments: int) -> Iterator[Figure]:
    """A workbook of all rows: how long it takes, how large it gets, and what the process grew to."""
    answer = signed_in("officer").get("/commitments/?export=xlsx")
    if not answer.headers["Content-Type"].startswith("application/vnd.openxmlformats"):
        return
    began = time.perf_counter()
    size = sum(map(len, answer)) if answer.streaming else len(answer.content)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield figure_("export_xlsx.seconds", time.perf_counter() - began, "s", commitments)
    yield figure_("export_xlsx.size", size / MEGABYTE, "MB", commitments)
    yield figure_("export_xlsx.peak", peak, "MB", commitments)


if __name__ == "__main__":
    main()
