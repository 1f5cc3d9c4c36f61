"""The phone's tables and columns, as WatermelonDB's `appSchema` takes them."""

from typing import Any

from sync.feed.tables import TABLES

VERSION = 3
"""Grows with every table or column that is added; none is ever taken away."""


def app_schema() -> dict[str, Any]:
    return {
        "version": VERSION,
        "tables": [
            {
                "name": table.name,
                "columns": [
                    {
                        "name": column.name,
                        "type": column.kind.on_phone,
                        "isOptional": column.optional,
                        "holds": column.kind.value,
                        "owner": column.owner,
                        "meaning": table.meaning(column),
                    }
                    for column in table.columns
                ],
                "written_by_phones": table.written_by_phones,
            }
            for table in TABLES.values()
        ],
    }
