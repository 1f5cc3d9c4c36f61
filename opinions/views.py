"""Opinions and their categories."""

from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi.api import Rows, expected_version
from opinions.categories import add_category, change_category
from opinions.examples import CATEGORY, NEW_CATEGORY, OPINION
from opinions.models import Category, Opinion, Reply
from opinions.serializers import (
    CategoryChange,
    CategoryQuery,
    CategorySerializer,
    NewCategory,
    OpinionQuery,
    OpinionSerializer,
)

PLACED = (
    "`group` is null and `suggested_categories` is empty until the worker has placed a new opinion, about a minute "
    "after it came."
)
PLAIN = {
    "category": "category_id",
    "kind": "kind",
    "household": "household_id",
    "by": "by_id",
    "group": "group_id",
    "task": "group__task",
    "wants_reply": "wants_reply",
    "after": "occurred_at__gte",
    "before": "occurred_at__lt",
}


@extend_schema_view(
    list=extend_schema(
        summary="意见列表 Opinions, newest first",
        description="What households said: for desks that of their unit's subtree; for a cadre what was heard from "
        "the households served today or recorded by the cadre, and the opinions of live tasks to be worked on. "
        "Withdrawn ones are left out, unless `?standing=` asks for them. " + PLACED,
        examples=[OPINION],
    ),
    retrieve=extend_schema(
        summary="一条意见 One opinion and where it stands",
        description="Its words, its group and task, the replies given and how it stands. " + PLACED,
        examples=[OPINION],
    ),
)
class OpinionViewSet(Rows):
    resource = "opinions"
    rows = Opinion.objects
    query = OpinionQuery
    serializer_class = OpinionSerializer
    ordering = ("-occurred_at", "-id")

    def get_queryset(self) -> QuerySet[Opinion]:
        replies = Prefetch("replies", Reply.objects.order_by("told_at", "id"))
        return super().get_queryset().select_related("group__task").prefetch_related(replies)

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = rows.filter(**{column: asked[name] for name, column in PLAIN.items() if name in asked})
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "has_category" in asked:
            rows = rows.filter(category__isnull=not asked["has_category"])
        if "has_task" in asked:
            rows = rows.filter(group__task__isnull=not asked["has_task"])
        if "answered" in asked:
            rows = rows.answered(asked["answered"])
        if "decline_told" in asked:
            rows = rows.decline_told(asked["decline_told"])
        if "older_than_days" in asked:
            rows = rows.filter(day__lt=self.today - timedelta(days=asked["older_than_days"]))
        for word in asked.get("q", "").split():
            rows = rows.filter(text__icontains=word)
        return rows.in_standing(asked["standing"]) if "standing" in asked else rows.standing()


@extend_schema_view(
    list=extend_schema(
        summary="类别 Categories by code",
        description="What opinions can be about, the same list for everybody. One that is no longer `active` stays "
        "with the opinions that have it; new ones cannot take it.",
        examples=[CATEGORY],
    ),
    retrieve=extend_schema(
        summary="一个类别 One category",
        description="Its names, whether it is in use, and the deadline of its tasks.",
        examples=[CATEGORY],
    ),
)
class CategoryViewSet(Rows):
    resource = "categories"
    rows = Category.objects
    id_is_uuid = False
    query = CategoryQuery
    serializer_class = CategorySerializer
    ordering = ("code",)

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        return rows.filter(**asked)

    @extend_schema(
        summary="新增类别 Add a category",
        request=NewCategory,
        responses={201: CategorySerializer},
        examples=[NEW_CATEGORY],
    )
    def create(self, request: Request) -> Response:
        """Its code is its id and never changes. A code that is there already is 409 `already_exists`."""
        return self.shown(add_category(by=self.by, **self.body(NewCategory)), status=201)

    @extend_schema(summary="修改类别 Change a category", request=CategoryChange, responses=CategorySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """New names, another deadline (for tasks opened from now on), or no longer `active`; nothing is deleted."""
        category, version = self.get_object(), expected_version(request)
        values = self.body(CategoryChange)
        return self.shown(change_category(by=self.by, category=category, version=version, values=values))
