"""`manage.py start` as people meet it: what it says, what it refuses, and that nothing outlives it."""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes.server import (
    ROOT,
    Server,
    clean_environment,
    free_port,
    started,
    used_folder,
)

pytestmark = pytest.mark.processes

REFUSED = 2
CHILDREN = ("broker", "worker", "web", "clock")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("start") / "data"


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[Server]:
    with started(data) as server:
        yield server


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A run without the sample, on a folder that it made."""
    with started(tmp_path_factory.mktemp("empty") / "data", "--no-sample") as server:
        yield server


def start(data: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A start that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "manage.py", "start", "--data", str(data), *arguments],
        cwd=ROOT,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def family(server: Server) -> list[psutil.Process]:
    """Everything that the run started, whatever that started in turn."""
    return psutil.Process(server.process.pid).children(recursive=True)


def private_folder(data: Path) -> Path:
    return Path((data / "run" / "holder").read_text().splitlines()[2])


def still_there(processes: list[psutil.Process], *, within: float) -> list[psutil.Process]:
    """Which of them live on. One that only waits to be counted by its new parent has ended."""

    def alive() -> list[psutil.Process]:
        return [one for one in processes if one.is_running() and one.status() != "zombie"]

    wait_until(lambda: not alive(), within)
    return alive()


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while not condition() and time.monotonic() < give_up:
        time.sleep(0.05)


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_is_ready_when_it_says_so(running):
    assert running.lines[-1] == f"Ready: http://127.0.0.1:{running.port}"
    assert status_of(running.port, "/healthz/ready") == 200


def test_it_tells_the_sample_accounts_and_where_mail_goes(running, data):
    said = "\n".join(running.lines)
    assert "officer@example.org" in said
    assert "sample-register" in said
    assert str(data / "mail") in said
    assert f"http://127.0.0.1:{running.port}/reminders/outbox/" in said


def test_what_it_makes_is_for_its_owner_alone(running, data):
    made = [data, *data.rglob("*"), private_folder(data)]
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_root_hears_no_warnings(running, data):
    assert "Warning" not in (data / "log" / "worker.log").read_text()
    assert "Warning" not in (data / "log" / "web.log").read_text()


def test_a_second_start_says_where_the_first_runs(running, data):
    refused = start(data, "--port", str(free_port()))
    assert refused.returncode == REFUSED
    assert refused.stderr == (
        f"The data folder {data} is in use by http://127.0.0.1:{running.port} "
        f"(process {running.process.pid}). Stop it first, or choose another folder with --data.\n"
    )


def test_a_port_that_is_taken_is_refused(running, tmp_path):
    refused = start(tmp_path / "other", "--port", str(running.port))
    assert refused.returncode == REFUSED
    assert refused.stderr.startswith(f"Port {running.port} of 127.0.0.1 cannot be used")
    assert refused.stderr.count("\n") == 1


def test_two_runs_live_side_by_side(running, empty):
    assert status_of(empty.port, "/healthz/ready") == 200
    assert status_of(running.port, "/healthz/ready") == 200


def test_an_empty_register_gets_its_first_administrator_by_an_address(empty):
    assert "sample-register" not in "\n".join(empty.lines)
    [address] = [line.strip() for line in empty.lines if "/setup/" in line]
    site, setup, token = address.partition("/setup/")
    assert site == f"http://127.0.0.1:{empty.port}"
    assert status_of(empty.port, f"{setup}{token}") == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_URL", "mail.example.org"),
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("CELERY_BROKER_URL", "nonsense"),
        ("SITE_URL", "tracker"),
        ("TICK_SECONDS", "soon"),
        ("SECRET_KEY", "too short"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(tmp_path, name, value):
    refused = start(tmp_path / "data", "--port", str(free_port()), **{name: value})
    assert refused.returncode == REFUSED
    assert refused.stderr.startswith(name)
    assert refused.stderr.count("\n") == 1


def test_a_database_that_does_not_answer_is_named(tmp_path):
    nowhere = f"postgres://tracker@127.0.0.1:{free_port()}/tracker"
    refused = start(tmp_path / "data", "--port", str(free_port()), DATABASE_URL=nowhere)
    assert refused.returncode == REFUSED
    assert refused.stderr.startswith("DATABASE_URL names a database that does not work")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    refused = start(tmp_path / "file" / "data")
    assert refused.returncode == REFUSED
    assert refused.stderr.startswith("DATA_DIR needs the folder")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(tmp_path, number):
    data = used_folder(tmp_path / "data")
    with started(data) as server:
        processes, folder = family(server), private_folder(data)
        assert len(processes) >= 6
        server.process.send_signal(number)
        assert server.process.wait(10) == 0
        assert still_there(processes, within=0) == []
        assert not folder.exists()


def test_stopped_and_started_again_it_goes_on_where_it_was(tmp_path):
    data = used_folder(tmp_path / "data")
    key = (data / "secret_key").read_text()
    with started(data, "--no-sample") as server:
        assert "Preparing the database ..." not in server.lines
        assert "officer@example.org" in "\n".join(server.lines)
        assert (data / "secret_key").read_text() == key


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_run_leaves_nothing_and_the_next_takes_its_place(tmp_path):
    data = used_folder(tmp_path / "data")
    with started(data) as server:
        processes, folder = family(server), private_folder(data)
        server.process.kill()
        server.process.wait()
    with started(data, "--port", str(server.port)) as successor:
        assert status_of(server.port, "/healthz/ready") == 200
        assert successor.lines[-1] == f"Ready: http://127.0.0.1:{server.port}"
        assert still_there(processes, within=5) == []
        assert not folder.exists()


@pytest.mark.parametrize("name", CHILDREN)
def test_when_a_child_dies_it_is_named_and_all_ends(tmp_path, name):
    data = used_folder(tmp_path / "data")
    with started(data) as server:
        processes, folder = family(server), private_folder(data)
        numbers = dict(zip(CHILDREN, child_numbers(data), strict=True))
        os.kill(numbers[name], signal.SIGKILL)
        said, _ = server.process.communicate(timeout=20)
        assert server.process.returncode == 1
        assert f"The {name} process ended (killed by SIGKILL)" in said
        assert str(data / "log" / f"{name}.log") in said
        assert still_there(processes, within=0) == []
        assert not folder.exists()


def child_numbers(data: Path) -> list[int]:
    return [int(line) for line in (data / "run" / "children").read_text().splitlines()]


def test_sample_data_are_not_shown_to_the_world(tmp_path):
    data = used_folder(tmp_path / "data")
    refused = start(data, "--port", str(free_port()), SITE_URL="https://tracker.example.org")
    assert refused.returncode == REFUSED
    assert refused.stderr.startswith("SITE_URL is 'https://tracker.example.org'")


def test_the_folder_of_the_socket_is_short_enough(tmp_path):
    """A socket's path has a limit of about a hundred characters; a temporary folder has none."""
    deep = tmp_path / ("very-" * 30 + "deep")
    deep.mkdir()
    data = used_folder(tmp_path / "data")
    with started(data, TMPDIR=str(deep)):
        folder = private_folder(data)
        assert folder.parent == Path(tempfile.gettempdir()) or folder.parent == Path("/tmp")


def test_any_command_reads_the_key_that_start_made(running, data):
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=clean_environment() | {"DATA_DIR": str(data)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
