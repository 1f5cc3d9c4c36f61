"""Rows as phones keep them, read in bulk."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any
from zlib import crc32

from django.db.models import QuerySet

from sync.feed.columns import Column
from sync.feed.table import FeedTable
from sync.feed.working_set import WorkingSet

Row = dict[str, Any]


def read(table: FeedTable, rows: QuerySet[Any], pulled: WorkingSet) -> list[Row]:
    """One query; 20 000 rows take about a second."""
    places: dict[str, int] = {table.key: 0}
    for column in table.columns:
        for source in column.source:
            places.setdefault(source, len(places))
    makers = [(column.name, _maker(column, places)) for column in table.columns]
    annotated = rows.annotate(**table.annotations) if table.annotations else rows
    found = []
    for values in annotated.values_list(*places).order_by():
        row = {"id": values[0], **{name: make(values) for name, make in makers}}
        found.append(table.shape(pulled, row) if table.shape else row)
    return found


def holds(table: FeedTable, pulled: WorkingSet) -> dict[str, int]:
    """How many rows the working set has of a table, and their sum: Σ crc32(`id:version`) mod 2³²."""
    rows = read(table, table.all_held(pulled), pulled)
    return {
        "rows": len(rows),
        "sum": sum(crc32(f"{row['id']}:{row['version']}".encode()) for row in rows) % 2**32,
    }


def _maker(column: Column, places: dict[str, int]) -> Callable[[tuple[Any, ...]], Any]:
    where, make = [places[source] for source in column.source], column.read
    if make is None:
        return itemgetter(where[0])
    if len(where) == 1:
        at = where[0]
        return lambda values: make(values[at])
    several = itemgetter(*where)
    return lambda values: make(*several(values))
