"""A supervisor joins what many households said into one task, in one call."""

import pytest
import time_machine

from fieldapi.ids import new_id
from matters.models import Task
from opinions.models import Group, Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, ids, make_task
from tests.samples import at


def join(village: Village, who: str, rows: list, **more: object):
    return village.client(who).post("tasks/", {"title": "村口路灯", "opinions": ids(*rows)} | more)


@pytest.fixture
def said(village: Village) -> list[Opinion]:
    return [samples.make_opinion(village.house, village.gao, f"{place}号杆灯不亮") for place in range(20)]


def test_twenty_opinions_become_one_task_in_one_call(village: Village, said: list[Opinion]):
    with time_machine.travel(at("2026-11-04 10:00"), tick=False):
        answer = join(village, "sun", said, due_on="2026-11-20")

    assert answer.status_code == 201
    body = answer.json()
    assert set(body["opinions"]) == set(ids(*said))
    assert (body["state"], body["unit"], body["due_on"]) == ("open", samples.VILLAGE, "2026-11-20")
    assert (body["households"], body["opened_at"]) == ([str(village.house.pk)], "2026-11-04T10:00:00+08:00")
    assert (body["category"], body["priority"], body["version"]) == (None, "normal", 1)
    group = village.client("sun").get(f"groups/{body['group']}/").json()
    assert (group["task"], group["title"], len(group["opinions"])) == (body["id"], "村口路灯", 20)
    opinion = village.client("gao").get(f"opinions/{said[0].pk}/").json()
    assert (opinion["standing"], opinion["task"], opinion["version"]) == ("in_task", body["id"], 2)


def test_the_id_may_be_made_by_whoever_asks_and_is_taken_once(village: Village, said: list[Opinion]):
    mine = new_id()

    first = join(village, "sun", said[:1], id=str(mine))
    second = join(village, "sun", said[1:2], id=str(mine))

    assert (first.status_code, first.json()["id"]) == (201, str(mine))
    assert (second.status_code, second.json()["code"]) == (409, "already_exists")
    assert Task.objects.count() == Group.objects.count() == 1


