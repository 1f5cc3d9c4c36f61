"""B4: the first pull of one who serves 300 households with a year of history, page after page."""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

from django.db import connection

from bench import databases, history
from bench.county import Beat, County
from bench.figures import Figure
from bench.load import Line, request
from bench.pace import Pace
from bench.pulling import rows_of
from bench.server import serving
from cadres.tokens import access_for
from fieldapi import clock, json
from households.models import Pairing

HOUSEHOLDS, VISITS = 300, 20
"""Visits to each in the year, with two opinions."""
ROWS_A_SECOND = 20_000
PULLS = 3


def measure(pace: Pace, here: County) -> list[Figure]:
    databases.make("first_sync")
    beat, households = here.beats[0], pace.stored(HOUSEHOLDS, least=50)
    give(beat, here, households)
    now = clock.now()
    history.store(
        history.Batch(1, households * VISITS, now - timedelta(days=364), now, households=households)
    )
    with serving() as server:
        line = Line(server.address)
        begun = server.cpu(), databases.cpu_of_backends("first_sync")
        pulls = [pull(line, access_for(beat.device)) for _ in range(PULLS)]
        web, database = server.cpu() - begun[0], databases.cpu_of_backends("first_sync") - begun[1]
    seconds, rows = median(seconds for seconds, _ in pulls), pulls[0][1]
    return [
        Figure(
            "B4", f"first sync of {households} households, {rows} rows in pages, rows",
            f"{rows / seconds:.0f}/s", "", rows / seconds, ROWS_A_SECOND,
            note=f"{seconds:.2f} s; processor: {web / PULLS:.2f} s of the web process, {database / PULLS:.2f} "
            "of the database",
        ),
    ]  # fmt: skip


def give(beat: Beat, here: County, households: int) -> None:
    """The first so many households have this cadre as A. The last cadre's own have it as B already."""
    first = [house.pk for other in here.beats[:-1] for house in other.households][:households]
    Pairing.objects.filter(household__in=first, post="A").update(cadre=beat.cadre)
    connection.close()


def pull(line: Line, token: str) -> tuple[float, int]:
    """Seconds for all pages, and how many rows they hold."""
    seconds, pages = 0.0, list[dict[str, Any]]()
    for path in following(pages):
        seconds += line.whole(request("GET", path, token))
        pages.append(json.loads(line.body))
    return seconds, sum(map(rows_of, pages))


def following(pages: list[dict[str, Any]]) -> Iterator[str]:
    """The address of the first page, then that of each the last one leads to."""
    yield "/api/v1/sync/pull/"
    while cursor := pages[-1].get("cursor"):
        yield f"/api/v1/sync/pull/?cursor={cursor}"
