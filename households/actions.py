"""What desks do to households: enter, change, move, merge, split, end, and reveal their numbers."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from cadres.models import Unit, User
from fieldapi import clock
from fieldapi.api import change
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from fieldapi.journal import Entry, note_down, note_down_all
from households.models import Household, HouseholdChange, Pairing
from households.pairing import store

SECRETS = ("phone", "id_number")
NO_LOCATION = {"lat": None, "lon": None, "accuracy_m": None, "location_source": ""}
VERBS = ["move", "merge", "split", "end"]  # of an active household; of any other none
TOWN = 9  # digits of a town's code
RULES = {
    "household_number_once_in_a_unit": ("already_exists", "/number"),
    "households_household.number": ("already_exists", "/number"),  # the same in SQLite's words
    "households_household_pkey": ("content_differs", "/id"),
    "households_household.id": ("content_differs", "/id"),
}


@transaction.atomic
def enter(*, by: User, unit: str, id: UUID | None = None, **columns: Any) -> tuple[Household, bool]:
    """Store a household, and say whether it is new: an id that stands with equal columns is not made again.

    Refuses unit_unknown (also for a unit outside `by`'s subtree), already_exists, content_differs.
    """
    _own_unit(by, unit)
    stored = Household.objects.visible_to(by, today=clock.today()).filter(pk=id).first() if id else None
    if stored is not None:
        if any(getattr(stored, name) != value for name, value in (columns | {"unit_id": unit}).items()):
            raise Refused("content_differs", "/id")
        return stored, False
    row = Household(id=id or new_id(), unit_id=unit, changed_at=clock.now(), **columns)
    _saved(row, force_insert=True)
    note_down(by, "households.create", row.pk, unit=unit, number=row.number)
    return row, True


@transaction.atomic
def edit(*, by: User, household: Household, version: int, **columns: Any) -> Household:
    """Change a household that is still at `version`. Refuses version_stale, already_exists.

    Another address takes a geocoded location away, so that the new one is asked for.
    The journal keeps what the columns held before; of phone and identity numbers only that they changed.
    """
    if columns.get("address", household.address) != household.address and household.is_geocoded:
        columns = NO_LOCATION | columns  # the point was the old address's
    was = {name: getattr(household, name) for name in columns if name not in SECRETS}
    try:
        row = change(household, version, **columns)
    except IntegrityError as fault:
        raise clash(fault) from fault
    note_down(by, "households.partial_update", row.pk, unit=row.unit_id, changed=sorted(columns), was=was)
    return row


@transaction.atomic
def move(
    *, by: User, household: Household, unit: str, reason: str, number: str = "", on: date | None = None
) -> Household:
    """To another unit of `by`'s subtree. Within its town the pairings go along; beyond it they end that day.

    Address and location stay until somebody writes the new ones. Refuses unit_unknown, wrong_state,
    already_exists, impossible_time.
    """
    row, day = _active(household.pk), _past(on)
    _own_unit(by, unit)
    was = row.unit_id
    if unit == was:
        raise Refused("wrong_state", "/unit", state=row.state, allowed=VERBS)
    row.unit_id, row.number = unit, number or row.number
    _note_change(by, row, "move", day, reason, was=was)
    if unit[:TOWN] != was[:TOWN]:
        _end_pairings(by, row, day, reason)
    return row


@transaction.atomic
def merge(*, by: User, household: Household, into: UUID, reason: str, on: date | None = None) -> Household:
    """One household becomes part of another; its pairings end, what was recorded at it stays with it.

    Refuses household_unknown, wrong_state, impossible_time.
    """
    seen = Household.objects.visible_to(by, today=clock.today()).filter(pk__in=[household.pk, into])
    locked = {row.pk: row for row in seen.order_by("pk").select_for_update(no_key=True)}
    if into not in locked:
        raise Refused("household_unknown", "/into")
    if into == household.pk or locked[into].state != Household.State.ACTIVE:
        raise Refused("wrong_state", "/into", state=locked[into].state, allowed=[])
    row, day = _active(household.pk), _past(on)
    row.state, row.merged_into_id, row.ended_on, row.ended_reason = Household.State.MERGED, into, day, reason
    _note_change(by, row, "merge", day, reason, was=row.unit_id, other=into)
    _end_pairings(by, row, day, reason)
    return row


@transaction.atomic
def split(
    *, by: User, household: Household, reason: str, on: date | None = None, **columns: Any
) -> Household:
    """A new household leaves this one, in the same unit, and is served by the same cadres from that day.

    Refuses wrong_state, already_exists, impossible_time.
    """
    row, day = _active(household.pk), _past(on)
    split_off = Household(unit_id=row.unit_id, changed_at=clock.now(), **columns)
    _saved(split_off, force_insert=True)
    note_down(by, "households.create", split_off.pk, unit=row.unit_id, number=split_off.number)
    _note_change(by, row, "split", day, reason, was=row.unit_id, other=split_off.pk)
    along = [
        Pairing(
            household=split_off,
            cadre_id=old.cadre_id,
            post=old.post,
            started_on=max(day, old.started_on),
            ended_on=old.ended_on,
            assigned_by=by,
            changed_at=clock.now(),
        )
        for old in _going_on(row, day)
    ]
    store(by, along, {split_off.pk: row.unit_id})
    return split_off


@transaction.atomic
def end(*, by: User, household: Household, reason: str, on: date | None = None) -> Household:
    """The household is no more (death, departure); its pairings end. Refuses wrong_state, impossible_time."""
    row, day = _active(household.pk), _past(on)
    row.state, row.ended_on, row.ended_reason = Household.State.ENDED, day, reason
    _note_change(by, row, "end", day, reason, was=row.unit_id)
    _end_pairings(by, row, day, reason)
    return row


@transaction.atomic
def reveal(*, by: User, household: Household, fields: Iterable[str], reason: str) -> dict[str, str]:
    """The asked-for numbers in clear. That they were shown, to whom and why, is journalled before they are."""
    asked = sorted(set(fields))
    note_down(by, "households.reveal", household.pk, unit=household.unit_id, fields=asked, reason=reason)
    return {name: getattr(household, name) for name in asked}


def clash(fault: IntegrityError) -> Refused:
    """What the database refused, by the name of its rule. Anything else is our mistake."""
    for rule, (code, pointer) in RULES.items():
        if rule in str(fault):
            return Refused(code, pointer)
    raise fault


def _own_unit(by: User, unit: str) -> None:
    if not Unit.objects.within(by.unit_id).filter(pk=unit).exists():
        raise Refused("unit_unknown", "/unit")


def _active(pk: UUID) -> Household:
    """The household, locked until the transaction ends; its pairings queue up behind it too."""
    row = Household.objects.select_for_update(no_key=True).get(pk=pk)
    if row.state != Household.State.ACTIVE:
        raise Refused("wrong_state", state=row.state, allowed=[])
    return row


def _past(on: date | None) -> date:
    today = clock.today()
    if on is not None and on > today:
        raise Refused("impossible_time", "/on")
    return on or today


def _saved(row: Household, **how: Any) -> None:
    try:
        with transaction.atomic():
            row.save(**how)
    except IntegrityError as fault:
        raise clash(fault) from fault


def _note_change(
    by: User, row: Household, verb: str, on: date, reason: str, *, was: str, other: UUID | None = None
) -> None:
    """Write the changed household, its history and the journal's line."""
    row.version += 1
    row.changed_at = clock.now()
    _saved(row)
    HouseholdChange.objects.create(
        household=row, verb=verb, on=on, reason=reason, was_unit=was, other_id=other, by=by, at=row.changed_at
    )
    note_down(
        by, f"households.{verb}", row.pk, unit=row.unit_id, on=on, reason=reason, was_unit=was, other=other
    )


def _going_on(household: Household, day: date) -> list[Pairing]:
    """Pairings in force on `day` or to begin later."""
    rows = Pairing.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), household=household)
    return list(rows.order_by("started_on", "post"))


def _end_pairings(by: User, household: Household, day: date, reason: str) -> None:
    rows = _going_on(household, day)
    for row in rows:
        row.ended_on, row.reason = max(day, row.started_on), reason
        row.version += 1
        row.changed_at = clock.now()
    Pairing.objects.bulk_update(rows, ["ended_on", "reason", "version", "changed_at"])
    note_down_all(
        by,
        [
            Entry("pairings.end", row.pk, household.unit_id, {"until": row.ended_on, "reason": reason})
            for row in rows
        ],
    )
