"""One look-up that tells a push, of one row or of thousands, what already stands under the ids it names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

# What is asked of each table: its key column, and what the answer is called.
SOURCES: dict[str, tuple[str, str]] = {
    "visits": ("visits_visit", "id"),
    "opinions": ("opinions_opinion", "id"),
    "photos": ("media_photo", "id"),
    "practical_matters": ("matters_practicalmatter", "id"),
    "replies": ("opinions_reply", "id"),
    "amendments": ("visits_amendment", "id"),
    "task_actions": ("matters_taskaction", "id"),
    "visit_companions": ("visits_companion", "row_id"),
    "visit_tasks": ("matters_visittask", "row_id"),
    "matter_households": ("matters_matterhousehold", "row_id"),
    "matter_opinions": ("matters_matteropinion", "row_id"),
    "tasks": ("matters_task", "id"),
    "users": ("cadres_user", "id"),
    "categories": ("opinions_category", "code"),
    "units": ("cadres_unit", "code"),
    "waiting": ("sync_waitingrow", "row_id"),
    "awaited": ("sync_awaited", "awaited"),
    "kept": ("sync_quarantinedrow", "row_hash"),
}
Key = UUID | str


def look_up(asked: Mapping[str, Iterable[Key]]) -> dict[str, set[Key]]:
    """Which of the keys asked for stand in each source: one statement, whatever their number."""
    parts: list[str] = []
    values: list[Any] = []
    for source, keys in asked.items():
        distinct = list(set(keys))
        if not distinct:
            continue
        table, column = SOURCES[source]
        written = f"{column}::text" if connection.vendor == "postgresql" else column
        kind = "uuid" if isinstance(distinct[0], UUID) else "text"
        condition, sent = one_of(
            column, kind, [key.hex if isinstance(key, UUID) else key for key in distinct]
        )
        parts.append(f"SELECT '{source}', {written} FROM {table} WHERE {condition}")
        values += sent
    found: dict[str, set[Key]] = defaultdict(set)
    if not parts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        for source, key in cursor.fetchall():
            found[source].add(_key(source, key))
    return found


def one_of(column: str, kind: str, keys: Sequence[str]) -> tuple[str, list[Any]]:
    """The condition that a `uuid` or `text` column holds one of the keys, ids as hexadecimal digits, and its values."""
    if connection.vendor != "postgresql":
        return f"{column} IN ({','.join(['%s'] * len(keys))})", list(keys)
    # an array of ids goes as text: psycopg would ask each of them what it is; and out of the planner's sight, since
    # it takes a list it sees for a reason to plan the statement anew at every execution
    listed = f"ARRAY(SELECT unnest(%s::{kind}[]))"
    return f"{column} = ANY({listed})", ["{" + ",".join(keys) + "}" if kind == "uuid" else list(keys)]


def is_here(table: str, key: UUID) -> bool:
    """A row of the table stands, or one waits, under the id."""
    if table not in SOURCES:
        return False
    return key in set().union(*look_up({table: [key], "waiting": [key]}).values())


def _key(source: str, key: Any) -> Key:
    return key if SOURCES[source][1] == "code" or source == "kept" else UUID(str(key))
