"""The list of categories: the whole deployment's, kept by its highest admins."""

from typing import Any

from django.db import transaction

from cadres.models import User
from cadres.units import ancestors
from fieldapi import clock
from fieldapi.access import Role
from fieldapi.api import change
from fieldapi.errors import Refused
from fieldapi.journal import note_down
from opinions.models import Category


@transaction.atomic
def add_category(*, by: User, code: str, **values: Any) -> Category:
    """`values` are the category's other columns; deadlines count in tasks opened from now on."""
    _check_highest(by)
    row, new = Category.objects.get_or_create(code=code, defaults=values | {"changed_at": clock.now()})
    if not new:
        raise Refused("already_exists", "/code")
    note_down(by, "categories.create", code, unit=by.unit_id, **values)
    return row


@transaction.atomic
def change_category(*, by: User, category: Category, version: int, values: dict[str, Any]) -> Category:
    """New words for it, or `active` false: what was said under it stays, new opinions cannot take it."""
    _check_highest(by)
    row: Category = change(category, version, **values)
    note_down(by, "categories.partial_update", row.code, unit=by.unit_id, **values)
    return row


def _check_highest(by: User) -> None:
    """Refuses `permission_denied` to an admin of a unit above which another admin sits."""
    above = ancestors(by.unit_id)[:-1]
    if User.objects.filter(role=Role.ADMIN, active=True, unit__in=above).exists():
        raise Refused("permission_denied")
