"""S14 and S18 on PostgreSQL: what the application's role can do, by the SQL that administrators run.

The SQL runs on a database of its own, which its owner then migrates, and within a test on the tests'
database, where the application's role does the main jobs.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts import seals, triggers
from accounts.models import Event, Seal
from commitments.models import Obligation
from reminders import by_hand, engine
from reminders.models import Attempt, Email
from tests.factories import (
    NOW,
    PASSWORD,
    days,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
)

pytestmark = pytest.mark.django_db

# Roles belong to all databases of a server: two runs at once must not share theirs.
MINE = f"t{os.getpid()}_"
FILE = Path(settings.BASE_DIR) / "deploy" / "postgresql" / "roles.sql"
SQL = FILE.read_text().replace("tracker_", MINE)
REFUSED = [
    "UPDATE accounts_event SET why = 'x'",
    "DELETE FROM accounts_event",
    "TRUNCATE accounts_event CASCADE",
    "UPDATE accounts_seal SET sha256 = ''",
    "DELETE FROM accounts_seal",
    "TRUNCATE accounts_seal",
    "UPDATE reminders_attempt SET text = ''",
    "DELETE FROM reminders_attempt",
    "SELECT * FROM accounts_event FOR UPDATE",
    "DROP TRIGGER accounts_event_no_change ON accounts_event",
    "ALTER TABLE accounts_event DISABLE TRIGGER ALL",
    "ALTER TABLE accounts_event ADD COLUMN more text",
    "ALTER TABLE accounts_user DROP COLUMN role",
    "DROP TABLE accounts_seal",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION citext",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RETURN NEW; END'",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER mine BEFORE INSERT ON accounts_event EXECUTE FUNCTION refuse_change()",
    "SET session_replication_role = replica",
    "SET ROLE tracker_owner",
    "DELETE FROM django_migrations",
    "CREATE ROLE mine",
]


@pytest.fixture(autouse=True)
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def roles():
    """The SQL of administrators, run on the tests' database; all of it is taken back with the test."""
    execute(SQL)


def become(role: str) -> None:
    execute(f"SET LOCAL SESSION AUTHORIZATION {MINE}{role}")


def may(role: str, what: str, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [MINE + role, table, what])
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("statement", REFUSED)
def test_the_application_is_refused(roles, statement):
    become("app")
    with (
        pytest.raises(DatabaseError, match="denied|must be (owner|superuser)"),
        transaction.atomic(),
    ):
        execute(statement.replace("tracker_", MINE))


@pytest.mark.parametrize("role", ["owner", "app"])
def test_neither_role_has_powers_over_the_server(roles, role):
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {powers} FROM pg_roles WHERE rolname = %s", [MINE + role])
        assert cursor.fetchone() == (False,)


def test_the_application_cannot_give_away_what_it_may_not_do_itself(roles):
    become("app")
    execute("GRANT UPDATE ON accounts_event TO PUBLIC")  # PostgreSQL warns, and grants nothing
    assert not may("app", "UPDATE", "accounts_event")


def test_the_application_does_its_main_jobs(roles):
    become("app")
    now = NOW
    officer, party = make_officer(password=PASSWORD), make_party("AA")
    make_focal_point(party)
    make_commitment(make_report(make_meeting(slug="meeting")), [party], reference="TST-1")
    line = Obligation.objects.get()
    make_deadline(line, now.date() + days(9), actor=officer)
    line.refresh_from_db()

    client = Client()
    entered = client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    assert (entered.status_code, entered.headers["Location"]) == (302, "/")
    posted = {"status": "in_progress", "note": "Begun.", "version": line.version}
    assert client.post("/commitments/TST-1/AA/status/", posted).status_code == 302
    line.refresh_from_db()
    assert line.status == "in_progress"

    assert by_hand.send_now(line=line, actor=officer, now=now, via="page") == 1
    assert engine.purge()["texts"] == 0
    assert seals.seal(now) == Event.objects.count()
    assert Seal.objects.get().count
    assert seals.verify().problems == []


def test_an_attempt_to_send_is_noted_by_the_application(roles, now):
    become("app")
    email = Email.objects.create(
        kind="account", to_address="a@example.org", created_at=now, not_before=now, expires_at=now
    )
    noted = Attempt(
        email=email, claim=1, worker="w", stage="claim", started_at=now, ended_at=now, text="250"
    )
    Attempt.objects.bulk_create([noted], ignore_conflicts=True)
    assert email.attempts.count() == 1


def test_the_owner_makes_tables_that_the_application_writes_to(roles):
    become("owner")
    execute("CREATE TABLE later (id bigserial PRIMARY KEY, word text)")
    become("app")
    execute("INSERT INTO later (word) VALUES ('a')")
    execute("UPDATE later SET word = 'b'")
    execute("DELETE FROM later")


@pytest.mark.parametrize("table", triggers.INSERT_ONLY)
def test_a_migration_narrows_what_default_privileges_gave(roles, table):
    execute(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO {MINE}app")
    assert may("app", "UPDATE", table)
    become("owner")
    triggers.create()
    assert [what for what in ("UPDATE", "DELETE", "TRUNCATE") if may("app", what, table)] == []
    assert may("app", "INSERT", table)
    assert may("app", "SELECT", table)


def test_the_owner_too_is_held_by_the_triggers(roles):
    become("owner")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute("TRUNCATE accounts_event CASCADE")


def test_the_sql_can_be_run_again(roles):
    execute(SQL)
    assert not may("app", "UPDATE", "accounts_event")


def test_the_sql_names_every_table_that_is_only_added_to():
    assert [f"'{table}'" in SQL for table in triggers.INSERT_ONLY] == [True] * 3


# From nothing --------------------------------------------------------------------------------------


@pytest.fixture
def fresh(django_db_blocker):
    """A new database with the roles; both are gone afterwards."""
    import psycopg

    at = connection.settings_dict
    address = {"host": at["HOST"], "port": at["PORT"] or None, "user": at["USER"] or None}
    address["password"] = at["PASSWORD"] or None
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {MINE}fresh")
        try:
            with psycopg.connect(**address, dbname=f"{MINE}fresh") as database:
                database.execute(SQL)
            yield address
        finally:
            server.execute(f"DROP DATABASE {MINE}fresh WITH (FORCE)")
            server.execute(f"DROP ROLE {MINE}owner, {MINE}app")


def test_the_owner_migrates_an_empty_database_and_the_application_cannot_touch_its_log(
    fresh, tmp_path
):
    import psycopg

    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{MINE}owner@/{MINE}fresh?host={fresh['host']}",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "sco_tracker.settings",
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    with psycopg.connect(**fresh | {"user": f"{MINE}app"}, dbname=f"{MINE}fresh") as database:
        database.execute("UPDATE accounts_user SET name = name")
        for statement in ("UPDATE accounts_event SET why = ''", "DELETE FROM accounts_seal"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), database.transaction():
                database.execute(statement)
