"""Opinions about the same thing become one task: opened from opinions, or merged into another task."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from cadres.models import Office, Unit, User
from cadres.units import ancestors
from fieldapi import clock
from fieldapi.errors import Fault, Refused
from fieldapi.ids import new_id
from fieldapi.journal import note_down
from households.models import PRIORITY_TAGS, Household
from matters.acts import Act, Columns
from matters.cards import days_from
from matters.due import counted, typed
from matters.fixings import keep
from matters.models import Fixing, Task
from matters.telling import tell_of_opening
from opinions.groups import move, say_where_they_went
from opinions.models import Category, Group, Opinion

HIGH, NORMAL = "high", "normal"


@transaction.atomic
def open_task(
    *,
    by: User,
    title: str,
    opinions: Collection[UUID],
    id: UUID | None = None,
    category: str | None = None,
    office: UUID | None = None,
    due_on: date | None = None,
    group: Group | None = None,
) -> Task:
    """Join opinions into one new task, of a new group unless `group` is given.

    Of two supervisors who join the same opinion at once, one is refused.

    Refuses `opinion_unknown` for opinions that `by` may not see, and `opinion_has_task` for those whose task lives
    or was confirmed (that one is reopened); after a decline an opinion can be taken up anew.
    """
    if id and Task.objects.filter(pk=id).exists():
        raise Refused("already_exists", "/id")
    joined = _taken_up(by, list(opinions))
    if category and not Category.objects.filter(pk=category, active=True).exists():
        raise Refused("category_unknown", "/category")
    if office and not Office.objects.visible_to(by, today=clock.today()).filter(pk=office).exists():
        raise Refused("office_unknown", "/office")
    now = clock.now()
    said = {opinion.category_id for opinion in joined}
    group = group or Group.objects.create(
        unit=_unit_of(joined),
        title=title,
        category_id=category or (said.pop() if len(said) == 1 else None),
        opened_at=now,
        changed_at=now,
    )
    today = clock.today()
    due = typed(due_on) if due_on else counted(group.category, today, group.unit_id)
    task = _stored(
        pk=id or new_id(),
        group=group,
        title=title,
        unit_id=group.unit_id,
        category_id=group.category_id,
        priority=_priority(joined),
        office_id=office,
        opened_at=now,
        opened_on=today,
        opened_by=by,
        changed_at=now,
        **due,
        **days_from(due.get("due_on"), today, group.unit_id),
    )
    given = {"office_id": office, "due_on": task.due_on}
    Fixing.objects.bulk_create(keep(Task(pk=task.pk), given, verb="open", by=by, at=now))
    left = {row.group_id for row in joined if row.group_id}
    Group.objects.filter(pk__in=left).update(version=F("version") + 1, changed_at=now)
    move(Opinion.objects.filter(pk__in=[row.pk for row in joined]), into=group.pk, at=now)
    say_where_they_went(left, group.pk)
    note_down(
        by, "tasks.create", task.pk, unit=task.unit_id, title=title, opinions=[row.pk for row in joined]
    )
    tell_of_opening(task, {row.household_id for row in joined if row.household_id}, by=by)
    return task


def _stored(**columns: Any) -> Task:
    """Of two desks that take one id at once, one is refused `already_exists`."""
    try:
        with transaction.atomic():
            return Task.objects.create(**columns)
    except IntegrityError as fault:
        if Task.objects.filter(pk=columns["pk"]).exists():
            raise Refused("already_exists", "/id") from fault
        raise


def _taken_up(by: User, ids: list[UUID]) -> list[Opinion]:
    """The opinions, locked in order, each seen by `by` and free to be joined."""
    if not ids:
        raise Refused("no_opinions", "/opinions")
    rows = {
        row.pk: row
        for row in Opinion.objects.visible_to(by, today=clock.today())
        .standing()
        .filter(pk__in=ids)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    if unknown := [place for place, pk in enumerate(ids) if pk not in rows]:
        raise Refused(
            "bad_input", errors=[Fault(f"/opinions/{place}", "opinion_unknown") for place in unknown]
        )
    groups = {row.group_id for row in rows.values() if row.group_id}
    busy = Task.objects.filter(group__in=groups).exclude(state=Task.State.DECLINED)
    held = set(busy.values_list("group", flat=True))
    if taken := {pk for pk, row in rows.items() if row.group_id in held}:
        faults = [
            Fault(f"/opinions/{place}", "opinion_has_task") for place, pk in enumerate(ids) if pk in taken
        ]
        raise Refused("opinion_has_task", errors=faults, opinions=sorted(taken))
    return list(rows.values())


def _unit_of(opinions: list[Opinion]) -> Unit:
    """The lowest unit that holds them all."""
    shared = set.intersection(*(set(ancestors(row.unit_id)) for row in opinions))
    return Unit.objects.filter(code__in=shared).latest("code")


def _priority(opinions: list[Opinion]) -> str:
    """High when an elderly, disabled or low-income household is among those that ask."""
    households = {row.household_id for row in opinions if row.household_id}
    tags = Household.objects.filter(pk__in=households).values_list("tags", flat=True)
    return HIGH if any(f"|{tag}|" in text for text in tags for tag in PRIORITY_TAGS) else NORMAL


def into_another(act: Act) -> Columns:
    """Checks the task that takes over: another one, live, within the supervisor's subtree."""
    target = act.held.get(act.args["into"])
    if target is None:
        raise Refused("task_unknown", "/into")
    if target.pk == act.task.pk:
        raise Refused("same_task", "/into")
    if not target.is_live:
        raise Refused("wrong_state", "/into", state=target.state)
    return {"merged_into": target, "paused": False, "under_review": False}


def hand_opinions_over(act: Act) -> None:
    source, target = act.task, act.held[act.args["into"]]
    now = act.received_at
    moved = {"version": F("version") + 1, "changed_at": now}
    move(Opinion.objects.filter(group=source.group_id), into=target.group_id, at=now)
    Group.objects.filter(pk__in=[source.group_id, target.group_id]).update(**moved)
    say_where_they_went([source.group_id], target.group_id)
    priority = HIGH if HIGH in (source.priority, target.priority) else NORMAL
    Task.objects.filter(pk=target.pk).update(priority=priority, **moved)
    note_down(act.by, "tasks.take_over", target.pk, unit=target.unit_id, merged=source.pk)
