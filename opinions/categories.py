"""The list of categories, kept by admins."""

from typing import Any

from django.db import transaction

from cadres.models import User
from fieldapi import clock
from fieldapi.api import change
from fieldapi.errors import Refused
from fieldapi.journal import note_down
from opinions.models import Category


@transaction.atomic
def add_category(*, by: User, code: str, **values: Any) -> Category:
    """`values` are the category's other columns; deadlines count in tasks opened from now on."""
    row, new = Category.objects.get_or_create(code=code, defaults=values | {"changed_at": clock.now()})
    if not new:
        raise Refused("already_exists", "/code")
    note_down(by, "categories.create", code, unit=by.unit_id, **values)
    return row


@transaction.atomic
def change_category(*, by: User, category: Category, version: int, values: dict[str, Any]) -> Category:
    """New words for it, or `active` false: what was said under it stays, new opinions cannot take it."""
    row: Category = change(category, version, **values)
    note_down(by, "categories.partial_update", row.code, unit=by.unit_id, **values)
    return row
