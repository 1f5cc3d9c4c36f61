"""Whether a row that was sent again is the row that stands: the phone's columns, after parsing."""

from typing import Any

from sync.reading import TABLES, Sent
from visits.amend import as_sent, plain
from visits.models import Visit

GIVEN_BY_VISIT = {"opinions": {"household_id"}}
"""Columns a nested row need not repeat, since its visit says them."""


def same(sent: Sent, row: Any, sender: Any) -> bool:
    """The sender made `row`, and its phone's columns are what was sent."""
    table = TABLES[sent.table]
    if getattr(row, table.maker) != sender.pk:
        return False
    if isinstance(row, Visit):
        return as_sent(row) == {name: plain(value) for name, value in sent.columns.items()}
    spared = GIVEN_BY_VISIT.get(sent.table, set()) if sent.values.get("visit") else set()
    return all(getattr(row, name) == value for name, value in sent.columns.items() if name not in spared)
