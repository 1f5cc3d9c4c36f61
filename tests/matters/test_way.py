"""An opinion's whole way, from the visit to the reply, in one call."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi.ids import new_id
from matters.models import Card, Task
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, ids, make_task
from tests.samples import at


@pytest.fixture(autouse=True)
def ninth_of_november():
    with time_machine.travel(at("2026-11-09 16:00")):
        yield


def way(village: Village, opinion: Opinion, who: str = "sun") -> Any:
    answer = village.client(who).get(f"opinions/{opinion.pk}/way/")
    assert answer.status_code == 200
    return answer.json()


def said_on_a_visit(village: Village) -> Opinion:
    visit = samples.make_visit(village.house, village.gao)
    return samples.make_opinion(village.house, village.gao, visit=visit)


def tell(village: Village, opinion: Opinion, told_at: str, who: str = "gao") -> None:
    body = {"text": "已告知", "how": "in_person", "told_at": told_at}
    answer = village.client(who).put(f"opinions/{opinion.pk}/replies/{new_id()}/", body)
    assert answer.status_code == 201


def test_from_the_door_to_the_answer_with_the_reopening_in_between(village: Village):
    opinion = said_on_a_visit(village)
    task = make_task(village, "done", opinion=opinion)
    neighbour = samples.make_opinion(samples.make_household("2"), village.lin, group=task.group)
    act(village, "gao", task, "confirm", household=str(village.house.pk), satisfaction=2)
    act(village, "gao", task, "reopen", reason="又灭了")
    act(village, "lin", task, "finish", outcome="换了新灯")
    act(village, "gao", task, "confirm", household=str(village.house.pk), satisfaction=5)
    tell(village, opinion, "2026-11-09T15:00:00+08:00")

    shown = way(village, opinion)

    assert shown["visit"]["id"] == str(opinion.visit_id)
    assert (shown["visit"]["cadre"], shown["visit"]["day"]) == (str(village.gao.pk), "2026-11-03")
    assert (shown["visit"]["post"], shown["visit"]["kind"]) == ("A", "home")
    assert (shown["group"]["id"], shown["others"]) == (str(task.group_id), 1)
    assert set(shown["task"]["opinions"]) == set(ids(opinion, neighbour))
    assert (shown["task"]["id"], shown["task"]["state"]) == (str(task.pk), "confirmed")
    assert [one["verb"] for one in shown["task"]["actions"]] == ["confirm", "reopen", "finish", "confirm"]
    assert [(one["args"]["reason"], one["by"]) for one in shown["reopenings"]] == [
        ("又灭了", str(village.gao.pk))
    ]
    withdrawn, standing = sorted(shown["matters"], key=lambda matter: matter["satisfaction"])
    assert (withdrawn["satisfaction"], withdrawn["withdrawn_at"] is None) == (2, False)
    assert (standing["satisfaction"], standing["withdrawn_at"]) == (5, None)
    assert shown["declined"] is None
    assert [one["text"] for one in shown["opinion"]["replies"]] == ["已告知"]
    assert (shown["opinion"]["standing"], shown["opinion"]["answered"]) == ("resolved", True)


def test_an_opinion_that_nothing_has_become_of_yet_has_a_short_way(village: Village):
    opinion = samples.make_opinion(village.house, village.gao)

    shown = way(village, opinion)

    assert {name: shown[name] for name in shown if name != "opinion"} == {
        "visit": None,
        "group": None,
        "others": 0,
        "task": None,
        "earlier": [],
        "reopenings": [],
        "declined": None,
        "matters": [],
    }


def test_cards_and_reviews_of_the_task_are_on_the_way(village: Village):
    opinion = said_on_a_visit(village)
    task = make_task(village, "under_review", opinion=opinion)
    Card.objects.create(
        task=task,
        colour="yellow",
        term=0,
        fell_on="2026-11-09",
        due_on="2026-11-10",
        issued_at=at("2026-11-09 00:01"),
        unit=task.unit_id,
    )

    shown = way(village, opinion)["task"]

    assert [card["colour"] for card in shown["cards"]] == ["yellow"]
    assert [review["reason"] for review in shown["reviews"]] == ["涉及两家"]
    assert shown["remaining_working_days"] == 9


def test_a_decline_shows_its_reason_and_when_the_household_was_told(village: Village):
    opinion = said_on_a_visit(village)
    tell(village, opinion, "2026-11-08T10:00:00+08:00")
    act(village, "sun", make_task(village, "open", opinion=opinion), "decline", reason="已列入明年改造")

    untold = way(village, opinion)["declined"]
    tell(village, opinion, "2026-11-09T15:00:00+08:00")
    told = way(village, opinion)["declined"]

    assert untold == {"reason": "已列入明年改造", "day": "2026-11-09", "told_at": None}
    assert told == untold | {"told_at": "2026-11-09T15:00:00+08:00"}


def test_a_task_that_was_declined_before_it_was_taken_up_anew_stays_on_the_way(village: Village):
    opinion = said_on_a_visit(village)
    neighbour = samples.make_opinion(samples.make_household("2"), village.lin)
    first = make_task(village, "open", opinion=opinion)
    Opinion.objects.filter(pk=neighbour.pk).update(group=first.group)
    act(village, "sun", first, "decline", reason="已列入明年改造")
    tell(village, opinion, "2026-11-09T15:00:00+08:00")
    answer = village.client("sun").post("tasks/", {"title": "路灯再办", "opinions": ids(opinion)})
    second = answer.json()["id"]

    shown = way(village, opinion)
    assert (shown["task"]["id"], shown["declined"]) == (second, None)
    (earlier,) = shown["earlier"]
    assert (earlier["id"], earlier["title"], earlier["state"]) == (str(first.pk), "路灯", "declined")
    assert earlier["declined"] == {
        "reason": "已列入明年改造",
        "day": "2026-11-09",
        "told_at": "2026-11-09T15:00:00+08:00",
    }
    assert way(village, opinion, "gao")["earlier"] == shown["earlier"]
    assert way(village, neighbour)["earlier"] == []

    act(village, "sun", Task.objects.get(pk=second), "decline", reason="仍待明年")
    third = village.client("sun").post("tasks/", {"title": "三办", "opinions": ids(opinion)}).json()["id"]
    shown = way(village, opinion)
    assert [(one["id"], one["declined"]["reason"]) for one in shown["earlier"]] == [
        (str(first.pk), "已列入明年改造"),
        (second, "仍待明年"),
    ]
    assert shown["task"]["id"] == third


def test_a_task_that_was_merged_into_another_stays_on_the_way(village: Village):
    opinion = said_on_a_visit(village)
    task, other = make_task(village, "open", opinion=opinion), make_task(village, "open")
    act(village, "sun", task, "merge", into=str(other.pk))

    shown = way(village, opinion)

    assert shown["task"]["id"] == str(other.pk)
    assert [(one["id"], one["state"], one["merged_into"], one["declined"]) for one in shown["earlier"]] == [
        (str(task.pk), "merged", str(other.pk), None)
    ]


def test_an_opinion_split_off_a_task_and_taken_back_is_there_once(village: Village):
    opinion = said_on_a_visit(village)
    task = make_task(village, "open", opinion=opinion)
    samples.make_opinion(samples.make_household("2"), village.lin, group=task.group)
    sun = village.client("sun")
    assert sun.post(f"groups/{task.group_id}/split/", {"opinions": ids(opinion)}).status_code == 201

    apart = way(village, opinion)
    assert (apart["task"], [one["id"] for one in apart["earlier"]]) == (None, [str(task.pk)])
    sun.post(f"groups/{task.group_id}/accept/", {"opinions": ids(opinion)})
    back = way(village, opinion)
    assert (back["task"]["id"], back["earlier"]) == (str(task.pk), [])


def test_a_list_shows_whose_household_is_still_to_be_told_why_its_opinion_was_declined(village: Village):
    told, before, never = [
        samples.make_opinion(village.house, village.gao, f"路灯{place}") for place in range(3)
    ]
    for opinion in (told, before, never):
        act(village, "sun", make_task(village, "open", opinion=opinion), "decline", reason="明年改造")
    tell(village, told, "2026-11-09T15:00:00+08:00")
    tell(village, before, "2026-11-08T15:00:00+08:00")
    samples.make_opinion(village.house, village.gao, "不相干")

    def listed(query: str) -> set[str]:
        answer = village.client("sun").get(f"opinions/?{query}")
        return {row["id"] for row in answer.json()["results"]}

    assert listed("decline_told=no") == set(ids(before, never))
    assert listed("decline_told=yes") == set(ids(told))


def test_a_handler_of_a_foreign_household_sees_task_and_opinion_but_not_the_visit(village: Village):
    opinion = said_on_a_visit(village)
    make_task(village, "assigned", opinion=opinion)  # given to lin

    shown = way(village, opinion, "lin")

    assert (shown["visit"], shown["task"]["handler"]) == (None, str(village.lin.pk))


def test_a_predecessor_who_recorded_it_still_sees_its_way_but_nobody_elses(village: Village):
    own = samples.make_opinion(village.house, village.qian)
    task = make_task(village, "assigned", opinion=own)
    others = samples.make_opinion(village.house, village.gao, group=task.group)

    assert way(village, own, "qian")["task"]["id"] == str(task.pk)
    assert village.client("qian").get(f"opinions/{others.pk}/way/").status_code == 404


def test_whoever_joined_it_later_no_matter_of_another_opinion_is_on_its_way(village: Village):
    task = make_task(village, "done")
    first = Opinion.objects.get(group=task.group_id)
    act(village, "sun", task, "confirm", reason="已核实")
    later = samples.make_opinion(samples.make_household("2"), village.lin, group=task.group)

    assert len(way(village, first)["matters"]) == 1
    assert way(village, later)["matters"] == []


def test_a_way_costs_the_same_however_much_has_happened(village: Village):
    opinion = said_on_a_visit(village)
    task = make_task(village, "done", opinion=opinion)
    client = village.client("sun")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"opinions/{opinion.pk}/way/").status_code == 200
        return len(asked)

    act(village, "sun", task, "confirm", reason="已核实")
    first = cost()
    for place in range(5):
        samples.make_opinion(samples.make_household(f"n{place}"), village.lin, group=task.group)
        act(village, "sun", task, "reopen", reason="又灭了")
        act(village, "lin", task, "finish", outcome="已换")
        act(village, "sun", task, "confirm", reason="已核实")
        tell(village, opinion, "2026-11-09T15:00:00+08:00")
    assert Task.objects.get(pk=task.pk).actions.count() == 16
    assert (cost(), first) == (first, 17)
