"""The one way to do a verb to a task, at a desk or offline on a phone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from cadres.models import User
from cadres.months import added_month
from fieldapi import clock
from fieldapi.calendar import local_day
from fieldapi.errors import Refused, pointing_into
from fieldapi.ids import new_id
from fieldapi.journal import note_down
from grouping.towns import one_at_a_time, town_of
from matters import cards, fixings
from matters.acts import Act, has_part
from matters.arguments import tasks_named, understood
from matters.models import Fixing, Task, TaskAction
from matters.telling import tell_of_act
from matters.verbs import VERBS, allowed
from opinions.models import Group, Opinion

ARGS = "/args"  # where the arguments stand in what a phone sends; a desk's body is the arguments


@transaction.atomic
def perform(
    *,
    by: User,
    task_id: UUID,
    verb: str,
    args: Any,
    action_id: UUID | None = None,
    made_at: datetime | None = None,
    made_at_sent: datetime | None = None,
    ignored: str = "",
    seen: int | None = None,
    expected: int | None = None,
) -> TaskAction:
    """Do one verb to one task, whole or not at all.

    A desk gives only the first four, and `seen`, the version that stood when its request came in: of two people who
    assign or escalate at once, one does; and perhaps `expected`, the version that it says it has before it. A phone's
    act has an id of the phone, `made_at` (by the corrected clock: its day is the day of the act), `made_at_sent` as
    the phone wrote it, and `ignored`, what is stored but not known.
    Whether `by` may see the task and has a part in it is judged on the day of the act.

    Raises Refused, in this order: `verb_unknown`; `not_found` (a phone: `task_unknown`); `permission_denied`;
    `bad_input`; `wrong_state` with the present `state`, `paused`, and the verbs `allowed` to this person now;
    `version_stale`; then what the verb itself refuses. Four statements, twelve for a confirmation, whatever the number
    of opinions; a few more where the task ends, one for each town its opinions are of, and up to four for telling
    people of it.
    """
    now = clock.now()
    offline = action_id is not None
    act = _judged(by, task_id, verb, args, made_at=made_at or now, now=now, offline=offline)
    rule, task = VERBS[verb], act.task
    if expected not in (None, task.version):
        raise Refused("version_stale")
    if rule.one_wins and _is_second(act, verb, seen=seen):
        raise _wrong_state(task, by, day=act.day)
    with pointing_into(ARGS if offline else ""):
        rule.check(task)
        columns = rule.columns(act)
    became = rule.becomes[Task.State(task.state)]
    columns |= cards.follow(act, became, columns)
    _write(task, state=became, changed_at=now, **columns)
    action = TaskAction.objects.create(
        id=action_id or new_id(),
        task_id=task_id,
        verb=verb,
        args=args,
        made_at=act.made_at,
        made_at_sent=made_at_sent or act.made_at,
        day=act.day,
        by=by,
        received_at=now,
        was=task.state,
        became=became,
        unit=task.unit_id,
        due_on=columns.get("due_on", _due_at(task, act.made_at) if offline else task.due_on),
        added_month=added_month(task.unit_id, _counts_on(verb, act)),
        ignored=ignored,
    )
    Fixing.objects.bulk_create(fixings.keep(task, columns, verb=verb, by=by, at=act.made_at))
    rule.then(act)
    tell_of_act(verb, act, columns)
    note_down(
        by,
        f"tasks.{verb.replace('-', '_')}",
        task_id,
        unit=task.unit_id,
        args=args,
        was=task.state,
        became=became,
    )
    return action


def _judged(
    by: User, task_id: UUID, verb: str, args: Any, *, made_at: datetime, now: datetime, offline: bool
) -> Act:
    """The act, with its task locked, once verb, task, person, arguments and state are found right."""
    if (rule := VERBS.get(verb)) is None:
        raise Refused("verb_unknown", "/verb")
    day = local_day(made_at)
    if rule.ends:
        _wait_for_turn({task_id, *tasks_named(args)})
    held = _hold(by, {task_id, *tasks_named(args)}, day=day)
    task = held.get(task_id)
    if task is None:
        raise Refused("task_unknown", "/task") if offline else Refused("not_found")
    part = next((part for part in rule.who if has_part(part, task, by, day=day)), None)
    if part is None:
        raise Refused("permission_denied")
    with pointing_into(ARGS if offline else ""):
        told = understood(rule.who[part], args, from_phone=offline)
    if not rule.fits(task):
        raise _wrong_state(task, by, day=day)
    return Act(by, part, task, told, made_at, day, now, held)


def _wait_for_turn(tasks: set[UUID]) -> None:
    """Nobody joins an opinion to a task at the moment it ends: it would be answered with no other. Two queries."""
    units = Opinion.objects.filter(group__task__in=tasks).values_list("unit").distinct()
    groups = Group.objects.filter(task__in=tasks).values_list("unit")
    for town in sorted({town_of(unit) for (unit,) in units.union(groups)}):
        one_at_a_time(town)


def _hold(by: User, ids: set[UUID], *, day: date) -> dict[UUID, Task]:
    """The tasks that `by` may see, locked in primary-key order until the transaction ends."""
    rows = Task.objects.visible_to(by, today=day).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}


def _is_second(act: Act, verb: str, *, seen: int | None) -> bool:
    """Somebody has done the same since the actor looked: at a desk as the request came in, on a phone at the act."""
    if seen is not None:
        return act.task.version != seen
    return act.task.actions.filter(verb=verb, made_at__gt=act.made_at).exists()


def _write(task: Task, **columns: Any) -> None:
    """The change of state, on condition that nobody else changed it."""
    same = Task.objects.filter(pk=task.pk, state=task.state, version=task.version)
    if same.update(version=F("version") + 1, **columns) != 1:
        raise Refused("wrong_state", state=task.state)


def _wrong_state(task: Task, by: User, *, day: date) -> Refused:
    may = list(allowed(task, by, day=day))
    return Refused(
        "wrong_state", state=task.state, paused=task.paused, under_review=task.under_review, allowed=may
    )


def _due_at(task: Task, made_at: datetime) -> date | None:
    """The due day in force at that moment: an act made offline may arrive after the due day was moved."""
    before = task.actions.filter(made_at__lte=made_at).order_by("made_at", "received_at").last()
    return before.due_on if before else task.due_on


def _counts_on(verb: str, act: Act) -> date:
    """The day whose month an act changes: a reopening changes the month of the end it undoes."""
    undone = act.task.closed_on or act.task.finished_on if verb == "reopen" else None
    return undone or act.day
