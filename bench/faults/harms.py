"""What is done to the server, one after another, while phones send."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import psycopg

from bench.faults.machines import Ground, Machine
from bench.faults.phones import Field, Seen

RECOVERY_SECONDS = 30
CALM_SECONDS = 1.0


@dataclass(frozen=True)
class World:
    """Everything that can be harmed, and the phones' side of it."""

    ground: Ground
    web: Machine
    worker: Machine
    place: Field


@dataclass(frozen=True)
class Done:
    """What a harm came to; `recovered_in` seconds, None where nothing was answered any more."""

    name: str
    seen: Seen
    recovered_in: float | None


def every(pause: float, act: Callable[[], None], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        act()
        time.sleep(min(pause, max(0, until - time.monotonic())))


def during(harm: AbstractContextManager[None], seconds: float) -> None:
    with harm:
        time.sleep(seconds)


def hold_a_table(world: World, seconds: float) -> None:
    """Whoever writes an opinion waits until the statement is broken off."""
    with psycopg.connect(world.ground.database.url) as other:
        other.execute("LOCK TABLE opinions_opinion IN ACCESS EXCLUSIVE MODE")
        time.sleep(seconds)


def break_lines(world: World, seconds: float) -> None:
    cut, deaf = world.place.cut, world.place.deaf
    world.place.cut = world.place.deaf = 0.35
    time.sleep(seconds)
    world.place.cut, world.place.deaf = cut, deaf


HARMS: dict[str, Callable[[World, float], None]] = {
    "none": lambda world, seconds: time.sleep(seconds),
    "uploads cut half way, answers that never arrive": break_lines,
    "kill -9 of web processes": lambda world, seconds: every(1, world.web.kill_a_child, seconds),
    "kill -9 of all web processes with their master": lambda world, seconds: every(
        4, world.web.kill, seconds
    ),
    "kill -9 of the worker": lambda world, seconds: every(3, world.worker.kill, seconds),
    "kill -9 of a database connection": lambda world, seconds: every(
        3, world.ground.database.kill_a_backend, seconds
    ),
    "kill -9 of PostgreSQL": lambda world, seconds: every(4, world.ground.database.kill, seconds),
    "statements that time out": hold_a_table,
    "disk of the uploads full": lambda world, seconds: during(world.ground.disk.full(), seconds),
    "disk of the database full": lambda world, seconds: during(world.ground.database_disk.full(), seconds),
    "storage that answers errors": lambda world, seconds: during(
        world.ground.storage.unwell("errors"), seconds
    ),
    "storage that hangs up": lambda world, seconds: during(world.ground.storage.unwell("silent"), seconds),
}


def possible(name: str, world: World) -> bool:
    """Disks can be filled where they could be made small."""
    disk = {
        "disk of the uploads full": world.ground.disk,
        "disk of the database full": world.ground.database_disk,
    }.get(name)
    return disk is None or disk.is_small


def do(name: str, world: World, seconds: float) -> Done:
    """One harm for so many seconds, then peace until something is acknowledged again."""
    world.place.seen = seen = Seen()
    HARMS[name](world, seconds)
    ended = time.monotonic()
    while world.place.last_answer < ended and time.monotonic() < ended + RECOVERY_SECONDS:
        time.sleep(0.05)
    recovered = world.place.last_answer - ended if world.place.last_answer >= ended else None
    time.sleep(CALM_SECONDS)
    return Done(name, seen, recovered)
