"""Corrections of submitted visits: the earlier version stays, and the order of arrival does not matter."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cadres.models import User
from cadres.months import added_month
from fieldapi import clock, json, phone_clock
from fieldapi.journal import note_down
from households.cover import served
from visits.judge import judge_again, neighbours
from visits.models import Amendment, Visit
from visits.presence import FOR_ANYBODY
from visits.record import COLUMNS, Doorstep, Receipt, doorsteps, offset_min, place, units_then, visited

FIELDS = {
    "note": "note",
    "kind": "kind",
    "household": "household_id",
    "started_at": "started_at",
    "ended_at": "ended_at",
    "location": "location",
    "withdrawn": "withdrawn",
}
"""What an amendment may change, and the visit's column for it."""
MAY_BE_EMPTIED = {"note": "", "ended_at": None, "location": None}


def new_amendment(amendment_id: UUID, values: Mapping[str, Any], receipt: Receipt) -> Amendment:
    """An unsaved amendment; `changes` as sent."""
    return Amendment(
        id=amendment_id,
        visit_id=values["visit"],
        made_at=values["made_at"],
        occurred_at=phone_clock.by_the_server(values["made_at"], receipt.clock_offset),
        reason=values["reason"],
        changes=values["changes"],
        by=receipt.by,
        received_at=receipt.received_at,
    )


def amend(by: User, amendment: Amendment) -> Visit:
    """Store an amendment and let the visit be what all its amendments make of it, inside the caller's transaction.

    Refuses `household_unknown` where the maker never served the new household. A visit that a closed month
    counted keeps the day and unit it was counted by; the amendment knows the month it counts in as a correction.
    """
    rows = Visit.objects.select_related("household", "cadre").select_for_update(of=("self",))
    visit = rows.get(pk=amendment.visit_id)
    amendment.added_month = added_month(visit.unit_id, visit.day)
    amendment.save(force_insert=True)
    counted_by = visit.day, visit.unit_id, visit.added_month
    beside_it = neighbours(visit)
    _take_on(visit)
    place(visit, _door(visit))
    then = units_then([(visit.household_id, visit.day)], clock.today())
    visit.unit_id = then.get((visit.household_id, visit.day), visit.unit_id)
    visit.added_month = added_month(visit.unit_id, visit.day)
    if amendment.added_month is not None:
        visit.day, visit.unit_id, visit.added_month = counted_by
    visit.version, visit.changed_at = visit.version + 1, amendment.received_at
    visit.save()
    _take_along(visit)
    judge_again({visit.pk, *beside_it, *neighbours(visit)})
    note_down(
        by, "visits.amend", visit.pk, unit=visit.unit_id, amendment=amendment.pk, changes=amendment.changes
    )
    return visit


def _door(visit: Visit) -> Doorstep | None:
    asked = [visit.household_id] if visit.household_id else []
    for_anybody = asked if visit.kind in FOR_ANYBODY else []
    doors = doorsteps(visit.cadre, asked, served(visit.cadre, asked), for_anybody)
    return visited(visit.cadre, visit.household_id, visit.kind, doors, "/changes/household")


def as_sent(visit: Visit) -> dict[str, Any]:
    """The phone's columns as they first came, in JSON's types."""
    return visit.as_sent or plain({name: getattr(visit, name) for name in COLUMNS})


def plain(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns' values in JSON's types, by which two rows are compared."""
    return dict(json.loads(json.dumps(columns)))


def _take_on(visit: Visit) -> None:
    """Set the columns to the first values changed by every amendment in the order of (`occurred_at`, id)."""
    visit.as_sent = as_sent(visit)
    values = {**visit.as_sent, "withdrawn": False}
    for amendment in visit.amendments.order_by("occurred_at", "id"):
        for name, column in FIELDS.items():
            if name not in amendment.changes:
                continue
            value = amendment.changes[name]
            if value not in (None, ""):
                values[column] = value
            elif name in MAY_BE_EMPTIED:
                values[column] = MAY_BE_EMPTIED[name]
    for column, value in values.items():
        field: Any = Visit._meta.get_field(column)
        setattr(visit, column, field.to_python(value))
    if values["started_at"] != visit.as_sent["started_at"]:
        visit.offset_min = offset_min(visit.started_at)


def _take_along(visit: Visit) -> None:
    """What came with the visit counts where and when the visit counts."""
    parts: Any = visit  # their apps stand above this one
    counted = {
        "unit": visit.unit_id,
        "added_month": visit.added_month,
        "visit_withdrawn": visit.withdrawn,
        "changed_at": visit.changed_at,
    }
    parts.opinions.update(
        household=visit.household_id, day=visit.day, occurred_at=visit.occurred_at, **counted
    )
    parts.matters.update(done_on=visit.day, **counted)
    parts.photos.update(unit=visit.unit_id, changed_at=visit.changed_at)
