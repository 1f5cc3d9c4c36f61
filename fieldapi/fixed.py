"""Queries whose shape never changes: the ORM writes each statement once, every run only sends values.

Writing a statement costs Django several times what a database needs to answer it by an index.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import Expression, Lookup, QuerySet, Subquery
from django.db.models.base import ModelState

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
        if connection.vendor == "postgresql" and isinstance(self.output_field, models.UUIDField):
            return "{" + ",".join(one.hex for one in value) + "}"  # psycopg would ask each one what it is
        prepared = [super(GivenList, self).bound(one) for one in value]
        return prepared if connection.vendor == "postgresql" else json.dumps(prepared).decode()


class Among(Lookup):
    """The column is one of a `GivenList`, in the same text however many they are; or one of what a `Subquery` finds.

    PostgreSQL gathers them first, and plans without knowing how many they are. With a list in sight it would plan
    anew for each, which takes longer than finding the rows; for a join with the subquery it may read a whole table.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        gathered = "{}" if isinstance(self.rhs, Subquery) else unnested(self.rhs.output_field)
        return self._written(compiler, connection, f"{{}} = ANY(ARRAY{gathered})")

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        shape = "{} IN {}" if isinstance(self.rhs, Subquery) else "{} IN (SELECT value FROM json_each({}))"
        return self._written(compiler, connection, shape)

    def _written(self, compiler: Any, connection: Any, shape: str) -> tuple[str, list[Any]]:
        column, before = self.process_lhs(compiler, connection)
        values, after = compiler.compile(self.rhs)
        return shape.format(column, values), [*before, *after]


def unnested(field: models.Field[Any, Any]) -> str:
    """A list's values as a subquery, of which PostgreSQL's planner knows nothing; `{}` is the list."""
    return f"(SELECT unnest({{}}::{field.rel_db_type(connection)}[]))"


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
    """What makes a model of a row, with those joined to it and the annotations."""
    made = _maker(compiler.klass_info, compiler.select)
    annotated = list(compiler.annotation_col_map.items())

    def read(row: Sequence[Any]) -> Any:
        one = made(row)
        for name, place in annotated:
            setattr(one, name, row[place])
        return one

    return read


def _maker(info: Mapping[str, Any], select: Sequence[Any]) -> Callable[[Sequence[Any]], Any]:
    """What makes one of the models in a row; None where nothing was joined.

    As Django makes a row that it unpickles: its constructor looks at every column of each.
    """
    model, places = info["model"], info["select_fields"]
    names = [column.target.attname for column, *_ in (select[place] for place in places)]
    values_of, key = itemgetter(*places), places[names.index(model._meta.pk.attname)]
    joined = [
        (_maker(other, select), other["local_setter"], other["remote_setter"])
        for other in info.get("related_klass_infos", ())
    ]
    alias = connection.alias

    def made(row: Sequence[Any]) -> Any:
        if row[key] is None:
            return None
        one = model.__new__(model)
        one._state = state = ModelState()
        state.adding, state.db = False, alias
        one.__dict__.update(zip(names, values_of(row), strict=True))
        for other_of, link, link_back in joined:
            link(one, other := other_of(row))
            if other is not None:
                link_back(other, one)
        return one

    return made
