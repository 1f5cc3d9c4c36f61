"""Groups: what they hold, what is suggested for them, and what supervisors decide."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi.api import Rows, expected_version
from grouping import decisions
from grouping.examples import CHANGE, GROUP, OTHER, SOME
from grouping.models import Suggestion
from grouping.serializers import GroupChange, GroupQuery, GroupSerializer, OtherGroup, SomeOpinions
from opinions.models import Group, Opinion

EXACTLY = ("category", "task")


@extend_schema_view(
    list=extend_schema(
        description="Opinions about the same thing, from which one task is opened: for desks those of their unit's "
        "subtree, for a cadre those of opinions the cadre sees. A new opinion has its group about a minute after it "
        "came. Groups whose opinions have all gone elsewhere are listed with `?is_empty=yes` only.",
    ),
    retrieve=extend_schema(
        summary="一个归并 One group with its opinions and suggestions",
        description="The opinions it holds, those that perhaps belong to it with their scores, and its task. "
        "Where all its opinions have gone to another group, `merged_into` names that one.",
        examples=[GROUP],
    ),
)
class GroupViewSet(Rows):
    resource = "groups"
    rows = Group.objects
    query = GroupQuery
    serializer_class = GroupSerializer
    ordering = ("-opened_at", "-id")

    def get_queryset(self) -> QuerySet[Group]:
        opinions = Opinion.objects.standing().order_by("occurred_at", "id").only("group", "household")
        seen = Opinion.objects.visible_to(self.by, today=self.today)
        suggested = Suggestion.objects.open().filter(opinion__in=seen).order_by("-score", "id")
        return (
            super()
            .get_queryset()
            .select_related("task")
            .prefetch_related(Prefetch("opinions", opinions), Prefetch("suggestions", suggested))
        )

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        some = Exists(Opinion.objects.standing().filter(group=OuterRef("pk")))
        rows = rows.filter(~some if asked.get("is_empty") else some)
        rows = rows.filter(**{name: asked[name] for name in EXACTLY if name in asked})
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "has_task" in asked:
            rows = rows.filter(task__isnull=not asked["has_task"])
        if "has_suggestions" in asked:
            some = Exists(Suggestion.objects.open().filter(group=OuterRef("pk")))
            rows = rows.filter(some if asked["has_suggestions"] else ~some)
        return rows

    @extend_schema(
        summary="修改归并 Give it a title, or say what it is about",
        request=GroupChange,
        responses=GroupSerializer,
        examples=[CHANGE, GROUP],
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """A category said here teaches the suggestions, from all its opinions. Its opinions stay as they are."""
        group, version = self.get_object(), expected_version(request)
        values = self.body(GroupChange)
        decisions.change_group(by=self.by, group=group, version=version, values=values)
        return self.shown(self.get_object())

    @extend_schema(
        summary="并入意见 Take opinions in: suggested ones, or any from other groups",
        request=SomeOpinions,
        responses=GroupSerializer,
        examples=[SOME, GROUP],
    )
    def accept(self, request: Request, pk: str) -> Response:
        """Each leaves the group it was in. All of them or none: 409 `opinion_has_task` where one is in a group with a
        task that lives or was confirmed, `wrong_state` where this group's task has ended or all are in it already.
        """
        group = self.get_object()
        decisions.accept(by=self.by, group=group.pk, **self.body(SomeOpinions))
        return self.shown(self.get_object())

    @extend_schema(
        summary="不予归并 Suggested opinions do not belong to it",
        request=SomeOpinions,
        responses=GroupSerializer,
        examples=[SOME, GROUP],
    )
    def refuse(self, request: Request, pk: str) -> Response:
        """The suggestions are answered and not made again; the opinions stay in their own groups. 409 `wrong_state`
        where none of them was suggested for this group.
        """
        group = self.get_object()
        decisions.refuse(by=self.by, group=group.pk, **self.body(SomeOpinions))
        return self.shown(self.get_object())

    @extend_schema(
        summary="合并 Take in all opinions of another group",
        request=OtherGroup,
        responses=GroupSerializer,
        examples=[OTHER, GROUP],
    )
    def merge(self, request: Request, pk: str) -> Response:
        """The other group stays, empty, and leads here by `merged_into`. It must have no task, or a declined one: else
        409 `opinion_has_task`. A group and itself are 400 `same_group`.
        """
        group, body = self.get_object(), self.body(OtherGroup)
        decisions.merge(by=self.by, group=group.pk, other=body["group"], reason=body["reason"])
        return self.shown(self.get_object())

    @extend_schema(
        summary="分开 Put some of its opinions into a group of their own, which is answered",
        request=SomeOpinions,
        responses={201: GroupSerializer},
        examples=[SOME, GROUP],
    )
    def split(self, request: Request, pk: str) -> Response:
        """The new group has no task yet. The machine does not put them together again. All of them at once are 400
        `split_takes_all`; opinions of another group 409 `wrong_state`.
        """
        group = self.get_object()
        new = decisions.split(by=self.by, group=group.pk, **self.body(SomeOpinions))
        return self.shown(self.get_queryset().get(pk=new.pk), status=201)
