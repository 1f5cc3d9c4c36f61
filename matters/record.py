"""A practical matter done on the spot, as it becomes rows: with a visit, or alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fieldapi.calendar import local_day
from fieldapi.errors import Refused
from fieldapi.ids import new_id
from households.models import Household
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter
from visits.models import Visit
from visits.record import Receipt

COLUMNS = ("visit_id", "title", "done_on_sent", "satisfaction")
"""The phone's columns of a practical matter; its households and opinions are rows of their own."""


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The phone's columns as the row holds them; `values` have been through the input check."""
    return {
        "visit_id": values["visit"],
        "title": values["title"],
        "done_on_sent": values["done_on"],
        "satisfaction": values["satisfaction"],
    }


@dataclass
class NewMatter:
    """Unsaved rows of one matter."""

    row: PracticalMatter
    households: list[MatterHousehold]
    opinions: list[MatterOpinion]


def new_matter(
    matter_id: UUID,
    values: Mapping[str, Any],
    visit: Visit | None,
    households: Sequence[Household],
    opinions: Sequence[UUID],
    receipt: Receipt,
) -> NewMatter:
    """With a visit it counts on the visit's day, in its unit, for its household unless it names others.

    Alone it counts on `done_on`, in the unit of its first household, else in the sender's.
    """
    row = PracticalMatter(
        id=matter_id,
        recorded_by=receipt.by,
        received_at=receipt.received_at,
        changed_at=receipt.received_at,
        **columns_of(values),
    )
    if visit is not None:
        row.visit, row.unit_id, row.done_on = visit, visit.unit_id, visit.day
        row.visit_withdrawn = visit.withdrawn
        own = [visit.household_id] if visit.household_id else []
        helped = [household.pk for household in households] or own
    else:
        row.done_on = values["done_on"] or local_day(receipt.received_at)
        if row.done_on > local_day(receipt.received_at):
            raise Refused("impossible_time", "/done_on")
        row.unit_id = households[0].unit_id if households else receipt.by.unit_id
        helped = [household.pk for household in households]
    link_ids = values["link_ids"] or {}
    return NewMatter(
        row,
        [
            MatterHousehold(matter=row, household_id=pk, row_id=link_ids.get(str(pk)) or new_id())
            for pk in dict.fromkeys(helped)
        ],
        [
            MatterOpinion(matter=row, opinion_id=pk, row_id=link_ids.get(str(pk)) or new_id())
            for pk in dict.fromkeys(opinions)
        ],
    )


def move_benefit(visit: Visit) -> None:
    """Matters of a visit that turns out to have been made at another household benefit that one."""
    named = [one.changes["household"] for one in visit.amendments.all() if one.changes.get("household")]
    if not named or visit.as_sent is None or visit.household_id is None:
        return
    former = {UUID(str(pk)) for pk in (visit.as_sent["household_id"], *named) if pk} - {visit.household_id}
    for matter in PracticalMatter.objects.filter(visit=visit).prefetch_related("household_links"):
        was = {one.household_id for one in matter.household_links.all()}
        if was & former or not was:
            matter.household_links.filter(household__in=former).delete()
            MatterHousehold.objects.get_or_create(matter=matter, household_id=visit.household_id)
