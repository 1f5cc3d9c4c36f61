"""The supervisor's list of groups, which knows how long each has waited for a task."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from grouping.examples import GROUP
from grouping.serializers import GroupQuery
from grouping.views import GroupViewSet
from matters.waiting import waiting

MOST_WORKING_DAYS = 250


class WaitingGroupQuery(GroupQuery):
    waiting_working_days = serializers.IntegerField(
        min_value=1,
        max_value=MOST_WORKING_DAYS,
        help_text="without a task for so many working days of its unit, or more",
    )


@extend_schema_view(
    list=extend_schema(summary="归并列表 Groups that hold opinions, newest first", examples=[GROUP])
)
class GroupListViewSet(GroupViewSet):
    query = WaitingGroupQuery

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = super().filtered(rows, asked)
        if "waiting_working_days" in asked:
            rows = waiting(rows, asked["waiting_working_days"], by=self.by, today=self.today)
        return rows
