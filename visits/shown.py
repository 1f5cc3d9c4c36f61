"""A visit as JSON, with everything that came with it or came of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, UUIDField

from fieldapi.fixed import Among, Fixed, GivenList
from visits.models import Amendment, Flag, Visit
from visits.presence import CODES

KINDS = ("companions", "worked_on", "flags", "photos", "matters", "opinions", "amendments")
"""What a visit is shown with."""
OWNERS = GivenList("owners", UUIDField())


def _owned(owner: str, kind: str) -> QuerySet[Any]:
    """Rows of a kind, those of visits or of visits' matters, that belong to the owners."""
    kinds: Any = Visit._meta
    if owner == "matter":
        kinds = kinds.get_field("matters").related_model._meta
    model: Any = kinds.get_field(kind).related_model
    rows: QuerySet[Any] = model._default_manager.filter(Among(F(owner), OWNERS))
    return rows


OF_VISITS = {kind: Fixed(partial(_owned, "visit", kind)) for kind in KINDS}
OF_MATTERS = {kind: Fixed(partial(_owned, "matter", kind)) for kind in ("opinion_links", "household_links")}


def with_kinds(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Each knows which kinds of parts it has (`kinds_of`): most have only opinions, and the rest need not be read."""
    kinds: Any = {kind: Visit._meta.get_field(kind).related_model for kind in KINDS}
    standing = {
        f"has_{kind}": Exists(model.objects.filter(visit=OuterRef("pk"))) for kind, model in kinds.items()
    }
    return visits.annotate(**standing)


def kinds_of(visit: Visit) -> set[str]:
    """Of a visit read `with_kinds`."""
    return {kind for kind in KINDS if getattr(visit, f"has_{kind}")}


@dataclass
class Parts:
    """Rows a visit is shown with. Those of apps that stand above this one are reached through the visit."""

    companions: Sequence[Any] = ()
    worked_on: Sequence[Any] = ()
    flags: Sequence[Flag] = ()
    photos: Sequence[Any] = ()
    matters: Sequence[tuple[Any, Sequence[Any], Sequence[Any]]] = ()  # with links to opinions and households
    opinions: Sequence[Any] = ()
    amendments: Sequence[Amendment] = ()


def parts_of(visits: Iterable[Visit], kinds: Collection[str] = KINDS) -> dict[UUID, Parts]:
    """Those of the `kinds`, by the visits' ids: a query for each kind, and two for matters."""
    ids = [visit.pk for visit in visits]
    found = {kind: _by_owner(OF_VISITS[kind], "visit_id", ids) for kind in kinds}
    if "matters" in found:
        found["matters"] = _with_links(found["matters"])
    return {pk: Parts(**{kind: rows[pk] for kind, rows in found.items() if pk in rows}) for pk in ids}


def _by_owner(rows: Fixed[Any], owner: str, ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows.run(owners=ids) if ids else ():
        found[getattr(row, owner)].append(row)
    return found


def _with_links(matters: Mapping[UUID, list[Any]]) -> dict[UUID, list[Any]]:
    ids = [one.pk for one in chain.from_iterable(matters.values())]
    opinions, households = (_by_owner(links, "matter_id", ids) for links in OF_MATTERS.values())
    return {
        visit: [(one, opinions.get(one.pk, ()), households.get(one.pk, ())) for one in rows]
        for visit, rows in matters.items()
    }


def shown(visit: Visit, parts: Parts | None = None) -> dict[str, Any]:
    """A visit as JSON; its parts are read where they are not given."""
    parts = parts or parts_of([visit])[visit.pk]
    return {
        "id": str(visit.pk),
        "household": str(visit.household_id) if visit.household_id else None,
        "visitor": visit.visitor,
        "kind": visit.kind,
        "started_at": visit.started_at,
        "ended_at": visit.ended_at,
        "people_met": visit.people_met,
        "location": visit.location,
        "note": visit.note,
        "companions": [str(one.user_id) for one in sorted(parts.companions, key=_linked)],
        "tasks": [str(one.task_id) for one in sorted(parts.worked_on, key=_linked)],
        "opinions": [_opinion(one) for one in sorted(parts.opinions, key=_sent)],
        "matters": [_matter(*one) for one in sorted(parts.matters, key=lambda matter: _sent(matter[0]))],
        "photos": [_photo(one) for one in sorted(parts.photos, key=_sent)],
        "cadre": str(visit.cadre_id),
        "unit": visit.unit_id,
        "post": visit.post or None,
        "cover": visit.cover,
        "occurred_at": visit.occurred_at,
        "received_at": visit.received_at,
        "point": {"lat": visit.lat, "lon": visit.lon} if visit.point else None,
        "distance_m": visit.distance_m,
        "flags": [
            {"code": one.code, "state": one.state, "evidence": one.evidence}
            for one in sorted(parts.flags, key=lambda flag: CODES.index(flag.code))
        ],
        "complete": all(one.state != "awaiting" for one in parts.photos),
        "withdrawn": visit.withdrawn,
        "amendments": [_amendment(one) for one in sorted(parts.amendments, key=_in_force)],
        "version": visit.version,
    }


def _opinion(one: Any) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "text": one.text,
        "kind": one.kind,
        "category": one.category_id,
        "wants_reply": one.wants_reply,
        "group": one.group_id and str(one.group_id),
        "version": one.version,
    }


def _matter(one: Any, opinions: Iterable[Any], households: Iterable[Any]) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "title": one.title,
        "satisfaction": one.satisfaction,
        "opinions": [str(link.opinion_id) for link in sorted(opinions, key=_linked)],
        "households": [str(link.household_id) for link in sorted(households, key=_linked)],
        "version": one.version,
    }


def _photo(one: Any) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "sha256": one.sha256,
        "bytes": one.bytes,
        "taken_at": one.taken_at,
        "caption": one.caption,
        "state": one.state,
        "problem": one.problem,
    }


def _sent(one: Any) -> tuple[datetime, int, UUID]:
    """The order in which rows were sent: those sent together by their place, then what came later."""
    return one.received_at, one.place, one.pk


def _linked(one: Any) -> int:
    """Links are numbered in the order they were sent in; those just stored stand in it and know no number yet."""
    number: int = one.pk or 0
    return number


def _in_force(one: Amendment) -> tuple[datetime, UUID]:
    """Of two that change the same field the greater wins."""
    return one.occurred_at, one.pk


def _amendment(one: Amendment) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "made_at": one.made_at,
        "occurred_at": one.occurred_at,
        "reason": one.reason,
        "changes": one.changes,
        "received_at": one.received_at,
    }
