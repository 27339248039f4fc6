"""R and the rest of C: brokers that forget, die, hang or were never there; clocks in any number."""

import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from reminders import health
from reminders.models import Pulse
from sco_tracker.stack import broker_command, worker_command
from tests.faults.proxy import proxy
from tests.faults.workers import environment
from tests.faults.world import time_passes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

TICK = 1.0
# "At most two minutes late", where a tick is a minute.
LATE = 20 * TICK
# Until a connection by which nothing arrives is given up: this takes no less where ticks are faster.
HALF_OPEN = 120


class Site:
    """A broker, workers with a beat, second clocks: whatever a case starts."""

    def __init__(self, folder: Path, relay, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.environment = environment(
            TEST_TICK_SECONDS=str(TICK),
            TEST_EMAIL_URL=f"smtp://127.0.0.1:{relay.port}",
            TEST_BROKER_URL=f"redis+socket://{folder}/broker.sock?virtual_host=0",
            READY_FOLDER=str(folder),
        )

    def start_broker(self) -> "subprocess.Popen[bytes]":
        broker = self._start(broker_command(self.folder))
        wait_for((self.folder / "broker.sock").exists)
        return broker

    def start_worker(self, pool: str = "threads") -> "subprocess.Popen[bytes]":
        """A worker with the beat inside; on several machines its pool is of processes."""
        for name in ("worker", "beat"):
            (self.folder / name).unlink(missing_ok=True)
        command = [pool if word == "threads" else word for word in worker_command(self.folder)]
        worker = self._start(command)
        wait_for((self.folder / "beat").exists, seconds=60)
        return worker

    def start_loop(self) -> "subprocess.Popen[bytes]":
        return self._start([sys.executable, "manage.py", "reminders", "run", "--loop"])

    def run_by_hand(self) -> None:
        command = [sys.executable, "manage.py", "reminders", "run"]
        subprocess.run(command, cwd=settings.BASE_DIR, env=self.environment, check=True)

    def ask_broker(self, *words: str) -> None:
        from redis import Redis

        with Redis(unix_socket_path=f"{self.folder}/broker.sock") as client:
            client.execute_command(*words)

    def _start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        log = self.stack.enter_context((self.folder / "log").open("ab"))
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log
        )
        self.stack.callback(end, process)
        return process


def end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        process.terminate()
        process.send_signal(signal.SIGCONT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def site(tmp_path, relay, transactional_db):
    with ExitStack() as stack:
        yield Site(tmp_path, relay, stack)


def wait_for(condition, seconds=LATE):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "It did not happen in time."
        time.sleep(0.05)


def all_told(world, relay, seconds=LATE):
    wait_for(lambda: len(relay.accepted) >= len(world.promises), seconds)


def goes_on(world, relay):
    """Somebody new is told without anybody's doing."""
    world.has_people(1)
    all_told(world, relay)


@pytest.mark.whole
def test_r1_flushall_while_idle(site, world, relay, proves):
    site.start_broker()
    site.start_worker()
    site.ask_broker("FLUSHALL")
    goes_on(world, relay)
    proves()


@pytest.mark.whole
def test_r2_flushall_with_a_full_queue(site, world, relay, proves):
    site.start_broker()
    worker = site.start_worker()
    worker.send_signal(signal.SIGSTOP)
    time.sleep(3 * TICK)
    site.ask_broker("FLUSHALL")
    worker.send_signal(signal.SIGCONT)
    goes_on(world, relay)
    proves()


@pytest.mark.whole
@pytest.mark.parametrize("away", [0.5, 10], ids=["R3", "R4"])
def test_r3_r4_a_broker_that_dies_and_comes_back_empty(away, site, world, relay, proves):
    broker = site.start_broker()
    site.start_worker()
    broker.kill()
    broker.wait()
    (site.folder / "broker.sock").unlink(missing_ok=True)
    time.sleep(away)
    site.start_broker()
    world.has_people(1)
    wait_for(lambda: len(relay.accepted) == 1, seconds=90)
    proves()


@pytest.mark.whole
def test_r5_a_connection_that_swallows_what_passes(site, world, relay, proves):
    """Worker and beat wait for answers that do not come. They give up and connect anew."""
    site.start_broker()
    with proxy(site.folder / "broker.sock") as between:
        site.environment["TEST_BROKER_URL"] = between.address
        site.start_worker()
        wait_for(lambda: Pulse.objects.filter(name="beat").exists())
        between.swallows()
        world.has_people(1)
        all_told(world, relay, seconds=HALF_OPEN)
        proves()


@pytest.mark.whole
def test_r5_a_broker_that_hangs_is_made_up_for_by_the_second_clock(site, world, relay, proves):
    """Workers wait for an answer that does not come; the loop needs no broker."""
    broker = site.start_broker()
    site.start_worker()
    site.start_loop()
    broker.send_signal(signal.SIGSTOP)
    goes_on(world, relay)
    proves()


@pytest.mark.whole
def test_r6_a_broker_with_full_memory(site, world, relay, proves):
    """The worker gives up for good. Health says so, unless there is a second clock: that goes on."""
    site.start_broker()
    worker = site.start_worker()
    wait_for(lambda: Pulse.objects.filter(name="beat").exists())
    site.ask_broker("CONFIG", "SET", "maxmemory", "1")
    time.sleep(3 * TICK)
    time_passes(minutes=4)
    time.sleep(3 * TICK)
    assert not health.is_well(timezone.now())
    site.start_loop()
    goes_on(world, relay)
    wait_for(lambda: health.is_well(timezone.now()))  # the round ends after its mails
    site.ask_broker("CONFIG", "SET", "maxmemory", "0")
    end(worker)
    before = beat()
    site.start_worker()
    wait_for(lambda: beat() > before)
    goes_on(world, relay)
    proves()


def beat():
    """When a worker last took up what the beat sent."""
    return Pulse.objects.get(name="beat").finished


def test_r7_without_any_broker_the_second_clock_does_it_all(site, world, relay, proves):
    world.has_people(2)
    site.start_loop()
    all_told(world, relay)
    wait_for(lambda: Pulse.objects.filter(name="loop").exists())
    proves()


@pytest.mark.whole
def test_k18_only_the_process_of_the_pool_is_killed(site, world, relay, proves):
    import psutil

    site.start_broker()
    worker = site.start_worker(pool="prefork")
    children = psutil.Process(worker.pid).children()
    for process in children:
        if "beat" not in " ".join(process.cmdline()):
            process.kill()
    goes_on(world, relay)
    proves()


@pytest.mark.whole
def test_c2_beat_loops_and_a_human_at_once(site, world, relay, proves):
    world.has_people(30)
    site.start_broker()
    site.start_worker()
    for _ in range(2):
        site.start_loop()
    site.run_by_hand()
    all_told(world, relay)
    time.sleep(4 * TICK)
    proves()
