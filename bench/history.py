"""Years of visits, put into the database by statements of its own: what lists, summaries and exports read.

Every visit has two opinions. Of the opinions of past months one in a hundred is still open, of those of the measured
month every second; every twentieth visit has led to a task that was confirmed and made a practical matter.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, models
from psycopg import sql

from bench import databases
from bench.county import LAMP, NOTE, WATER
from bench.pace import Pace
from fieldapi import clock
from fieldapi.calendar import Month, start_of
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter, Task, TaskAction
from opinions.models import Group, Opinion
from visits.models import Visit

MODELS = (Visit, Group, Opinion, Task, TaskAction, PracticalMatter, MatterHousehold, MatterOpinion)
BUSY_HOUSEHOLDS = 100
"""The first visits are all made here, so that these have a long timeline in every database."""
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Stored:
    """Names of databases: a little; the full month with about as much before it; the same month and ten times that."""

    small: str
    short: str
    long: str
    month: Month


@dataclass(frozen=True)
class Batch:
    """Visits `first` to `last`, evenly from one instant to another, round the first so many households."""

    first: int
    last: int
    since: datetime
    until: datetime
    households: int = 10**9
    open_one_in: int = 100


@cache
def make(pace: Pace) -> Stored:
    """10 000, 100 000 and 1 000 000 visits at scale 1; 50 000 of the two latter in the last full month."""
    month = Month.of(clock.today()).preceding
    begun, ended = start_of(month.first), start_of(month.following.first)
    little, of_month = pace.stored(10_000, least=600), pace.stored(50_000, least=600)
    short, long = pace.stored(100_000, least=1_500), pace.stored(1_000_000, least=4_000)
    databases.make("small")
    store(Batch(1, little, begun - timedelta(days=30), begun, households=BUSY_HOUSEHOLDS))
    databases.make("short", like="small")
    store(
        Batch(little + 1, little + of_month, begun, ended, open_one_in=2),
        Batch(little + of_month + 1, short, begun - YEAR, begun),
    )
    databases.make("long", like="short")
    store(Batch(short + 1, long, begun - 3 * YEAR, begun))
    return Stored("small", "short", "long", month)


def store(*batches: Batch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # every key is right: do not look each up
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(PLACES)
        with without_indexes(cursor):
            for batch in batches:
                cursor.execute(made_visits(batch))
                for model, columns, source in ROWS:
                    cursor.execute(insert(model, columns, source))
                cursor.execute("DROP TABLE made")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    connection.close()


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """Building an index at once is far cheaper than row by row."""
    cursor.execute(INDEXES, [[model._meta.db_table for model in MODELS]])
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        cursor.execute(definition)


INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
PLACES = """
CREATE TEMPORARY TABLE place AS
SELECT row_number() OVER (ORDER BY household.number) - 1 AS n, household.id, household.unit, household.lat,
    household.lon, pairing.cadre_id AS cadre
FROM households_household AS household
JOIN households_pairing AS pairing ON pairing.household_id = household.id AND pairing.post = 'A'
"""


def made_visits(batch: Batch) -> sql.Composed:
    """The visits of a batch, in a table that the rows of every kind are then made from."""
    each = (batch.until - batch.since) / (batch.last - batch.first + 1)
    values = vars(batch) | {"each": each}
    return sql.SQL(MADE).format(**{name: sql.Literal(value) for name, value in values.items()})


MADE = """
CREATE TEMPORARY TABLE made AS
SELECT visit.n, at, (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    place.id AS household, unit, lat, lon, cadre, {open_one_in} AS open_one_in,
    lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(visit.n % 4096), 3, '0')
        AS head,
    lpad(to_hex(visit.n), 15, '0') AS tail
