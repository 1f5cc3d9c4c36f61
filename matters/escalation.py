"""Up the unit tree: by hand, or by itself when the red card has stood for some working days."""

from django.db import transaction
from django.db.models import F

from cadres.models import Unit
from cadres.units import parent_of
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.journal import Entry, note_down_all
from matters.acts import Act, Columns
from matters.cards import BATCH
from matters.due import typed
from matters.models import Task, TaskAction
from matters.telling import tell_of_escalation


def check_not_at_the_top(task: Task) -> None:
    above = _above(task)
    if above is None or not Unit.objects.filter(pk=above).exists():
        raise Refused("nothing_above", unit=task.escalated_to_id or task.unit_id)


def _above(task: Task) -> str | None:
    """The unit above the one it has come to."""
    return parent_of(task.escalated_to_id or task.unit_id)


def escalate(act: Act) -> Columns:
    due_on = act.args.get("due_on")
    if due_on and act.task.finished_on:
        raise Refused("due_day_fixed", "/due_on")
    if due_on and act.task.due_on and due_on <= act.task.due_on:
        raise Refused("due_not_later", "/due_on", due_on=act.task.due_on)
    return {"escalated_to_id": _above(act.task)} | (typed(due_on) if due_on else {})


def escalate_overdue() -> None:
    """Tasks whose red card has stood long enough go up by themselves, once, if nobody has sent them up before."""
    while _escalate_some() == BATCH:
        pass


@transaction.atomic
def _escalate_some() -> int:
    rows = Task.objects.filter(escalate_on__lte=clock.today()).order_by("escalate_on", "pk")
    tasks = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:BATCH])
    above = [parent_of(task.unit_id) for task in tasks]
    there = set(Unit.objects.filter(pk__in=above).values_list("pk", flat=True))
    going: dict[str, list[Task]] = {}
    for task, unit in zip(tasks, above, strict=True):
        if unit in there and task.escalated_to_id is None:
            going.setdefault(unit, []).append(task)
    for unit, below in going.items():
        _go_up(below, unit)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        escalate_on=None, version=F("version") + 1, changed_at=clock.now()
    )
    return len(tasks)


def _go_up(tasks: list[Task], unit: str) -> None:
    """Tasks to the unit above them, with their history and the journal: the system's own act, of today."""
    now, today = clock.now(), clock.today()
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(escalated_to=unit)
    TaskAction.objects.bulk_create(
        TaskAction(
            id=new_id(), task=task, verb="escalate", args={}, made_at=now, made_at_sent=now, day=today,
            by=None, received_at=now, was=task.state, became=task.state, unit=task.unit_id, due_on=task.due_on,
        )
        for task in tasks
    )  # fmt: skip
    note_down_all(
        None,
        [
            Entry("tasks.escalate", task.pk, task.unit_id, {"to": unit, "due_on": task.due_on})
            for task in tasks
        ],
    )
    tell_of_escalation(tasks, unit)
