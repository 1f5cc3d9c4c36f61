"""B1, B2: pushes of 100 visits with two opinions each, 4 connections; then the same pushes again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Any

from bench import databases, floor, load
from bench.county import EACH, LAMP, NOTE, ROUND, WATER, Beat, County
from bench.figures import Figure
from bench.pace import Pace
from bench.server import Server, serving
from cadres.tokens import access_for
from fieldapi import clock, json
from fieldapi.ids import new_id
from households.models import Household
from visits.models import Visit

CONNECTIONS = 4
VISITS = 100  # in a push
MOST_A_SECOND = 60  # more pushes than any server here takes


@dataclass
class Sendings:
    """What came of one kind of push, and the processor's seconds in it: of the web processes, of their connections."""

    outcome: load.Outcome = field(default_factory=load.Outcome)
    web: float = 0
    database: float = 0

    @property
    def rate(self) -> float:
        """Visits a second."""
        return self.outcome.rate * VISITS

    def send(self, server: Server, requests: list[bytes], seconds: float) -> int:
        """How many got their answer, which is 200."""
        web, database = server.cpu(), databases.cpu_of_backends("pushing")
        sent = load.run(server.address, requests, connections=CONNECTIONS, seconds=seconds).only(200)
        self.web += server.cpu() - web
        self.database += databases.cpu_of_backends("pushing") - database
        self.outcome += sent
        return len(sent.latencies)

    def told(self) -> str:
        each = 1000 / len(self.outcome.latencies) / VISITS
        return (
            f"a visit: {self.web * each:.2f} ms of the web processes, {self.database * each:.2f} of the database; "
            f"load generator {self.outcome.share:.0%} of a core"
        )


def measure(pace: Pace, here: County) -> list[Figure]:
    """Floor, first sending and second sending take turns, so that what else the machine does hits all three."""
    databases.make("pushing")
    floor.prepare()
    floors, warm, first, again = [], Sendings(), Sendings(), Sendings()
    unsent = pushes(here.beats)
    with serving() as server:
        warm.send(server, list(islice(unsent, 20)), pace.seconds)
        databases.analyse()  # as the autovacuum does within a minute of a new table's first rows
        for _ in range(pace.rounds):
            floors.append(floor.transactions_per_second(pace.seconds / 2))
            requests = list(islice(unsent, round(MOST_A_SECOND * pace.seconds)))
            answered = first.send(server, requests, pace.seconds)
            again.send(server, requests[:answered], pace.seconds)
    sent = VISITS * (len(warm.outcome.latencies) + len(first.outcome.latencies))
    if (stored := Visit.objects.count()) != sent:
        raise RuntimeError(f"{sent} visits were sent, {stored} are stored")
    tps = sum(floors) / len(floors)
    return [
        Figure(
            "B1", "visits in pushes of 100 with 2 opinions each, 4 connections",
            f"{first.rate:.0f}/s", f"{tps:.0f}/s", first.rate / tps, 0.7, note=first.told(),
        ),
        Figure(
            "B2", "the same pushes again",
            f"{again.rate:.0f}/s", f"{first.rate:.0f}/s", again.rate / first.rate, 2, note=again.told(),
        ),
    ]  # fmt: skip


def pushes(beats: list[Beat]) -> Iterator[bytes]:
    """Cadre after cadre, without end; each one's visits go back in time from now."""
    now = clock.now()
    for n in count():
        turn, beat = n // len(beats), beats[n % len(beats)]
        starts = [now - (turn * VISITS + before + 1) * ROUND for before in range(VISITS)]
        yield load.request("POST", "/api/v1/sync/push/", access_for(beat.device), push_of(beat, starts))


def push_of(beat: Beat, starts: list[datetime]) -> bytes:
    """One visit at each of these times, with two opinions: about 1.5 KB, in a phone's flat rows."""
    visits = [visit_row(beat, beat.households[n % EACH], at) for n, at in enumerate(starts)]
    tables = {"visits": visits, "opinions": [row for visit in visits for row in opinion_rows(visit["id"])]}
    return json.dumps(
        {
            "changes": {
                name: {"created": rows, "updated": [], "deleted": []} for name, rows in tables.items()
            },
            "device": {"id": str(beat.device.pk), "app_version": "1.4.0", "clock_at": clock.now()},
        }
    )


def visit_row(beat: Beat, household: Household, started: datetime) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "_status": "created",
        "_changed": "",
        "household": str(household.pk),
        "visitor_name": None,
        "visitor_address": None,
        "kind": "home",
        "started_at": milliseconds(started),
        "ended_at": milliseconds(started + timedelta(minutes=20)),
        "people_met": 2,
        "lat": household.lat,
        "lon": household.lon,
        "accuracy_m": 12.5,
        "system": "wgs84",
        "mocked": False,
        "fixed_at": milliseconds(started),
        "note": NOTE,
        "made_by": str(beat.cadre.pk),
    }


def opinion_rows(visit: str) -> Iterator[dict[str, Any]]:
    for text, kind, category in ((LAMP, "request", "lighting"), (WATER, "complaint", None)):
        yield {
            "id": str(new_id()),
            "_status": "created",
            "_changed": "",
            "visit": visit,
            "text": text,
            "kind": kind,
            "category": category,
            "wants_reply": True,
        }


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
