"""B3: what a pull costs among 10 000 visits and among 1 000 000, when nothing and when 100 rows are new for its user."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import databases, history, pushing
from bench.county import Beat, County
from bench.figures import Figure
from bench.load import Line, request
from bench.pace import Pace
from bench.reading import Side, in_turn
from bench.server import serving
from cadres.tokens import access_for
from fieldapi import clock, json

VISITS, NEW_ROWS = 34, 102
"""Pushed by the one who serves the same households, each with two opinions."""
MOST_STATEMENTS = 4
TOLD = """
INSERT INTO sync_change (scope, at, "table", root)
SELECT household_id, 1, 'visits', id FROM visits_visit UNION SELECT cadre_id, 1, 'visits', id FROM visits_visit
"""
"""As if every visit of the history had come through the door and nothing had been forgotten since."""


def measure(pace: Pace, here: County) -> list[Figure]:
    stored, beat = history.make(pace), here.beats[0]
    little, much = databases.make("little", like=stored.small), databases.make("much", like=stored.long)
    for database in (little, much):
        databases.use(database)
        with connection.cursor() as cursor:
            cursor.execute(TOLD)
            cursor.execute("VACUUM ANALYZE sync_change")
    databases.use(little)
    with serving() as first:
        databases.use(much)
        with serving() as second:
            sides = [
                Side(little, first, Line(first.address)),
                Side(much, second, Line(second.address)),
            ]
            before = [position(side, beat) for side in sides]
            for side in sides:
                make_news(side, here)
            news = in_turn(
                [(side, pull(beat, at)) for side, at in zip(sides, before, strict=True)], pace.seconds
            )
            nothing = in_turn([(side, pull(beat, position(side, beat))) for side in sides], pace.seconds)
    statements = statements_of(beat)
    return [
        nothing.figure("B3", "pull with nothing new, 100 × the visits"),
        Figure("B3", "its statements", str(statements), "", statements, MOST_STATEMENTS, at_most=True),
        news.figure("B3", f"pull with {NEW_ROWS} new rows, 100 × the visits"),
    ]


def pull(beat: Beat, since: int = 0) -> bytes:
    return request("GET", f"/api/v1/sync/pull/?last_pulled_at={since or ''}", access_for(beat.device))


def position(side: Side, beat: Beat) -> int:
    """Where a phone stands that has just pulled everything."""
    side.line.whole(pull(beat))
    return int(json.loads(side.line.body)["timestamp"])


def make_news(side: Side, here: County) -> None:
    """The neighbour, who serves the second's households too, visits them: the first beat's are its own last one's."""
    colleague = Beat(here.beats[1].cadre, here.beats[1].device, here.beats[0].households)
    starts = [clock.now() - (n + 1) * timedelta(minutes=30) for n in range(VISITS)]
    body = pushing.push_of(colleague, starts)
    side.line.whole(request("POST", "/api/v1/sync/push/", access_for(colleague.device), body))


def statements_of(beat: Beat) -> int:
    """What the larger database is asked when nothing is new; beginning and end of the snapshot do not count."""
    phone = Client(headers={"authorization": f"Bearer {access_for(beat.device)}", "host": "127.0.0.1"})
    since = phone.get("/api/v1/sync/pull/").json()["timestamp"]
    with CaptureQueriesContext(connection) as queries:
        answer = phone.get(f"/api/v1/sync/pull/?last_pulled_at={since}")
    if any(any(change.values()) for change in answer.json()["changes"].values()):
        raise RuntimeError("something was new")
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in queries)
