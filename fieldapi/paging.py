"""Lists in pages: `?limit=` and an opaque `?cursor=`, never a count."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from fieldapi.errors import Refused

USUAL = 50
MOST = 500


class Pages(CursorPagination):
    """Rows in the view's `ordering`, whose last name must be unique: a page boundary never doubles or skips a row."""

    page_size = USUAL
    page_size_query_param = "limit"
    cursor_query_param = "cursor"
    max_page_size = MOST

    def get_page_size(self, request: Any) -> int:
        asked = request.query_params.get("limit")
        if asked is None:
            return USUAL
        if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked[:9]) <= MOST:
            raise Refused("bad_limit", "?limit", most=MOST)
        return int(asked)

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, DataError) as fault:
            raise Refused("bad_cursor", "?cursor") from fault

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
