"""Links a phone keeps as rows of their own: who came along, what a visit worked on, whom a matter helps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from matters.models import MatterHousehold, MatterOpinion, PracticalMatter, VisitTask
from matters.resolution import refresh_resolutions
from sync.reading import Sent
from sync.waiting import Aside, link_id
from visits.models import Companion, Visit

Link = Companion | VisitTask | MatterHousehold | MatterOpinion
Pair = tuple[UUID, UUID]
KINDS: dict[str, tuple[Any, str, str]] = {
    "visit_companions": (Companion, "visit_id", "user_id"),
    "visit_tasks": (VisitTask, "visit_id", "task_id"),
    "matter_households": (MatterHousehold, "matter_id", "household_id"),
    "matter_opinions": (MatterOpinion, "matter_id", "opinion_id"),
}
"""Each with the two columns that it links."""


def new_link(row: Sent) -> Link:
    """An unsaved link."""
    made: Link = KINDS[row.table][0](row_id=row.id, **row.columns)
    return made


def pair_of(link: Link) -> Pair:
    _, parent, other = next(kind for kind in KINDS.values() if isinstance(link, kind[0]))
    return getattr(link, parent), getattr(link, other)


def standing(rows: Iterable[Sent]) -> dict[str, set[Pair]]:
    """By table, what is linked already with the rows that `rows` want to link: a query for each table of theirs."""
    parents = defaultdict(set)
    for row in rows:
        if row.table in KINDS:
            parents[row.table].add(row.columns[KINDS[row.table][1]])
    found = defaultdict(set)
    for table, wanted in parents.items():
        model, parent, other = KINDS[table]
        linked = model._default_manager.filter(**{f"{parent}__in": wanted})
        found[table] = set(linked.values_list(parent, other))
    return found


def aside(matter: Sent, opinion: UUID) -> Aside:
    """What a stored matter says it resolves, to be kept until the opinion is here."""
    key = (matter.values["link_ids"] or {}).get(str(opinion)) or link_id(matter.id, opinion)
    body = {"id": str(key), "matter": str(matter.id), "opinion": str(opinion)}
    return Aside("matter_opinions", key, body, [opinion], {})


def store(rows: Sequence[Link], at: datetime) -> None:
    """Store links sent alone; what they belong to has a new version."""
    for model, parent, _ in KINDS.values():
        made = [row for row in rows if isinstance(row, model)]
        if not made:
            continue
        model._default_manager.bulk_create(made)
        parents = {getattr(row, parent) for row in made}
        changed = {"version": F("version") + 1, "changed_at": at}
        if model in (Companion, VisitTask):
            came_along = {"accompanied": True} if model is Companion else {}
            Visit.objects.filter(pk__in=parents).update(**changed, **came_along)
        else:
            PracticalMatter.objects.filter(pk__in=parents).update(**changed)
        if model is MatterOpinion:
            refresh_resolutions(row.opinion_id for row in made if isinstance(row, MatterOpinion))
