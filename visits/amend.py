"""Corrections of submitted visits: the earlier version stays, and the order of arrival does not matter."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, OuterRef, Subquery

from cadres.models import User
from cadres.months import added_months
from fieldapi import clock, json, phone_clock
from fieldapi.errors import Refused
from fieldapi.journal import Entry, note_down_all
from fieldapi.store import store, store_again
from households.cover import served
from visits.judge import judge_again, neighbours
from visits.models import Amendment, Visit
from visits.presence import FOR_ANYBODY
from visits.record import COLUMNS, Receipt, doorsteps, offset_min, place, units_then, visited

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


def amend(by: User, amendments: Sequence[Amendment]) -> tuple[list[Visit], dict[UUID, Refused]]:
    """Store amendments of `by`'s own visits, none twice, and let each visit be what all its amendments make of it.

    Inside the caller's transaction. Each stands or falls by itself: the visits as they are now, and by the amendment's
    id those refused with `household_unknown`, where the maker never served the new household. A visit that a closed
    month counted keeps the day and unit it was counted by; the amendment knows the month it counts in as a correction.
    The number of statements does not depend on that of the amendments.
    """
    visits = _locked(amendments)
    months = added_months((visit.unit_id, visit.day) for visit in visits.values())
    counted_by = {pk: (visit.day, visit.unit_id, visit.added_month) for pk, visit in visits.items()}
    for one in amendments:
        one.added_month = months[counted_by[one.visit_id][1], counted_by[one.visit_id][0]]
    beside_them = neighbours(list(visits.values()))
    _take_on(visits, amendments)
    refused = _placed(by, visits, amendments)
    standing = [one for one in amendments if one.pk not in refused]
    amended = [visits[one.visit_id] for one in standing]
    _count(amended)
    for one, visit in zip(standing, amended, strict=True):
        if one.added_month is not None:
            visit.day, visit.unit_id, visit.added_month = counted_by[visit.pk]
        visit.version, visit.changed_at = visit.version + 1, one.received_at
    store(standing)
    store_again(amended)
    _take_along(amended, corrected={one.visit_id for one in standing if one.added_month is not None})
    judge_again({*(visit.pk for visit in amended), *beside_them, *neighbours(amended)})
    note_down_all(by, (_line(one, visits[one.visit_id]) for one in standing))
    return amended, refused


def _locked(amendments: Sequence[Amendment]) -> dict[UUID, Visit]:
    rows = Visit.objects.select_related("household", "cadre").select_for_update(of=("self",)).order_by("pk")
    return {visit.pk: visit for visit in rows.filter(pk__in=[one.visit_id for one in amendments])}


def _placed(by: User, visits: Mapping[UUID, Visit], amendments: Sequence[Amendment]) -> dict[UUID, Refused]:
    """Give each visit its door; which amendments name one that `by` has nothing to do with."""
    named = [(visit.household_id, visit.kind) for visit in visits.values() if visit.household_id]
    asked = {household for household, _ in named}
    for_anybody = {household for household, kind in named if kind in FOR_ANYBODY}
    doors = doorsteps(by, asked, served(by, asked), for_anybody)
    refused = {}
    for one in amendments:
        visit = visits[one.visit_id]
        try:
            place(visit, visited(by, visit.household_id, visit.kind, doors, "/changes/household"))
        except Refused as no:
            refused[one.pk] = no
    return refused


def _count(visits: Sequence[Visit]) -> None:
    """In the unit their household lived in on the day, and as added where its month is closed."""
    then = units_then([(visit.household_id, visit.day) for visit in visits], clock.today())
    for visit in visits:
        visit.unit_id = then.get((visit.household_id, visit.day), visit.unit_id)
    months = added_months((visit.unit_id, visit.day) for visit in visits)
    for visit in visits:
        visit.added_month = months[visit.unit_id, visit.day]


def _line(amendment: Amendment, visit: Visit) -> Entry:
    detail = {"amendment": amendment.pk, "changes": amendment.changes}
    return Entry("visits.amend", visit.pk, visit.unit_id, detail)


def as_sent(visit: Visit) -> dict[str, Any]:
    """The phone's columns as they first came, in JSON's types."""
    return visit.as_sent or plain({name: getattr(visit, name) for name in COLUMNS})


def plain(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns' values in JSON's types, by which two rows are compared."""
    return dict(json.loads(json.dumps(columns)))


def _take_on(visits: Mapping[UUID, Visit], amendments: Sequence[Amendment]) -> None:
    """Set the columns to the first values changed by every amendment in the order of (`occurred_at`, id)."""
    of_visit = defaultdict(list)
    for one in (*Amendment.objects.filter(visit__in=visits), *amendments):
        of_visit[one.visit_id].append(one)
    for visit in visits.values():
        visit.as_sent = as_sent(visit)
        values = {**visit.as_sent, "withdrawn": False}
        for amendment in sorted(of_visit[visit.pk], key=lambda one: (one.occurred_at, one.pk)):
            values |= _changed_by(amendment)
        for column, value in values.items():
            field: Any = Visit._meta.get_field(column)
            setattr(visit, column, field.to_python(value))
        if values["started_at"] != visit.as_sent["started_at"]:
            visit.offset_min = offset_min(visit.started_at)


def _changed_by(amendment: Amendment) -> dict[str, Any]:
    """Columns and their values, in JSON's types."""
    values = {}
    for name, column in FIELDS.items():
        if amendment.changes.get(name) not in (None, ""):
            values[column] = amendment.changes[name]
        elif name in amendment.changes and name in MAY_BE_EMPTIED:
            values[column] = MAY_BE_EMPTIED[name]
    return values


def _take_along(visits: Sequence[Visit], *, corrected: Collection[UUID]) -> None:
    """What came with the visits counts where and when they count, and has a new version by that.

    Of visits whose month is closed (`corrected`) some of it was counted with it and some came later, as added: that
    stays as it is.
    """

    def of_visit(column: str) -> Subquery:
        return Subquery(Visit.objects.filter(pk=OuterRef("visit")).values(column))

    counted: dict[str, Any] = {name: of_visit(name) for name in ("unit", "changed_at")}
    counted |= {"visit_withdrawn": of_visit("withdrawn"), "version": F("version") + 1}
    when = {name: of_visit(name) for name in ("household", "day", "occurred_at")}
    for closed in (False, True):
        if theirs := [visit for visit in visits if (visit.pk in corrected) is closed]:
            added = {} if closed else {"added_month": of_visit("added_month")}
            _parts("opinions", theirs).update(**when, **counted, **added)
            _parts("matters", theirs).update(done_on=of_visit("day"), **counted, **added)
    _parts("photos", visits).update(unit=of_visit("unit"), changed_at=of_visit("changed_at"))


def _parts(name: str, visits: Sequence[Visit]) -> models.QuerySet[Any]:
    """Rows of an app that stands above this one."""
    model: Any = Visit._meta.get_field(name).related_model
    rows: models.QuerySet[Any] = model.objects.filter(visit__in=visits)
    return rows
