"""Practical matters over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from cadres.units import within
from fieldapi.api import Rows
from matters.examples import MATTER
from matters.models import PracticalMatter
from matters.reading import matters_with_parts
from matters.serializers import MatterQuery, PracticalMatterSerializer

PLAIN = {
    "task": "task_id",
    "visit": "visit_id",
    "recorded_by": "recorded_by_id",
    "satisfaction": "satisfaction",
    "after": "done_on__gte",
    "before": "done_on__lt",
}


@extend_schema_view(
    list=extend_schema(
        summary="实事列表 Practical matters, latest first",
        description="Things really done for households: by a confirmed task, or on the spot. Those taken back are "
        "listed with `?withdrawn=yes` only.",
        examples=[MATTER],
    ),
    retrieve=extend_schema(
        summary="一件实事 One practical matter",
        description="The households it benefits, the opinions it resolves, the day, the evidence and the satisfaction.",
        examples=[MATTER],
    ),
)
class PracticalMatterViewSet(Rows):
    resource = "practical-matters"
    rows = PracticalMatter.objects
    query = MatterQuery
    serializer_class = PracticalMatterSerializer
    ordering = ("-done_on", "-id")

    def get_queryset(self) -> QuerySet[PracticalMatter]:
        return matters_with_parts(super().get_queryset())

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = rows.filter(**{column: asked[name] for name, column in PLAIN.items() if name in asked})
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "household" in asked:
            rows = rows.filter(household_links__household=asked["household"])
        if "opinion" in asked:
            rows = rows.filter(opinion_links__opinion=asked["opinion"])
        return rows.withdrawn() if asked.get("withdrawn") else rows.standing()
