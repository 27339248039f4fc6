"""One function owns each field: nothing else in the product's source writes it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("ui", "accounts", "meetings", "commitments", "reminders", "sco_tracker")
SOURCES = sorted(
    file for app in APPS for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts
)
# The engine of reminders is its own writer, with statuses and versions of its own.
REMINDERS = [file for file in SOURCES if file.relative_to(ROOT).parts[0] == "reminders"]
OTHERS = [file for file in SOURCES if file not in REMINDERS]
INSIDE = {
    "rules.py",
    "querysets.py",
    "services.py",
    "deadlines.py",
    "periods.py",
    "reckoning.py",
    "replacing.py",
    "moving.py",
    "taking_back.py",
    "tied.py",
    "progress.py",
    "extensions.py",
    "editing.py",
    "evidence.py",
    "handover.py",
    "deeds.py",
    "storing.py",
    "undo.py",
    "registering.py",
    "coded.py",
    "carrying.py",
    "moves.py",
    "standing.py",
    "intake.py",
    "repeats.py",
    "emails.py",
    "words.py",
}
# Field, model manager or variable through which it is written, and who may.
OWNERS = {
    "due_at": {"commitments/deadlines/reckoning.py"},
    "next_deadline": {"commitments/deadlines/reckoning.py"},
    "is_current": {"commitments/deadlines/replacing.py", "commitments/deadlines/taking_back.py"},
    "status": {"commitments/services.py", "commitments/progress.py"},
    "finding": {"commitments/progress.py"},
    "life": {"commitments/editing.py"},
    "version": {
        "accounts/services.py",
        "commitments/claims.py",
        "commitments/deadlines/tied.py",
        "meetings/services.py",
    },
    "role": {"accounts/services.py"},
    "time_zone": {"accounts/services.py"},
    "is_active": {"accounts/services.py"},
    "ends_on": {"meetings/services.py", "commitments/deadlines/tied.py"},  # of a term, of a meeting
}
# Calls that write a row or rows of a table.
MAKERS = {"create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
# What is saved without being a row by itself: a form, what a class inherits, a workbook.
NO_ROWS = ("form", "super()", "book")
WRITING_MODULES = {
    "accounts/audit.py",
    "accounts/forgetting.py",
    "accounts/saved_views.py",
    "accounts/seals.py",
    "accounts/second_factor.py",
    "accounts/services.py",
    "accounts/sessions.py",
    "meetings/services.py",
    "commitments/bulk/services.py",
    "commitments/bulk/sweep.py",
    "commitments/corrections/carrying.py",
    "commitments/corrections/services.py",
    "commitments/corrections/standing.py",
    "commitments/deadlines/reckoning.py",
    "commitments/deadlines/replacing.py",
    "commitments/deadlines/taking_back.py",
    "commitments/deadlines/tied.py",
    "commitments/editing.py",
    "commitments/evidence.py",
    "commitments/extensions.py",
    "commitments/files.py",
    "commitments/loading.py",
    "commitments/progress.py",
    "commitments/services.py",
    "commitments/sheets/services.py",
    "commitments/workbench/coded.py",
    "commitments/workbench/deeds.py",
    "commitments/workbench/storing.py",
    "commitments/workbench/undo.py",
    "sco_tracker/large/rows.py",  # made-up rows, into an empty register alone
    "sco_tracker/sample.py",  # the passwords of the sample, once, and the meeting's officer
}


@cache
def nodes(source: str) -> list[ast.AST]:
    """What a module is made of; several tests ask for the same ones."""
    return list(ast.walk(ast.parse(source)))


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in nodes(source) if isinstance(node, ast.Call))


def updated(source: str) -> set[str]:
    """The fields named in `….update(field=…)`, in `claim(row, seen, field=…)`, in
    `save(update_fields=["field"])` and in `x.field = …; x.save()`.
    """
    named = set()
    for call in calls(source):
        if ast.unparse(call.func).split(".")[-1] in {"update", "claim", "_decide"}:
            named |= {keyword.arg for keyword in call.keywords if keyword.arg}
        for keyword in call.keywords:
            if keyword.arg == "update_fields" and isinstance(keyword.value, ast.List):
                named |= {e.value for e in keyword.value.elts if isinstance(e, ast.Constant)}
    if any(isinstance(c.func, ast.Attribute) and c.func.attr == "save" for c in calls(source)):
        named |= assigned(source)
    return named


def assigned(source: str) -> set[str]:
    return {
        target.attr
        for node in nodes(source)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }


def writes_rows(source: str) -> bool:
    """Whether it calls a manager or a row in a way that writes: `….objects.create(…)`, `row.save()`."""
    for call in calls(source):
        if not isinstance(call.func, ast.Attribute):
            continue
        through = ast.unparse(call.func.value)
        is_row = not any(word in through for word in NO_ROWS)
        if call.func.attr in {"save", "delete"} and is_row:
            return True
        if call.func.attr in MAKERS | {"update"} and (
            ".objects" in through or "obligation_set" in through
        ):
            return True
    return False


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", OTHERS, ids=name_of)
def test_a_field_is_written_by_its_owner_alone(file):
    name = name_of(file)
    strays = {field for field in updated(file.read_text()) if name not in OWNERS.get(field, {name})}
    assert not strays


@pytest.mark.parametrize("file", OTHERS, ids=name_of)
def test_only_services_write_rows(file):
    assert not writes_rows(file.read_text()) or name_of(file) in WRITING_MODULES


@pytest.mark.parametrize(
    "file", [f for f in SOURCES if name_of(f).startswith("reminders/")], ids=name_of
)
def test_reminders_write_nothing_of_the_register(file):
    register = {"due_at", "next_deadline", "is_current", "finding", "life"}
    assert not updated(file.read_text()) & register


def test_every_owner_still_writes_what_it_owns():
    for field, owners in OWNERS.items():
        for owner in owners:
            assert field in (ROOT / owner).read_text(), (field, owner)


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ("Obligation.objects.filter(pk=1).update(status=new, version=F('version') + 1)", {"status", "version"}),
        ("claim(line, seen, status=new)", {"status"}),
        ("line.due_at = None\nline.save()", {"due_at"}),
        ("line.save(update_fields=['status'])", {"status"}),
        ("line.status = 'done'", set()),
        ("status = 'done'", set()),
    ],
)  # fmt: skip
def test_the_search_finds_writers(source, fields):
    assert updated(source) == fields


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Event.objects.create(why='')", True),
        ("Event.objects.filter(pk=1).update(why='')", True),
        ("line.save()", True),
        ("seen.update(other)", False),
        ("super().save()", False),
    ],
)
def test_the_search_finds_rows_that_are_written(source, found):
    assert writes_rows(source) is found


@pytest.mark.parametrize("file", [f for f in SOURCES if f.name in INSIDE], ids=name_of)
def test_nothing_behind_the_edge_asks_for_the_time(file):
    """Rules, queries and writes are handed the moment; only edges read the clock."""
    for call in calls(file.read_text()):
        asked = ast.unparse(call.func)
        assert asked not in {"timezone.now", "datetime.now", "date.today", "time.time", "now"}, (
            asked
        )


@pytest.mark.parametrize("file", SOURCES, ids=name_of)
def test_no_signal_changes_a_row_behind_the_back_of_a_service(file):
    source = file.read_text()
    for name in ("pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"):
        assert name not in source
