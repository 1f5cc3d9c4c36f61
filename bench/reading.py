"""A5, A6: what is read while the history grows: a list, a timeline, a month's summary."""

import time
from statistics import median

from bench import databases, history
from bench.county import CODE, County
from bench.figures import Figure
from bench.load import Line
from bench.pace import Pace
from bench.server import serving

WARM = 5
"""Answers before the clock runs: connections, prepared statements, memory."""
MOST_MORE = 1.15
MILLISECOND = 1000


def measure(pace: Pace, county: County) -> list[Figure]:
    stored = history.make(pace)
    house = county.beats[0].households[0]
    page, timeline = compared(
        [county.reads("visits/?limit=500"), county.reads(f"households/{house.pk}/timeline/")],
        stored.small, stored.long, pace,
    )  # fmt: skip
    asked = county.reads(f"summaries/monthly/?unit={CODE}&month={stored.month}")
    [summary] = compared([asked], stored.short, stored.long, pace)
    month_ms = summary[0] * MILLISECOND
    return [
        grown("A5", "list of 500 visits with opinions, 100 × the visits", *page),
        grown("A5", "household timeline, 100 × the visits", *timeline),
        Figure(
            "A6", "monthly summary of a county, ms", f"{month_ms:.0f} ms", "", month_ms, 100, at_most=True
        ),
        grown("A6", "at ten times the history", *summary),
    ]


def grown(row: str, name: str, before: float, after: float) -> Figure:
    ours, floor = (f"{seconds * MILLISECOND:.1f} ms" for seconds in (after, before))
    return Figure(row, name, ours, floor, after / before, MOST_MORE, at_most=True)


def compared(requests: list[bytes], small: str, large: str, pace: Pace) -> list[tuple[float, float]]:
    """Seconds each answer takes (the middle one) from either database, behind a server of its own, in turn."""
    databases.use(small)
    with serving() as first:
        databases.use(large)
        with serving() as second:
            lines = (Line(first.address), Line(second.address))
            return [in_turn(request, lines, pace.seconds) for request in requests]


def in_turn(request: bytes, lines: tuple[Line, Line], seconds: float) -> tuple[float, float]:
    for line in lines * WARM:
        line.whole(request)
    until, before, after = time.monotonic() + seconds, [], []
    while not before or time.monotonic() < until:
        before.append(lines[0].whole(request))
        after.append(lines[1].whole(request))
    return median(before), median(after)
