"""On PostgreSQL, search finds words by their groups of three letters, in whatever script."""

import logging

from django.db import migrations, transaction
from django.db.utils import DatabaseError

logger = logging.getLogger(__name__)

TABLES = {
    "commitment_search": "commitments_commitment",
    "obligation_search": "commitments_obligation",
    "report_search": "commitments_progressreport",
}


def index(apps, schema_editor):
    """Make the indexes. Where the extension is missing or not allowed, search reads every row instead."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            for name, table in TABLES.items():
                schema_editor.execute(
                    f"CREATE INDEX IF NOT EXISTS {name} ON {table} USING gin (search_text gin_trgm_ops)"
                )
    except DatabaseError as error:
        logger.warning(
            "Search works without an index, and slowly on a large register: the extension pg_trgm "
            "cannot be made (%s). Let an administrator of the database make it, then run: "
            "manage.py migrate commitments 0009 && manage.py migrate.",
            str(error).partition("\n")[0],
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in TABLES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0009_turns"),
    ]

    operations = [
        migrations.RunPython(index, remove),
    ]
