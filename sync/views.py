"""The phone's PUTs, on the same addresses as what desks read; and quarantine."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.api import Rows
from fieldapi.ids import parse_id
from sync import columns
from sync.intake import Verdict
from sync.models import QuarantinedRow
from sync.phone_put import PhonePut
from sync.serializers import QuarantineQuery, QuarantineShown, WaitingShown
from visits.models import Visit
from visits.serializers import VisitShown, shown, with_parts
from visits.views import VisitViewSet


class PhoneVisits(PhonePut, VisitViewSet):
    table = "visits"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return shown(with_parts(Visit.objects.all()).get(pk=verdict.row.pk))

    @extend_schema(request=columns.VisitColumns, responses={200: VisitShown, 201: VisitShown})
    def update(self, request: Request, pk: str) -> Response:
        """Send a visit with its opinions, matters and photo declarations. The same again answers 200."""
        return self.take(pk)


@extend_schema_view(
    list=extend_schema(parameters=[QuarantineQuery], responses=QuarantineShown(many=True)),
    retrieve=extend_schema(responses=QuarantineShown),
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


class PhoneAmendments(PhonePut, VisitViewSet):
    table = "amendments"

    def stored(self, verdict: Verdict) -> dict[str, Any]:
        return shown(with_parts(Visit.objects.all()).get(pk=verdict.row.visit_id))

    @extend_schema(
        request=columns.AmendmentColumns,
        responses={200: VisitShown, 201: VisitShown, 202: WaitingShown},
        examples=[
            OpenApiExample(
                "withdraw",
                {
                    "made_at": "2026-11-03T20:00:00+08:00",
                    "reason": "填错了户",
                    "changes": {"withdrawn": True},
                },
                request_only=True,
            )
        ],
    )
    def amend(self, request: Request, pk: str, row_id: str) -> Response:
        """Correct a submitted visit; answers the visit as it counts now."""
        return self.take(row_id, {"visit": parse_id(pk)})
