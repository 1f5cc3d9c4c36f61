"""The five fixings (五定): responsible office, handler, plan, closing time, closing standard."""

from uuid import UUID

from cadres.models import Office, User
from fieldapi.access import Role
from fieldapi.errors import Refused
from matters.acts import Act, Columns
from matters.due import typed
from matters.models import Task

FIXINGS = ("office", "handler", "plan", "due_on", "closing_standard")


def assign(act: Act) -> Columns:
    """Sets any of the five. Once work has begun the due day stands: it moves by `extend`, once."""
    task, given = act.task, _given(act)
    if task.state == Task.State.IN_PROGRESS and given.get("due_on", task.due_on) != task.due_on:
        raise Refused("due_day_fixed", "/due_on")
    if not any(given.get(column) or getattr(task, column) for column in ("office_id", "handler_id")):
        raise Refused("nobody_assigned", "/handler")
    return given


def start(act: Act) -> Columns:
    """Work begins when all five stand; what is still missing may be given with it, nothing else changed."""
    task, given = act.task, _given(act)
    for column, value in given.items():
        if getattr(task, column) not in (None, "", value):
            raise Refused("fixing_set", f"/{column.removesuffix('_id')}")
    if missing := [
        name for name in FIXINGS if not (given.get(_column(name)) or getattr(task, _column(name)))
    ]:
        raise Refused("five_fixings_missing", missing=missing)
    return given


def _column(name: str) -> str:
    return f"{name}_id" if name in ("office", "handler") else name


def _given(act: Act) -> Columns:
    """The fixings named in the arguments, as columns; office and handler looked up within the actor's reach."""
    given = {_column(name): act.args[name] for name in FIXINGS if name in act.args}
    if "due_on" in given and given["due_on"] != act.task.due_on:
        given |= typed(given["due_on"])
    if "office_id" in given:
        _check_office(act, given["office_id"])
    if "handler_id" in given:
        _check_handler(act, given["handler_id"], office=given.get("office_id") or act.task.office_id)
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
