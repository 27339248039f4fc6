"""The log of who did what: only ever added to, by the database's own word."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import triggers
from accounts.audit import record
from accounts.choices import Via
from accounts.models import Event
from tests.factories import make_administrator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    make_user()
    return Event.objects.get()


def assert_refused(change) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def present_triggers() -> set[str]:
    if connection.vendor == "sqlite":
        asked = "SELECT tbl_name || '_' || name FROM sqlite_master WHERE type = 'trigger'"
    else:
        asked = (
            "SELECT tgrelid::regclass::text || '_' || tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("table", triggers.INSERT_ONLY)
def test_after_all_migrations_the_triggers_are_there(table):
    verbs = ("update", "delete") if connection.vendor == "sqlite" else ("change", "truncate")
    assert {f"{table}_{table}_no_{verb}" for verb in verbs} <= present_triggers()


def test_a_migration_leaves_the_triggers_in_place():
    triggers.drop()
    assert not any("_no_" in name for name in present_triggers())
    call_command("migrate", verbosity=0)
    assert len([name for name in present_triggers() if "_no_" in name]) == 2 * len(
        triggers.INSERT_ONLY
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda event: Event.objects.filter(pk=event.pk).update(why="Another reason."),
        lambda event: Event.objects.filter(pk=event.pk)._raw_delete(Event.objects.db),
        lambda event: Event.objects.all().delete(),
        lambda event: event.delete(),
        lambda event: event.save(),
        lambda event: Event.objects.bulk_update([event], ["why"]),
        lambda event: execute("UPDATE accounts_event SET why = 'x'"),
        lambda event: execute("UPDATE accounts_event SET action = action WHERE 1 = 1"),
        lambda event: execute("DELETE FROM accounts_event"),
    ],
    ids=["queryset update", "raw delete", "queryset delete", "row delete", "row save",
         "bulk update", "sql update", "sql update of nothing", "sql delete"],
)  # fmt: skip
def test_an_event_cannot_be_changed_or_taken_away(event, change):
    assert_refused(lambda: change(event))
    assert Event.objects.filter(pk=event.pk, why="").exists()


@pytest.mark.parametrize("deed", ["change", "delete", "history"])
@pytest.mark.parametrize("name", ["event", "seal"])
def test_the_administration_offers_no_way_to_a_row_of_the_log(client, event, name, deed):
    client.force_login(make_administrator())
    before = list(Event.objects.filter(pk=event.pk).values())
    client.post(f"/admin/accounts/{name}/{event.pk}/{deed}/", {"why": "Another", "post": "yes"})
    data = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}
    client.post(f"/admin/accounts/{name}/", data)
    assert list(Event.objects.filter(pk=event.pk).values()) == before


def test_the_table_cannot_be_emptied(event):
    if connection.vendor == "postgresql":  # SQLite has no such statement
        connection.check_constraints()  # what waits for them would refuse it first
        assert_refused(lambda: execute("TRUNCATE accounts_event CASCADE"))


def test_whoever_did_something_cannot_be_deleted(event):
    actor = make_user()
    record(actor=actor, at=timezone.now(), via=Via.PAGE, action="tested", of=actor)
    with pytest.raises(DatabaseError), transaction.atomic():
        actor.delete()


def test_an_event_can_be_added(event):
    record(actor=None, at=timezone.now(), via=Via.COMMAND, action="tested", of=event)
    assert Event.objects.count() == 2


def test_an_event_says_what_was_changed_without_holding_on_to_it(event):
    person = make_user()
    told = record(
        actor=None, at=timezone.now(), via=Via.COMMAND, action="tested", of=person, after={"a": 1}
    )
    assert (told.object_type, told.object_id) == ("user", person.pk)
    assert (told.before, told.after, told.why) == ({}, {"a": 1}, "")


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_the_transaction_of_its_change_is_refused():
    person = make_user()
    with pytest.raises(transaction.TransactionManagementError):
        record(actor=None, at=timezone.now(), via=Via.COMMAND, action="tested", of=person)
    assert Event.objects.count() == 1  # that of adding the person


def test_no_event_holds_an_address(event):
    person = make_user(email="somebody@ministry.example")
    told = [
        f"{row.before} {row.after} {row.why}" for row in Event.objects.filter(object_id=person.pk)
    ]
    assert told
    assert not any("@" in words for words in told)
