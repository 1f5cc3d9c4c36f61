"""A8: from the command to the first answer, and what a web process holds when it has nothing to do."""

from statistics import median

from bench import databases, load
from bench.county import County
from bench.figures import Figure
from bench.pace import Pace
from bench.server import serving

CONNECTIONS = 16
MB = 1_000_000


def measure(pace: Pace, county: County) -> list[Figure]:
    """Several starts: the middle one counts. Memory is looked at once the processes have done some work."""
    databases.make("starting")
    starts, cpu, idle = [], [], []
    for _ in range(2 * pace.rounds - 1):
        with serving() as server:
            starts.append(server.start_seconds)
            cpu.append(server.start_cpu)
            some = [county.reads("visits/")] * 20 * CONNECTIONS
            load.run(server.address, some, connections=CONNECTIONS, seconds=pace.seconds).only(200)
            idle.append(server.memory())
    return [
        Figure("A8", "start", f"{median(starts):.2f} s", "", median(starts), 2, at_most=True,
               note=f"{median(cpu):.2f} s of the processor"),
        Figure("A8", "idle memory of a web process, MB", f"{max(idle) / MB:.0f} MB", "", max(idle) / MB, 120,
               at_most=True),
    ]  # fmt: skip
