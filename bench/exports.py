"""A7: a month of visits with their opinions as CSV: asked for, written by the worker, fetched."""

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from bench import databases, history
from bench.county import CODE, County
from bench.figures import Figure
from bench.pace import Pace
from bench.server import Server, cpu_of, memory_of, serving
from cadres.tokens import access_for
from fieldapi import json
from tools.leash import leashed

MOST_SECONDS = 300
FLAT = 1.1
MB = 1_000_000
PIECE = 1 << 20


def measure(pace: Pace, county: County) -> list[Figure]:
    """A week first, then the whole month; the worker's peak memory must not grow with the rows."""
    stored = history.make(pace)
    databases.use(stored.long)
    first, last = stored.month.first, stored.month.last
    with serving() as server, working() as worker:
        desk = Desk(server, county)
        week_rows, _ = desk.export(first, first.replace(day=7))
        after_week, before = memory_of(worker, "VmHWM"), used(worker, stored.long)
        rows, seconds = desk.export(first, last)
        after_month, cpu = memory_of(worker, "VmHWM"), used(worker, stored.long) - before
    return [
        Figure(
            "A7", "CSV export with opinions, rows a second", f"{rows / seconds:.0f}/s", "", rows / seconds, 20_000,
            note=f"{rows} rows in {seconds:.1f} s, {cpu:.1f} s of the processor in worker and database",
        ),
        Figure(
            "A7", "its memory after a month, by that after a week", f"{after_month / MB:.0f} MB",
            f"{after_week / MB:.0f} MB", after_month / after_week, FLAT, at_most=True,
            note=f"{rows} rows and {week_rows}",
        ),
    ]  # fmt: skip


def used(worker: int, database: str) -> float:
    """Seconds of processor, of the worker and of every connection to the database."""
    return cpu_of(worker) + databases.cpu_of_backends(database)


@contextmanager
def working() -> Iterator[int]:
    """A worker as in production; its process id."""
    command = leashed([sys.executable, "manage.py", "work"], last_signal=signal.SIGTERM)
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield worker.pid
    finally:
        worker.terminate()
        worker.wait()


class Desk:
    """The leader, who asks for files."""

    def __init__(self, server: Server, county: County):
        self.line = http.client.HTTPConnection(*server.address)
        self.headers = {
            "Authorization": f"Bearer {access_for(county.leader)}",
            "Content-Type": "application/json",
        }

    def export(self, first: date, last: date) -> tuple[int, float]:
        """Rows in the file, and the seconds from its begin by the worker until it has been fetched."""
        wanted = {"kind": "visits", "unit": CODE, "from": first, "to": last, "format": "csv"}
        export = self.ask("POST", "exports/", wanted)
        path, deadline = f"exports/{export['id']}/", time.monotonic() + MOST_SECONDS
        while self.ask("GET", path)["state"] == "queued":
            pause(deadline)
        began = time.monotonic()
        while self.ask("GET", path)["state"] == "running":
            pause(deadline)
        fetched = self.fetched_rows(f"{path}content/")
        return fetched, time.monotonic() - began

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.answer(method, path, body).read())

    def answer(self, method: str, path: str, body: Any = None) -> http.client.HTTPResponse:
        raw = None if body is None else json.dumps(body)
        self.line.request(method, f"/api/v1/{path}", raw, self.headers)
        answer = self.line.getresponse()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.read(500)!r}")
        return answer

    def fetched_rows(self, path: str) -> int:
        """Lines of the file, less the headings; no cell of ours holds a line break."""
        answer, lines = self.answer("GET", path), 0
        while piece := answer.read(PIECE):
            lines += piece.count(b"\n")
        return lines - 1


def pause(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise RuntimeError("the export does not come to an end")
    time.sleep(0.02)
