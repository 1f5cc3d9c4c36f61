"""`GET /households/{id}/timeline/`."""

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from fieldapi.api import Rows
from fieldapi.errors import Refused
from fieldapi.fields import IdField, InstantField
from fieldapi.paging import limit_of
from households.models import Household
from reports.timeline import Position, entries

ENTRY = {
    "at": "2026-11-03T09:12:00+08:00",
    "type": "visit",
    "id": "0199d2a0-1111-7000-8000-000000000001",
    "title": "home",
    "by": "0199d2a0-5555-7000-8000-000000000001",
}


class EntryShown(serializers.Serializer):
    """One thing that happened. `title` is a visit's kind, an opinion's words, a pairing's post or why it ended."""

    at = InstantField()
    type = serializers.ChoiceField(
        choices=["visit", "opinion", "reply", "matter", "pairing", "pairing_ended"]
    )
    id = IdField()
    title = serializers.CharField(allow_blank=True)
    by = IdField()


class TimelineViewSet(Rows):
    resource = "households"
    rows = Household.objects
    serializer_class = EntryShown
    pagination_class = None

    @extend_schema(
        tags=["households"],
        summary="一户的来龙去脉 Everything that happened at a household, newest first",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses=inline_serializer(
            "Timeline",
            {
                "next": serializers.URLField(allow_null=True),
                "previous": serializers.URLField(allow_null=True),
                "results": EntryShown(many=True),
            },
        ),
        examples=[
            OpenApiExample("page", {"next": None, "previous": None, "results": [ENTRY]}, response_only=True)
        ],
    )
    def timeline(self, request: Request, pk: str) -> Response:
        """Pages go forward only: `previous` is always null."""
        limit, position = limit_of(request), _read(request.query_params.get("cursor", ""))
        page = entries(self.get_object(), position, limit + 1)
        following = _link(request, page[limit - 1]) if len(page) > limit else None
        return Response({"next": following, "previous": None, "results": page[:limit]})


def _link(request: Request, last: dict[str, Any]) -> str:
    cursor = base64.urlsafe_b64encode(f"{last['at'].isoformat()} {last['id']}".encode()).decode()
    return str(replace_query_param(request.build_absolute_uri(), "cursor", cursor))


def _read(cursor: str) -> Position | None:
    if not cursor:
        return None
    try:
        at, key = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(at)
        return moment, UUID(key)
    except (ValueError, binascii.Error) as fault:
        raise Refused("bad_cursor", "?cursor") from fault
