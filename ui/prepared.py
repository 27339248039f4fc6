"""Queries that every page asks, put together once.

Django writes the SQL of a query anew each time, which takes longer than the database does to answer a
small one. A prepared query keeps what was written; only its values are put in:

    _OPEN = Prepared(lambda: Task.objects.filter(owner=Given("owner", BigIntegerField())).values("pk"))
    _OPEN(owner=user.pk)

It is for queries whose form never changes: no filter, no choice and no right may decide what they ask.
"""

import copy
import json
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    Expression,
    Field,
    Func,
    QuerySet,
    Value,
)
from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """A value that is known only when the query is asked, by its name."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """A place in the statement, and this as what is to stand there."""
        return "%s", [self]

    def of(self, values: dict[str, Any], connection: Any) -> Any:
        """The value as the database takes it. Raises `KeyError` for a name that was not given."""
        field: Any = self.output_field
        return field.get_db_prep_value(values[self.name], connection=connection)


class Code(Value):
    """A word of the program that stands in the statement itself, such as a level of sensitivity.

    SQLite knows the part of a table that an index is for by such words, and never by values beside the
    statement. Raises `ValueError` for anything but a word.
    """

    def __init__(self, word: str) -> None:
        if not str(word).isidentifier():
            raise ValueError(f"{word!r} is no word that may stand in a statement.")
        super().__init__(str(word))

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return f"'{self.value}'", []


class Moment(Given):
    """A moment that is known only when the query is asked. What is reckoned from it, as from any other, is
    reckoned then."""

    def __init__(self, name: str, reckoned: Callable[[datetime], datetime] = lambda at: at) -> None:
        super().__init__(name, DateTimeField())
        self._reckoned = reckoned

    def __add__(self, span: Any) -> Any:
        return Moment(self.name, lambda at: self._reckoned(at) + span)

    def __sub__(self, span: Any) -> Any:
        return self + -span

    def replace(self, **parts: Any) -> "Moment":
        return Moment(self.name, lambda at: self._reckoned(at).replace(**parts))

    def of(self, values: dict[str, Any], connection: Any) -> Any:
        return super().of({self.name: self._reckoned(values[self.name])}, connection)


class GivenKeys(Given):
    """Keys that are known only when the query is asked, any number of them (see `Among`)."""

    def __init__(self, name: str) -> None:
        super().__init__(name, BigIntegerField())

    def of(self, values: dict[str, Any], connection: Any) -> Any:
        keys = list(values[self.name])
        return keys if connection.vendor == "postgresql" else json.dumps(keys)


class Among(Func):
    """Whether a key is one of those given: `filter(Among("commitment", GivenKeys("commitments")))`."""

    output_field = BooleanField()
    on_sqlite = "{} IN (SELECT value FROM json_each({}))"
    on_postgresql = "{} = ANY({}::bigint[])"

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **_more: Any) -> tuple[str, Any]:
        return self._written(compiler, self.on_sqlite)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return self._written(compiler, self.on_postgresql)

    def _written(self, compiler: SQLCompiler, form: str) -> tuple[str, Any]:
        (key, of_key), (keys, of_keys) = map(compiler.compile, self.get_source_expressions())
        return form.format(key, keys), [*of_key, *of_keys]


class ReadFirst(Among):
    """Whether a key is one of a few that a query finds: `filter(ReadFirst("pk", Subquery(few)))`.

    PostgreSQL reads them before anything else. By `pk__in` it would expect to look at all rows, where the
    other conditions ask queries of their own.
    """

    on_sqlite = "{} IN {}"
    on_postgresql = "{} = ANY(ARRAY{})"


class Prepared:
    """A query by what makes it, called when it is first asked: never while modules are imported."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        self._make = make
        self._written: dict[str, tuple[SQLCompiler, str, tuple[Any, ...]]] = {}

    def __call__(self, **values: Any) -> list[Any]:
        """The rows, for these values."""
        rows = self._queryset.all()
        compiler, sql, params = self._for(rows.db)
        own = copy.copy(
            compiler
        )  # of this call alone: threads and connections share what was written
        own.connection = connections[rows.db]
        given = tuple(
            param.of(values, own.connection) if isinstance(param, Given) else param
            for param in params
        )
        own.as_sql = lambda *args, **kwargs: (sql, given)  # type: ignore[method-assign]
        rows.query.get_compiler = lambda *args, **kwargs: own  # type: ignore[method-assign]
        return list(rows)

    @cached_property
    def _queryset(self) -> QuerySet[Any, Any]:
        return self._make()

    def _for(self, alias: str) -> tuple[SQLCompiler, str, tuple[Any, ...]]:
        """The statement in the language of one database."""
        vendor = connections[alias].vendor
        if vendor not in self._written:
            compiler = self._queryset.all().query.get_compiler(alias)
            sql, params = compiler.as_sql()
            self._written[vendor] = compiler, sql, tuple(params)
        return self._written[vendor]
