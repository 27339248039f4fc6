"""D: the database restarts, is cut off, says no, or is busy."""

import signal
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection

from reminders.models import Email
from tests.faults.world import settles

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = {"REMINDER_SCALE": 1 / 30}


def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server")


def ask(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def others():
    """The backends of the workers."""
    mine = "datname = current_database() AND pid <> pg_backend_pid()"
    return [pid for (pid,) in ask(f"SELECT pid FROM pg_stat_activity WHERE {mine}")]


def cut_all():
    for pid in others():
        ask("SELECT pg_terminate_backend(%s)", pid)


def crash():
    """The server kills all its processes and recovers, as it does when one of them is killed.

    What was committed before is safe: the cases switch `synchronous_commit` on.
    """
    import os

    [(pid,)] = ask("SELECT pg_backend_pid()")
    os.kill(pid, signal.SIGKILL)
    connection.close()
    for _ in range(200):
        try:
            ask("SELECT 1")
        except Exception:  # the server starts again
            connection.close()
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The server did not come back.")


@pytest.fixture
def careful():
    """Commits outlive a crash of the server, as in production."""
    on_postgresql()
    [(name,)] = ask("SELECT current_database()")
    ask(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    connection.close()
    yield
    ask(f'ALTER DATABASE "{name}" RESET synchronous_commit')


@pytest.mark.whole
def test_d1_four_restarts_while_sending(careful, world, relay, workers, proves):
    world.has_many(200)
    workers.does("plan")
    crowd = [workers.start("rounds", ROUNDS_FOR=30) for _ in range(3)]
    for quarter in range(1, 5):
        wait_for(lambda: len(relay.accepted) >= quarter * 40)  # noqa: B023  asked at once
        crash()
    for worker in crowd:
        worker.wait()
    settles(workers)
    proves()


@pytest.mark.whole
def test_d2_a_restart_in_planning(careful, world, workers, proves):
    world.has_many(20)
    worker = workers.start("plan", FAIL_POINT="plan rows:stop")
    worker.stops_itself()
    crash()
    worker.goes_on()
    worker.wait()
    workers.does("plan", "send")
    proves()


# A worker and the database die together, after how far a mail has come; the copy that makes.
AT_ONCE = {"claimed": 0, "frozen": 0, "marked": 0, "accepted": 1, "recorded": 0}


@pytest.mark.whole
@pytest.mark.parametrize(("point", "extra"), AT_ONCE.items())
def test_k10_k12_worker_and_database_die_at_once(point, extra, careful, world, workers, proves):
    """As when the power fails: what was committed is there afterwards, what was not is gone."""
    world.has_people(3)
    workers.does("plan")
    worker = workers.start("send", FAIL_POINT=f"{point}:stop")
    worker.stops_itself()
    worker.kill()
    crash()
    worker.dies_by(signal.SIGKILL)
    settles(workers)
    proves(extra=extra)
    in_doubt = point in {"marked", "accepted"}
    assert Email.objects.filter(maybe_dup=True).count() == int(in_doubt)


def test_d3_the_connection_is_cut_after_the_answer(world, relay, workers, proves):
    """The worker knows the outcome: it keeps it and writes it when the database is back."""
    world.has_people(3)
    workers.does("plan")
    worker = workers.start("send", FAIL_POINT="accepted:stop")
    worker.stops_itself()
    with away():
        worker.goes_on()
        wait_for(lambda: "kept and written later" in workers.said() or not blocks())
    worker.succeeds()
    settles(workers)
    proves()


@contextmanager
def away():
    """PostgreSQL cuts the connections; SQLite has a writer that stays."""
    if connection.vendor == "postgresql":
        cut_all()
        yield
        return
    with busy():
        time.sleep(0.5)
        yield


def blocks():
    return connection.vendor == "postgresql"


@pytest.mark.whole
def test_d4_a_database_that_only_reads_costs_time_alone(world, relay, workers, proves):
    on_postgresql()
    world.has_people(3)
    workers.does("plan")
    [(name,)] = ask("SELECT current_database()")
    ask(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    try:
        assert workers.start("plan", "send").wait() == ("exit", 1)
        assert not relay.accepted
    finally:
        ask("SET default_transaction_read_only = off")
        ask(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    workers.does("plan", "send")
    proves()


@pytest.mark.whole
def test_d5_a_lock_that_is_not_got_in_time_costs_time_alone(world, relay, workers, proves):
    on_postgresql()
    world.has_people(3)
    workers.does("plan")
    [(name,)] = ask("SELECT current_database()")
    ask(f"ALTER DATABASE \"{name}\" SET lock_timeout = '200ms'")
    try:
        worker = workers.start("send", FAIL_POINT="accepted:stop", **QUICK)
        worker.stops_itself()
        with locked():
            worker.goes_on()
            time.sleep(1)  # five such refusals
        worker.succeeds()
    finally:
        ask(f'ALTER DATABASE "{name}" RESET lock_timeout')
    settles(workers)
    proves()


@contextmanager
def locked():
    """Nobody else may write the outbox."""
    from django.db import transaction

    with transaction.atomic():
        ask("LOCK TABLE reminders_email IN EXCLUSIVE MODE")
        yield


@pytest.mark.whole
def test_d6_sqlite_with_many_writers(world, relay, workers, proves):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    world.has_many(60)
    stop = threading.Event()
    crowd = [workers.start("plan", "send", "plan", "send") for _ in range(4)]
    noise = threading.Thread(target=write_until, args=[stop])
    noise.start()
    try:
        for worker in crowd:
            worker.succeeds()
    finally:
        stop.set()
        noise.join()
    settles(workers)
    proves()


def write_until(stop):
    while not stop.is_set():
        with busy():
            time.sleep(0.02)
        # SQLite's waiters sleep up to a tenth of a second: a writer without a pause would shut them out.
        time.sleep(0.05)
    connection.close()


@contextmanager
def busy():
    """Hold SQLite's only write lock."""
    from django.db import transaction

    with transaction.atomic():
        yield


def wait_for(condition, seconds=30):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "It did not happen in time."
        time.sleep(0.01)
