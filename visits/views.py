"""Visits as desks and phones read them, and the review of flags."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi.api import Rows
from visits.examples import VISIT
from visits.models import Flag, Visit
from visits.review import review_flag
from visits.serializers import FlagReview, VisitQuery, VisitShown
from visits.shown import parts_of, shown

ANSWER = OpenApiExample("as it stands", VISIT, response_only=True)


@extend_schema_view(retrieve=extend_schema(summary="一次走访 One visit", examples=[ANSWER]))
@extend_schema(tags=["visits"])
class VisitViewSet(Rows):
    """走访: visits, newest first."""

    resource = "visits"
    rows = Visit.objects
    serializer_class = VisitShown
    query = VisitQuery
    ordering = ("-occurred_at", "-id")

    def filtered(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        plain = {name: asked[name] for name in ("household", "cadre", "kind", "withdrawn") if name in asked}
        rows = rows.filter(**plain)
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "occurred_after" in asked:
            rows = rows.filter(occurred_at__gte=asked["occurred_after"])
        if "occurred_before" in asked:
            rows = rows.filter(occurred_at__lt=asked["occurred_before"])
        if flag := {name: asked[key] for key, name in FLAG_PARAMETERS.items() if key in asked}:
            rows = rows.filter(Exists(Flag.objects.filter(visit=OuterRef("pk"), **flag)))
            if flag.get("state") in (Flag.State.RAISED, Flag.State.UPHELD):
                rows = rows.filter(flagged=True)  # follows from it, and leads to an index
        if "complete" in asked:
            awaiting = Exists(Visit.objects.filter(pk=OuterRef("pk"), photos__state="awaiting"))
            rows = rows.filter(~awaiting if asked["complete"] else awaiting)
        return rows

    @extend_schema(
        summary="走访列表 Visits, newest first",
        parameters=[VisitQuery],
        responses=VisitShown(many=True),
        examples=[ANSWER],
    )
    def list(self, request: Request) -> Response:
        """Visits in your scope."""
        visits = self.page(request)
        parts = parts_of(visits)
        return self.get_paginated_response([shown(visit, parts[visit.pk]) for visit in visits])

    @extend_schema(
        summary="核验 Dismiss or uphold a flag",
        request=FlagReview,
        responses=VisitShown,
        examples=[
            OpenApiExample(
                "dismiss", {"state": "dismissed", "reason": "院子在山坡另一侧"}, request_only=True
            ),
            ANSWER,
        ],
    )
    def review_flag(self, request: Request, pk: str, code: str) -> Response:
        """A supervisor dismisses or upholds a flag, with a reason. New evidence raises a dismissed one again."""
        visit = self.get_object()
        said = self.body(FlagReview)
        flag = visit.flags.filter(code=code).first()
        if flag is None:
            raise NotFound
        by: Any = request.user
        review_flag(by=by, flag=flag, state=said["state"], reason=said["reason"])
        return self.retrieve(request, pk)


FLAG_PARAMETERS = {"flag": "code", "flag_state": "state"}
