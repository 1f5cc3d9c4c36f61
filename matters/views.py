"""Tasks with their verbs."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cadres.units import within
from fieldapi.api import Rows, etag, named_version
from fieldapi.ids import parse_id
from fieldapi.openapi import IF_MATCH_OR_NOT
from matters.examples import NEW_TASK, TASK, VERB_EXAMPLES
from matters.fixings import missing_fixings
from matters.form_examples import FORMS, HISTORY
from matters.form_serializers import TaskForms, TaskHistory
from matters.forms import forms
from matters.history import told
from matters.joining import open_task
from matters.models import Card, Fixing, Task
from matters.opening import open_group_task
from matters.perform import perform
from matters.reading import tasks_with_parts
from matters.serializers import NewTask, TaskQuery, TaskSerializer, TaskWithHistory
from matters.verbs import VERBS
from matters.working_calendar import working_days_of
from opinions.models import Group

PLAIN = {
    "state": "state",
    "office": "office_id",
    "handler": "handler_id",
    "category": "category_id",
    "priority": "priority",
    "paused": "paused",
    "under_review": "under_review",
    "escalated_to": "escalated_to_id",
    "due_after": "due_on__gte",
    "due_before": "due_on__lt",
    "after": "opened_at__gte",
    "before": "opened_at__lt",
}


def _body_of(verb: str) -> Any:
    """What the verb must be told, in one shape or in one for each part."""
    told = list(dict.fromkeys(VERBS[verb].who.values()))
    if len(told) == 1:
        return told[0]
    return PolymorphicProxySerializer(verb.capitalize(), told, resource_type_field_name=None)


def _verb(name: str) -> Callable[[Any, Request, str], Response]:
    """The endpoint of one verb of the table."""

    @extend_schema(
        summary=f"{VERBS[name].zh} {name.capitalize()}",
        description=VERBS[name].meaning,
        request=_body_of(name),
        parameters=[IF_MATCH_OR_NOT],
        responses=TaskWithHistory,
        examples=VERB_EXAMPLES[name],
    )
    def act(self: Any, request: Request, pk: str) -> Response:
        expected = named_version(request)
        perform(
            by=self.by, task_id=parse_id(pk), verb=name, args=request.data, seen=self.seen, expected=expected
        )
        return self.shown(self.get_object())

    act.__name__ = name.replace("-", "_")
    return act


class ShowingTasks(Rows):
    """Answers with tasks, whose countdown needs the calendars of their units: one query for all of them."""

    def get_serializer(self, *rows: Any, **kwargs: Any) -> Any:
        shown = rows[0] if kwargs.get("many") else rows
        calendars = working_days_of({row.unit_id for row in shown})
        context = {**self.get_serializer_context(), "working_days": calendars}
        return super().get_serializer(*rows, **kwargs | {"context": context})


@extend_schema_view(
    list=extend_schema(summary="任务列表 Tasks, newest first", examples=[TASK]),
    retrieve=extend_schema(summary="一项任务 One task with its history"),
)
class TaskViewSet(ShowingTasks):
    resource = "tasks"
    rows = Task.objects
    query = TaskQuery
    serializer_class = TaskSerializer
    ordering = ("-opened_at", "-id")
    seen: int | None = None  # the task's version when the request came in

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if (verb := VERBS.get(self.action or "")) and verb.one_wins:
            there = Task.objects.filter(pk=parse_id(kwargs["pk"]))
            self.seen = there.values_list("version", flat=True).first()

    def get_queryset(self) -> QuerySet[Task]:
        return tasks_with_parts(super().get_queryset(), history=self.action != "list")

    def get_serializer_class(self) -> type[TaskSerializer]:
        return TaskSerializer if self.action == "list" else TaskWithHistory

    def filtered(self, rows: Any, asked: dict[str, Any]) -> Any:
        rows = rows.filter(**{column: asked[name] for name, column in PLAIN.items() if name in asked})
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "live" in asked:
            rows = rows.live() if asked["live"] else rows.ended()
        if "card" in asked:
            fallen = Card.objects.standing().filter(colour=asked["card"])
            rows = rows.filter(pk__in=fallen.values("task"))
        if "overdue" in asked:
            overdue = Task.objects.overdue(today=self.today).values("pk")
            rows = rows.filter(pk__in=overdue) if asked["overdue"] else rows.exclude(pk__in=overdue)
        for word in asked.get("q", "").split():
            rows = rows.filter(title__icontains=word)
        return rows

    @extend_schema(
        summary="开立任务 Join opinions into one task",
        request=NewTask,
        responses={201: TaskWithHistory},
        examples=[NEW_TASK],
    )
    def create(self, request: Request) -> Response:
        task = open_task(by=self.by, **self.body(NewTask))
        return self.shown(self.get_queryset().get(pk=task.pk), status=201)

    @extend_schema(
        summary="五定与经过 The five fixings with all they ever said, and every act",
        responses=TaskHistory,
        examples=[HISTORY],
    )
    def history(self, request: Request, pk: str) -> Response:
        task = self.get_object()
        fixings = told(Fixing.objects.filter(task=task).order_by("pk"))
        shown = {
            "id": task.pk,
            "version": task.version,
            "fixings": fixings,
            "missing": missing_fixings(task),
            "actions": task.actions.all(),
        }
        return Response(TaskHistory(shown).data, headers=etag(task))

    @extend_schema(
        summary="可办事项 What you may do to it now, and what each verb must be told",
        responses=TaskForms,
        examples=[FORMS],
    )
    def verbs(self, request: Request, pk: str) -> Response:
        task = self.get_object()
        shown = {
            **{name: getattr(task, name) for name in ("version", "state", "paused", "under_review")},
            "id": task.pk,
            "verbs": forms(task, self.by, day=self.today),
        }
        return Response(TaskForms(shown).data, headers=etag(task))

    assign = _verb("assign")
    start = _verb("start")
    extend = _verb("extend")
    escalate = _verb("escalate")
    request_review = _verb("request-review")
    review = _verb("review")
    decide = _verb("decide")
    pause = _verb("pause")
    resume = _verb("resume")
    finish = _verb("finish")
    confirm = _verb("confirm")
    reopen = _verb("reopen")
    decline = _verb("decline")
    merge = _verb("merge")


class GroupTaskViewSet(ShowingTasks):
    resource = "groups"
    rows = Group.objects
    serializer_class = TaskWithHistory

    @extend_schema(
        summary="由归并开立任务 Open a task of all the group's opinions",
        request=None,
        responses={201: TaskWithHistory},
    )
    def open_task(self, request: Request, pk: str) -> Response:
        task = open_group_task(by=self.by, group=self.get_object())
        return self.shown(Task.objects.select_related("group").get(pk=task.pk), status=201)
