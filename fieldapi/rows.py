"""New rows by the hundred: Django's constructor looks at every column of each, which takes longer than storing it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)
Defaults = tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]


def new_row(
    model: type[Row], columns: Mapping[str, Any], related: Mapping[str, models.Model | None] | None = None
) -> Row:
    """An unsaved row, as `model(**columns)` makes it, of columns by their own names: `unit_id`, not `unit`.

    `related` are rows that some of the columns name, so that nobody asks the database for them. Made as Django makes
    a row that it unpickles. TypeError: a name that is no column.
    """
    told, made = _defaults(model)
    row = model.__new__(model)
    held = row.__dict__
    held["_state"] = ModelState()
    held |= told
    for name, make in made:
        if name not in columns:
            held[name] = make()
    held |= columns
    if len(held) > len(told) + len(made) + 1:
        raise TypeError(f"{model.__name__} has not all of the columns {sorted(columns)}")
    if related:
        row._state.fields_cache.update(related)
    return row


@cache
def _defaults(model: type[models.Model]) -> Defaults:
    """What a model's columns hold unless told, and those that hold something new in each row."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    made = {
        name: field.default
        for name, field in fields.items()
        if field.has_default() and callable(field.default)
    }
    return {name: field.get_default() for name, field in fields.items() if name not in made}, tuple(
        made.items()
    )
