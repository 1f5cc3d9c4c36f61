"""What each person may do to a task now, and what a form must ask for. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rest_framework import serializers

from cadres.models import User
from fieldapi.errors import Refused
from fieldapi.fields import Count, DayField, IdField, PlainText
from matters.acts import Part
from matters.fixings import column_of, missing_fixings
from matters.models import Task
from matters.posts import on_post
from matters.verbs import VERBS, allowed

KINDS = {IdField: "id", DayField: "day", PlainText: "text", Count: "number", serializers.ListField: "ids"}
OF = {
    "office": "offices",
    "offices": "offices",
    "handler": "users",
    "household": "households",
    "evidence": "photos",
    "into": "tasks",
}


@dataclass(frozen=True)
class Blank:
    """One member of a verb's body; `kind` is one of `KINDS`, `of` the collection an id comes from."""

    name: str
    kind: str
    of: str | None
    needed: bool
    least: int | None
    most: int | None
    value: Any = None  # what stands now
    suggested: Any = None
    choices: list[str] | None = None


@dataclass(frozen=True)
class Form:
    """A verb that is allowed now; `blocked` is the code it would be refused with, whatever it is told."""

    verb: str
    part: Part
    blocked: str | None
    body: list[Blank]

    @property
    def zh(self) -> str:
        return VERBS[self.verb].zh

    @property
    def meaning(self) -> str:
        return VERBS[self.verb].meaning


def forms(task: Task, by: User, *, day: date) -> list[Form]:
    """A form for each verb that is allowed to `by` on `day`. A dozen queries at most, whatever the task."""
    may = allowed(task, by, day=day)
    return [
        Form(verb, part, _blocked(verb, task), list(_body(verb, part, task, by, day)))
        for verb, part in may.items()
    ]


def _blocked(verb: str, task: Task) -> str | None:
    try:
        VERBS[verb].check(task)
    except Refused as refused:
        return refused.code
    return None


def _body(verb: str, part: Part, task: Task, by: User, day: date) -> Iterator[Blank]:
    blanks = [_blank(name, field) for name, field in VERBS[verb].who[part]().fields.items()]
    if verb in ("assign", "start"):
        return _fixings(verb, blanks, task, day)
    if verb == "confirm" and part == Part.PAIRED:
        served = task.households().served_by(by, day=day).order_by("pk").values_list("pk", flat=True)
        choices = [str(pk) for pk in served]
        return (replace(blank, choices=choices) if blank.name == "household" else blank for blank in blanks)
    return iter(blanks)


def _fixings(verb: str, blanks: list[Blank], task: Task, day: date) -> Iterator[Blank]:
    """To assign: all that may still be set, with what stands. To start: those missing, which must be given."""
    missing = missing_fixings(task)
    for blank in blanks:
        if blank.name in missing:
            suggested = on_post(task, day=day) if blank.name == "handler" else None
            yield replace(blank, needed=verb == "start", suggested=suggested)
        elif verb == "assign" and (blank.name != "due_on" or task.state != Task.State.IN_PROGRESS):
            yield replace(blank, value=getattr(task, column_of(blank.name)))


def _blank(name: str, field: Any) -> Blank:
    kind = next(kind for base, kind in KINDS.items() if isinstance(field, base))
    least, most = (getattr(field, end, None) for end in ("min_value", "max_value"))
    if kind in ("text", "ids"):
        least, most = (getattr(field, end, None) for end in ("min_length", "max_length"))
    return Blank(name, kind, OF.get(name), field.required, least, most)
