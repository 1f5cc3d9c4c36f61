"""The server that is measured: two web processes in production settings."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.load import Address
from tools.leash import leashed
from tools.postgres import free_port

PROCESSES = 2
START_SECONDS = 60
APPLICATION = "fieldapi.wsgi:application"
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A running gunicorn: where it listens, and what its web processes use."""

    def __init__(self, application: str = APPLICATION):
        self.address: Address = ("127.0.0.1", free_port())
        started = time.perf_counter()
        self.gunicorn = subprocess.Popen(
            leashed(
                [sys.executable, "-m", "gunicorn", "-c", "fieldapi/gunicorn.py", application],
                last_signal=signal.SIGTERM,
            ),
            env=os.environ | {"PORT": str(self.address[1]), "WEB_CONCURRENCY": str(PROCESSES)},
        )
        self.wait_until_healthy()
        self.start_seconds = time.perf_counter() - started
        self.start_cpu = cpu_of(self.gunicorn.pid) + self.cpu()

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.gunicorn.poll() is None:
            try:
                line = http.client.HTTPConnection(*self.address, timeout=5)
                line.request("GET", "/healthz")
                if line.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        self.gunicorn.terminate()
        self.gunicorn.wait()

    @property
    def processes(self) -> Sequence[int]:
        """Ids of the web processes."""
        return children_of(self.gunicorn.pid)

    def cpu(self) -> float:
        """Seconds of processor that the web processes have used."""
        return sum(cpu_of(process) for process in self.processes)

    def memory(self) -> int:
        """Bytes resident in the largest web process; what it shares with the others counts."""
        return max(memory_of(process, "VmRSS") for process in self.processes)

    def peak(self) -> int:
        """The most bytes that were resident in a web process since `forget_peak`."""
        return max(memory_of(process, "VmHWM") for process in self.processes)

    def forget_peak(self) -> None:
        for process in self.processes:
            Path(f"/proc/{process}/clear_refs").write_text("5")


@contextmanager
def serving(application: str = APPLICATION) -> Iterator[Server]:
    server = Server(application)
    try:
        yield server
    finally:
        server.stop()


def children_of(process: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def cpu_of(process: int) -> float:
    """User and system time, in seconds."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def memory_of(process: int, what: str) -> int:
    """Bytes: `VmRSS`, resident now, or `VmHWM`, at most so far."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(rf"^{what}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found, status
    return int(found.group(1)) * 1024
