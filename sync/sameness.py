"""Whether a row that was sent again is the row that stands: the phone's columns, after parsing."""

from collections.abc import Collection
from typing import Any

from sync.lists import Lists, agree, said
from sync.reading import TABLES, Sent
from visits.amend import as_sent, plain
from visits.models import Visit


def content_of(body: Any) -> Any:
    """What counts when two sendings are compared: `device` tells only the phone's clock at that moment."""
    return (
        {name: value for name, value in body.items() if name != "device"} if isinstance(body, dict) else body
    )


GIVEN_BY_VISIT = {"opinions": {"household_id"}}
"""Columns a nested row need not repeat, since its visit says them."""


def same(sent: Sent, row: Any, sender: Any, lists: Lists, waiting: Collection[Any]) -> bool:
    """The sender made `row`, and its phone's columns and lists are what was sent."""
    return (
        getattr(row, TABLES[sent.table].maker) == sender.pk
        and _same_columns(sent, row)
        and (sent.links_apart or agree(sent, row, lists, waiting))
    )


def repeats(sent: Sent, earlier: Sent) -> bool:
    """Two rows of one batch, under one id, say the same."""
    return sent.columns == earlier.columns and said(sent) == said(earlier)


def _same_columns(sent: Sent, row: Any) -> bool:
    if isinstance(row, Visit):
        return as_sent(row) == plain(sent.columns)
    spared = GIVEN_BY_VISIT.get(sent.table, set()) if sent.values.get("visit") else set()
    return all(getattr(row, name) == value for name, value in sent.columns.items() if name not in spared)
