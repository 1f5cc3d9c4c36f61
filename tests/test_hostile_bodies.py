"""Every writing operation against everything that can be wrong with its body, as its own people with real tokens.

A 4xx with code and pointer, and no row but in quarantine; never a 500.
"""

import json
from typing import Any

import pytest

from fieldapi.access import PUBLIC, allows
from fieldapi.codes import CODES
from sync.models import QuarantinedRow
from tests import hostile, samples
from tests.conftest import Village
from tests.hostile import FREE, MISSING, Fault
from tests.samples import make_household
from tests.scenes import Scene, nothing
from tests.test_access import ENDPOINTS, SCENES, counted

SIGNING_IN = {
    "auth.token": Scene(
        lambda village: "auth/token/",
        body=lambda village: {"username": "gao", "password": "x", "device": {"id": "p"}},
    ),
    "auth.refresh": Scene(lambda village: "auth/token/refresh/", body=lambda village: {"refresh": "x"}),
}
TRIED = {
    action: scene
    for action, scene in {**SCENES, **SIGNING_IN}.items()
    if scene.body is not nothing and scene.content_type == "application/json"
}
SCHEMAS = hostile.writing()
PHONES = ("gao", "lin", "sun", "zheng", "wu")
MB = 1_000_000


def operation(action: str) -> str:
    return action.replace(".", "_").replace("-", "_")


def test_every_operation_with_a_body_is_tried():
    assert {operation(action) for action in TRIED} == set(SCHEMAS)


class Act:
    """One operation as somebody who may, with an address and a body that are right."""

    def __init__(self, village: Village, action: str):
        scene, self.endpoint = TRIED[action], ENDPOINTS[action]
        self.address, self.body = scene.address(village), scene.body(village)
        who = None
        if action not in PUBLIC:
            may = [name for name in PHONES if name in scene.through]
            who = next(name for name in may if allows(getattr(village, name).role, action))
        self.caller = village.client(who)
        self.headers = {} if scene.version is None else {"If-Match": f'"{scene.version}"'}

    def send(self, body: Any, **headers: str) -> Any:
        return self.caller.send(self.endpoint.method, self.address, body, **self.headers, **headers)


def faults_of(action: str, body: Any) -> list[tuple[Fault, Any]]:
    """Each fault with the body that has it."""
    schema = SCHEMAS[operation(action)]
    found = [(fault, fault.put_into(body)) for fault in hostile.faults(schema, body)]
    for inside, (path, good) in hostile.inner(schema, body):
        holder = {**body, path[0]: good if len(path) == 1 else [good]}
        found += [(fault, fault.put_into(holder)) for fault in hostile.faults(inside, good, path)]
    return found


@pytest.mark.parametrize("action", sorted(TRIED))
def test_each_wrong_field_is_pointed_at_and_writes_nothing(village: Village, action: str):
    act = Act(village, action)
    before, wrong = counted(), []
    for fault, body in faults_of(action, act.body):
        answer = act.send(hostile_json(body))
        told = answer.json()
        pointers = [one["pointer"] for one in told.get("errors", ())]
        if answer.status_code != 400 or not any(one.startswith(fault.pointer) for one in pointers):
            said = "missing" if fault.value is MISSING else repr(fault.value)[:40]
            wrong.append((fault.pointer, said, answer.status_code, told.get("code"), pointers))

    assert wrong == []
    assert counted() == before


def hostile_json(body: Any) -> bytes:
    """JSON of anything, also of numbers that our own writer refuses."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


UNREADABLE = {
    "cut off": (b'{"reason": "x"', 400, "unreadable"),
    "broken UTF-8": (b'{"reason": "\xff\xfe"}', 400, "unreadable"),
    "half a character in bytes": (b'{"reason": "\xed\xa0\x80"}', 400, "unreadable"),
    "not a number": (b'{"reason": NaN}', 400, "unreadable"),
    "never closed": (b"[" * 100_000, 400, "unreadable"),
    "too deep to be written": (b'{"reason": ' + b"[" * 300 + b"]" * 300 + b"}", 400, "unreadable"),
    "too deep": (b'{"x": ' * 65 + b"1" + b"}" * 65, 400, "unreadable"),
    "ten megabytes": (b'{"reason": "' + b"x" * 10 * MB + b'"}', 413, "too_large"),
}


@pytest.mark.parametrize("action", sorted(TRIED))
def test_what_cannot_be_read_is_told_and_kept_nowhere(village: Village, action: str):
    act = Act(village, action)
    before = (counted(), QuarantinedRow.objects.count())

    told = {name: problem(act.send(raw)) for name, (raw, _, _) in UNREADABLE.items()}
    media = {
        kind: problem(act.send(b"a=1", content_type=kind)) for kind in ("text/plain", "application/xml", "")
    }

    assert told == {name: (status, code) for name, (_, status, code) in UNREADABLE.items()}
    assert set(media.values()) == {(415, "unsupported_media_type")}
    assert (counted(), QuarantinedRow.objects.count()) == before


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("action", sorted(TRIED))
def test_what_is_no_object_is_refused(village: Village, action: str):
    act = Act(village, action)
    before = counted()
    bodies = [b"[]", b"5", b'"text"', b"true", b"[[[[]]]]", b'[{"id": 1}]']

    assert {problem(act.send(body)) for body in bodies} == {(400, "bad_input")}
    assert counted() == before


@pytest.mark.parametrize("action", sorted(TRIED))
def test_emoji_and_rare_characters_are_taken_or_refused_for_what_they_are(village: Village, action: str):
    act = Act(village, action)

    for name in hostile.texts(SCHEMAS[operation(action)], act.body):
        answer = act.send(act.body | {name: FREE})
        assert answer.status_code < 500, name
        assert answer.status_code < 400 or answer.json()["code"] in CODES


def with_field(name: str) -> list[str]:
    properties = {
        action: hostile.plain(SCHEMAS[operation(action)], None).get("properties", {}) for action in TRIED
    }
    return sorted(action for action, fields in properties.items() if name in fields)


@pytest.mark.parametrize("unit", ["530626999", "99", samples.OTHER_VILLAGE])
@pytest.mark.parametrize("action", with_field("unit"))
def test_a_unit_that_is_not_there_or_not_ones_own_is_unknown(village: Village, action: str, unit: str):
    act = Act(village, action)
    if act.caller.user.unit_id == samples.COUNTY and unit == samples.OTHER_VILLAGE:
        pytest.skip("a county's own")
    before = counted()

    answer = act.send(act.body | {"unit": unit})

    assert (answer.status_code, answer.json()["code"]) == (400, "unit_unknown")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/unit"]
    assert counted() == before


@pytest.mark.parametrize("action", with_field("household"))
def test_anothers_household_is_as_unknown_as_one_that_is_not_there(village: Village, action: str):
    act = Act(village, action)
    theirs = make_household("77", unit=samples.OTHER_VILLAGE)
    before = counted()

    answers = [
        act.send(act.body | {"household": str(key)})
        for key in (theirs.pk, hostile.smallest({"format": "uuid"}))
    ]

    assert [problem(answer) for answer in answers] == [(400, "household_unknown")] * 2
    assert {one["pointer"] for answer in answers for one in answer.json()["errors"]} == {"/household"}
    assert counted() == before
