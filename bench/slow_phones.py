"""A9: a hundred photos trickling in at 5 KB/s while visits go on as on a normal day, two web processes."""

from bench import county, databases, load, photos
from bench.figures import Figure
from bench.pace import Pace
from bench.server import Server, serving
from bench.trickle import Trickle

PHONES = 100
BYTES_PER_SECOND = 5_000
VISITS_A_SECOND = 20
CONNECTIONS = 16


def measure(pace: Pace, here: county.County) -> list[Figure]:
    """The visits alone are measured before and after, for as long together as with the uploads.

    The phones begin, and so end, within a sixth of the time an upload takes.
    """
    databases.make("slow_phones")
    size = min(photos.USUAL_BYTES, round(photos.USUAL_BYTES * pace.seconds / 10))
    seconds = size / BYTES_PER_SECOND
    spread = seconds / 6
    with serving() as server:
        requests = [one.request for one in photos.declare(here.beats, PHONES, size)]
        _visits(server, here, pace.seconds)
        alone = _visits(server, here, (seconds + spread) / 2)
        with Trickle(server.address, requests, BYTES_PER_SECOND, spread) as trickle:
            amid = _visits(server, here, seconds + spread)
            answers = trickle.answers()
        alone += _visits(server, here, (seconds + spread) / 2)
    return [
        Figure(
            "A9", f"{PHONES} uploads at 5 KB/s: cut", f"{PHONES - answers[200]}", "", PHONES - answers[200], 0,
            at_most=True, note=f"each took {seconds:.0f} s",
        ),
        Figure(
            "A9", "p99 of visits amid them", f"{amid.percentile(0.99) * 1000:.0f} ms",
            f"{alone.percentile(0.99) * 1000:.0f} ms", amid.percentile(0.99) / alone.percentile(0.99), 2,
            at_most=True, note=f"{len(amid.latencies)} visits, {VISITS_A_SECOND} a second; "
            f"p50 {amid.percentile(0.5) * 1000:.0f} ms, alone {alone.percentile(0.5) * 1000:.0f} ms",
        ),
    ]  # fmt: skip


def _visits(server: Server, here: county.County, seconds: float) -> load.Outcome:
    requests = county.visits(here.beats, round(VISITS_A_SECOND * seconds))
    return load.run(
        server.address, requests, connections=CONNECTIONS, seconds=seconds, rate=VISITS_A_SECOND
    ).only(201)
