"""What may have changed for one user since a position, and where the feed stands now: one statement, one snapshot."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from fieldapi import clock
from fieldapi.calendar import start_of
from sync.feed.position import Position
from sync.feed.scopes import EVERYBODY, of_unit
from sync.feed.working_set import WorkingSet

PLACE = {
    "postgresql": "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
    "sqlite": "COALESCE((SELECT position FROM sync_feedstate WHERE id = 1), 0) + 1",
}
NOW = """
    SELECT '', NULL, {place}, COALESCE((SELECT generation FROM sync_feedstate WHERE id = 1), 1)"""
TOLD = """
    UNION ALL SELECT * FROM (
        SELECT c."table", c.root, 0, 0 FROM sync_change c WHERE c.scope IN ({scopes}) AND c.at >= %s AND c.at < {end}
        UNION SELECT c."table", c.root, 0, 0 FROM households_pairing p
            JOIN sync_change c ON c.scope = p.household_id AND c.at >= %s AND c.at < {end}
            WHERE p.cadre_id = %s AND p.started_on <= %s AND (p.ended_on IS NULL OR p.ended_on > %s)
    ) AS told"""
END = 2**63 - 1
"""No place comes near it. PostgreSQL expects a third of all rows beyond a place it does not know, but few between two:
without this a long history makes it plan anew at each pull, which takes longer than to answer.
"""
BY_DATE = """
    UNION ALL SELECT 'served', p.household_id, 0, 0 FROM households_pairing p
        WHERE p.cadre_id = %s AND (p.started_on > %s AND p.started_on <= %s OR p.ended_on > %s AND p.ended_on <= %s)
    UNION ALL SELECT 'visits', v.id, 0, 0 FROM households_pairing p
        JOIN visits_visit v ON v.household_id = p.household_id AND v.occurred_at >= %s AND v.occurred_at < %s
        WHERE p.cadre_id = %s AND p.started_on <= %s AND (p.ended_on IS NULL OR p.ended_on > %s)
    UNION ALL SELECT 'aged', o.id, 0, 0 FROM households_pairing p
        JOIN opinions_opinion o ON o.household_id = p.household_id AND o.occurred_at >= %s AND o.occurred_at < %s
        WHERE p.cadre_id = %s AND p.started_on <= %s AND (p.ended_on IS NULL OR p.ended_on > %s)
    UNION ALL SELECT 'practical_matters', m.id, 0, 0 FROM households_pairing p
        JOIN matters_matterhousehold h ON h.household_id = p.household_id
        JOIN matters_practicalmatter m ON m.id = h.matter_id AND m.done_on >= %s AND m.done_on < %s
        WHERE p.cadre_id = %s AND p.started_on <= %s AND (p.ended_on IS NULL OR p.ended_on > %s)"""

Roots = dict[str, set[UUID]]
"""By kind (a table, `served`, `given`, `aged` or `me`), what may have changed, come or gone."""


def told_since(pulled: WorkingSet, since: Position | None) -> tuple[Roots, Position]:
    """What concerns the user since then, and the position now. Without `since`: only the latter.

    At midnight pairings begin and end and history grows too old with nobody writing anything; `aged` are opinions
    that do.
    """
    asked = NOW.format(place=PLACE[connection.vendor])
    values: list[Any] = []
    if since is not None:
        listened = _scopes(pulled)
        asked += TOLD.format(scopes=", ".join(["%s"] * len(listened)), end=END)
        me, today = pulled.user.pk, pulled.today
        values += [*listened, since.place, since.place, me, today, today]
        if since.day != today:
            asked += BY_DATE
            values += _by_date(pulled, since.day)
    roots: Roots = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(asked, [_bound(value) for value in values])
        place = generation = 0
        for kind, root, at, number in cursor.fetchall():
            if kind:
                roots[kind].add(root if isinstance(root, UUID) else UUID(root))
            else:
                place, generation = at, number
    return roots, Position(generation, pulled.today, place)


def position_now() -> Position:
    """Where the feed stands."""
    with connection.cursor() as cursor:
        cursor.execute(NOW.format(place=PLACE[connection.vendor]))
        _, _, place, generation = cursor.fetchone()
    return Position(generation, clock.today(), place)


def _scopes(pulled: WorkingSet) -> list[UUID]:
    user = pulled.user
    own = [user.pk, of_unit(user.unit_id), EVERYBODY]
    return [*own, user.office_id] if user.office_id else own


def _by_date(pulled: WorkingSet, day: date) -> list[Any]:
    me, today = pulled.user.pk, pulled.today
    was = pulled.on(day)
    in_force = [me, today, today]
    moments = [start_of(was.since), start_of(pulled.since)]
    return [
        *(me, day, today, day, today),
        *(*moments, *in_force),
        *(*moments, *in_force),
        *(was.since, pulled.since, *in_force),
    ]


def _bound(value: Any) -> Any:
    """As a raw statement takes it: SQLite keeps ids as 32 digits and times as text in UTC."""
    if connection.vendor == "sqlite":
        if isinstance(value, UUID):
            return value.hex
        return connection.ops.adapt_unknown_value(value) if not isinstance(value, int) else value
    return value


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Everything read inside is as of one moment, and nobody who writes has to wait for it.

    Inside a caller's transaction it is that one's moment.
    """
    if connection.in_atomic_block:
        yield
        return
    with _only_reading(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _only_reading() -> Iterator[None]:
    """On SQLite a transaction that only reads takes no write lock, and waits for none."""
    database: Any = connection
    was = getattr(database, "transaction_mode", None)
    database.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        database.transaction_mode = was
