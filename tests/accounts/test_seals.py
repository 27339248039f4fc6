"""The chain of seals over the log: whoever touches a row behind the triggers' back is found out."""

import json
import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts import seals, tasks, triggers
from accounts.audit import record
from accounts.choices import Via
from accounts.models import Event, Seal
from tests.factories import NOW, make_administrator, make_officer, make_user

pytestmark = pytest.mark.django_db


def write(number: int, **values) -> list[Event]:
    person = make_user() if "of" not in values else values.pop("of")
    with transaction.atomic():
        return [
            record(
                actor=None, at=NOW + timedelta(minutes=n), via=Via.COMMAND, action="tested",
                of=person, after={"n": n, "слово": "да"}, **values,
            )
            for n in range(number)
        ]  # fmt: skip


@pytest.fixture
def sealed(monkeypatch):
    """Nine events and that of adding the person, under seals of four, four and two."""
    monkeypatch.setattr(seals, "BATCH", 4)
    write(9)
    assert seals.seal(NOW) == 10
    assert Seal.objects.count() == 3
    return list(Event.objects.order_by("pk"))


def problems() -> list[str]:
    return seals.verify().problems


def behind_the_triggers(statement: str, parameters=()) -> None:
    """As somebody who owns the database: without the triggers, in SQL of their own."""
    triggers.drop()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    triggers.create()


def put_in(key: int) -> None:
    Event.objects.create(
        pk=key, at=NOW, via=Via.PAGE, action="tested", object_type="user", object_id=1
    )


def test_what_was_not_touched_is_as_it_was_written(sealed):
    found = seals.verify()
    assert (found.problems, found.events, found.seals) == ([], 10, 3)


def test_events_after_the_last_seal_wait_for_the_next_one(sealed):
    write(3, of=make_user())
    assert seals.verify().events == 10
    assert seals.seal(NOW) == 4
    assert (seals.verify().events, problems()) == (14, [])


def test_sealing_twice_seals_nothing_twice(sealed):
    assert seals.seal(NOW) == 0
    assert Seal.objects.count() == 3


def test_an_empty_log_needs_no_seal():
    assert seals.seal(NOW) == 0
    assert (seals.verify().seals, problems()) == (0, [])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("why", "Another reason."),
        ("after", '{"n": 99}'),
        ("before", '{"n": 99}'),
        ("action", "untested"),
        ("object_type", "party"),
        ("object_id", 99),
        ("via", "page"),
        ("at", "2020-01-01 00:00:00"),
    ],
)
def test_a_changed_row_is_found(sealed, column, value):
    behind_the_triggers(
        f"UPDATE accounts_event SET {column} = %s WHERE id = %s", [value, sealed[5].pk]
    )
    (problem,) = problems()
    assert f"events {sealed[4].pk} to {sealed[7].pk}: an event in it was changed" in problem


def test_another_actor_is_found(sealed):
    other = make_user()
    behind_the_triggers(
        "UPDATE accounts_event SET actor_id = %s WHERE id = %s", [other.pk, sealed[1].pk]
    )
    (problem,) = problems()
    assert f"events {sealed[0].pk} to {sealed[3].pk}" in problem


@pytest.mark.parametrize("place", [0, 3, 5, 9])
def test_a_missing_row_is_found(sealed, place):
    behind_the_triggers("DELETE FROM accounts_event WHERE id = %s", [sealed[place].pk])
    (problem,) = problems()
    assert "1 of its" in problem
    assert "missing" in problem


def test_a_row_exchanged_for_another_is_found(sealed):
    behind_the_triggers("DELETE FROM accounts_event WHERE id = %s", [sealed[5].pk])
    put_in(sealed[5].pk)
    assert len(problems()) == 1


def make_room(sealed) -> int:
    """As on PostgreSQL, where a transaction that is taken back leaves its numbers unused."""
    triggers.drop()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_seal")
        cursor.execute("DELETE FROM accounts_event WHERE id = %s", [sealed[5].pk])
        cursor.execute("DELETE FROM accounts_event WHERE id = %s", [sealed[8].pk])
    triggers.create()
    seals.seal(NOW)
    return sealed[5].pk


def test_an_unused_number_is_no_problem(sealed):
    make_room(sealed)
    assert problems() == []


def test_a_row_put_into_a_sealed_range_is_found(sealed):
    put_in(make_room(sealed))
    (problem,) = problems()
    assert "1 events were put in among its 4" in problem


