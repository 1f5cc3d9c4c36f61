"""A1, A2: one visit with two opinions in each request, 16 connections; then the same visits again."""

from bench import county, databases, floor, load
from bench.figures import Figure
from bench.pace import Pace
from bench.server import Server, serving

CONNECTIONS = 16
MOST_A_SECOND = 3_000  # more than any server here sends


def measure(pace: Pace, here: county.County) -> list[Figure]:
    """Floor, first sending and second sending take turns, so that what else the machine does hits all three."""
    databases.make("single_visits")
    floor.prepare()
    floors, first, again = [], load.Outcome(), load.Outcome()
    with serving() as server:
        _send(server, county.visits(here.beats, 200), pace.seconds).only(201)
        databases.analyse()  # as the autovacuum does within a minute of a new table's first rows
        cpu = {"first": 0.0, "again": 0.0}
        for _ in range(pace.rounds):
            floors.append(floor.transactions_per_second(pace.seconds / 2))
            requests = county.visits(here.beats, round(MOST_A_SECOND * pace.seconds))
            before = server.cpu()
            sent = _send(server, requests, pace.seconds).only(201)
            between = server.cpu()
            repeated = _send(server, requests[: len(sent.latencies)], pace.seconds).only(200)
            cpu["first"] += between - before
            cpu["again"] += server.cpu() - between
            first += sent
            again += repeated
    tps = sum(floors) / len(floors)
    return [
        Figure(
            "A1", "single visit with 2 opinions, 16 connections",
            f"{first.rate:.0f}/s", f"{tps:.0f}/s", first.rate / tps, 0.15, note=_told(first, cpu["first"]),
        ),
        Figure(
            "A1", "its p99 in p50",
            f"{first.percentile(0.99) * 1000:.0f} ms", f"{first.percentile(0.5) * 1000:.0f} ms",
            first.percentile(0.99) / first.percentile(0.5), 3, at_most=True,
        ),
        Figure(
            "A2", "the same visits again",
            f"{again.rate:.0f}/s", f"{first.rate:.0f}/s", again.rate / first.rate, 2, note=_told(again, cpu["again"]),
        ),
    ]  # fmt: skip


def _send(server: Server, requests: list[bytes], seconds: float) -> load.Outcome:
    return load.run(server.address, requests, connections=CONNECTIONS, seconds=seconds)


def _told(sent: load.Outcome, cpu: float) -> str:
    count = len(sent.latencies)
    return f"{cpu / count * 1000:.2f} ms of the web processes each; load generator {sent.share:.0%} of a core"
