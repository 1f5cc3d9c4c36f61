"""Rows as the other apps' actions leave them, for months that tests make up."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from cadres.models import User
from fieldapi import clock
from fieldapi.calendar import start_of
from fieldapi.ids import new_id
from households.models import Household
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter, Task, TaskAction
from opinions.models import Category, Group, Opinion
from visits.models import Companion, Flag, Visit


def day(text: str) -> date:
    return date.fromisoformat(text)


def make_flag(visit: Visit, code: str = "far", state: str = "raised") -> Flag:
    flag = Flag.objects.create(
        id=new_id(), visit=visit, code=code, state=state, evidence=[], changed_at=clock.now()
    )
    Visit.objects.filter(pk=visit.pk).update(flagged=visit.flags.exclude(state=Flag.State.DISMISSED).exists())
    return flag


def make_companion(visit: Visit, user: User) -> None:
    Companion.objects.create(visit=visit, user=user)
    Visit.objects.filter(pk=visit.pk).update(accompanied=True)


def make_task(by: User, *opinions: Opinion, on: str, **columns: Any) -> Task:
    """A task opened on a day, which answers these opinions."""
    unit = opinions[0].unit_id if opinions else by.unit_id
    group = Group.objects.create(
        unit_id=columns.get("unit_id", unit), title="路灯", opened_at=clock.now(), changed_at=clock.now()
    )
    Opinion.objects.filter(pk__in=[opinion.pk for opinion in opinions]).update(group=group)
    defaults = {"unit_id": unit, "title": "路灯", "opened_by": by, "changed_at": clock.now()}
    return Task.objects.create(
        group=group, opened_at=start_of(day(on)), opened_on=day(on), **(defaults | columns)
    )


def make_act(task: Task, verb: str, on: str, by: User, **columns: Any) -> TaskAction:
    made_at = start_of(day(on)) + timedelta(hours=11)
    defaults = {
        "made_at": made_at,
        "made_at_sent": made_at,
        "day": day(on),
        "received_at": made_at,
        "due_on": task.due_on,
        "unit": task.unit_id,
    }
    return TaskAction.objects.create(id=new_id(), task=task, verb=verb, by=by, **(defaults | columns))


def finish(task: Task, on: str, by: User, closed: str | None = None, state: str = "confirmed") -> Task:
    """Done on a day, confirmed (or declined) on that day or on `closed`."""
    make_act(task, "decline" if state == "declined" else "finish", on, by)
    task.finished_on, task.closed_on, task.state = day(on), day(closed or on), state
    task.save()
    return task


def make_matter(
    by: User,
    on: str,
    households: Iterable[Household] = (),
    opinions: Iterable[Opinion] = (),
    **columns: Any,
) -> PracticalMatter:
    """A thing done on a day; what it resolves is resolved that day."""
    unit = columns.pop("unit_id", None) or next((house.unit_id for house in households), by.unit_id)
    defaults = {"title": "换好路灯", "received_at": clock.now(), "changed_at": clock.now()}
    defaults["visit_withdrawn"] = bool(columns.get("visit") and columns["visit"].withdrawn)
    matter = PracticalMatter.objects.create(
        id=new_id(), unit_id=unit, done_on=day(on), recorded_by=by, **(defaults | columns)
    )
    MatterHousehold.objects.bulk_create(
        MatterHousehold(matter=matter, household=household) for household in households
    )
    for opinion in opinions:
        MatterOpinion.objects.create(matter=matter, opinion=opinion)
        Opinion.objects.filter(pk=opinion.pk).update(resolved_on=day(on))
    return matter


def make_category(code: str, name: str) -> str:
    Category.objects.update_or_create(code=code, defaults={"name": name, "changed_at": clock.now()})
    return code
