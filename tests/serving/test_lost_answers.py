"""Whoever vanishes before the answer comes holds nothing, and what was sent counts once, however often it is sent."""

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, models

from fieldapi import json
from fieldapi.ids import new_id
from matters.models import Task
from media.models import Photo
from tests import samples
from tests.conftest import Village
from tests.media.pictures import encoded, scene
from tests.media.sending import declare
from tests.samples import Caller
from tests.serving.live import Server, serving
from tests.sync.flat import changes, opinion_row, visit_row
from tests.visits.test_races import real_village
from visits.models import Visit

__all__ = ["real_village"]

THREADS = 16
PHOTO = encoded(scene(1))


@dataclass(frozen=True)
class Sending:
    caller: Caller
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def to(self, server: Server) -> Any:
        """The connection on which it was sent."""
        asking = server.connect()
        asking.request(
            self.method, f"/api/v1/{self.path}", self.body or None, self.caller.headers | self.headers
        )
        return asking


def visit(village: Village) -> Sending:
    return Sending(
        village.client("gao"), "PUT", f"visits/{new_id()}/", json.dumps(samples.visit_body(village.house))
    )


def push(village: Village) -> Sending:
    row = visit_row(village.house)
    said = changes(visits=[row], opinions=[opinion_row(row)])
    return Sending(village.client("gao"), "POST", "sync/push/", json.dumps({"changes": said}))


def photo(village: Village) -> Sending:
    (declared,) = declare(village, PHOTO)
    path = f"photos/{declared.pk}/content/"
    return Sending(village.client("gao"), "PUT", path, PHOTO, {"Content-Type": "image/jpeg"})


def pull(village: Village) -> Sending:
    return Sending(village.client("gao"), "GET", "sync/pull/")


def desk(village: Village) -> Sending:
    opinion = samples.make_opinion(village.house, village.gao)
    body = json.dumps({"title": "修路灯", "opinions": [str(opinion.pk)]})
    once = {"Content-Type": "application/json", "Idempotency-Key": str(new_id())}
    return Sending(village.client("sun"), "POST", "tasks/", body, once)


STORED: dict[Callable[[Village], Sending], models.QuerySet[Any]] = {
    visit: Visit.objects.all(),
    push: Visit.objects.all(),
    photo: Photo.objects.filter(state="stored"),
    desk: Task.objects.all(),
}


@pytest.mark.parametrize("make", [visit, push, photo, pull, desk])
def test_sixteen_that_vanish_before_their_answer_hold_nothing_and_count_once(
    real_village: Village, tmp_path: Path, make: Callable[[Village], Sending]
):
    sendings = [make(real_village) for _ in range(THREADS)]
    with serving(tmp_path, "--workers", "1", "--threads", str(THREADS)) as server:
        for place, sending in enumerate(sendings):
            vanish(sending.to(server), reset=place % 2 == 0)

        assert readiness_with_one_thread_left(server) == 200
        assert not held_connections()
        for sending in sendings:
            assert sending.to(server).getresponse().status in (200, 201)

    if make in STORED:
        assert STORED[make].all().count() == THREADS


def vanish(asking: Any, *, reset: bool) -> None:
    """Half of the networks tell the server so."""
    if reset:
        asking.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asking.close()


def readiness_with_one_thread_left(server: Server) -> int:
    """While all other threads wait for the rest of a body: one still held by who vanished would be missing."""
    busy = [server.connect() for _ in range(THREADS - 1)]
    for one in busy:
        one.putrequest("POST", "/api/v1/auth/token/")
        one.putheader("Content-Type", "application/json")
        one.putheader("Content-Length", "1000")
        one.endheaders(b"{")
    asking = server.connect()
    asking.request("GET", "/readyz")
    status = asking.getresponse().status
    for one in busy:
        one.close()
    return status


def held_connections() -> list[tuple[str, str]]:
    """Other connections to PostgreSQL that are in the middle of something; its own cleaning may be at work."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        found: list[tuple[str, str]] = cursor.fetchall()
    return found
