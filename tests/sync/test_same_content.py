"""The same content again is the same row; what differs, lists included, is refused and kept."""

import pytest

from fieldapi.ids import new_id
from matters.models import PracticalMatter, VisitTask
from opinions.models import Opinion
from sync.door import receive
from sync.models import QuarantinedRow
from sync.reading import read_bundle
from tests import samples
from tests.conftest import Village
from tests.matters.acting import make_task
from tests.samples import visit_body
from visits.models import Companion, Visit

TOLD = {"text": "村口路灯坏了三个月", "kind": "request"}


def opinion(**columns):
    return {"id": str(new_id()), **TOLD, **columns}


def put_twice(village: Village, path: str, first: dict, second: dict):
    gao = village.client("gao")
    assert gao.put(path, first).status_code == 201
    return gao.put(path, second)


def differs(answer, pointer: str = "") -> None:
    assert (answer.status_code, answer.json()["code"]) == (409, "content_differs"), answer.content
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ([pointer] if pointer else [""])
    assert str(QuarantinedRow.objects.get().pk) == answer.json()["quarantine"]


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        (["lin"], ["lin"], 200),
        (["lin", "chen"], ["chen", "lin", "chen"], 200),
        (["lin"], ["chen"], 409),
        (["lin"], [], 409),
        ([], ["lin"], 409),
    ],
)
def test_companions_are_content(village: Village, before, after, status):
    body = visit_body(village.house)
    people = {name: str(getattr(village, name).pk) for name in ("lin", "chen")}
    answer = put_twice(
        village,
        f"visits/{new_id()}/",
        {**body, "companions": [people[name] for name in before]},
        {**body, "companions": [people[name] for name in after]},
    )

    assert answer.status_code == status
    assert Companion.objects.count() == len(before)
    assert QuarantinedRow.objects.count() == (status == 409)


@pytest.mark.parametrize(("before", "after", "status"), [(1, 1, 200), (1, 0, 409), (0, 1, 409)])
def test_the_tasks_worked_on_are_content(village: Village, before, after, status):
    body, task = visit_body(village.house), str(make_task(village, "in_progress").pk)
    answer = put_twice(
        village, f"visits/{new_id()}/", {**body, "tasks": [task] * before}, {**body, "tasks": [task] * after}
    )

    assert (answer.status_code, VisitTask.objects.count()) == (status, before)


def test_what_a_matter_resolves_is_content_also_while_the_opinion_is_not_yet_here(village: Village):
    told, later = opinion(), str(new_id())
    body = visit_body(village.house, opinions=[told])
    matter = {"id": str(new_id()), "title": "换灯", "opinions": [told["id"], later]}
    path, gao = f"visits/{new_id()}/", village.client("gao")
    first = gao.put(path, {**body, "matters": [matter]})
    again = gao.put(path, {**body, "matters": [{**matter, "opinions": [later, told["id"]]}]})
    assert (first.status_code, again.status_code) == (201, 200)

    other = gao.put(path, {**body, "matters": [{**matter, "opinions": [later]}]})
    differs(other, "/matters/0")


def test_whom_a_matter_benefits_is_content(village: Village):
    house, other = village.house, samples.make_household("2")
    samples.make_pairing(other, village.gao)
    said = {"title": "换水管", "done_on": "2026-11-03", "households": [str(house.pk)]}
    answer = put_twice(
        village, f"practical-matters/{new_id()}/", said, {**said, "households": [str(other.pk)]}
    )

    differs(answer)
    assert PracticalMatter.objects.get().household_links.get().household == house


def test_an_opinion_twice_in_one_visit_is_one(village: Village):
    told = opinion()
    answer = village.client("gao").put_visit(village.house, opinions=[told, told])

    assert (answer.status_code, len(answer.json()["opinions"]), Opinion.objects.count()) == (201, 1, 1)


def test_two_contents_under_one_id_in_one_visit_refuse_it_and_point_at_the_second(village: Village):
    told = opinion()
    answer = village.client("gao").put_visit(village.house, opinions=[told, {**told, "text": "另一件事"}])

    differs(answer, "/opinions/1")
    assert (Visit.objects.count(), Opinion.objects.count()) == (0, 0)


def batch(village: Village, *bodies: tuple[str, object, dict]):
    gao = village.gao
    bundles = [read_bundle(gao, table, str(key), body) for table, key, body in bodies]
    return receive(gao, None, bundles)


def test_a_visit_twice_in_one_batch_is_created_once_and_then_the_same(village: Village):
    key, body, late = new_id(), visit_body(village.house, opinions=[opinion()]), opinion(text="水管漏水")
    more = {**body, "opinions": [*body["opinions"], late]}
    verdicts = batch(village, ("visits", key, body), ("visits", key, body), ("visits", key, more))

    assert [verdict.outcome for verdict in verdicts] == ["created", "same", "same"]
    assert {verdict.row.pk for verdict in verdicts} == {key}
    assert (Visit.objects.count(), Opinion.objects.count()) == (1, 2)


def test_of_two_contents_under_one_id_in_one_batch_the_first_stands(village: Village):
    key, body = new_id(), visit_body(village.house)
    verdicts = batch(village, ("visits", key, body), ("visits", key, {**body, "note": "另一次"}))

    assert [verdict.outcome for verdict in verdicts] == ["created", "conflict"]
    assert Visit.objects.get().note == ""


def test_a_waiting_row_twice_in_one_batch_waits_once(village: Village):
    key, visit = new_id(), new_id()
    body = {"visit": str(visit), "sha256": "a" * 64, "bytes": 5}
    verdicts = batch(village, ("photos", key, body), ("photos", key, body))

    assert [(verdict.outcome, verdict.waiting_for) for verdict in verdicts] == [("waiting", [visit])] * 2


def test_a_verb_twice_in_one_batch_shares_its_refusal(village: Village):
    task, key = make_task(village, "open", handler=village.gao), new_id()
    body = {"task": str(task.pk), "verb": "start", "made_at": "2026-11-03T09:00:00+08:00"}
    verdicts = batch(village, ("task_actions", key, body), ("task_actions", key, body))

    assert [verdict.outcome for verdict in verdicts] == ["refused", "refused"]
    assert {verdict.refused.code for verdict in verdicts} == {"wrong_state"}
