"""Every field of every model is posted to every address by everybody: what changes is what they may change.

What a form does not show must not be written by it (ASVS 5.0, 8.2.3, 15.3.3): no status by a focal point, no
acceptance, no other owner, no role of one's own. Each post is undone; every column that changed is compared.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import ForeignKey, Model
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from commitments.models import ProgressReport
from tests import planted
from tests.architecture.addresses import all_addresses
from tests.fuzz.fields import Fields, Values, read_off
from tests.planted import World

pytestmark = [pytest.mark.once, pytest.mark.django_db]

OWN_APPS = ("accounts", "meetings", "commitments", "reminders")
MODELS: list[type[Model]] = [m for name in OWN_APPS for m in apps.get_app_config(name).get_models()]
PREFERENCES = {f"user.{name}" for name in (
    "name", "language", "time_zone", "theme", "delivery_hour", "delivery_days", "version", "last_login",
)}  # fmt: skip
# One's own things, which nobody else reads: preferences, views, wishes, the address of a calendar.
ONES_OWN = PREFERENCES | {"savedview", "mute", "absence", "seen", "feed", "suppression", "event"}
# What whoever answers for a line says of it. Nobody accepts it by that.
CLAIMS = {"progressreport", "evidence", "storedfile", "extension", "obligation.search_text"}
REGISTER = CLAIMS | {
    "obligation", "commitment", "commitment_instruments", "commitmentlink", "quotation", "deadline", "turn",
    "recheck", "bulkedit", "bulkitem", "sheetimport", "candidatedecision", "workbenchaction", "passage",
    "meeting", "meeting_attended", "party", "partyday", "focalpoint", "report", "instrument", "theme",
    "policy", "reminder", "email",
}  # fmt: skip
MAY_CHANGE = {
    "reader": ONES_OWN,
    "stranger": ONES_OWN,
    "colleague": ONES_OWN | CLAIMS,
    "owner": ONES_OWN | CLAIMS,
    "officer": ONES_OWN | REGISTER,
}
# Values that would change something, by the name of a field; rows are named by keys that are there.
TELLING = {
    "status": "partly_done", "state": "accepted", "sensitivity": "public", "life": "withdrawn", "role": "administrator",
    "is_staff": "on", "is_superuser": "on", "is_active": "on", "is_mailbox": "on", "is_current": "on",
    "is_shared": "on",
    "email": "taken@example.org", "password": "a new password 123", "claim": "in_progress", "claimed": "done",
    "finding": "done", "due": "2029-12-31", "due_at": "2029-12-31", "text": "A plan.", "note": "Because.",
    "reason": "Because.", "comment": "Because.", "title": "Another title", "name": "Another name",
    "action": "send", "url": "https://example.org/", "decided_at": "2026-01-01 00:00",
}  # fmt: skip


@pytest.fixture
def world(now: Any) -> World:
    return planted.plant(planted.ground(now), now)


_read: list[Fields] = []


def forms(world: World) -> Fields:
    """The fields of all forms: they are the same in each world, and read in the first."""
    if not _read:
        _read.append(read_off(world, [address.path() for address in all_addresses()]))
    return _read[0]


def everything() -> Values:
    """A value for every field of every model."""
    found: Values = {}
    for field in (field for model in MODELS for field in model._meta.concrete_fields):
        key = str(User.objects.order_by("-pk").values_list("pk", flat=True)[0])
        usual = key if isinstance(field, ForeignKey) else "1"
        for name in (field.name, field.attname):
            found[name] = [TELLING.get(name, usual)]
    return found


def typed(shown: Values, every: Values) -> dict[str, Any]:
    """What a form shows, filled in, and all that it does not show."""
    filled = {}
    for name, values in shown.items():
        chosen = [value for value in values if value]
        filled[name] = (
            TELLING[name] if name in TELLING and len(values) < 2 else (chosen or ["1"])[-1]
        )
    return {**{name: values[0] for name, values in every.items()}, **filled}


def tables() -> Iterator[tuple[str, type[Model]]]:
    """Our tables, by the names that the rights above have for them."""
    for model in MODELS:
        name = model._meta.model_name or ""
        yield name, model
        for many in model._meta.many_to_many:
            yield f"{name}_{many.name}", many.remote_field.through


TABLES = dict(tables())
BY_TABLE = {model._meta.db_table: name for name, model in TABLES.items()}
WRITES = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"')
BY_TRIGGER = {"turn"}


def state(names: Iterable[str]) -> dict[str, dict[Any, dict[str, Any]]]:
    """All rows of these tables, by their keys."""
    return {
        name: {
            row[TABLES[name]._meta.pk.attname]: row for row in TABLES[name]._base_manager.values()
        }
        for name in names
    }


def changes(before: Any, after: Any) -> set[str]:
    """The columns that differ, such as `obligation.status`; of a row that came or went, all."""
    found = set()
    for table, rows in after.items():
        for key in before[table].keys() | rows.keys():
            old, new = before[table].get(key, {}), rows.get(key, {})
            names = old.keys() | new.keys()
            found |= {f"{table}.{name}" for name in names if old.get(name) != new.get(name)}
    return found


def posts(world: World, fields: Fields) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every address of ours, of the open line and of the one that is kept back, with all that can be typed."""
    every = everything()
    for address in all_addresses():
        if address.name.startswith("admin:") or address.name == "account_logout":
            continue
        data = typed(fields.by_view.get(address.name, {}), every)
        for keys in ({"pk": "1"}, {"pk": str(world.draft.pk)}, {"reference": "TST-2", "pk": "2"}):
            path = address.path(keys)
            yield address.name, path, data
            if path == address.path():
                break


def written(world: World, role: str, path: str, data: dict[str, Any], before: Any) -> set[str]:
    """What one post changes."""
    client = world.client(role)
    with transaction.atomic():
        with CaptureQueriesContext(connection) as statements:
            client.post(path, data)
        wrote = [found[1] for q in statements if (found := WRITES.match(q["sql"]))]
        ours = {BY_TABLE[table] for table in wrote if table in BY_TABLE}
        found = changes(before, state(ours | BY_TRIGGER)) if ours else set()
        if role in {"owner", "colleague"}:
            check_claims(world, role)
        transaction.set_rollback(True)
    return found


def check_claims(world: World, role: str) -> None:
    """Whatever was sent: nobody accepted it, and nobody wrote in another's name."""
    person = world.people[role]
    new = ProgressReport.objects.exclude(pk__in=world.known_reports)
    assert not new.exclude(author=person).exists()
    assert not new.exclude(state__in=["draft", "submitted"]).exists()
    assert not new.exclude(decided_by=None).exists()
    assert not new.exclude(obligation__party__code="AA").exists()


@pytest.mark.parametrize("role", sorted(MAY_CHANGE))
def test_what_everybody_posts_changes_only_what_they_may_change(world, role):
    world.known_reports = set(ProgressReport.objects.values_list("pk", flat=True))
    fields = forms(world)
    wrong: dict[str, list[str]] = {}
    seen: set[str] = set()
    before = state(TABLES)
    for name, path, data in posts(world, fields):
        changed = written(world, role, path, data, before)
        seen |= changed
        allowed = MAY_CHANGE[role]
        if bad := sorted(c for c in changed if c not in allowed and c.split(".")[0] not in allowed):
            wrong[f"{name} {path}"] = bad
    assert wrong == {}
    # The posts were good enough to be taken where they may be.
    assert "user.language" in seen or "mute.id" in seen
    reported = any(column.startswith("progressreport.") for column in seen)
    assert reported == (role in {"owner", "colleague", "officer"})
    assert ("obligation.status" in seen) == (role == "officer")
