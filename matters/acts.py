"""One verb being done to one task: by whom, in which part, when, told what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cadres.models import User
from fieldapi.access import Role
from matters.models import OfficeView, Task
from matters.posts import covers_handler

Columns = dict[str, Any]


class Part(StrEnum):
    """What somebody is to a task."""

    SUPERVISOR = "supervisor"  # of a unit that the task lies in
    HANDLER = "handler"  # or post B, who acts for the handler that day (顶岗)
    PAIRED = "paired cadre"  # serves, in post A or B, a household that raised it
    INVITED = "invited office"  # belongs to an office asked for its view, not yet decided upon
    LEADER = "leader"  # of a unit that the task lies in


@dataclass(frozen=True)
class Act:
    """`day` is the day of the act (of `made_at`, when it was made offline); `task` is as it stood before."""

    by: User
    part: Part
    task: Task
    args: dict[str, Any]
    made_at: datetime
    day: date
    received_at: datetime
    held: Mapping[UUID, Task]  # every task locked for this act that `by` may see


def is_invited(task: Task, by: User) -> bool:
    if by.role not in (Role.CADRE, Role.SUPERVISOR) or by.office_id is None:
        return False
    return OfficeView.objects.filter(
        review__task=task.pk, review__decided_at=None, office=by.office_id
    ).exists()


def has_part(part: Part, task: Task, by: User, *, day: date) -> bool:
    if part == Part.SUPERVISOR:
        return by.role == Role.SUPERVISOR and by.governs(task.unit_id)
    if part == Part.HANDLER:
        if by.role == Role.CADRE and task.handler_id != by.pk:
            return covers_handler(task, by, day=day)
        return by.role in (Role.CADRE, Role.SUPERVISOR) and task.handler_id == by.pk
    if part == Part.LEADER:
        return by.role == Role.LEADER and by.governs(task.unit_id)
    if part == Part.INVITED:
        return is_invited(task, by)
    return by.role == Role.CADRE and task.households().served_by(by, day=day).exists()
