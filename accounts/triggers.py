"""Insert-only tables, kept so by the database itself: triggers bind everybody, and on PostgreSQL no
role but the owner may even try (deploy/postgresql/roles.sql).

Triggers are made anew after every migration: SQLite rebuilds a table when a column is altered, and
drops its triggers without a word.
"""

from typing import Any

from django.db import connections

INSERT_ONLY = ("accounts_event", "accounts_seal", "reminders_attempt")

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

# New tables come with the default privileges of their owner, which cannot tell one table from another.
_ONLY_ADDED_TO = """
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee::regrole AS role FROM pg_class, aclexplode(relacl)
        WHERE oid = '{table}'::regclass AND grantee NOT IN (0, relowner)
            AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM %s', one.role);
    END LOOP;
END $$
"""


def create(using: str = "default", **kwargs: Any) -> None:
    """Protect every insert-only table that exists. Safe to call again."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in INSERT_ONLY:
            if table in present:
                for statement in _statements(connection.vendor, table):
                    cursor.execute(statement)


def drop(using: str = "default") -> None:
    """Take the protection away. For tests that flush the tables; nothing else calls it."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in INSERT_ONLY:
            if connection.vendor == "sqlite":
                for verb in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
            else:
                for name in ("change", "truncate"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{name} ON {table}")


def _statements(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [
            _SQLITE.format(table=table, verb=verb, VERB=verb.upper())
            for verb in ("update", "delete")
        ]
    return [_POSTGRESQL.format(table=table), _ONLY_ADDED_TO.format(table=table)]
