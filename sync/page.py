"""docs/sync-columns.md, written from the tables of the pull feed."""

from sync.feed.columns import Column
from sync.feed.schema import VERSION
from sync.feed.table import FeedTable
from sync.feed.tables import TABLES

HEAD = f"""# What phones hold, column by column

This page is written by `python manage.py write_docs` from `sync/feed/`; change it there.

Version {VERSION} of the schema; `GET /sync/schema/` serves the same as WatermelonDB's `appSchema` takes it. Rows are
flat, each with an `id`, a UUID (of units and categories the code). A phone writes the tables marked so, and of those
the columns it owns; the server's columns it only reads, and they are passed over when it sends them. An optional
column may be null. On the phone a column is a string, a number or a boolean:

- **id**, **text**, **day** (`YYYY-MM-DD`, in Asia/Shanghai) and **json** (JSON as text) are strings;
- **whole**, **number** and **instant** (milliseconds since 1970) are numbers;
- **flag** is a boolean.

"""


def sync_columns() -> str:
    """The page."""
    return HEAD + "\n".join(_table(table) for table in TABLES.values())


def _table(table: FeedTable) -> str:
    written = ", written by phones" if table.written_by_phones else ""
    rows = "".join(_row(table, column) for column in table.columns)
    return (
        f"## {table.name}{written}\n\n"
        "| column | holds | owner | optional | meaning |\n| --- | --- | --- | --- | --- |\n" + rows
    )


def _row(table: FeedTable, column: Column) -> str:
    meaning = table.meaning(column).replace("|", "&#124;")
    optional = "optional" if column.optional else ""
    return f"| `{column.name}` | {column.kind.value} | {column.owner} | {optional} | {meaning} |\n"
