"""What supervisors decide about groups. It stands: the machine places an opinion once and never moves it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from cadres.models import User
from fieldapi import clock
from fieldapi.api import change
from fieldapi.errors import Fault, Refused
from fieldapi.journal import note_down
from grouping.learning import teach
from grouping.memory import remember
from grouping.models import Suggestion
from grouping.placing import common_unit, title_of
from grouping.towns import one_at_a_time, town_of
from opinions.groups import move, say_where_they_went
from opinions.models import Category, Group, Opinion

DECLINED = "declined"  # the one end of a task after which its opinions can be taken up anew
State = Suggestion.State


@transaction.atomic
def accept(*, by: User, group: UUID, opinions: Collection[UUID], reason: str = "") -> Group:
    """Take opinions in: suggested ones, or any from other groups.

    Refuses `opinion_has_task` for those whose own group's task lives or was confirmed, `wrong_state` where the
    group's task has ended or all of them are in it already.
    """
    target, rows = _held(by, group, opinions)
    coming = [row for row in rows if row.group_id != target.pk]
    if not coming:
        raise Refused("wrong_state", "/opinions", group=target.pk)
    _take_in(by, target, coming, "groups.accept", reason)
    return target


@transaction.atomic
def refuse(*, by: User, group: UUID, opinions: Collection[UUID], reason: str = "") -> Group:
    """They are not about the group's matter: the suggestions are answered, and not made again."""
    target, rows = _held(by, group, opinions, to_move=False)
    asked = set(
        Suggestion.objects.open().filter(group=target, opinion__in=rows).values_list("opinion", flat=True)
    )
    if not asked:
        raise Refused("wrong_state", "/opinions", group=target.pk)
    remember(by, [row for row in rows if row.pk in asked], target, State.REFUSED)
    _note(by, "groups.refuse", target, reason, opinions=[row.pk for row in rows], suggestions=len(asked))
    return target


@transaction.atomic
def merge(*, by: User, group: UUID, other: UUID, reason: str = "") -> Group:
    """Take in all opinions of another group, which must have no task but a declined one."""
    if other == group:
        raise Refused("same_group", "/group")
    if not Group.objects.visible_to(by, today=clock.today()).filter(pk=other).exists():
        raise Refused("group_unknown", "/group")
    _wait_for_turn(Group.objects.filter(pk__in=[group, other]).values_list("unit", flat=True))
    members = list(Opinion.objects.standing().filter(group=other).values_list("pk", flat=True))
    if not members:
        raise Refused("wrong_state", "/group", group=other)
    target, rows = _held(by, group, members)
    _take_in(by, target, rows, "groups.merge", reason)
    return target


@transaction.atomic
def split(*, by: User, group: UUID, opinions: Collection[UUID], reason: str = "") -> Group:
    """Put some of a group's opinions into a group of their own, which is returned; it has no task yet."""
    source, rows = _held(by, group, opinions)
    if any(row.group_id != source.pk for row in rows):
        raise Refused("wrong_state", "/opinions", group=source.pk)
    if not Opinion.objects.standing().filter(group=source).exclude(pk__in=[row.pk for row in rows]).exists():
        raise Refused("split_takes_all", "/opinions")
    now = clock.now()
    said = {row.category_id for row in rows}
    new = Group.objects.create(
        unit_id=common_unit(row.unit_id for row in rows),
        title=title_of(rows[0].text),
        category_id=said.pop() if len(said) == 1 else None,
        opened_at=now,
        changed_at=now,
    )
    _move(rows, new, now)
    remember(by, rows, source, State.REFUSED)
    _note(by, "groups.split", source, reason, opinions=[row.pk for row in rows], into=new.pk)
    return new


@transaction.atomic
def change_group(*, by: User, group: Group, version: int, values: dict[str, Any]) -> Group:
    """A new title, or what it is about: then the suggestions learn it from all its opinions."""
    code = values.get("category")
    if code and not Category.objects.filter(pk=code, active=True).exists():
        raise Refused("category_unknown", "/category")
    row: Group = change(
        group, version, **{"category_id" if k == "category" else k: v for k, v in values.items()}
    )
    if code:
        members = Opinion.objects.standing().filter(group=row).order_by("pk")
        teach([(one, code) for one in members.select_for_update(of=("self",), no_key=True)])
    note_down(by, "groups.partial_update", row.pk, unit=row.unit_id, **values)
    return row


