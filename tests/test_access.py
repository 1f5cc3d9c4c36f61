"""The access table against the server: every endpoint has a row, every row an endpoint, and the cast tries them all."""

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response

import tests.cadres.scenes
import tests.grouping.scenes
import tests.households.scenes
import tests.matters.scenes
import tests.media.scenes
import tests.notices.scenes
import tests.opinions.scenes
import tests.reports.scenes
import tests.sync.scenes
import tests.visits.scenes
from fieldapi import api
from fieldapi.access import BY_SECRET, PUBLIC, TABLE, Role, allows
from tests.conftest import Village
from tests.endpoints import Endpoint, endpoints
from tests.samples import Caller, make_household, make_pairing
from tests.scenes import Scene

ENDPOINTS = endpoints()
ROWS = sorted(TABLE)
SCENES: dict[str, Scene] = {
    **tests.cadres.scenes.SCENES,
    **tests.grouping.scenes.SCENES,
    **tests.households.scenes.SCENES,
    **tests.media.scenes.SCENES,
    **tests.notices.scenes.SCENES,
    **tests.reports.scenes.SCENES,
    **tests.opinions.scenes.SCENES,
    **tests.matters.scenes.SCENES,
    **tests.sync.scenes.SCENES,
    **tests.visits.scenes.SCENES,
}


def test_every_endpoint_has_a_row_in_the_table():
    assert sorted(set(ENDPOINTS) - set(TABLE) - PUBLIC - BY_SECRET) == []


def test_every_row_of_the_table_has_an_endpoint():
    assert sorted({*TABLE, *PUBLIC, *BY_SECRET} - set(ENDPOINTS)) == []


def test_every_row_of_the_table_names_roles_and_is_not_public_too():
    assert [action for action, roles in TABLE.items() if not roles or not roles <= set(Role)] == []
    assert PUBLIC & set(TABLE) == BY_SECRET & set(TABLE) == PUBLIC & BY_SECRET == set()


def test_what_is_open_by_a_secret_is_closed_to_everybody_without_it(village):
    cast = cast_of(village)
    before = counted()
    for action in BY_SECRET:
        endpoint = ENDPOINTS[action]
        assert "<str:secret>" in endpoint.route
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
        answers = [
            caller.send(endpoint.method, endpoint.address(), b"", **headers) for caller in cast.values()
        ]
        assert {answer.status_code for answer in answers} == {404}
    assert counted() == before


def test_every_row_of_the_table_is_tried_by_the_cast():
    assert sorted(set(TABLE) - set(SCENES)) == []


def test_an_endpoint_without_a_row_is_closed_to_everybody(village):
    class Forgotten(api.Endpoint):
        resource = "forgotten"

        def list(self, request: Request) -> Response:
            return Response("open")

    door = Forgotten.as_view({"get": "list"})
    told = {
        name: door(RequestFactory().get("/", headers=caller.headers)).status_code
        for name, caller in cast_of(village).items()
    }

    assert told == {name: 403 if name else 401 for name in (*Village.CAST, None)}


def counted() -> dict[str, int]:
    """How many rows every table has, but for quarantine, where a phone's refused rows are kept on purpose, and the
    feed's notes of it."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in ("sync.QuarantinedRow", "sync.Change", "sync.FeedState")
    }


def cast_of(village: Village) -> dict[str | None, Caller]:
    """Everybody with a real token of their own, and nobody. The neighbour serves the house next door."""
    make_pairing(make_household("next door"), village.lin)
    return {name: village.client(name) for name in (*Village.CAST, None)}


@pytest.mark.parametrize("action", ROWS)
def test_whoever_may_not_is_refused_and_nothing_is_written(village, action):
    endpoint = ENDPOINTS[action]
    cast = cast_of(village)
    shut_out = {
        name: caller
        for name, caller in cast.items()
        if not (caller.user and allows(caller.user.role, action))
    }
    before = counted()

    answers = {
        name: caller.send(endpoint.method, endpoint.address(), {}) for name, caller in shut_out.items()
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: 403 if name else 401 for name in shut_out
    }
    assert {answer.json()["code"] for name, answer in answers.items() if name} <= {"permission_denied"}
    assert counted() == before


def names_a_row(endpoint: Endpoint) -> bool:
    """It acts on a row that must be there; phones create theirs with PUT."""
    return "<" in endpoint.route and endpoint.method != "PUT"


@pytest.mark.parametrize("action", [action for action in ROWS if names_a_row(ENDPOINTS[action])])
def test_an_id_that_is_nobodys_is_not_found(village, action):
    endpoint = ENDPOINTS[action]
    callers = [caller for caller in cast_of(village).values() if caller.user]
    allowed = [caller for caller in callers if allows(caller.user.role, action)]
    before = counted()

    answers = [
        caller.send(endpoint.method, endpoint.address(), {}, **{"If-Match": '"1"'}) for caller in allowed
    ]

    assert {answer.status_code for answer in answers} <= {400, 404}
    assert counted() == before


@pytest.mark.parametrize("action", sorted(SCENES))
def test_a_scene_lets_through_whom_it_should_and_nobody_else(village, action):
    scene, endpoint = SCENES[action], ENDPOINTS[action]
    cast = cast_of(village)
    address, body, headers = scene.address(village), scene.body(village), scene.headers(village)

    told = {name: attempt(caller, endpoint, address, body, scene, headers) for name, caller in cast.items()}

    assert told == {name: expected(name, caller, action, scene) for name, caller in cast.items()}


def attempt(
    caller: Caller, endpoint: Endpoint, address: str, body: Any, scene: Scene, headers: dict[str, str]
) -> Any:
    """What the caller is told; afterwards everything is as before. A refusal must have written nothing."""
    headers = headers | ({} if scene.version is None else {"If-Match": f'"{scene.version}"'})
    with transaction.atomic():
        before = counted()
        answer = caller.send(endpoint.method, address, body, content_type=scene.content_type, **headers)
        if answer.status_code >= 400:
            assert counted() == before
        transaction.set_rollback(True)
    return "through" if answer.status_code < 300 else answer.status_code


def expected(name: str | None, caller: Caller, action: str, scene: Scene) -> Any:
    if caller.user is None:
        return 401
    if not allows(caller.user.role, action):
        return 403
    return "through" if name in scene.through else scene.otherwise
