"""The records behind a figure: one row for each thing it counts, with the value it adds up."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Count, F, QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Length, Substr
from rest_framework.request import Request

from cadres.models import Unit, User
from households.models import Household
from matters.models import Card, PracticalMatter, Task, TaskAction
from opinions.models import Opinion, Reply
from reports.figures import Figure
from reports.keys import VILLAGE_LENGTH
from reports.lists import Part
from reports.pages import Found, Key, MergedPages, Source, behind, read_id
from reports.windows import Window
from visits.models import Amendment, Visit

TOLD = ("day", "record", "unit", "household", "cadre", "kind", "category", "number", "marked")
LABEL = 80  # characters


@dataclass(frozen=True)
class Table:
    """Where records of a list are looked at, and what they are called."""

    name: str
    rows: Callable[[], QuerySet[Any]]
    label: str | Combinable
    linked: str = "pk"  # the id its address goes by


WHO = Coalesce("household__head_name", KT("visitor__name"), output_field=TextField())
VISITS = Table("visits", Visit.objects.all, WHO)
OPINIONS = Table("opinions", Opinion.objects.all, "text")
TASKS = Table("tasks", Task.objects.all, "title")
ACTS = Table("tasks", TaskAction.objects.all, "task__title", linked="task")
MATTERS = Table("practical-matters", PracticalMatter.objects.all, "title")
TABLES = {
    "visits": VISITS,
    "amendments": Table("visits", Amendment.objects.all, "reason", linked="visit"),
    "opinions": OPINIONS,
    "resolved": OPINIONS,
    "replied": OPINIONS,
    "open": OPINIONS,
    "late_replies": Table("opinions", Reply.objects.all, "text", linked="opinion"),
    "tasks": TASKS,
    "closed": TASKS,
    "overdue": TASKS,
    "backlog": TASKS,
    "cards": Table("tasks", Card.objects.all, "task__title", linked="task"),
    "acts": ACTS,
    "matters": MATTERS,
}
NAMED = {
    "household": Table("households", Household.objects.all, "head_name"),
    "cadre": Table("users", User.objects.all, "full_name"),
    "village": Table("units", Unit.objects.all, "name"),
}


def page_of(figure: Figure, window: Window, request: Request, pages: MergedPages) -> list[dict[str, Any]]:
    """A page of the figure's records. As many statements for one row as for 500.

    A count has one row for each; sum and mean have the rows with a `value`, a rate has `value` 1 for those it is
    about, 0 for the others; what is counted once however often it occurs is listed once, with `records`.
    """
    if figure.counted:
        return _records(figure, window, request, pages)
    return _keys(figure, window, request, pages)


def _records(figure: Figure, window: Window, request: Request, pages: MergedPages) -> list[dict[str, Any]]:
    where = figure.where | ({"number__isnull": False} if figure.how in ("sum", "mean") else {})
    sources: list[Source] = [
        partial(_of_part, part.where(**where), each.name)
        for each in figure.lists
        for part in each.parts(window, added=figure.added)
    ]
    found = pages.merged(request, sources, (date.fromisoformat, read_id))
    rows = [row for _, same in found for row in same]
    labels = _labels({(TABLES[row["list"]], row["record"]) for row in rows})
    return [_shown(row, figure, labels[TABLES[row["list"]], row["record"]]) for row in rows]


def _of_part(part: Part, of: str, key: Key, falling: bool, count: int) -> Iterator[Found]:
    rows = behind(part.telling(*TOLD), ("fact_day", "fact_record"), key, falling, count)
    for values in rows.values_list(*(f"fact_{name}" for name in TOLD)):
        yield values[:2], {"list": of, **dict(zip(TOLD, values, strict=True))}


def _shown(row: dict[str, Any], figure: Figure, label: dict[str, Any]) -> dict[str, Any]:
    value = {"sum": row["number"], "mean": row["number"], "rate": int(bool(row["marked"]))}.get(figure.how)
    return {
        **label,
        "unit": row["unit"],
        "day": row["day"].isoformat(),
        "household": row["household"],
        "cadre": row["cadre"],
        "kind": row["kind"],
        "category": row["category"],
        "value": value,
        "records": 1,
    }


def _keys(figure: Figure, window: Window, request: Request, pages: MergedPages) -> list[dict[str, Any]]:
    named_in = (figure.among,) if figure.among else figure.lists
    sources: list[Source] = [
        partial(_keys_of_part, part, figure.key)
        for each in named_in
        for part in each.parts(window, added=False)
    ]
    found = pages.merged(request, sources, (str if figure.key == "village" else read_id,))
    keys = {key: sum(counts) for (key,), counts in found}
    shared = _also_named(figure, window, keys) if figure.among else None
    table = NAMED[figure.key]
    labels = _labels({(table, key) for key in keys})
    return [
        {
            **labels[table, key],
            "unit": None,
            "day": None,
            "household": None,
            "cadre": None,
            "kind": None,
            "category": None,
            "value": None if shared is None else int(key in shared),
            "records": records,
        }
        for key, records in keys.items()
    ]


def _keys_of_part(part: Part, key: str, after: Key, falling: bool, count: int) -> Iterator[Found]:
    name = f"fact_{key}"
    rows = _naming(part, key).order_by().values(name).annotate(times=Count("*"))
    for value, times in behind(rows, (name,), after, falling, count).values_list(name, "times"):
        yield (value,), times


def _naming(part: Part, key: str) -> QuerySet[Any, Any]:
    """The rows of a part that name a key, as `fact_<key>`."""
    if key != "village":
        return part.telling(key).filter(**{f"fact_{key}__isnull": False})
    of_village = part.telling("unit").annotate(length=Length("fact_unit")).filter(length__gte=VILLAGE_LENGTH)
    return of_village.annotate(fact_village=Substr("fact_unit", 1, VILLAGE_LENGTH))


def _also_named(figure: Figure, window: Window, keys: Iterable[Any]) -> set[Any]:
    parts = (part for each in figure.lists for part in each.parts(window, added=False))
    wanted = {f"{figure.key}__in": list(keys)}
    return {
        key
        for part in parts
        for (key,) in part.where(**wanted).telling(figure.key).values_list(f"fact_{figure.key}").distinct()
    }


def _labels(records: set[tuple[Table, Any]]) -> dict[tuple[Table, Any], dict[str, Any]]:
    """How each record is called and where it is looked at: one query for each table."""
    by_table: dict[Table, list[Any]] = {}
    for table, pk in records:
        by_table.setdefault(table, []).append(pk)
    found: dict[tuple[Table, Any], dict[str, Any]] = {}
    for table, ids in by_table.items():
        called = F(table.label) if isinstance(table.label, str) else table.label
        rows = table.rows().filter(pk__in=ids).annotate(called=called, at=F(table.linked))
        for pk, called, at in rows.values_list("pk", "called", "at"):
            found[table, pk] = {
                "table": table.name,
                "id": str(pk),
                "label": (called or "")[:LABEL],
                "link": f"/api/v1/{table.name}/{at}/",
            }
    return found
