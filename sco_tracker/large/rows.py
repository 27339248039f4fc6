"""Where made-up rows are kept until they are written: numbered from 1, and written many at once."""

from collections import defaultdict
from itertools import count
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

AT_ONCE = 2000


class Rows:
    """Rows with keys of their own, so that the same seed gives the same rows, keys and all."""

    def __init__(self) -> None:
        self._waiting: dict[type[Model], list[Model]] = {}
        self._keys: dict[type[Model], Any] = defaultdict(lambda: count(1))

    def add(self, model: Any, **values: Any) -> Any:
        """A new row of a model. It waits to be written, after the models that were added before."""
        row = model(pk=next(self._keys[model]), **values)
        self._waiting.setdefault(model, []).append(row)
        return row

    def write(self) -> None:
        for model, rows in self._waiting.items():
            model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
            rows.clear()

    def finish(self) -> None:
        """Let the database count on from here, and look at what the tables hold now.

        Within a minute it would look by itself; until then it plans for tables that are empty.
        """
        self.write()
        statements = connection.ops.sequence_reset_sql(no_style(), list(self._keys))
        with connection.cursor() as cursor:
            for statement in [*statements, "ANALYZE"]:
                cursor.execute(statement)
