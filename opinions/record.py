"""An opinion as it becomes a row: with a visit, or alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fieldapi import phone_clock
from fieldapi.calendar import local_day
from fieldapi.errors import Refused
from fieldapi.rows import new_row
from households.models import Household
from opinions.models import Opinion
from visits.models import Visit
from visits.record import Receipt

COLUMNS = (
    "visit_id",
    "made_at",
    "household_id",
    "unit_sent",
    "voice",
    "text",
    "kind",
    "category_id",
    "wants_reply",
)
"""The phone's columns of an opinion."""


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The phone's columns as the row holds them; `values` have been through the input check."""
    return {
        "visit_id": values["visit"],
        "made_at": values["made_at"],
        "household_id": values["household"],
        "unit_sent": values["unit"] or "",
        "voice": values["voice"] or "",
        "text": values["text"],
        "kind": values["kind"],
        "category_id": values["category"],
        "wants_reply": True if values["wants_reply"] is None else values["wants_reply"],
    }


def new_opinion(
    opinion_id: UUID,
    values: Mapping[str, Any],
    visit: Visit | None,
    household: Household | None,
    receipt: Receipt,
) -> Opinion:
    """An unsaved opinion.

    With a visit it shares the visit's household, unit and day. Alone it needs `made_at`; its unit is the
    household's, else the one it names, else the sender's.
    """
    columns = {
        "id": opinion_id,
        "by_id": receipt.by.pk,
        "received_at": receipt.received_at,
        "changed_at": receipt.received_at,
        **columns_of(values),
    }
    if visit is not None:
        shared = {
            "household_id": visit.household_id,
            "unit_id": visit.unit_id,
            "occurred_at": visit.occurred_at,
            "day": visit.day,
            "visit_withdrawn": visit.withdrawn,
        }
        return new_row(Opinion, columns | shared, {"by": receipt.by, "visit": visit})
    opinion = new_row(Opinion, columns, {"by": receipt.by})
    opinion.occurred_at = _moment(values["made_at"], receipt)
    opinion.day = local_day(opinion.occurred_at)
    opinion.unit_id = household.unit_id if household else values["unit"] or receipt.by.unit_id
    return opinion


def _moment(made_at: datetime | None, receipt: Receipt) -> datetime:
    if made_at is None:
        raise Refused("made_at_missing", "/made_at")
    return phone_clock.corrected(made_at, receipt.clock_offset, receipt.received_at)