def _held(
    by: User, group: UUID, opinions: Collection[UUID], *, to_move: bool = True
) -> tuple[Group, list[Opinion]]:
    """The group and the opinions in scope, locked: towns, then opinions, then groups, each in order.

    To be moved, the opinions must be free of other tasks, and the group's task must not have ended.
    """
    if not opinions:
        raise Refused("no_opinions", "/opinions")
    units = [*Opinion.objects.filter(pk__in=opinions).values_list("unit", flat=True)]
    units += Group.objects.filter(pk=group).values_list("unit", flat=True)
    _wait_for_turn(units)
    seen = Opinion.objects.visible_to(by, today=clock.today()).standing().filter(pk__in=opinions)
    rows = list(seen.order_by("pk").select_for_update(of=("self",), no_key=True))
    _check_all_there(opinions, rows)
    wanted = {group, *(row.group_id for row in rows if row.group_id)}
    groups = {
        one.pk: one
        for one in Group.objects.filter(pk__in=wanted)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    if to_move:
        _check_tasks(groups, group, rows, list(opinions))
    return groups[group], sorted(rows, key=lambda row: (row.occurred_at, row.pk))


def _wait_for_turn(units: Iterable[str]) -> None:
    for town in sorted({town_of(unit) for unit in units}):
        one_at_a_time(town)


def _check_all_there(opinions: Collection[UUID], rows: list[Opinion]) -> None:
    there = {row.pk for row in rows}
    if unknown := [place for place, pk in enumerate(opinions) if pk not in there]:
        faults = [Fault(f"/opinions/{place}", "opinion_unknown") for place in unknown]
        raise Refused("bad_input", errors=faults)


def _check_tasks(groups: dict[UUID, Group], target: UUID, rows: list[Opinion], order: list[UUID]) -> None:
    states = {pk: task.state for pk, one in groups.items() if (task := getattr(one, "task", None))}
    if states.get(target) in ("confirmed", "declined", "merged"):
        raise Refused("wrong_state", state=states[target])
    busy = [row.pk for row in rows if row.group_id != target and _is_busy(row, states)]
    if busy:
        faults = [Fault(f"/opinions/{order.index(pk)}", "opinion_has_task") for pk in busy]
        raise Refused("opinion_has_task", errors=faults, opinions=sorted(busy))


def _is_busy(row: Opinion, states: dict[UUID, str]) -> bool:
    return row.group_id is not None and states.get(row.group_id, DECLINED) != DECLINED


def _take_in(by: User, target: Group, rows: list[Opinion], action: str, reason: str) -> None:
    now = clock.now()
    left = sorted({row.group_id for row in rows if row.group_id})
    remember(by, rows, target, State.ACCEPTED)
    _move(rows, target, now)
    unit = common_unit([target.unit_id, *(row.unit_id for row in rows)])
    Group.objects.filter(pk=target.pk).update(unit=unit)
    say_where_they_went(left, target.pk)
    _follow(target)
    _note(by, action, target, reason, opinions=[row.pk for row in rows], left=left)


def _move(rows: list[Opinion], group: Group, now: datetime) -> None:
    """Into a group; it and those that are left have changed too."""
    changed = {"version": F("version") + 1, "changed_at": now}
    touched = {group.pk, *(row.group_id for row in rows if row.group_id)}
    move(Opinion.objects.filter(pk__in=[row.pk for row in rows]), into=group.pk, at=now)
    Group.objects.filter(pk__in=touched).update(**changed)


def _follow(target: Group) -> None:
    """What was suggested for groups that are empty now is suggested for the one that took their opinions."""
    known = Suggestion.objects.filter(group=target).values("opinion")
    for one in (
        Suggestion.objects.open().filter(group__merged_into=target).exclude(opinion__in=known).order_by("pk")
    ):
        if not Suggestion.objects.filter(group=target, opinion=one.opinion_id).exists():
            Suggestion.objects.filter(pk=one.pk).update(group=target)


def _note(by: User, action: str, group: Group, reason: str, **detail: Any) -> None:
    if reason:
        detail["reason"] = reason
    note_down(by, action, group.pk, unit=group.unit_id, **detail)
