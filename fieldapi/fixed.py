"""Queries whose shape never changes: the ORM writes each statement once, every run only sends values.

Writing a statement costs Django several times what a database needs to answer it by an index.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.db import connection, connections, models
from django.db.models import Expression, Lookup, QuerySet, Subquery
from django.db.models.query import get_related_populators

from fieldapi import json

R = TypeVar("R")


class Given(Expression):
    """A value that every run of a fixed query says anew, by this name; `field` is how a column would hold it."""

    def __init__(self, name: str, field: models.Field[Any, Any]):
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def bound(self, value: Any) -> Any:
        return self.output_field.get_db_prep_value(value, connection)


class GivenList(Given):
    """Any number of values, for `Among`."""

    def bound(self, value: Any) -> Any:
        here, prepared_by = connections[connection.alias], self.output_field.get_db_prep_value
        prepared = [prepared_by(one, here) for one in value]
        return prepared if here.vendor == "postgresql" else json.dumps(prepared).decode()


class Among(Lookup):
    """The column is one of a `GivenList`, in the same text however many they are; or one of what a `Subquery` finds.

    PostgreSQL runs the subquery first, by itself: for a join it may read the whole table that the column is in.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        shape = "{} = ANY(ARRAY{})" if isinstance(self.rhs, Subquery) else "{} = ANY({})"
        return self._written(compiler, connection, shape)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        shape = "{} IN {}" if isinstance(self.rhs, Subquery) else "{} IN (SELECT value FROM json_each({}))"
        return self._written(compiler, connection, shape)

    def _written(self, compiler: Any, connection: Any, shape: str) -> tuple[str, list[Any]]:
        column, before = self.process_lhs(compiler, connection)
        values, after = compiler.compile(self.rhs)
        return shape.format(column, values), [*before, *after]


@dataclass(frozen=True)
class Statement(Generic[R]):
    """What the ORM wrote: text, parameters (values, or `Given`), and how a row of the answer is read."""

    text: str
    parameters: Sequence[Any]
    converters: Sequence[tuple[int, Sequence[Any], Any]]
    read: Callable[[list[Any]], R]


class Fixed(Generic[R]):
    """A query of the ORM with `Given` values, written when first run.

    Models with `select_related`, `only`, `annotate`, or `values_list` (rows are then tuples).
    """

    def __init__(self, query: Callable[[], QuerySet[Any, R]]):
        self.query = query

    def run(self, **values: Any) -> list[R]:
        """The rows for these values: one statement."""
        statement = self._statement
        parameters = [
            one.bound(values[one.name]) if isinstance(one, Given) else one for one in statement.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement.text, parameters)
            rows = cursor.fetchall()
        if statement.converters:
            rows = [_converted(row, statement.converters) for row in rows]
        return [statement.read(row) for row in rows]

    @cached_property
    def _statement(self) -> Statement[R]:
        compiler = self.query().query.get_compiler(connection=connection)
        text, parameters = compiler.as_sql()
        columns = [column for column, *_ in compiler.select]
        converters = [
            (place, functions, column)
            for place, (functions, column) in compiler.get_converters(columns).items()
        ]
        read = tuple if compiler.query.has_select_fields else _reader(compiler)
        return Statement(text, parameters, converters, read)


def _converted(row: Sequence[Any], converters: Sequence[tuple[int, Sequence[Any], Any]]) -> list[Any]:
    values = list(row)
    for place, functions, column in converters:
        for function in functions:
            values[place] = function(values[place], column, connection)
    return values


def _reader(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """What makes a model of a row, with those joined to it: as the ORM's own iterator does."""
    model, places = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    names = [column.target.attname for column, *_ in (compiler.select[place] for place in places)]
    values_of = itemgetter(*places)
    # the stubs are those of a later Django
    joined = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]

    def read(row: Sequence[Any]) -> Any:
        one = model.from_db(connection.alias, names, values_of(row))
        for populator in joined:
            populator.populate(row, one)
        for name, place in compiler.annotation_col_map.items():
            setattr(one, name, row[place])
        return one

    return read
