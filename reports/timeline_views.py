"""`GET /households/{id}/timeline/`."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Rows
from fieldapi.fields import EARLIEST, LATEST, IdField, InstantField
from households.models import Household
from reports.pages import MergedPages, read_id
from reports.timeline import kinds

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
    pagination_class = MergedPages
    paginator: MergedPages

    @extend_schema(
        tags=["households"],
        summary="一户的来龙去脉 Everything that happened at a household, newest first",
        responses=EntryShown(many=True),
        examples=[OpenApiExample("entry", ENTRY, response_only=True)],
    )
    def timeline(self, request: Request, pk: str) -> Response:
        """As many queries as kinds of entries, however much happened."""
        found = self.paginator.merged(request, kinds(self.get_object()), (_instant, read_id), falling=True)
        return self.get_paginated_response([entry for _, same in found for entry in same])


def _instant(value: Any) -> datetime:
    """An instant as a cursor holds it. Raises ValueError and TypeError."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not EARLIEST <= moment < LATEST:
        raise ValueError(value)
    return moment.astimezone(UTC)