FROM (SELECT n, {since} + (n - {first}) * {each} AS at FROM generate_series({first}, {last}) AS n) AS visit
JOIN place ON place.n = visit.n % least({households}, (SELECT count(*) FROM place))
ORDER BY at
"""


def insert(model: type[models.Model], given: Mapping[str, str], source: str) -> sql.Composed:
    """Rows of `model` from `source`; columns not given hold what the model would write by itself."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    values = [sql.SQL(given[field.name]) if field.name in given else default_of(field) for field in fields]
    return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM " + source).format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
        sql.SQL(", ").join(values),
    )


def default_of(field: models.Field[Any, Any]) -> sql.Composable:
    if isinstance(field, models.UUIDField) and callable(field.default):
        return sql.SQL("gen_random_uuid()")  # another one for each row
    return sql.Literal(field.get_db_prep_save(field.get_default(), connection))


def id_of(kind: str) -> str:
    """A UUIDv7 of the visit's instant; `kind` is the digit by which rows of one visit differ: 8, 9, a or b."""
    return f"(head || '{kind}' || tail)::uuid"


THING = {"unit": "unit", "changed_at": "at", "received_at": "at", "occurred_at": "at", "day": "day"}
VISIT = THING | {
    "id": id_of("8"),
    "household": "household",
    "kind": "'home'",
    "started_at": "at",
    "ended_at": "at + interval '20 minutes'",
    "people_met": "2",
    "location": "jsonb_build_object('lat', lat, 'lon', lon, 'accuracy_m', 12.5, 'system', 'wgs84', 'mocked', false)",
    "note": f"'{NOTE}'",
    "cadre": "cadre",
    "post": "'A'",
    "lat": "lat",
    "lon": "lon",
    "distance_m": "0",
    "flagged": "n % 20 = 7",
}
OPINION = THING | {
    "visit": id_of("8"),
    "household": "household",
    "by": "cadre",
    "resolved_on": "CASE WHEN n % open_one_in != 1 THEN day + 10 END",
    "replied_on": "CASE WHEN n % open_one_in != 1 THEN day + 11 END",
}
LAMPS = OPINION | {
    "id": id_of("9"),
    "text": f"'{LAMP}'",
    "kind": "'request'",
    "category": "'lighting'",
    "group": f"CASE WHEN n % 20 = 0 THEN {id_of('b')} END",
}
WATERS = OPINION | {"id": id_of("a"), "text": f"'{WATER}'", "kind": "'complaint'"}
GROUP = {"id": id_of("b"), "unit": "unit", "title": "'路灯'", "opened_at": "at", "changed_at": "at"}
TASK = GROUP | {
    "group": id_of("b"),
    "state": "'confirmed'",
    "handler": "cadre",
    "opened_by": "cadre",
    "opened_on": "day",
    "due_on": "day + 14",
    "finished_on": "day + 10",
    "closed_on": "day + 11",
}
ACTION = {
    "id": id_of("b"),
    "task": id_of("b"),
    "verb": "'finish'",
    "made_at": "at + interval '10 days'",
    "made_at_sent": "at + interval '10 days'",
    "received_at": "at + interval '10 days'",
    "day": "day + 10",
    "due_on": "day + 14",
    "by": "cadre",
    "was": "'in_progress'",
    "became": "'done'",
    "unit": "unit",
}
MATTER = {
    "id": id_of("b"),
    "title": "'修好路灯'",
    "satisfaction": "5",
    "unit": "unit",
    "done_on": "day + 11",
    "task": id_of("b"),
    "recorded_by": "cadre",
    "changed_at": "at",
    "received_at": "at",
}
TASKS = "made WHERE n % 20 = 0"
ROWS: tuple[tuple[type[models.Model], dict[str, str], str], ...] = (
    (Visit, VISIT, "made"),
    (Group, GROUP, TASKS),
    (Opinion, LAMPS, "made"),
    (Opinion, WATERS, "made"),
    (Task, TASK, TASKS),
    (TaskAction, ACTION, TASKS),
    (PracticalMatter, MATTER, TASKS),
    (MatterHousehold, {"matter": id_of("b"), "household": "household"}, TASKS),
    (MatterOpinion, {"matter": id_of("b"), "opinion": id_of("9")}, TASKS),
)
