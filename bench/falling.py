"""C3: what is due among 100 000 live tasks: nothing at all, and cards that fall."""

import time
from datetime import timedelta
from uuid import UUID

from django.db import connection

from bench import databases
from bench.county import County
from bench.figures import Figure
from bench.history import insert
from bench.pace import Pace
from fieldapi import clock
from fieldapi.due import run_due
from matters.models import Card, Task
from opinions.models import Group, Opinion

LIVE = 100_000
FEW, MANY = 1_000, 10_000
MOST_SECONDS, MOST_MORE = 5, 1.5
MADE = """
CREATE TEMPORARY TABLE made AS
SELECT gen_random_uuid() AS id, household.id AS household, household.unit, pairing.cadre_id AS cadre
FROM generate_series(1, %s) AS task (place)
JOIN (SELECT *, row_number() OVER (ORDER BY number) - 1 AS place, count(*) OVER () AS many FROM households_household)
    AS household ON household.place = task.place %% household.many
JOIN households_pairing AS pairing ON pairing.household_id = household.id AND pairing.post = 'A'
"""
GROUP = {"id": "id", "unit": "unit", "title": "'路灯'", "opened_at": "now()", "changed_at": "now()"}
TASK = GROUP | {
    "group": "id",
    "state": "'in_progress'",
    "handler": "cadre",
    "opened_by": "cadre",
    "opened_on": "current_date - 5",
    "due_on": "current_date + 20",
    "yellow_on": "current_date + 15",
    "red_on": "current_date + 21",
    "escalate_on": "current_date + 28",
}
OPINION = {
    "id": "gen_random_uuid()",
    "household": "household",
    "text": "'村口路灯坏了'",
    "kind": "'request'",
    "category": "'lighting'",
    "taught": "'lighting'",
    "by": "cadre",
    "unit": "unit",
    "group": "id",
    **dict.fromkeys(("made_at", "occurred_at", "received_at", "changed_at"), "now()"),
    "day": "current_date",
}


def measure(pace: Pace, here: County) -> list[Figure]:
    """`run_due` as the scheduler runs it, once the day's own rounds are done."""
    databases.make("falling")
    run_due()  # takes note of the calendar while there is nothing to count again
    live, few, many = (pace.stored(count, least=count // 200) for count in (LIVE, FEW, MANY))
    store(live)
    run_due()
    nothing = min(seconds_with(0) for _ in range(pace.rounds))
    one = (seconds_with(few) - nothing) / few
    other = (seconds_with(many) - nothing) / many
    assert Card.objects.count() == few + many
    return [
        Figure(
            "C3", f"nothing due among {live} live tasks",
            f"{nothing * 1000:.0f} ms", "", nothing, MOST_SECONDS, at_most=True,
        ),
        Figure(
            "C3", f"{many} cards fall",
            f"{other * 1000:.2f} ms each", f"{one * 1000:.2f} ms, {few} cards", other / one, MOST_MORE, at_most=True,
        ),
    ]  # fmt: skip


def store(live: int) -> None:
    """So many tasks of one opinion each, on whom nothing falls for two weeks."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(MADE, [live])
        for model, columns in ((Group, GROUP), (Opinion, OPINION), (Task, TASK)):
            cursor.execute(insert(model, columns, "made"))
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def seconds_with(cards: int) -> float:
    """How long a run takes on a morning on which so many yellow cards fall."""
    tomorrow = clock.today() + timedelta(days=1)
    some: list[UUID] = list(Task.objects.filter(yellow_on__gt=tomorrow).values_list("pk", flat=True)[:cards])
    Task.objects.filter(pk__in=some).update(yellow_on=clock.today())
    began = time.monotonic()
    if failed := run_due():
        raise RuntimeError(f"{', '.join(failed)} failed")
    return time.monotonic() - began
