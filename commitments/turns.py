"""How the database keeps the order by deadline (models.Turn): by triggers, so that no write can miss it.

A turn is written after the change that brings it about, by the database, in the same transaction. It is
a row of its own, and not a column of the commitment: whoever changes a line would lock its commitment
after the line, whoever moves a deadline locks the commitment first, and the two would wait for each
other for ever. Nobody locks a turn but these triggers.
"""

from typing import Any

from django.db import connections

from .choices import Life, Status

_LINES = """
SELECT MIN(l.due_at) FROM commitments_obligation l
JOIN commitments_commitment c ON c.id = l.commitment_id
WHERE l.commitment_id = commitments_turn.commitment_id AND c.life = '{active}'
AND l.status IN ({open})"""
_NEVER = {"postgresql": "TIMESTAMPTZ '9999-12-31 00:00+00'", "sqlite": "'9999-12-31 00:00:00'"}
_SET = """
UPDATE commitments_turn SET
reference = COALESCE(
  (SELECT c.reference FROM commitments_commitment c WHERE c.id = commitment_id), reference),
due_at = COALESCE(({lines}), {never}),
shared_due_at = COALESCE(({lines} AND l.sensitivity IN ('public', 'members')), {never})"""
_FILL = """
INSERT INTO commitments_turn (commitment_id, reference, due_at, shared_due_at)
SELECT id, reference, {never}, {never} FROM commitments_commitment
WHERE id NOT IN (SELECT commitment_id FROM commitments_turn)"""

_SQLITE = {
    "turn_begins AFTER INSERT ON commitments_commitment": (
        "INSERT INTO commitments_turn (commitment_id, reference, due_at, shared_due_at) "
        "VALUES (NEW.id, NEW.reference, {never}, {never})"
    ),
    "turn_of_commitment AFTER UPDATE OF life, reference ON commitments_commitment": (
        "{set} WHERE commitment_id = NEW.id"
    ),
    "turn_of_new_line AFTER INSERT ON commitments_obligation": (
        "{set} WHERE commitment_id = NEW.commitment_id"
    ),
    "turn_of_line AFTER UPDATE OF commitment_id, status, due_at, sensitivity ON commitments_obligation": (
        "{set} WHERE commitment_id IN (NEW.commitment_id, OLD.commitment_id)"
    ),
    "turn_of_old_line AFTER DELETE ON commitments_obligation": (
        "{set} WHERE commitment_id = OLD.commitment_id"
    ),
}

# The rows are locked before the lines are looked at: a statement sees what was committed before it
# began, so that of two who change lines of one commitment the second sees what the first did.
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION turns_take(keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM commitments_turn WHERE commitment_id = ANY(keys) ORDER BY commitment_id FOR UPDATE;
  {set} WHERE commitment_id = ANY(keys);
END $$;
CREATE OR REPLACE FUNCTION turns_begin() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO commitments_turn (commitment_id, reference, due_at, shared_due_at)
  SELECT id, reference, {never}, {never} FROM changed;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION turns_of_commitments() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM turns_take(keys) FROM (
    SELECT array_agg(n.id) AS keys FROM changed n JOIN former o USING (id)
    WHERE (n.life, n.reference) IS DISTINCT FROM (o.life, o.reference)
  ) AS touched WHERE keys IS NOT NULL;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION turns_of_lines() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM turns_take(keys) FROM (
    SELECT array_agg(DISTINCT k.commitment_id) AS keys FROM (
      SELECT n.commitment_id FROM changed n JOIN former o USING (id)
      WHERE (n.commitment_id, n.status, n.due_at, n.sensitivity)
      IS DISTINCT FROM (o.commitment_id, o.status, o.due_at, o.sensitivity)
      UNION SELECT o.commitment_id FROM changed n JOIN former o USING (id)
      WHERE n.commitment_id <> o.commitment_id
    ) AS k
  ) AS touched WHERE keys IS NOT NULL;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION turns_of_other_lines() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM turns_take(keys) FROM (
    SELECT array_agg(DISTINCT commitment_id) AS keys FROM changed
  ) AS touched WHERE keys IS NOT NULL;
  RETURN NULL;
END $$;
"""
_BOTH = "REFERENCING NEW TABLE AS changed OLD TABLE AS former"
_POSTGRESQL = {
    ("turn_begins", "commitments_commitment"): (
        "AFTER INSERT ON commitments_commitment REFERENCING NEW TABLE AS changed",
        "turns_begin",
    ),
    ("turn_of_commitment", "commitments_commitment"): (
        f"AFTER UPDATE ON commitments_commitment {_BOTH}",
        "turns_of_commitments",
    ),
    ("turn_of_new_line", "commitments_obligation"): (
        "AFTER INSERT ON commitments_obligation REFERENCING NEW TABLE AS changed",
        "turns_of_other_lines",
    ),
    ("turn_of_line", "commitments_obligation"): (
        f"AFTER UPDATE ON commitments_obligation {_BOTH}",
        "turns_of_lines",
    ),
    ("turn_of_old_line", "commitments_obligation"): (
        "AFTER DELETE ON commitments_obligation REFERENCING OLD TABLE AS changed",
        "turns_of_other_lines",
    ),
}


def create(using: str = "default", plan: Any = (), **kwargs: Any) -> None:
    """Make the triggers after a migration, and write every turn anew when tables were changed."""
    connection = connections[using]
    if "commitments_turn" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _making(connection.vendor):
            cursor.execute(statement)
        if plan:
            cursor.execute(_worded(_FILL, connection.vendor))
            cursor.execute(_worded(_SET, connection.vendor))


def drop(using: str = "default", plan: Any = (), **kwargs: Any) -> None:
    """Take them away before tables are changed: SQLite cannot rename a table that a trigger reads."""
    connection = connections[using]
    if not plan:
        return
    present = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for name, table in _POSTGRESQL:
            if table in present:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _making(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {when} BEGIN {_worded(what, vendor)}; END"
            for when, what in _SQLITE.items()
        ]
    return [
        _worded(_FUNCTIONS, vendor),
        *(
            f"CREATE OR REPLACE TRIGGER {name} {when} FOR EACH STATEMENT EXECUTE FUNCTION {what}()"
            for (name, _table), (when, what) in _POSTGRESQL.items()
        ),
    ]


def _worded(statement: str, vendor: str) -> str:
    statuses = ", ".join(f"'{status}'" for status in sorted(Status.open()))
    words = {"never": _NEVER[vendor], "lines": _LINES.format(active=Life.ACTIVE, open=statuses)}
    return statement.format(set=_SET.format(**words), **words)
