"""Units' own working days and days off."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi.api import Rows
from matters.examples import CALENDAR_DAY, NEW_CALENDAR_DAY
from matters.models import CalendarDay
from matters.serializers import CalendarDayQuery, CalendarDaySerializer, NewCalendarDay
from matters.working_calendar import add_calendar_day, remove_calendar_day

PLAIN = {"after": "day__gte", "before": "day__lt"}


@extend_schema_view(
    list=extend_schema(
        summary="工作日例外 Exceptions to the national calendar",
        description="Days on which a unit works, or does not, whatever the national calendar says; earliest first. "
        "An exception holds for its unit and all below it.",
        examples=[CALENDAR_DAY],
    ),
    retrieve=extend_schema(
        summary="一个例外 One exception",
        description="The day, whether the unit works on it, why, and who said so.",
        examples=[CALENDAR_DAY],
    ),
)
class CalendarDayViewSet(Rows):
    resource = "calendar-days"
    rows = CalendarDay.objects
    query = CalendarDayQuery
    serializer_class = CalendarDaySerializer
    ordering = ("day", "id")

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = rows.filter(**{column: asked[name] for name, column in PLAIN.items() if name in asked})
        return rows.filter(**within(asked["unit"])) if "unit" in asked else rows

    @extend_schema(
        summary="新增例外 Add an exception",
        description="Due days counted by it are counted again within a minute, each with a line in the journal.",
        request=NewCalendarDay,
        responses={201: CalendarDaySerializer},
        examples=[NEW_CALENDAR_DAY],
    )
    def create(self, request: Request) -> Response:
        return self.shown(add_calendar_day(by=self.by, **self.body(NewCalendarDay)), status=201)

    @extend_schema(summary="撤销例外 Take back an exception", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """The national calendar holds again. Due days counted by it are counted again within a minute."""
        remove_calendar_day(by=self.by, day=self.get_object())
        return Response(status=204)