def test_a_repeated_call_with_its_key_opens_one_task(village: Village, said: list[Opinion]):
    caller, body = village.client("sun"), {"title": "路灯", "opinions": ids(*said)}

    first = caller.post("tasks/", body, **{"Idempotency-Key": "k1"})
    again = caller.post("tasks/", body, **{"Idempotency-Key": "k1"})
    other = caller.post("tasks/", body | {"title": "别的"}, **{"Idempotency-Key": "k1"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["ETag"] == again.headers["ETag"]
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Task.objects.count() == 1


def test_a_verb_repeated_with_its_key_is_done_once(village: Village):
    task, caller = make_task(village, "in_progress"), village.client("lin")

    first = caller.post(f"tasks/{task.pk}/finish/", {"outcome": "已换"}, **{"Idempotency-Key": "k2"})
    again = caller.post(f"tasks/{task.pk}/finish/", {"outcome": "已换"}, **{"Idempotency-Key": "k2"})

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert fresh(task).actions.count() == 1


def test_opinions_that_have_a_task_are_named_and_none_is_joined(village: Village, said: list[Opinion]):
    join(village, "sun", said[:2])
    before = everything()

    answer = join(village, "sun", said[1:4])

    assert (answer.status_code, answer.json()["code"]) == (409, "opinion_has_task")
    assert answer.json()["opinions"] == ids(said[1])
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/opinions/0"]
    assert everything() == before


def test_a_confirmed_task_keeps_its_opinions_since_it_can_be_reopened(village: Village):
    task = make_task(village, "confirmed")

    answer = join(village, "sun", list(Opinion.objects.filter(group=task.group_id)))

    assert (answer.status_code, answer.json()["code"]) == (409, "opinion_has_task")


def test_a_declined_opinion_can_be_taken_up_anew(village: Village):
    task = make_task(village, "open")
    opinion = Opinion.objects.get(group=task.group_id)
    act(village, "sun", task, "decline", reason="列入明年改造")

    answer = join(village, "sun", [opinion])

    assert answer.status_code == 201
    assert (fresh(opinion).declined_on, fresh(opinion).standing) == (None, "in_task")
    assert fresh(task).state == "declined"


def test_opinions_out_of_sight_or_withdrawn_are_unknown(village: Village, said: list[Opinion]):
    far = samples.make_opinion(samples.make_household("9", unit=samples.OTHER_VILLAGE), village.lin)
    visit = samples.make_visit(village.house, village.gao, withdrawn=True)
    withdrawn = samples.make_opinion(village.house, village.gao, visit=visit)
    before = everything()

    answer = village.client("sun").post(
        "tasks/", {"title": "路灯", "opinions": [*ids(said[0], far, withdrawn), str(new_id())]}
    )

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("/opinions/1", "opinion_unknown"),
        ("/opinions/2", "opinion_unknown"),
        ("/opinions/3", "opinion_unknown"),
    ]
    assert everything() == before


@pytest.mark.parametrize(
    ("more", "status", "code", "pointer"),
    [
        ({"opinions": []}, 400, "no_opinions", "/opinions"),
        ({"opinions": "all"}, 400, "not_a_list", "/opinions"),
        ({"opinions": ["x"]}, 400, "bad_id", "/opinions/0"),
        ({"title": " "}, 400, "blank", "/title"),
        ({"title": "长" * 201}, 400, "max_length", "/title"),
        ({"category": "no_such"}, 400, "category_unknown", "/category"),
        ({"office": str(new_id())}, 400, "office_unknown", "/office"),
        ({"due_on": "20261120"}, 400, "bad_day", "/due_on"),
        ({"state": "done"}, 400, "unknown_field", "/state"),
    ],
)
def test_a_faulty_task_is_pointed_at(
    village: Village, said: list[Opinion], more: dict, status: int, code: str, pointer: str
):
    answer = join(village, "sun", said, **more)

    assert answer.status_code == status
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert Task.objects.count() == 0


def test_the_same_opinion_named_twice_is_joined_once(village: Village, said: list[Opinion]):
    answer = join(village, "sun", [said[0], said[0]])

    assert (answer.status_code, answer.json()["opinions"]) == (201, ids(said[0]))


def test_a_task_of_two_villages_belongs_to_their_town(village: Village, said: list[Opinion]):
    other = samples.make_opinion(samples.make_household("5", unit="530626101202"), village.lin)

    assert join(village, "sun", [said[0], other]).json()["unit"] == samples.TOWN


def test_the_category_is_the_opinions_own_where_they_share_one(village: Village):
    samples.make_category("water")
    samples.make_category("lighting")
    water = [samples.make_opinion(village.house, village.gao, category_id="water") for _ in range(2)]
    light = samples.make_opinion(village.house, village.gao, category_id="lighting")

    assert join(village, "sun", water[:1]).json()["category"] == "water"
    assert join(village, "sun", [water[1], light]).json()["category"] is None


@pytest.mark.parametrize(("tag", "priority"), [("elderly", "high"), ("veteran", "normal")])
def test_elderly_disabled_and_poor_households_go_first(village: Village, tag: str, priority: str):
    household = samples.make_household("7", tags=f"|{tag}|")
    opinion = samples.make_opinion(household, village.lin)

    assert join(village, "sun", [opinion]).json()["priority"] == priority


@pytest.mark.parametrize(
    ("who", "status"), [("gao", 403), ("lin", 403), ("wu", 403), ("zheng", 403), (None, 401), ("zhou", 400)]
)
def test_only_the_units_supervisor_opens_tasks(village: Village, said: list[Opinion], who: str, status: int):
    assert join(village, who, said).status_code == status
    assert Task.objects.count() == 0
