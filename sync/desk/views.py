"""Quarantine at a desk: looked through, corrected, let through the door again, or discarded."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Rows
from sync.desk import examples
from sync.desk.replay import discard, replay
from sync.desk.serializers import Discarding, QuarantineQuery, QuarantineShown, Replay
from sync.models import QuarantinedRow
from sync.puts.examples import VISIT

kept = OpenApiExample("a visit nobody knows the household of", examples.QUARANTINED, response_only=True)
corrected = OpenApiExample("corrected", {"body": VISIT}, request_only=True)
unchanged = OpenApiExample("as it was sent", {}, request_only=True)
trial = OpenApiExample("a trial", {"reason": "试填，非真实走访"}, request_only=True)


@extend_schema_view(
    list=extend_schema(
        summary="隔离区 What was not taken, newest first",
        parameters=[QuarantineQuery],
        responses=QuarantineShown(many=True),
        examples=[kept],
    ),
    retrieve=extend_schema(summary="一条隔离记录 One entry", responses=QuarantineShown, examples=[kept]),
)
@extend_schema(tags=["quarantine"])
class QuarantineViewSet(Rows):
    """What phones sent and the server would not take, newest first."""

    resource = "quarantine"
    rows = QuarantinedRow.objects
    serializer_class = QuarantineShown
    query = QuarantineQuery
    ordering = ("-received_at", "-id")

    def filtered(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        return rows.filter(**asked)

    @extend_schema(
        summary="Let it through the door again",
        request=Replay,
        responses=QuarantineShown,
        examples=[corrected, unchanged],
    )
    def replay(self, request: Request, pk: str) -> Response:
        """As its sender's row, as of when it came; `body` in place of what was sent. Refused again it stays.

        Where the id it was sent under cannot stand (no UUID, or other content stands there), `body.id` is a new one;
        the phone's copy under the old id is answered `same` from then on, and that id comes in `deleted`.
        """
        entry = self.get_object()
        replay(by=self.by, entry=entry, body=self.body(Replay).get("body"))
        return self.shown(self.get_object())

    @extend_schema(
        summary="Decide that it will not be taken",
        request=Discarding,
        responses=QuarantineShown,
        examples=[trial],
    )
    def discard(self, request: Request, pk: str) -> Response:
        """The entry stays, with the reason; the row leaves its phone at the next pull."""
        entry = self.get_object()
        discard(by=self.by, entry=entry, reason=self.body(Discarding)["reason"])
        return self.shown(self.get_object())