def test_a_row_put_between_two_seals_is_found(sealed):
    """In a gap between two seals, where neither range reaches."""
    triggers.drop()
    Event.objects.filter(pk=sealed[4].pk).delete()
    Seal.objects.all().delete()
    triggers.create()
    seals.seal(NOW)
    one, two, *_ = Seal.objects.all()
    assert (one.last_event, two.first_event) == (sealed[3].pk, sealed[5].pk)
    put_in(sealed[4].pk)
    (problem,) = problems()
    assert f"events from {sealed[4].pk} on stand before it under no seal" in problem


@pytest.mark.parametrize(
    ("column", "value"),
    [("count", 3), ("at", "2020-01-01 00:00:00"), ("sha256", "0" * 64), ("first_event", 0)],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_seal_is_found(sealed, column, value, place):
    seal = Seal.objects.order_by("pk")[place]
    behind_the_triggers(f"UPDATE accounts_seal SET {column} = %s WHERE id = %s", [value, seal.pk])
    (problem,) = problems()
    assert problem.startswith(f"Seal {seal.pk} ")


def test_a_seal_that_ends_elsewhere_is_found(sealed):
    seal = Seal.objects.order_by("pk")[1]
    behind_the_triggers(
        "UPDATE accounts_seal SET last_event = last_event - 1 WHERE id = %s", [seal.pk]
    )
    assert problems()[0].startswith(f"Seal {seal.pk} ")


@pytest.mark.parametrize("place", [0, 1])
def test_a_seal_taken_away_is_found(sealed, place):
    seal = Seal.objects.order_by("pk")[place]
    behind_the_triggers("DELETE FROM accounts_seal WHERE id = %s", [seal.pk])
    assert "under no seal" in problems()[0]


def test_every_break_is_told_once_and_where_it_is(sealed):
    for event in (sealed[1], sealed[9]):
        behind_the_triggers("UPDATE accounts_event SET why = 'x' WHERE id = %s", [event.pk])
    assert [problem.split(":")[0] for problem in problems()] == [
        f"Seal {seal.pk} over events {seal.first_event} to {seal.last_event}"
        for seal in (Seal.objects.all()[0], Seal.objects.all()[2])
    ]


def test_a_seal_goes_to_the_log_of_the_process(caplog):
    write(1)
    with caplog.at_level("INFO", logger="accounts.seals"):
        seals.seal(NOW)
    assert Seal.objects.get().sha256 in caplog.text


def test_the_order_of_keys_and_the_time_zone_do_not_matter():
    row = {"id": 1, "at": NOW, "after": {"a": 1, "b": 2}}
    elsewhere = NOW.astimezone(ZoneInfo("Asia/Bishkek"))
    turned = {"after": {"b": 2, "a": 1}, "at": elsewhere, "id": 1}
    assert seals.canonical(row) == seals.canonical(turned)


def test_the_command_says_that_all_is_well(sealed, capsys):
    write(1, of=make_user())
    call_command("verify_history")
    assert capsys.readouterr().out == (
        "10 events in 3 seals are as they were written; 2 newer ones are not sealed yet.\n"
    )


def test_the_command_prints_a_line_for_each_problem_and_ends_with_1(sealed, capsys):
    behind_the_triggers("UPDATE accounts_event SET why = 'x'")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_history")
    assert ended.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("Seal ") for line in lines)


# A seal that is kept elsewhere ----------------------------------------------------------------------


@pytest.fixture
def kept(sealed, tmp_path, capsys):
    """The last seal as the command prints it, in a file."""
    call_command("verify_history", last_seal=True)
    file = tmp_path / "seal.json"
    file.write_text(capsys.readouterr().out)
    return file


def test_the_last_seal_is_printed_and_the_log_tells_that_it_was_taken(kept):
    row = Seal.objects.last()
    printed = json.loads(kept.read_text())
    assert (printed["seal"], printed["sha256"], printed["count"]) == (row.pk, row.sha256, row.count)
    event = Event.objects.get(action="seal.exported")
    assert (event.actor, event.via, event.after) == (None, Via.COMMAND, {"seal": row.pk})
    assert (event.object_type, event.object_id) == ("seal", row.pk)


