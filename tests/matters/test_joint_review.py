"""会审: invited offices give their views, a leader decides, everything said is kept."""

from typing import Any

import pytest

from opinions.models import Category
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, make_task


@pytest.fixture
def offices(village: Village) -> list[Any]:
    """Two offices of the town; `qian` belongs to the first, `chen` to the second."""
    rows = [samples.make_office("电力办"), samples.make_office("交通站")]
    for person, office in zip((village.qian, village.chen), rows, strict=True):
        person.office = office
        person.save()
    return rows


def ask(village: Village, task: Any, offices: list[Any]) -> Any:
    named = [str(office.pk) for office in offices]
    return act(village, "sun", task, "request-review", offices=named, reason="涉及两家")


def test_views_and_the_decision_are_kept_with_who_gave_them(village: Village, offices: list[Any]):
    task = make_task(village, "in_progress")

    asked = ask(village, task, offices)
    act(village, "qian", task, "review", view="先看现场")
    act(village, "qian", task, "review", view="同意更换")
    decided = act(village, "wu", task, "decide", decision="十日内更换")

    assert (asked.status_code, asked.json()["under_review"]) == (200, True)
    shown = decided.json()
    (review,) = shown["reviews"]
    views = {view["office"]: (view["view"], view["by"]) for view in review["views"]}
    assert views == {
        str(offices[0].pk): ("同意更换", str(village.qian.pk)),
        str(offices[1].pk): ("", None),
    }
    assert (review["decision"], review["decided_by"]) == ("十日内更换", str(village.wu.pk))
    assert (shown["under_review"], shown["state"]) == (False, "in_progress")
    said = [(line["verb"], line["args"].get("view")) for line in shown["actions"]]
    assert said[1:3] == [("review", "先看现场"), ("review", "同意更换")]


def test_an_invited_office_sees_the_task_and_others_do_not(village: Village, offices: list[Any]):
    task = make_task(village, "in_progress")
    qian = village.client("qian")
    assert qian.get(f"tasks/{task.pk}/").status_code == 404

    ask(village, task, offices[:1])

    assert qian.get(f"tasks/{task.pk}/").status_code == 200
    assert act(village, "chen", task, "review", view="同意").status_code == 403


def test_what_is_under_review_is_not_finished_and_the_refusal_says_so(village: Village, offices: list[Any]):
    task = make_task(village, "in_progress")
    ask(village, task, offices)

    answer = act(village, "lin", task, "finish", outcome="已更换")

    assert (answer.status_code, answer.json()["under_review"]) == (409, True)
    assert answer.json()["allowed"] == ["pause"]


def test_asked_twice_at_a_time_is_refused_and_after_the_decision_it_may_be_asked_anew(
    village: Village, offices: list[Any]
):
    task = make_task(village, "in_progress")
    ask(village, task, offices)
    before = everything()

    assert ask(village, task, offices).status_code == 409
    assert everything() == before
    act(village, "wu", task, "decide", decision="再议")
    assert ask(village, task, offices).status_code == 200
    assert len(act(village, "wu", task, "decide", decision="照办").json()["reviews"]) == 2


@pytest.mark.parametrize("verb", ["finish", "decline"])
def test_some_categories_end_only_after_a_joint_review(village: Village, offices: list[Any], verb: str):
    task = make_task(village, "in_progress", category_id="land_requisition")
    args = {"outcome": "已补偿"} if verb == "finish" else {"reason": "不符合政策"}
    before = everything()

    refused = act(village, "sun", task, verb, **args)
    assert (refused.status_code, refused.json()["code"]) == (409, "review_required")
    assert everything() == before

    ask(village, task, offices)
    act(village, "wu", task, "decide", decision="按标准补偿")
    assert act(village, "sun", task, verb, **args).status_code == 200


def test_which_categories_need_one_is_an_editable_list(village: Village):
    needed = Category.objects.filter(needs_review=True).values_list("code", flat=True)
    assert set(needed) == {"land_requisition", "mining", "rural_consolidation"}

    answer = village.client("zheng").patch("categories/mining/", {"needs_review": False}, version=1)

    assert (answer.status_code, answer.json()["needs_review"]) == (200, False)


def test_offices_outside_the_supervisors_reach_are_refused_one_by_one(village: Village, offices: list[Any]):
    task = make_task(village, "in_progress")
    far = samples.make_office("外镇办", unit=samples.OTHER_TOWN)

    answer = ask(village, task, [offices[0], far])

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("/offices/1", "office_unknown")
    ]
    assert fresh(task).under_review is False


def test_what_is_under_review_is_not_confirmed_before_the_decision_not_even_by_its_household(
    village: Village, offices: list[Any]
):
    task = make_task(village, "done")
    ask(village, task, offices)
    before = everything()

    answers = [
        act(village, "sun", task, "confirm", reason="已核实"),
        act(village, "gao", task, "confirm", household=str(village.house.pk)),
    ]

    assert [(one.status_code, one.json()["code"], one.json()["under_review"]) for one in answers] == [
        (409, "wrong_state", True)
    ] * 2
    assert "confirm" not in answers[0].json()["allowed"]
    assert everything() == before
    act(village, "wu", task, "decide", decision="照办")
    assert act(village, "sun", task, "confirm", reason="已核实").json()["state"] == "confirmed"


def test_a_task_under_review_that_a_household_is_not_content_with_is_taken_up_again(
    village: Village, offices: list[Any]
):
    task = make_task(village, "done")
    ask(village, task, offices)

    answer = act(village, "gao", task, "reopen", reason="又灭了")

    assert (answer.json()["state"], answer.json()["under_review"]) == ("in_progress", True)
