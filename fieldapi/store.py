"""Rows into the database: those of one model in one statement, whose text does not depend on their number.

`bulk_create` writes its statement anew at every call, which takes longer than the database needs to store a row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from django.db import connection, models

Columns = Mapping[str, Any]
Storing = Callable[[Sequence[Columns]], None]

PLAIN = frozenset(
    {
        models.BigIntegerField, models.BooleanField, models.CharField, models.DateField, models.DateTimeField,
        models.FloatField, models.ForeignKey, models.JSONField, models.PositiveBigIntegerField,
        models.PositiveIntegerField, models.PositiveSmallIntegerField, models.SmallIntegerField, models.TextField,
        models.UUIDField,
    }
)  # fmt: skip
"""Columns that hold what the row holds. Others, as encrypted ones, are not for here."""


def store(rows: Iterable[models.Model]) -> None:
    """Insert rows of one model, complete as they stand; keys that the database makes are not told.

    No statement for no rows.
    """
    new = list(rows)
    if new:
        store_columns(type(new[0]), _columns_of(new))
        for row in new:
            row._state.adding = False


def store_columns(model: type[models.Model], rows: Sequence[Columns]) -> None:
    """Insert rows that nobody needs as objects: each by all its columns that are not null, but a key that the database
    makes.

    No statement for no rows.
    """
    if rows:
        _storing(model, connection.vendor)(rows)


def store_again(rows: Iterable[models.Model]) -> None:
    """Write stored rows of one model anew, all their columns: one statement. No statement for no rows."""
    changed = list(rows)
    if changed:
        _storing_again(type(changed[0]), connection.vendor)(_columns_of(changed))


def _columns_of(rows: Sequence[models.Model]) -> list[Columns]:
    names, values_of = _read_by(type(rows[0]))
    return [
        {name: value for name, value in zip(names, values_of(vars(row)), strict=True) if value is not None}
        for row in rows
    ]


@cache
def _read_by(model: type[models.Model]) -> tuple[list[str], Callable[[dict[str, Any]], tuple[Any, ...]]]:
    """A model's columns, and their values in what a row holds."""
    fields = _fields(model)
    return [field.column for field in fields], itemgetter(*(field.attname for field in fields))


@cache
def _storing(model: type[models.Model], vendor: str) -> Storing:
    fields = _fields(model)
    return _as_json(model, fields) if vendor == "postgresql" else _one_by_one(model, fields)


@cache
def _storing_again(model: type[models.Model], vendor: str) -> Storing:
    fields = _fields(model)
    return _again_as_json(model, fields) if vendor == "postgresql" else _again_one_by_one(model, fields)


def _fields(model: type[models.Model]) -> list[Any]:
    fields = [field for field in model._meta.local_concrete_fields if not field.db_returning]
    if strange := {type(field) for field in fields} - PLAIN:
        raise TypeError(f"{model.__name__} has columns that are more than they look: {strange}")
    return fields


def _as_json(model: type[models.Model], fields: list[Any]) -> Storing:
    """PostgreSQL reads the rows out of one JSON text: one parameter, one plan."""
    return _sending(f"{_into(model, fields)} SELECT * FROM {_rows_of(fields)}")


def _again_as_json(model: type[models.Model], fields: list[Any]) -> Storing:
    key = model._meta.pk.column
    set_to = ", ".join(
        f'"{field.column}" = row."{field.column}"' for field in fields if not field.primary_key
    )
    table = model._meta.db_table
    text = f'UPDATE "{table}" SET {set_to} FROM {_rows_of(fields)} WHERE "{table}"."{key}" = row."{key}"'
    return _sending(text)


def _rows_of(fields: list[Any]) -> str:
    kinds = ", ".join(f'"{field.column}" {field.rel_db_type(connection)}' for field in fields)
    return f"json_to_recordset(%s::json) AS row ({kinds})"


def _sending(text: str) -> Storing:
    def send(rows: Sequence[Columns]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, [orjson.dumps(rows).decode()])

    return send


def _again_one_by_one(model: type[models.Model], fields: list[Any]) -> Storing:
    ordered = sorted(
        fields, key=lambda field: field.primary_key
    )  # the key last, as the statement asks for it
    set_to = ", ".join(f'"{field.column}" = %s' for field in ordered[:-1])
    return _each(f'UPDATE "{model._meta.db_table}" SET {set_to} WHERE "{ordered[-1].column}" = %s', ordered)


def _one_by_one(model: type[models.Model], fields: list[Any]) -> Storing:
    """SQLite has no way to the database to spare."""
    return _each(f"{_into(model, fields)} VALUES ({', '.join(['%s'] * len(fields))})", fields)


def _each(text: str, fields: list[Any]) -> Storing:
    def send(rows: Sequence[Columns]) -> None:
        values = [
            [field.get_db_prep_save(row.get(field.column), connection) for field in fields] for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(text, values)

    return send


def _into(model: type[models.Model], fields: list[Any]) -> str:
    names = ", ".join(f'"{field.column}"' for field in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({names})'
