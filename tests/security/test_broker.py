"""S18: the broker of script/server is nobody else's, and its messages are JSON or are thrown away."""

import os
import pickle
import stat
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from kombu import Producer

from sco_tracker.celery import app
from sco_tracker.stack import broker_command, worker_command
from tests.faults.workers import environment

ROOT = Path(settings.BASE_DIR)
SECONDS = 60


class Touch:
    """Makes a file when it is unpickled: what a hostile message would do with more imagination."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def wait_for(happened) -> None:
    give_up = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.1)


@pytest.fixture
def broker(tmp_path_factory):
    """A Valkey as script/server starts it."""
    folder = tmp_path_factory.mktemp("b")
    with subprocess.Popen(broker_command(folder)) as process:
        wait_for((folder / "broker.sock").exists)
        yield folder
        process.terminate()


def address(folder: Path) -> str:
    return f"redis+socket://{folder}/broker.sock?virtual_host=0"


@pytest.mark.processes
def test_the_broker_of_script_server_listens_on_a_private_socket_alone(broker):
    from redis import Redis

    assert stat.S_IMODE((broker / "broker.sock").stat().st_mode) == 0o700
    server = Redis(unix_socket_path=str(broker / "broker.sock"))
    assert server.config_get("port") == {"port": "0"}
    server.close()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_pickled_message_is_thrown_away_and_the_worker_works_on(broker, tmp_path):
    trace, log = tmp_path / "ran", tmp_path / "log"
    surroundings = environment(TEST_BROKER_URL=address(broker), READY_FOLDER=str(broker))
    hostile = Celery("hostile", broker=address(broker))
    with ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        worker = stack.enter_context(
            subprocess.Popen(
                worker_command(broker), env=surroundings, cwd=ROOT, stdout=output, stderr=output
            )
        )
        stack.callback(worker.terminate)
        wait_for((broker / "worker").exists)
        with hostile.connection_for_write() as connection:
            body = pickle.dumps(((Touch(trace),), {}, {}))
            Producer(connection).publish(
                body, routing_key="reminders", content_type="application/x-python-serialize",
                content_encoding="binary", headers={"task": "reminders.purge", "id": "1"},
            )  # fmt: skip
        wait_for(lambda: b"ContentDisallowed" in log.read_bytes())
        assert hostile.control.ping(timeout=5)
        assert worker.poll() is None
    assert not trace.exists()
    assert pickle.loads(body)
    assert trace.exists()


def test_json_is_all_that_is_written_and_read():
    assert app.conf.accept_content == ["json"]
    assert (app.conf.task_serializer, app.conf.result_serializer) == ("json", "json")
