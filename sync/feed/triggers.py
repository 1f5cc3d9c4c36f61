"""The database itself notes down every change, whoever makes it and however: triggers made from `told.py`.

PostgreSQL fires once for each statement, SQLite once for each row. A trigger's name carries a digest of its text, so
that `install` makes only what is missing.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django.apps import apps

from sync.feed.told import TOLD

EVENTS = ("INSERT", "UPDATE", "DELETE")
NAME = "feed_%"
PLACE = "pg_current_xact_id()::text::bigint"
LINES = {
    "postgresql": """
        INSERT INTO sync_change (scope, at, root, "table")
        SELECT DISTINCT scope::uuid, {place}, root::uuid, kind FROM ({told}) AS told (scope, kind, root)
        WHERE scope IS NOT NULL ON CONFLICT DO NOTHING;""",
    "sqlite": """
        INSERT INTO sync_feedstate (id, generation, position) VALUES (1, 1, 1)
            ON CONFLICT (id) DO UPDATE SET position = position + 1;
        INSERT OR IGNORE INTO sync_change (scope, at, root, "table")
        WITH told (scope, kind, root) AS ({told})
        SELECT DISTINCT scope, (SELECT position FROM sync_feedstate WHERE id = 1), root, kind FROM told
        WHERE scope IS NOT NULL;""",
}
UNIT = {
    "postgresql": r"lpad(left(\1, \2), 32, 'f')::uuid",
    "sqlite": rf"substr('{'f' * 32}' || substr(\1, 1, \2), -32)",
}


def install(connection: Any) -> None:
    """Make the triggers this code means, and take away all others of the feed. One query where all is as meant."""
    meant = dict(_meant(connection.vendor))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE %s", [NAME]
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [NAME]
            )
        there = dict(cursor.fetchall())
        for name, table in there.items():
            if name not in meant:
                cursor.execute(_drop(connection.vendor, name, table))
        for name, statements in meant.items():
            if name not in there:
                for statement in statements:
                    cursor.execute(statement)


def remove(connection: Any) -> None:
    with connection.cursor() as cursor:
        for name, statements in _meant(connection.vendor):
            table = re.search(r" ON (\w+)", statements[-1])
            assert table is not None  # every trigger is on a table
            cursor.execute(_drop(connection.vendor, name, table[1], missing="IF EXISTS "))


def _drop(vendor: str, name: str, table: str, missing: str = "") -> str:
    if vendor == "postgresql":
        return f"DROP TRIGGER {missing}{name} ON {table}"
    return f"DROP TRIGGER {missing}{name}"


def _meant(vendor: str) -> Iterator[tuple[str, list[str]]]:
    """Each trigger's name, and the statements that make it."""
    for table, told in TOLD.items():
        for event in EVENTS:
            asked = told.insert if event == "INSERT" and told.insert else told.change
            make = _on_postgresql if vendor == "postgresql" else _on_sqlite
            statements = make(table, event, re.sub(r"UNIT\(([\w.]+), (\w+)\)", UNIT[vendor], asked))
            digest = sha256("".join(statements).encode()).hexdigest()[:8]
            name = f"feed_{table}_{event.lower()}_{digest}"
            yield name, [statement.replace("NAME", name) for statement in statements]


def _on_postgresql(table: str, event: str, told: str) -> list[str]:
    seen = {"INSERT": ["new_rows"], "UPDATE": ["old_rows", "new_rows"], "DELETE": ["old_rows"]}[event]
    lines = "".join(
        LINES["postgresql"].format(place=PLACE, told=told.replace("FROM rows", f"FROM {rows} AS rows"))
        for rows in seen
    )
    named = " ".join(f"{rows[:3].upper()} TABLE AS {rows}" for rows in seen)
    return [
        f"CREATE OR REPLACE FUNCTION NAME() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lines} RETURN NULL; END $$",
        f"CREATE TRIGGER NAME AFTER {event} ON {table} REFERENCING {named} FOR EACH STATEMENT "
        "EXECUTE FUNCTION NAME()",
    ]


def _on_sqlite(table: str, event: str, told: str) -> list[str]:
    seen = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}[event]
    lines = "".join(
        LINES["sqlite"].format(told=told.replace("FROM rows", f"FROM ({_as_rows(table, row)}) AS rows"))
        for row in seen
    )
    return [f"CREATE TRIGGER NAME AFTER {event} ON {table} BEGIN {lines} END"]


def _as_rows(table: str, row: str) -> str:
    """The row a SQLite trigger sees, as a table of one row."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = [field.column for field in model._meta.concrete_fields]
    return "SELECT " + ", ".join(f'{row}."{name}" AS "{name}"' for name in columns)
