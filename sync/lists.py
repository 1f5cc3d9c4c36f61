"""Lists of a phone's row are rows of their own here: what they hold, and whether they are what was sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models

from matters.models import MatterHousehold, MatterOpinion, VisitTask
from sync.reading import Sent
from sync.waiting import link_id
from visits.models import Companion, Visit

LISTS: dict[str, dict[str, tuple[type[models.Model], str, str]]] = {
    "visits": {"companions": (Companion, "visit", "user"), "tasks": (VisitTask, "visit", "task")},
    "practical_matters": {
        "opinions": (MatterOpinion, "matter", "opinion"),
        "households": (MatterHousehold, "matter", "household"),
    },
}
"""Of each table with lists: their rows, which row these belong to, and what they name."""
TOLD_BY_ROW = {"companions": "has_companions", "tasks": "has_worked_on"}
"""Lists of which the stored row itself tells whether they hold anything."""
Lists = Mapping[tuple[str, UUID], set[UUID]]
"""By the list's name and the row's id."""


def lists_of(rows: Iterable[Sent], stored: Mapping[str, Mapping[UUID, Any]]) -> Lists:
    """The lists of those of `rows` that are stored: a query for each that may hold anything."""
    found: defaultdict[tuple[str, UUID], set[UUID]] = defaultdict(set)
    asked: defaultdict[tuple[str, str], set[UUID]] = defaultdict(set)
    for row in rows:
        standing = stored.get(row.table, {}).get(row.id)
        for name in LISTS.get(row.table, ()) if standing else ():
            if row.values[name] or getattr(standing, TOLD_BY_ROW.get(name, ""), True):
                asked[row.table, name].add(row.id)
    for (table, name), ids in asked.items():
        model, owner, named = LISTS[table][name]
        held = model._default_manager.filter(**{f"{owner}__in": ids})
        for pk, key in held.values_list(f"{owner}_id", f"{named}_id"):
            found[name, pk].add(key)
    return found


def said(row: Sent) -> dict[str, set[UUID]]:
    """The lists as sent; their order and repeats say nothing."""
    return {name: set(row.values[name] or ()) for name in LISTS.get(row.table, ())}


def agree(row: Sent, standing: Any, held: Lists, waiting: Collection[Any]) -> bool:
    """The stored row's lists are those sent. A matter's links that wait count as held; it benefits its visit's
    household where it names none, and goes along when that is amended.
    """
    for name, sent in said(row).items():
        has = held.get((name, row.id), set())
        if name == "opinions":
            has = has | {key for key in sent if link_id(row.id, key) in waiting}
        if name == "households" and (not sent or (sent != has and _was_amended(standing))):
            continue
        if sent != has:
            return False
    return True


def _was_amended(matter: Any) -> bool:
    return Visit.objects.filter(pk=matter.visit_id, as_sent__isnull=False).exists()