def test_a_kept_seal_stands_in_the_chain_also_when_newer_ones_follow(kept, capsys):
    write(5, of=make_user())
    seals.seal(NOW)
    call_command("verify_history", against=str(kept))
    assert "are as they were written" in capsys.readouterr().out


def test_a_chain_that_was_forged_as_a_whole_gives_itself_away(kept, capsys):
    """Whoever owns the database changes an event and sets all seals anew: the check finds nothing."""
    behind_the_triggers("UPDATE accounts_event SET why = 'forged' WHERE action = 'tested'")
    behind_the_triggers("DELETE FROM accounts_seal")
    seals.seal(NOW)
    assert problems() == []
    with pytest.raises(SystemExit) as ended:
        call_command("verify_history", against=str(kept))
    assert ended.value.code == 1
    assert "is not in the chain as it was kept" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", "no seal"])
def test_a_file_that_holds_no_seal_is_told(sealed, tmp_path, text):
    file = tmp_path / "seal.json"
    file.write_text(text)
    with pytest.raises(CommandError, match="holds no seal"):
        call_command("verify_history", against=str(file))


def test_without_a_seal_there_is_none_to_print():
    with pytest.raises(CommandError, match="no seal yet"):
        call_command("verify_history", last_seal=True)


def test_an_administrator_downloads_the_last_seal(client, sealed):
    person = make_administrator()
    client.force_login(person)
    response = client.get("/accounts/last-seal/")
    row = Seal.objects.last()
    assert response.json() == seals.told(row)
    assert response.headers["Content-Disposition"] == f'attachment; filename="seal-{row.pk}.json"'
    event = Event.objects.get(action="seal.exported")
    assert (event.actor, event.via, event.after) == (person, Via.PAGE, {"seal": row.pk})
    assert seals.stands(response.json())


def test_without_a_seal_the_download_says_so(client):
    client.force_login(make_administrator())
    response = client.get("/accounts/last-seal/", follow=True)
    assert "There is no seal yet" in response.content.decode()
    assert not Event.objects.filter(action="seal.exported").exists()


def test_an_officer_gets_no_seal(client, sealed):
    client.force_login(make_officer())
    assert client.get("/accounts/last-seal/").status_code == 403


def test_the_check_names_the_first_seal_that_does_not_fit(sealed):
    assert seals.verify().first_broken is None
    for event in (sealed[5], sealed[9]):
        behind_the_triggers("UPDATE accounts_event SET why = 'x' WHERE id = %s", [event.pk])
    assert seals.verify().first_broken == Seal.objects.order_by("pk")[1]


def test_the_task_does_the_same_and_has_the_name_that_the_schedule_calls(settings):
    write(1)
    tasks.seal()
    assert Seal.objects.get().count == 2
    assert settings.CELERY_BEAT_SCHEDULE["seal"] == {
        "task": tasks.seal.name, "schedule": 600.0, "options": {"expires": 500},
    }  # fmt: skip


# Several at once -----------------------------------------------------------------------------------


def in_a_thread(work) -> threading.Thread:
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_make_one_chain(monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 5)
    write(30)
    start = threading.Barrier(2)

    def seal():
        start.wait(10)
        seals.seal(NOW)

    for thread in [in_a_thread(seal), in_a_thread(seal)]:
        thread.join(30)
    seals.seal(NOW)  # what one left when it found the other at work
    found = seals.verify()
    assert (found.problems, found.events) == ([], 31)


@pytest.mark.django_db(transaction=True)
def test_a_number_taken_by_a_transaction_that_is_still_open_is_waited_for(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr(seals, "_PATIENCE", 0.2)
    person = make_user()
    written, go_on = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            write(1, of=person)
            written.set()
            go_on.wait(30)

    thread = in_a_thread(slowly)
    assert written.wait(10)
    write(1, of=person)  # with a higher number, committed before the lower one
    assert seals.seal(NOW) == 0
    go_on.set()
    thread.join(10)
    assert seals.seal(NOW) == 3
    assert problems() == []


@pytest.mark.django_db(transaction=True)
def test_whoever_began_to_write_later_is_not_waited_for(monkeypatch):
    """Otherwise a log that is always written to would never be sealed."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    write(1)
    monkeypatch.setattr(seals, "_PATIENCE", 0.2)
    answers = iter([{"3/1"}, {"3/1", "4/7"}, {"4/7"}])
    monkeypatch.setattr(seals, "_writers", lambda: next(answers))
    assert seals.seal(NOW) == 2
