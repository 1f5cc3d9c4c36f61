"""One run: web processes and worker start, phones send, harm after harm is done, and everything is counted."""

import json
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from django.db import connection

from bench import county
from bench.faults import report
from bench.faults.counting import counts
from bench.faults.harms import HARMS, World, do, possible
from bench.faults.machines import WEB, WORKER, Ground, program, running
from bench.faults.phones import Field, Phone
from tools.postgres import free_port

PHONES = 8
STATEMENT_SECONDS = 2
START_SECONDS, DRAIN_SECONDS = 60, 60
RESULTS = Path("var/faults.json")


def run(ground: Ground, seconds: float, only: str) -> list[str]:
    """Prints the tables; what was wrong, in words."""
    beats = county.settle(PHONES + 2).beats[:PHONES]
    _let_go()
    with ExitStack() as stack:
        world = _started(ground, stack)
        wait_until_it_answers(world.place)
        phones = [Phone(beat, world.place, number) for number, beat in enumerate(beats)]
        for phone in phones:
            phone.start()
        names = [name for name in HARMS if only in name]
        done = []
        for name in names:
            if possible(name, world):
                done.append(do(name, world, seconds))
                print(f"{name}: {done[-1].seen.told}", file=sys.stderr, flush=True)
        faults = drain(world.place, phones)
        counted = counts(phones)
        _let_go()
    skipped = [name for name in names if not possible(name, world)]
    faults += [*report.faults_of(done, counted), *report.own_mistakes(ground.folder / "web.log")]
    print(report.table(done, skipped, counted))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    told = report.as_json(done, counted, faults)
    RESULTS.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return faults


def wait_until_it_answers(place: Field) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(place.address, timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def drain(place: Field, phones: Sequence[Phone]) -> list[str]:
    """The phones send what they still have, over lines that no longer break."""
    place.cut = place.deaf = 0
    place.over.set()
    until = time.monotonic() + DRAIN_SECONDS
    for phone in phones:
        phone.join(max(0, until - time.monotonic()))
    late = sum(phone.is_alive() for phone in phones)
    place.given_up.set()
    for phone in phones:
        phone.join()
    broken = sum(not phone.finished for phone in phones)
    told = {
        f"{late} phones could not send all they had": late,
        f"{broken} phones stopped by themselves": broken,
    }
    return [sentence for sentence, number in told.items() if number]


def _started(ground: Ground, stack: ExitStack) -> World:
    port = free_port()
    settings = {"PORT": port, "WEB_CONCURRENCY": 2, "FIELDAPI_STATEMENT_SECONDS": STATEMENT_SECONDS}
    environment = {name: str(value) for name, value in settings.items()}
    web = program(WEB, environment, ground.folder / "web.log")
    stack.enter_context(running(web))
    worker = program(WORKER, {}, ground.folder / "worker.log")
    stack.enter_context(running(worker))
    return World(ground, web, worker, Field(("127.0.0.1", port)))


def _let_go() -> None:
    """The database will be killed, and the connections to it with it."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's
