"""A5, A6: what is read while the history grows: a list, a timeline, a month's summary."""

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
    lists = compared(county.reads("visits/?limit=500"), stored.small, stored.long, pace)
    timelines = compared(county.reads(f"households/{house.pk}/timeline/"), stored.small, stored.long, pace)
    asked = county.reads(f"summaries/monthly/?unit={CODE}&month={stored.month}")
    summaries = compared(asked, stored.short, stored.long, pace)
    month_ms = summaries[0] * MILLISECOND
    return [
        grown("A5", "list of 500 visits with opinions, 100 × the visits", *lists),
        grown("A5", "household timeline, 100 × the visits", *timelines),
        Figure(
            "A6", "monthly summary of a county, ms", f"{month_ms:.0f} ms", "", month_ms, 100, at_most=True
        ),
        grown("A6", "at ten times the history", *summaries),
    ]


def grown(row: str, name: str, before: float, after: float) -> Figure:
    ours, floor = (f"{seconds * MILLISECOND:.1f} ms" for seconds in (after, before))
    return Figure(row, name, ours, floor, after / before, MOST_MORE, at_most=True)


def compared(request: bytes, small: str, large: str, pace: Pace) -> tuple[float, float]:
    """Seconds an answer takes (the middle one) from either database, each behind a server of its own, in turn."""
    databases.use(small)
    with serving() as first:
        databases.use(large)
        with serving() as second:
            lines = [Line(first.address), Line(second.address)]
            for line in lines * WARM:
                line.whole(request)
            times: list[list[float]] = [[], []]
            while sum(map(sum, times)) < pace.seconds:
                for line, taken in zip(lines, times, strict=True):
                    taken.append(line.whole(request))
    return median(times[0]), median(times[1])
