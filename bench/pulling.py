"""B3: what a pull costs among 10 000 visits and among 1 000 000, when nothing and when 100 rows are new."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import databases, history, pushing
from bench.county import ROUND, Beat, County
from bench.figures import Figure
from bench.load import Line, request
from bench.pace import Pace
from bench.reading import Side, in_turn
from bench.server import Server, serving
from cadres.tokens import access_for
from fieldapi import clock, json

VISITS, NEW_ROWS = 34, 102
"""Each with two opinions, pushed by another who serves the same households."""
MOST_STATEMENTS = 4
TOLD = """
INSERT INTO sync_change (scope, at, "table", root)
SELECT household_id, 1, 'visits', id FROM visits_visit UNION SELECT cadre_id, 1, 'visits', id FROM visits_visit
"""
"""As if every visit of the history had come through the door and nothing had been forgotten since."""


class Phone(Side):
    """What the first cadre's phone is answered by one of the two servers."""

    def __init__(self, database: str, server: Server, here: County):
        super().__init__(database, server, Line(server.address))
        self.beat, colleague = here.beats[:2]
        before = self.position()
        starts = [clock.now() - (n + 1) * ROUND for n in range(VISITS)]
        body = pushing.push_of(Beat(colleague.cadre, colleague.device, self.beat.households), starts)
        self.line.whole(request("POST", "/api/v1/sync/push/", access_for(colleague.device), body))
        self.news, self.nothing = self.pull(before), self.pull(self.position())

    def pull(self, since: int = 0) -> bytes:
        asked = f"?last_pulled_at={since}" if since else ""
        return request("GET", f"/api/v1/sync/pull/{asked}", access_for(self.beat.device))

    def position(self) -> int:
        """Where a phone stands that has just pulled everything."""
        self.line.whole(self.pull())
        return int(json.loads(self.line.body)["timestamp"])

    def must_have_been_told(self, rows: int) -> None:
        """By the last answer."""
        told = rows_of(json.loads(self.line.body))
        if told != rows:
            raise RuntimeError(f"a pull of {rows} new rows brought {told}")


def measure(pace: Pace, here: County) -> list[Figure]:
    stored = history.make(pace)
    little, much = _told("little", like=stored.small), _told("much", like=stored.long)
    databases.use(little)
    with serving() as first:
        databases.use(much)
        with serving() as second:
            phones = [Phone(little, first, here), Phone(much, second, here)]
            news = in_turn([(phone, phone.news) for phone in phones], pace.seconds)
            for phone in phones:
                phone.must_have_been_told(NEW_ROWS)
            nothing = in_turn([(phone, phone.nothing) for phone in phones], pace.seconds)
            for phone in phones:
                phone.must_have_been_told(0)
    statements = statements_of(here.beats[0])
    return [
        nothing.figure("B3", "pull with nothing new, 100 × the visits"),
        Figure("B3", "its statements", str(statements), "", statements, MOST_STATEMENTS, at_most=True),
        news.figure("B3", f"pull with {NEW_ROWS} new rows, 100 × the visits"),
    ]


def rows_of(answer: dict[str, Any]) -> int:
    return sum(len(rows) for change in answer["changes"].values() for rows in change.values())


def statements_of(beat: Beat) -> int:
    """What the larger database is asked when nothing is new; beginning and end of the snapshot do not count."""
    phone = Client(headers={"authorization": f"Bearer {access_for(beat.device)}", "host": "127.0.0.1"})
    since = phone.get("/api/v1/sync/pull/").json()["timestamp"]
    with CaptureQueriesContext(connection) as queries:
        answer = phone.get(f"/api/v1/sync/pull/?last_pulled_at={since}").json()
    if rows_of(answer):
        raise RuntimeError("something was new")
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in queries)


def _told(name: str, *, like: str) -> str:
    """A copy whose feed remembers the whole history."""
    databases.make(name, like=like)
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
        cursor.execute("VACUUM ANALYZE sync_change")
    return name
