"""Summaries over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.models import Office
from fieldapi.api import Endpoint
from fieldapi.calendar import Month
from fieldapi.errors import Fault, Refused
from fieldapi.query import asked_for
from reports.closing import close_month
from reports.drilldown import page_of
from reports.examples import RECORDS, SUMMARY
from reports.figures import Figure, figure_named
from reports.files import ByFormat, SummaryCSV, SummaryXLSX
from reports.pages import MergedPages
from reports.serializers import Closing, RecordsQuery, SummaryQuery
from reports.shapes import Record, Summary
from reports.summaries import Period, summary_of
from reports.windows import Scope


class Summaries(Endpoint):
    """月报 The month's figures of a unit: live while the month is open, frozen once it is closed."""

    resource = "summaries"
    content_negotiation_class = ByFormat
    pagination_class = MergedPages
    paginator: MergedPages

    def get_renderers(self) -> list[Any]:
        files = [SummaryCSV(), SummaryXLSX()] if self.action == "monthly" else []
        return [*super().get_renderers(), *files]

    @extend_schema(
        summary="月报 The summary of a month, or of any days",
        parameters=[SummaryQuery],
        responses=Summary,
        examples=[SUMMARY],
    )
    def monthly(self, request: Request) -> Response:
        """Every number's place is the name of its figure; `docs/summary.md` says what each counts.

        `by_unit` has every unit right below, and with `own: true` the rows of the unit itself; `by_category` the
        figures of tasks. What is not included is empty; `tasks.backlog` and `tasks.satisfaction` are then not there.
        """
        asked = asked_for(request, SummaryQuery)
        return Response(
            summary_of(self._scope(asked), self._period(asked), self.today, asked.get("include", ()))
        )

    @extend_schema(
        summary="指标明细 The records behind a figure",
        parameters=[RecordsQuery],
        responses=Record(many=True),
        examples=[RECORDS],
    )
    def records(self, request: Request) -> Response:
        """A count has one row for each. A sum or mean is that of the rows' `value`; a rate the mean of it."""
        asked = asked_for(request, RecordsQuery)
        figure, scope, period = _figure(asked), self._scope(asked), self._period(asked)
        if asked.get("year_to_date"):
            period = period.year_to_date
        rows = page_of(figure, period.window(scope, self.today), request, self.paginator)
        return self.get_paginated_response(rows)

    @extend_schema(summary="月结 Close a month", request=Closing, responses=Summary)
    def close(self, request: Request) -> Response:
        """For the unit and every unit below it; those closed before keep what was frozen. Repeatable.

        Refuses `month_running` before the month is over. Answers the closed summary.
        """
        told = self.body(Closing)
        scope = Scope.of(told["unit"])
        if not self.by.governs(scope.unit) or not scope.codes:
            raise Refused("unit_unknown", "/unit")
        close_month(by=self.by, scope=scope, month=told["month"])
        return Response(summary_of(scope, Period.of_month(told["month"]), self.today))

    def _scope(self, asked: dict[str, Any]) -> Scope:
        unit = asked.get("unit", self.by.unit_id)
        office, cadre = asked.get("office"), asked.get("cadre")
        narrowed = {"office": office, "cadre": cadre, "category": asked.get("category")}
        scope = Scope.of(unit, own=asked.get("own", False), **narrowed)
        if not self.by.governs(unit) or not scope.codes:
            raise NotFound
        if office and not Office.objects.visible_to(self.by, today=self.today).filter(pk=office).exists():
            raise Refused("office_unknown", "?office")
        return scope

    def _period(self, asked: dict[str, Any]) -> Period:
        days = [asked[name] for name in ("from", "to") if name in asked]
        if not days:
            return Period.of_month(asked.get("month") or Month.of(self.today))
        faults = [Fault(f"?{name}", "required") for name in ("from", "to") if name not in asked]
        if "month" in asked:
            faults.append(Fault("?month", "bad_query", "month / from, to"))
        if not faults and days[1] < days[0]:
            faults.append(Fault("?to", "ends_before_start"))
        if faults:
            raise Refused("bad_query", errors=faults)
        return Period(*days)


def _figure(asked: dict[str, Any]) -> Figure:
    try:
        return figure_named(asked.get("figure", ""))
    except KeyError as fault:
        raise Refused("figure_unknown", "?figure") from fault
