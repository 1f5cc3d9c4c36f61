"""顶岗: while post A is away, what comes for the household goes to post B, and every record keeps who acted."""

from datetime import timedelta
from typing import Any

import pytest

from cadres.models import Absence, User
from fieldapi import clock
from fieldapi.ids import new_id
from matters.models import Card, Task, TaskAction
from opinions.models import Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, make_task


def away(village: Village, cadre: User, first: int = -1, last: int = 1) -> Absence:
    """From some days before today until some days after."""
    today = clock.today()
    return Absence.objects.create(
        cadre=cadre,
        started_on=today + timedelta(days=first),
        ended_on=today + timedelta(days=last),
        reason="培训",
        recorded_by=village.sun,
        changed_at=clock.now(),
    )


def assigned(village: Village, **args: Any) -> Task:
    task = make_task(village, "open")
    answer = act(village, "sun", task, "assign", **args)
    assert answer.status_code == 200, answer.json()
    return Task.objects.get(pk=task.pk)


def test_a_task_assigned_to_nobody_in_particular_goes_to_post_a(village: Village):
    assert assigned(village, plan="换灯").handler == village.gao


def test_while_a_is_away_it_goes_to_post_b(village: Village):
    assert village.house
    away(village, village.gao)

    assert assigned(village, plan="换灯").handler == village.chen


def test_who_is_named_is_the_handler_though_away_and_the_act_and_the_fixings_say_the_same(village: Village):
    assert village.house
    away(village, village.gao)

    task = assigned(village, handler=str(village.gao.pk))

    assert task.handler == village.gao
    assert TaskAction.objects.get().args == {"handler": str(village.gao.pk)}
    assert task.fixings.get(name="handler").value == str(village.gao.pk)


@pytest.mark.parametrize("who", ["gao", "chen"])
def test_the_named_handler_who_is_away_may_start_and_so_may_b(village: Village, who: str):
    away(village, village.gao)
    task = make_task(village, "assigned", handler=None)
    act(village, "sun", task, "assign", handler=str(village.gao.pk))

    assert act(village, who, task, "start").status_code == 200


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 9)])
def test_on_a_day_on_which_a_is_there_it_stays_with_a(village: Village, first: int, last: int):
    assert village.house
    away(village, village.gao, first, last)

    assert assigned(village, handler=str(village.gao.pk)).handler == village.gao


def test_where_b_is_away_too_it_stays_with_a(village: Village):
    assert village.house
    away(village, village.gao)
    away(village, village.chen)

    assert assigned(village, handler=str(village.gao.pk)).handler == village.gao


def has_left(user: User) -> None:
    """Deactivated, the pairings not ended yet."""
    User.objects.filter(pk=user.pk).update(active=False)


def test_where_a_has_left_it_goes_to_b_and_to_nobody_where_both_have(village: Village):
    assert village.house
    has_left(village.gao)
    assert assigned(village, plan="换灯").handler == village.chen

    has_left(village.chen)
    task = make_task(village, "open")
    answer = act(village, "sun", task, "assign", plan="换灯")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "nobody_assigned")
    assert fresh(task).handler is None


def test_who_has_left_covers_nobody_and_the_next_b_does(village: Village):
    task = make_task(village, "assigned", handler=village.gao)
    other = samples.make_household("2")
    samples.make_pairing(other, village.gao)
    samples.make_pairing(other, village.qian, post="B")
    second = samples.make_opinion(other, village.gao)
    Opinion.objects.filter(pk=second.pk).update(group=task.group)
    away(village, village.gao)
    assert act(village, "chen", task, "start").status_code == 200
    assert act(village, "qian", task, "pause", reason="等户主").status_code == 403

    has_left(village.chen)
    assert act(village, "qian", task, "pause", reason="等户主").status_code == 200


def test_who_is_away_and_serves_another_household_is_not_covered_here(village: Village):
    away(village, village.lin)

    assert assigned(village, handler=str(village.lin.pk)).handler == village.lin


def test_b_does_what_the_handler_would_while_he_is_away_and_the_record_says_who_did(village: Village):
    task = make_task(village, "assigned", handler=village.gao)
    away(village, village.gao)

    started = act(village, "chen", task, "start")
    finished = act(village, "chen", task, "finish", outcome="已换")

    assert (started.status_code, finished.status_code) == (200, 200)
    assert fresh(task).handler == village.gao
    assert set(TaskAction.objects.values_list("by", flat=True)) == {village.chen.pk}


def test_b_does_not_act_for_a_who_is_there_nor_a_stranger_for_a_who_is_away(village: Village):
    task = make_task(village, "assigned", handler=village.gao)
    before = everything()
    there = act(village, "chen", task, "start")
    assert (there.status_code, there.json()["code"], everything()) == (403, "permission_denied", before)

    away(village, village.gao)
    village.lin.office_id = task.office_id
    village.lin.save()
    stranger = act(village, "lin", task, "start")
    assert (stranger.status_code, everything()) == (403, before)


def test_what_b_did_offline_is_judged_by_the_day_it_was_done(village: Village):
    task = make_task(village, "assigned", handler=village.gao)
    away(village, village.gao, -9, -2)

    def started(days_ago: int) -> int:
        made_at = samples.at(f"{clock.today() - timedelta(days=days_ago)} 10:00").isoformat()
        body = {"task": str(task.pk), "verb": "start", "args": {}, "made_at": made_at}
        return int(village.client("chen").put(f"task-actions/{new_id()}/", body).status_code)

    assert started(days_ago=1) == 403
    assert started(days_ago=3) == 201


def test_the_form_suggests_who_is_on_post_and_offers_b_the_verbs(village: Village):
    task = make_task(village, "assigned", handler=village.gao)
    away(village, village.gao)

    offered = village.client("chen").get(f"tasks/{task.pk}/verbs/").json()["verbs"]
    new = village.client("sun").get(f"tasks/{make_task(village).pk}/verbs/").json()["verbs"]

    assert [(form["verb"], form["part"]) for form in offered] == [("start", "handler")]
    handler = next(one for one in new[0]["body"] if one["name"] == "handler")
    assert (new[0]["verb"], handler["suggested"]) == ("assign", str(village.chen.pk))


def test_a_card_is_the_handlers_whoever_covers(village: Village):
    task = make_task(village, "assigned", handler=village.gao, red_on=clock.today())
    away(village, village.gao)

    act(village, "chen", task, "start")

    assert Card.objects.get().handler == village.gao
