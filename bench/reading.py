"""A5, A6: what is read while the history grows: a list, a timeline, a month's summary."""

import time
from dataclasses import dataclass, field
from statistics import median

from bench import databases, history
from bench.county import CODE, County
from bench.figures import Figure
from bench.load import Line
from bench.pace import Pace
from bench.server import Server, serving

WARM = 5
"""Answers before the clock runs: connections, prepared statements, memory."""
MOST_MORE = 1.15
MILLISECOND = 1000


@dataclass
class Side:
    """One of two databases, behind a server of its own, and how long it took to answer."""

    database: str
    server: Server
    line: Line
    times: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return median(self.times)

    def cpu(self) -> float:
        """Seconds of its web processes and its connections to the database."""
        return self.server.cpu() + databases.cpu_of_backends(self.database)


@dataclass(frozen=True)
class Compared:
    """Milliseconds an answer takes, the middle one, and the processor's share in them, by the size of the history."""

    before: float
    after: float
    cpu_before: float
    cpu_after: float

    def figure(self, row: str, name: str) -> Figure:
        return Figure(
            row, name, f"{self.after:.1f} ms", f"{self.before:.1f} ms", self.after / self.before, MOST_MORE,
            at_most=True, note=f"processor, web and database: {self.cpu_after:.1f} ms and {self.cpu_before:.1f} ms",
        )  # fmt: skip


def measure(pace: Pace, county: County) -> list[Figure]:
    stored = history.make(pace)
    house = county.beats[0].households[0]
    page, timeline = compared(
        [county.reads("visits/?limit=500"), county.reads(f"households/{house.pk}/timeline/")],
        stored.small, stored.long, pace,
    )  # fmt: skip
    asked = county.reads(f"summaries/monthly/?unit={CODE}&month={stored.month}")
    [summary] = compared([asked], stored.short, stored.long, pace)
    return [
        page.figure("A5", "list of 500 visits with opinions, 100 × the visits"),
        timeline.figure("A5", "household timeline, 100 × the visits"),
        Figure("A6", "monthly summary of a county, ms", f"{summary.before:.0f} ms", "", summary.before, 100,
               at_most=True),
        summary.figure("A6", "at ten times the history"),
    ]  # fmt: skip


def compared(requests: list[bytes], small: str, large: str, pace: Pace) -> list[Compared]:
    """Each request put to both databases in turn."""
    databases.use(small)
    with serving() as first:
        databases.use(large)
        with serving() as second:
            one = Side(small, first, Line(first.address))
            other = Side(large, second, Line(second.address))
            return [in_turn([(one, request), (other, request)], pace.seconds) for request in requests]


def in_turn(asked: list[tuple[Side, bytes]], seconds: float) -> Compared:
    """Two sides, each with its own request."""
    (one, _), (other, _) = asked
    for side, request in asked * WARM:
        side.line.whole(request)
    one.times, other.times = [], []
    begun = one.cpu(), other.cpu()
    until = time.monotonic() + seconds
    while not one.times or time.monotonic() < until:
        for side, request in asked:
            side.times.append(side.line.whole(request))
    each = MILLISECOND / len(one.times)
    return Compared(
        one.middle * MILLISECOND,
        other.middle * MILLISECOND,
        (one.cpu() - begun[0]) * each,
        (other.cpu() - begun[1]) * each,
    )
