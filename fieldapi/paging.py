"""Lists in pages: `?limit=` and an opaque `?cursor=`, never a count.

A cursor holds the values of the view's `ordering` in the page's outermost row, so the next page begins exactly
behind it, whatever was added or taken away in between, and costs the same at the end of a long list.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from fieldapi.errors import Refused

USUAL = 50
MOST = 500
FORWARD, BACKWARD = "n", "p"


class Pages(BasePagination):
    """Rows in the view's `ordering`: columns without nulls, the last one unique."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page of rows, in one query."""
        limit = limit_of(request)
        ordering: Sequence[str] = view.ordering
        readers = [partial(_value, queryset.model, name.lstrip("-")) for name in ordering]
        direction, after = cursor_of(request, readers)
        self.address = request.build_absolute_uri()
        walked = ordering if direction == FORWARD else _reversed(ordering)
        rows = queryset.order_by(*walked)
        if after:
            rows = rows.filter(_behind(walked, after))
        page = self.turn(list(rows[: limit + 1]), limit, direction, begun=bool(after))
        self.first, self.last = (
            (_position(page[0], ordering), _position(page[-1], ordering)) if page else ([], [])
        )
        return page

    def turn(self, walked: list[Any], limit: int, direction: str, *, begun: bool) -> list[Any]:
        """The page in the list's order, of rows as they were walked through: one more than `limit` if there are.

        `begun` says that the walk did not start at the list's end.
        """
        more, page = len(walked) > limit, walked[:limit]
        if direction == BACKWARD:
            page.reverse()
        self.following = (more or direction == BACKWARD) and bool(page)
        self.preceding = (more if direction == BACKWARD else begun) and bool(page)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._link(FORWARD, self.last) if self.following else None,
                "previous": self._link(BACKWARD, self.first) if self.preceding else None,
                "results": data,
            }
        )

    def _link(self, direction: str, position: list[Any]) -> str:
        cursor = base64.urlsafe_b64encode(orjson.dumps([direction, *position])).decode().rstrip("=")
        return str(replace_query_param(remove_query_param(self.address, "cursor"), "cursor", cursor))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        return [
            {"name": "limit", "in": "query", "schema": limit, "description": "Rows on a page."},
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": "As it stands in `next` and `previous`.",
            },
        ]


def limit_of(request: Request) -> int:
    """`?limit=`, 50 when it is not given. Refuses `bad_limit` outside 1 to 500."""
    asked = request.query_params.get("limit", str(USUAL))
    if not re.fullmatch("[0-9]{1,3}", asked) or not 1 <= int(asked) <= MOST:
        raise Refused("bad_limit", "?limit", most=MOST)
    return int(asked)


def cursor_of(request: Request, readers: Sequence[Callable[[Any], Any]]) -> tuple[str, list[Any]]:
    """Which way to go, and the position to start behind (none at the beginning), a value for each of `readers`.

    A reader raises ValueError, TypeError or ValidationError on what no cursor of ours holds.
    """
    given = request.query_params.get("cursor", "")
    if not given:
        return FORWARD, []
    try:
        raw = base64.urlsafe_b64decode(given.encode() + b"=" * (-len(given) % 4))
        direction, *values = orjson.loads(raw)
        position = [read(value) for read, value in zip(readers, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, ValidationError) as fault:
        raise Refused("bad_cursor", "?cursor") from fault
    if direction not in (FORWARD, BACKWARD):
        raise Refused("bad_cursor", "?cursor")
    return direction, position


def _value(model: type[models.Model], name: str, value: Any) -> Any:
    """A cursor's value as its column has it; an annotation's as it came."""
    if value is None or isinstance(value, list | dict) or "\0" in str(value):
        raise ValueError(name)
    known = name in {key for field in model._meta.fields for key in (field.name, field.attname)}
    if not known:
        if not isinstance(value, int | float):
            raise ValueError(name)
        return value
    field = model._meta.get_field(name)
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.to_python(value)  # type: ignore[union-attr]  # only columns are in `known`


def _position(row: Any, ordering: Sequence[str]) -> list[Any]:
    return [plain(getattr(row, name.lstrip("-"))) for name in ordering]


def plain(value: Any) -> Any:
    """A value as a cursor holds it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return str(value.pk)
    return str(value) if isinstance(value, UUID) else value


def _reversed(ordering: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in ordering]


def _behind(ordering: Sequence[str], position: Sequence[Any]) -> Q:
    """Rows after `position`: later in the first column, or equal there and later in the next, and so on."""
    behind = Q()
    for place, name in enumerate(ordering):
        later = f"{name.lstrip('-')}__{'lt' if name.startswith('-') else 'gt'}"
        same = {before.lstrip("-"): value for before, value in zip(ordering[:place], position, strict=False)}
        behind |= Q(**same, **{later: position[place]})
    outermost = f"{ordering[0].lstrip('-')}__{'lte' if ordering[0].startswith('-') else 'gte'}"
    return Q(**{outermost: position[0]}) & behind  # the first part is what an index can be searched for
