"""A visit as it becomes a row: judged by the pairing on its day and by the corrected clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, UUIDField

from cadres.models import User
from cadres.units import within
from fieldapi import phone_clock
from fieldapi.calendar import local_day
from fieldapi.coordinates import distance_m, to_wgs84
from fieldapi.errors import Refused
from fieldapi.fixed import Among, Fixed, GivenList
from fieldapi.json import instant
from fieldapi.rows import new_row
from households.cover import Served, post_on
from households.models import Household, HouseholdChange
from visits.models import Visit
from visits.presence import FOR_ANYBODY

COLUMNS = ("household_id", "visitor", "kind", "started_at", "ended_at", "people_met", "location", "note")
"""The phone's columns of a visit."""


CHINA = timedelta(hours=8)
At = tuple[UUID | None, date]
"""A household, or nobody's, on a day."""


@dataclass(frozen=True)
class Receipt:
    """Who sent it, on which phone, when it came here first, and how far the phone's clock was ahead."""

    by: User
    device: UUID | None
    received_at: datetime
    clock_offset: timedelta | None


@dataclass(frozen=True)
class Doorstep:
    """A household as the sender knows it: the pairings with it, oldest first; none for who never served it."""

    household: Household
    history: Sequence[Served] = ()


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The phone's columns as the row holds them; `values` have been through the input check."""
    return {
        "household_id": values["household"],
        "visitor": values["visitor"],
        "kind": values["kind"],
        "started_at": values["started_at"],
        "ended_at": values["ended_at"],
        "people_met": values["people_met"],
        "location": values["location"],
        "note": values["note"] or "",
    }


def new_visit(visit_id: UUID, values: Mapping[str, Any], door: Doorstep | None, receipt: Receipt) -> Visit:
    """An unsaved visit. What follows from the phone's columns is worked out by `place`."""
    offset = receipt.clock_offset
    columns = {
        "id": visit_id,
        "cadre_id": receipt.by.pk,
        "received_at": receipt.received_at,
        "changed_at": receipt.received_at,
        "device": receipt.device,
        "clock_offset_ms": None if offset is None else offset // timedelta(milliseconds=1),
        "offset_min": offset_min(values["started_at"]),
        **columns_of(values),
    }
    visit = new_row(Visit, columns, {"cadre": receipt.by})
    place(visit, door)
    return visit


def offset_min(moment: datetime) -> int:
    """Minutes ahead of UTC by which a time is written; China's for UTC, which leaves the local one unsaid."""
    return (moment.utcoffset() or CHINA) // timedelta(minutes=1)


def place(visit: Visit, door: Doorstep | None) -> None:
    """Work out the server's columns from the phone's: when it was, where, in which post and unit.

    Without a household it belongs to the cadre's unit.
    """
    visit.household = door.household if door else None
    visit.occurred_at = phone_clock.corrected(visit.started_at, _offset_of(visit), visit.received_at)
    visit.day = local_day(visit.occurred_at)
    post, visit.cover = post_on(door.history, visit.day) if door else (None, False)
    visit.post = post or ""
    visit.unit_id = door.household.unit_id if door else visit.cadre.unit_id
    where = visit.location
    visit.lat, visit.lon = (
        to_wgs84(where["lat"], where["lon"], where.get("system", "wgs84")) if where else (None, None)
    )
    visit.distance_m = None
    if door and visit.point and door.household.point:
        visit.distance_m = round(distance_m(visit.point, door.household.point), 1)


def _offset_of(visit: Visit) -> timedelta | None:
    """The phone's offset; none for a start that a person corrected."""
    by_hand = visit.as_sent is not None and visit.as_sent["started_at"] != instant(visit.started_at)
    return None if by_hand else clock_offset(visit)


def clock_offset(visit: Visit) -> timedelta | None:
    return None if visit.clock_offset_ms is None else timedelta(milliseconds=visit.clock_offset_ms)


def doorsteps(
    by: User,
    households: Collection[UUID],
    histories: Mapping[UUID, Sequence[Served]],
    for_anybody: Collection[UUID] = (),
) -> dict[UUID, Doorstep]:
    """The households `by` may make visits at: ever served, or in a desk's subtree, or in a cadre's unit for those
    that visits of a kind for anybody name. A query only where there are such.
    """
    known = {pk: Doorstep(history[-1].household, history) for pk, history in histories.items()}
    asked = set(households) if by.sees_subtree else set(for_anybody)
    if rest := asked - known.keys():
        in_unit = Household.objects.filter(**within(by.unit_id), pk__in=rest).with_far_m()
        known |= {household.pk: Doorstep(household) for household in in_unit.defer("phone", "id_number")}
    return known


def door_of(household: UUID, doors: Mapping[UUID, Doorstep], pointer: str) -> Doorstep:
    if household not in doors:
        raise Refused("household_unknown", pointer)
    return doors[household]


def visited(
    by: User, household: UUID | None, kind: str, doors: Mapping[UUID, Doorstep], pointer: str
) -> Doorstep | None:
    """The door of a visit; None without a household. Refuses `household_unknown` where `by` makes no such visits."""
    if household is None:
        return None
    door = door_of(household, doors, pointer)
    if not (door.history or kind in FOR_ANYBODY or by.sees_subtree):
        raise Refused("household_unknown", pointer)
    return door


def _moves() -> QuerySet[HouseholdChange, tuple[Any, ...]]:
    of = Among(F("household"), GivenList("households", UUIDField()))
    moves = HouseholdChange.objects.filter(of, verb="move").order_by("-on", "-id")
    return moves.values_list("household", "on", "was_unit")


MOVES = Fixed(_moves)


def units_then(asked: Iterable[At], today: date) -> dict[At, str]:
    """Where households that have moved since lived on a day; the others are missing. A query for days past."""
    earlier = {(household, day) for household, day in asked if household is not None and day < today}
    if not earlier:
        return {}
    then: dict[At, str] = {}
    for moved, on, unit in MOVES.run(households={household for household, _ in earlier}):
        then |= {(moved, day): unit for household, day in earlier if household == moved and on > day}
    return then
