"""The five fixings (五定): responsible office, handler, plan, closing time, closing standard."""

from datetime import datetime
from uuid import UUID

from cadres.models import Office, User
from fieldapi.access import Role
from fieldapi.errors import Refused
from matters.acts import Act, Columns
from matters.due import typed
from matters.models import Fixing, Task
from matters.posts import on_post

FIXINGS = tuple(Fixing.Name.values)


def assign(act: Act) -> Columns:
    """Sets any of the five. Once work has begun the due day stands: it moves by `extend`, once.

    Whoever is named stays as named, also while away: post B then acts for the handler. Where nobody is named and
    nobody has it yet, it goes to the cadre on post at the household that raised it.
    """
    task, given = act.task, _given(act)
    if task.state == Task.State.IN_PROGRESS and given.get("due_on", task.due_on) != task.due_on:
        raise Refused("due_day_fixed", "/due_on")
    if not any(given.get(column) or getattr(task, column) for column in ("office_id", "handler_id")):
        if (cadre := on_post(task, day=act.day)) is None:
            raise Refused("nobody_assigned", "/handler")
        given["handler_id"] = cadre
    return given


def start(act: Act) -> Columns:
    """Work begins when all five stand; what is still missing may be given with it, nothing else changed."""
    task, given = act.task, _given(act)
    for column, value in given.items():
        if getattr(task, column) not in (None, "", value):
            raise Refused("fixing_set", f"/{column.removesuffix('_id')}")
    if missing := [name for name in missing_fixings(task) if not given.get(column_of(name))]:
        raise Refused("five_fixings_missing", missing=missing)
    return given


def column_of(name: str) -> str:
    return f"{name}_id" if name in ("office", "handler") else name


def missing_fixings(task: Task) -> list[str]:
    """Names of those not set yet."""
    return [name for name in FIXINGS if not getattr(task, column_of(name))]


def keep(task: Task, columns: Columns, *, verb: str, by: User | None, at: datetime) -> list[Fixing]:
    """Unsaved rows for the fixings among `columns` that say something else than `task` did."""
    return [
        Fixing(task_id=task.pk, name=name, value=str(value), verb=verb, by=by, set_at=at)
        for name in FIXINGS
        if (value := columns.get(column_of(name))) and value != getattr(task, column_of(name))
    ]


def _given(act: Act) -> Columns:
    """The fixings named in the arguments, as columns; office and handler looked up within the actor's reach."""
    task, given = act.task, {column_of(name): act.args[name] for name in FIXINGS if name in act.args}
    if "due_on" in given and given["due_on"] != task.due_on:
        given |= typed(given["due_on"])
    if "office_id" in given:
        _check_office(act, given["office_id"])
    if (handler := given.get("handler_id")) is not None:
        _check_handler(act, handler, office=given.get("office_id") or task.office_id)
    return given


def _check_office(act: Act, office: UUID) -> None:
    if not Office.objects.visible_to(act.by, today=act.day).filter(pk=office).exists():
        raise Refused("office_unknown", "/office")


def _check_handler(act: Act, handler: UUID, *, office: UUID | None) -> None:
    """An active cadre of the office or of the actor's subtree, or a supervisor of the task's unit."""
    user = User.objects.filter(pk=handler, active=True).first()
    if user is None or not (act.by.governs(user.unit_id) or (office and user.office_id == office)):
        raise Refused("user_unknown", "/handler")
    supervises = user.role == Role.SUPERVISOR and user.governs(act.task.unit_id)
    if user.role != Role.CADRE and not supervises:
        raise Refused("not_a_handler", "/handler")
