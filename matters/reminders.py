"""What nobody does brings to mind: new items, and once a day what waits, has not begun or is due soon.

Whoever looks late still finds it, and of two who look at once each thing is told once: `Notice` sees to that.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from cadres.desks import desks_of
from fieldapi import clock
from fieldapi.access import Role
from fieldapi.calendar import start_of
from fieldapi.working_days import WorkingDays
from matters.cards import RUNNING
from matters.deadlines import YELLOW_WORKING_DAYS
from matters.items import tell_of_new_items, tell_of_waiting_items
from matters.models import Task, TaskAction
from matters.people import acting_for, working_on
from matters.rounds import LOOKED_BACK, batches, untold
from matters.telling import unanswered
from matters.working_calendar import editions, working_days_of
from notices.models import Round
from notices.tell import News, tell
from opinions.models import Opinion

DUE_SOON = 5
"""Working days left: some before the yellow card, which says the same from then on."""
SHOULD_HAVE_BEGUN = 2
SHOULD_HAVE_ANSWERED = 3
"""Working days after a task has ended."""
NEEDED = ("group", "unit", "title", "handler", "office", "due_on", "opened_on")
"""Of a task, whose texts cost more to read than all the rest of a round."""


def remind() -> None:
    """Two queries when the day's round is done and no group is new."""
    rounds = Round.objects.in_bulk(["items", "reminders"])
    tell_of_new_items(rounds.get("items"))
    today = clock.today()
    if "reminders" in rounds and rounds["reminders"].day == today:
        return
    tell_of_due_soon(today)
    tell_of_unstarted(today)
    tell_of_late_answers(today)
    tell_of_waiting_items(today)
    Round.objects.update_or_create(name="reminders", defaults={"day": today})


def tell_of_due_soon(today: date) -> None:
    """Once for each due day: who works on the task, and who is to answer the households that want it."""
    furthest = max(calendar.after(today, DUE_SOON) for calendar in _calendars())
    rows = Task.objects.filter(
        state__in=RUNNING, paused=False, finished_on__isnull=True, due_on__gt=today, due_on__lte=furthest
    ).only(*NEEDED)
    for tasks in batches(rows):
        calendars = working_days_of({task.unit_id for task in tasks})
        near = [
            task
            for task in tasks
            if task.due_on
            and YELLOW_WORKING_DAYS < calendars[task.unit_id].between(today, task.due_on) <= DUE_SOON
        ]
        fresh = untold("due_near", near, _due)
        tell(unanswered({task.group_id: task for task in fresh}, _due, today))
        _tell_workers("due_near", fresh, _due, today)  # last: by this a later look knows that both were told


def tell_of_unstarted(today: date) -> None:
    """Two working days after it was opened, or last assigned."""
    assigned = TaskAction.objects.filter(task=OuterRef("pk"), verb="assign").order_by("-made_at")
    rows = Task.objects.filter(
        state__in=(Task.State.OPEN, Task.State.ASSIGNED),
        finished_on__isnull=True,
        changed_at__gte=start_of(today - LOOKED_BACK),
    )
    for tasks in batches(rows.only(*NEEDED).annotate(given_on=Subquery(assigned.values("day")[:1]))):
        calendars = working_days_of({task.unit_id for task in tasks})
        idle = [
            task
            for task in tasks
            if calendars[task.unit_id].between(_since(task), today) >= SHOULD_HAVE_BEGUN
        ]
        fresh = untold("unstarted", idle, lambda task: f"since {_since(task)}")
        _tell_workers("unstarted", fresh, lambda task: f"since {_since(task)}", today)


def tell_of_late_answers(today: date) -> None:
    """Whoever is on post by now for the households that wait, and the supervisors: once for each task that ended."""
    rows = Task.objects.filter(
        Exists(Opinion.objects.wanting_answer().filter(group=OuterRef("group"))),
        state__in=(Task.State.CONFIRMED, Task.State.DECLINED),
        closed_on__gte=today - LOOKED_BACK,
        closed_on__lt=today,
    )
    for tasks in batches(rows.only(*NEEDED, "closed_on")):
        calendars = working_days_of({task.unit_id for task in tasks})
        late = [
            task
            for task in tasks
            if task.closed_on
            and calendars[task.unit_id].between(task.closed_on, today) >= SHOULD_HAVE_ANSWERED
        ]
        fresh = untold("answer_late", late, _ended)
        desks = desks_of({task.unit_id for task in fresh}, Role.SUPERVISOR) if fresh else {}
        posts = posts_waiting({task.group_id: task for task in fresh}, today)
        people = {task.pk: [*desks.get(task.unit_id, ()), *posts.get(task.pk, ())] for task in fresh}
        tell(_of_task("answer_late", task, people[task.pk], _ended(task)) for task in fresh)


def posts_waiting(tasks: Mapping[UUID, Task], today: date) -> dict[UUID, set[UUID]]:
    """Of each task (found by its group) who is on post for the households it has not been answered to yet."""
    waiting = Opinion.objects.wanting_answer().filter(group__in=tasks, household__isnull=False)
    pairs = list(waiting.values_list("group", "household")) if tasks else []
    posts = acting_for([household for _, household in pairs], today)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for group, household in pairs:
        if household in posts:
            found[tasks[group].pk].add(posts[household])
    return found


def _ended(task: Task) -> str:
    return f"ended {task.closed_on}"


def _since(task: Any) -> date:
    day: date = task.given_on or task.opened_on
    return day


def _due(task: Task) -> str:
    return f"due {task.due_on}"


def _tell_workers(kind: str, tasks: list[Task], occasion: Callable[[Task], str], today: date) -> None:
    """Who works on each task; its supervisors while nobody does."""
    people = working_on(tasks, today)
    homeless = {task.unit_id for task in tasks if task.pk not in people}
    desks = desks_of(homeless, Role.SUPERVISOR) if homeless else {}
    tell(
        _of_task(kind, task, people.get(task.pk) or desks.get(task.unit_id) or (), occasion(task))
        for task in tasks
    )


def _of_task(kind: str, task: Task, people: Collection[UUID], occasion: str) -> News:
    return News(kind, people, "tasks", task.pk, task.unit_id, task.title, occasion, task.due_on)


def _calendars() -> list[WorkingDays]:
    """The national one, and those of the units that differ from it. Two queries."""
    return [WorkingDays(), *working_days_of(editions()).values()]
