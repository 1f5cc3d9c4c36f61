"""A3: photos of 310 KB over 16 connections, against the same web processes only writing the bodies to disk."""

from bench import databases, load, photos
from bench.county import County
from bench.figures import Figure
from bench.pace import Pace
from bench.server import Server, serving

CONNECTIONS = 16
MOST_A_SECOND = 700  # more than any server here takes
ONLY_WRITE = "bench.only_write:application"
MB = 1_000_000


def measure(pace: Pace, county: County) -> list[Figure]:
    """Ours and the floor take turns, each as two web processes of the same configuration."""
    databases.make("uploads")
    ours, floor = load.Outcome(), load.Outcome()
    with serving() as server, serving(ONLY_WRITE) as only_write:
        idle = server.memory()
        server.forget_peak()
        for _ in range(pace.rounds):
            slice_seconds = pace.seconds / 2
            declared = photos.declare(county.beats, round(MOST_A_SECOND * slice_seconds))
            floor += send(only_write, declared, slice_seconds)
            ours += send(server, declared, slice_seconds)
        grown = server.peak() - idle
        cpu, floor_cpu = (each.cpu() * 1000 for each in (server, only_write))
    return [
        Figure(
            "A3", "photo of 310 KB, 16 connections", f"{ours.rate:.0f}/s", f"{floor.rate:.0f}/s",
            ours.rate / floor.rate, 0.5,
            note=f"{cpu / len(ours.latencies):.1f} ms of the web processes each, "
            f"{floor_cpu / len(floor.latencies):.1f} ms at the floor",
        ),
        Figure(
            "A3", "its peak memory above idle, MB", f"{(idle + grown) / MB:.0f} MB", f"{idle / MB:.0f} MB",
            grown / MB, 60, at_most=True,
        ),
    ]  # fmt: skip


def send(server: Server, declared: list[photos.Declared], seconds: float) -> load.Outcome:
    sent = photos.requests(declared)
    return load.run(server.address, sent, connections=CONNECTIONS, seconds=seconds).only(200)
