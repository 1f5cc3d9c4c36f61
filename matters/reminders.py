"""What nobody does brings to mind: new items, and once a day what waits, has not begun or is due soon.

Whoever looks late still finds it, and of two who look at once each thing is told once: `Notice` sees to that.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Subquery

from cadres.desks import desks_of
from fieldapi import clock
from fieldapi.access import Role
from fieldapi.calendar import local_day, start_of
from fieldapi.working_days import WorkingDays
from matters.cards import BATCH, RUNNING
from matters.deadlines import YELLOW_WORKING_DAYS
from matters.models import Task, TaskAction
from matters.people import working_on
from matters.telling import unanswered
from matters.working_calendar import editions, working_days_of
from notices.models import Notice, Round
from notices.tell import News, tell
from opinions.models import Group, Opinion

DUE_SOON = 5
"""Working days left: some before the yellow card, which says the same from then on."""
SHOULD_HAVE_BEGUN = 2
WAITED_LONG = 3
"""Working days without a task."""
LOOKED_BACK = timedelta(days=60)
"""What has waited longer has been told of, or was there before anybody was told of anything."""
LATE_COMMIT_MS = 600_000
"""A group may be seen so long after its id was made."""
NEEDED = ("group", "unit", "title", "handler", "office", "due_on", "opened_on")
"""Of a task, whose texts cost more to read than all the rest of a round."""
Row = TypeVar("Row", Task, Group)


def remind() -> None:
    """Three queries when the day's round is done and nothing is new."""
    rounds = Round.objects.in_bulk(["items", "reminders"])
    tell_of_new_items(rounds.get("items"))
    today = clock.today()
    if "reminders" in rounds and rounds["reminders"].day == today:
        return
    tell_of_due_soon(today)
    tell_of_unstarted(today)
    tell_of_waiting_items(today)
    Round.objects.update_or_create(name="reminders", defaults={"day": today})


def tell_of_new_items(before: Round | None) -> None:
    """Groups that have begun since the last look: their ids are in the order in which they were made.

    The first look of all begins with the present.
    """
    now = time.time_ns() // 1_000_000
    seen = before.row_id.int >> 80 if before and before.row_id else now
    rows = _wanting(Group.objects.filter(pk__gt=UUID(int=(seen - LATE_COMMIT_MS) << 80)))
    last = None
    for groups in _batches(rows):
        _tell_supervisors("item_new", groups, lambda group: "new")
        last = groups[-1].pk
    if before is None or (last and last != before.row_id):
        place = last or UUID(int=now << 80)
        Round.objects.update_or_create(name="items", defaults={"row_id": place})


def tell_of_waiting_items(today: date) -> None:
    rows = Group.objects.filter(opened_at__gte=start_of(today - LOOKED_BACK), opened_at__lt=start_of(today))
    for groups in _batches(_wanting(rows)):
        calendars = working_days_of({group.unit_id for group in groups})
        waiting = [
            group
            for group in groups
            if calendars[group.unit_id].between(local_day(group.opened_at), today) >= WAITED_LONG
        ]
        _tell_supervisors("item_waiting", waiting, lambda group: "waiting")


def tell_of_due_soon(today: date) -> None:
    """Once for each due day: who works on the task, and who is to answer the households that want it."""
    furthest = max(calendar.after(today, DUE_SOON) for calendar in _calendars())
    rows = Task.objects.filter(
        state__in=RUNNING, paused=False, finished_on__isnull=True, due_on__gt=today, due_on__lte=furthest
    ).only(*NEEDED)
    for tasks in _batches(rows):
        calendars = working_days_of({task.unit_id for task in tasks})
        near = [
            task
            for task in tasks
            if task.due_on
            and YELLOW_WORKING_DAYS < calendars[task.unit_id].between(today, task.due_on) <= DUE_SOON
        ]
        fresh = _untold("due_near", near, _due)
        _tell_workers("due_near", fresh, _due, today)
        tell(unanswered({task.group_id: task for task in fresh}, _due, today))


def tell_of_unstarted(today: date) -> None:
    """Two working days after it was opened, or last assigned."""
    assigned = TaskAction.objects.filter(task=OuterRef("pk"), verb="assign").order_by("-made_at")
    rows = Task.objects.filter(
        state__in=(Task.State.OPEN, Task.State.ASSIGNED),
        finished_on__isnull=True,
        changed_at__gte=start_of(today - LOOKED_BACK),
    )
    for tasks in _batches(rows.only(*NEEDED).annotate(given_on=Subquery(assigned.values("day")[:1]))):
        calendars = working_days_of({task.unit_id for task in tasks})
        idle = [
            task
            for task in tasks
            if calendars[task.unit_id].between(_since(task), today) >= SHOULD_HAVE_BEGUN
        ]
        fresh = _untold("unstarted", idle, lambda task: f"since {_since(task)}")
        _tell_workers("unstarted", fresh, lambda task: f"since {_since(task)}", today)


def _since(task: Any) -> date:
    day: date = task.given_on or task.opened_on
    return day


def _due(task: Task) -> str:
    return f"due {task.due_on}"


def _wanting(groups: models.QuerySet[Group]) -> models.QuerySet[Group]:
    """Those without a task, of whose opinions one still wants something."""
    opinions = Opinion.objects.standing().filter(group=OuterRef("pk"))
    unended = opinions.filter(resolved_on__isnull=True, declined_on__isnull=True)
    return groups.filter(Exists(unended), task__isnull=True)


def _batches(rows: models.QuerySet[Row]) -> Iterator[list[Row]]:
    """All of the rows by their ids, some hundreds at a time."""
    some = list(rows.order_by("pk")[:BATCH])
    while some:
        yield some
        some = list(rows.filter(pk__gt=some[-1].pk).order_by("pk")[:BATCH]) if len(some) == BATCH else []


def _untold(kind: str, rows: Iterable[Row], occasion: Callable[[Row], str]) -> list[Row]:
    """Those nobody has been told of on this occasion."""
    asked = list(rows)
    told = Notice.objects.filter(kind=kind, row_id__in=[row.pk for row in asked])
    known = set(told.values_list("row_id", "occasion")) if asked else set()
    return [row for row in asked if (row.pk, occasion(row)) not in known]


def _tell_supervisors(kind: str, groups: Iterable[Group], occasion: Callable[[Group], str]) -> None:
    fresh = _untold(kind, groups, occasion)
    desks = desks_of({group.unit_id for group in fresh}, Role.SUPERVISOR) if fresh else {}
    tell(
        News(
            kind,
            desks.get(group.unit_id, ()),
            "groups",
            group.pk,
            group.unit_id,
            group.title,
            occasion(group),
        )
        for group in fresh
    )


def _tell_workers(kind: str, tasks: list[Task], occasion: Callable[[Task], str], today: date) -> None:
    """Who works on each task; its supervisors while nobody does."""
    people = working_on(tasks, today)
    homeless = {task.unit_id for task in tasks if task.pk not in people}
    desks = desks_of(homeless, Role.SUPERVISOR) if homeless else {}
    tell(
        News(
            kind,
            people[task.pk] if task.pk in people else desks.get(task.unit_id, ()),
            "tasks",
            task.pk,
            task.unit_id,
            task.title,
            occasion(task),
            task.due_on,
        )
        for task in tasks
    )


def _calendars() -> list[WorkingDays]:
    """The national one, and those of the units that differ from it. Two queries."""
    return [WorkingDays(), *working_days_of(editions()).values()]
