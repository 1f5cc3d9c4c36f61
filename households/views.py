"""Households over HTTP."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from fieldapi.access import Role
from fieldapi.api import Rows, etag, expected_version
from fieldapi.errors import Refused
from fieldapi.query import asked_for
from households import actions
from households.models import Household, HouseholdChange
from households.near import nearest_first
from households.search import USUAL_RADIUS_M, Nearest, narrowed, places, with_distances
from households.serializers import (
    NUMBERS,
    HouseholdChangeIn,
    HouseholdDetail,
    HouseholdIn,
    HouseholdOut,
    HouseholdQuery,
    MergeIn,
    MoveIn,
    NearHouseholdOut,
    ReasonIn,
    RevealIn,
    RevealOut,
    SplitIn,
)

EXAMPLE = {
    "unit": "530626101201",
    "number": "12",
    "head_name": "王某",
    "phone": "13800001111",
    "address": "田坝村3组",
    "location": {"lat": 28.6, "lon": 103.95, "accuracy_m": 8, "source": "surveyed"},
    "tags": ["elderly"],
    "size": 4,
}
BECAUSE = {"on": "2026-11-03", "reason": "搬迁"}


def example(value: Any) -> list[OpenApiExample]:
    return [OpenApiExample("example", value=value, request_only=True)]


@extend_schema_view(
    list=extend_schema(
        parameters=[HouseholdQuery],
        responses=NearHouseholdOut(many=True),
        summary="Households; with `near`, nearest first",
    ),
    retrieve=extend_schema(responses=HouseholdDetail, summary="One household with its history"),
)
class Households(Rows):
    """户: who lives there, where, and what is known of them."""

    resource = "households"
    rows = Household.objects
    serializer_class = HouseholdOut
    query = HouseholdQuery
    ordering = ("unit_id", "number")  # together unique

    def get_serializer_context(self) -> dict[str, Any]:
        """A cadre's households are those paired today (`visible_to`): their phone numbers are clear."""
        paired = self.by is not None and self.by.role == Role.CADRE
        return {**super().get_serializer_context(), "phone_is_clear": paired}

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if self.action == "retrieve":
            rows = rows.prefetch_related(Prefetch("changes", HouseholdChange.objects.order_by("id")))
        return rows

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        if not self.by.sees_subtree and any(name in asked for name in NUMBERS):
            raise Refused("permission_denied")
        return narrowed(rows, asked, today=self.today)

    def list(self, request: Request) -> Response:
        asked = asked_for(request, HouseholdQuery)
        if "near" not in asked:
            return super().list(request)
        rows = self.filtered(self.get_queryset(), asked)
        radius = asked.get("radius_m", USUAL_RADIUS_M)
        page = Nearest(request, nearest_first(asked["near"], radius, places(rows, asked["near"], radius)))
        shown = with_distances(rows, page.hits)
        answer = NearHouseholdOut(shown, many=True, context=self.get_serializer_context())
        return Response({"next": page.next, "previous": page.previous, "results": answer.data})

    def retrieve(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        detail = HouseholdDetail(row, context=self.get_serializer_context())
        return Response(detail.data, headers=etag(row))

    @extend_schema(
        summary="A new household",
        request=HouseholdIn,
        responses={200: HouseholdOut, 201: HouseholdOut},
        examples=example(EXAMPLE),
    )
    def create(self, request: Request) -> Response:
        row, new = actions.enter(by=self.by, **self.body(HouseholdIn))
        return self.shown(row, status=201 if new else 200)

    @extend_schema(
        summary="Change a household (If-Match)",
        request=HouseholdChangeIn,
        responses=HouseholdOut,
        examples=example({"tags": ["elderly", "low_income"]}),
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        row, version = self.get_object(), expected_version(request)
        columns = self.body(HouseholdChangeIn, partial=True)
        return self.shown(actions.edit(by=self.by, household=row, version=version, **columns))

    @extend_schema(
        summary="The household goes to another unit",
        request=MoveIn,
        responses=HouseholdOut,
        examples=example(BECAUSE | {"unit": "530626101202"}),
    )
    def move(self, request: Request, pk: str) -> Response:
        return self.shown(actions.move(by=self.by, household=self.get_object(), **self.body(MoveIn)))

    @extend_schema(
        summary="The household becomes part of another",
        request=MergeIn,
        responses=HouseholdOut,
        examples=example(BECAUSE | {"into": "01926b3c-0000-7000-8000-000000000001"}),
    )
    def merge(self, request: Request, pk: str) -> Response:
        return self.shown(actions.merge(by=self.by, household=self.get_object(), **self.body(MergeIn)))

    @extend_schema(
        summary="A new household leaves this one; the new one is answered",
        request=SplitIn,
        responses={201: HouseholdOut},
        examples=example(BECAUSE | {"number": "12-1", "head_name": "王小某"}),
    )
    def split(self, request: Request, pk: str) -> Response:
        row = actions.split(by=self.by, household=self.get_object(), **self.body(SplitIn))
        return self.shown(row, status=201)

    @extend_schema(
        summary="The household is no more",
        request=ReasonIn,
        responses=HouseholdOut,
        examples=example(BECAUSE),
    )
    def end(self, request: Request, pk: str) -> Response:
        return self.shown(actions.end(by=self.by, household=self.get_object(), **self.body(ReasonIn)))

    @extend_schema(
        summary="Phone and identity number in clear; journalled",
        request=RevealIn,
        responses={200: RevealOut},
        examples=example({"fields": ["phone"], "reason": "核实身份"}),
    )
    def reveal(self, request: Request, pk: str) -> Response:
        asked = self.body(RevealIn)
        return Response(actions.reveal(by=self.by, household=self.get_object(), **asked))
