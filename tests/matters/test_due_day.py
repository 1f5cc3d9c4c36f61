"""The due day: extended once, standing still while the task waits for the household."""

from datetime import date, timedelta

import pytest
import time_machine

from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, make_task
from tests.samples import at


def test_a_due_day_is_extended_once_with_a_reason(village: Village):
    task = make_task(village, "in_progress")

    first = act(village, "sun", task, "extend", due_on="2026-12-01", reason="缺货")
    before = everything()
    second = act(village, "sun", task, "extend", due_on="2026-12-24", reason="还缺")

    assert (first.status_code, first.json()["due_on"], first.json()["extended"]) == (200, "2026-12-01", True)
    assert (second.status_code, second.json()["code"]) == (409, "already_extended")
    assert everything() == before


@pytest.mark.parametrize("due_on", ["2026-11-19", "2026-11-20"])
def test_an_extension_is_to_a_later_day(village: Village, due_on: str):
    task = make_task(village, "assigned")

    answer = act(village, "sun", task, "extend", due_on=due_on, reason="缺货")

    assert (answer.status_code, answer.json()["code"]) == (400, "due_not_later")
    assert answer.json()["due_on"] == "2026-11-20"
    assert fresh(task).extended is False


def test_without_a_due_day_there_is_nothing_to_extend(village: Village):
    task = make_task(village, due_on=None)

    answer = act(village, "sun", task, "extend", due_on="2026-12-01", reason="缺货")

    assert (answer.status_code, answer.json()["code"]) == (409, "no_due_day")


def test_the_days_a_task_waits_are_given_back(village: Village):
    with time_machine.travel(at("2026-11-10 09:00"), tick=False):
        task = make_task(village, "in_progress")
        act(village, "lin", task, "pause", reason="户主外出")
    with time_machine.travel(at("2026-11-22 09:00"), tick=False):
        listed = village.client("sun").get("tasks/?overdue=yes").json()["results"]
        back = act(village, "lin", task, "resume", reason="户主已回")

    assert listed == []  # past its day, but the clock stands
    assert back.json()["due_on"] == "2026-12-02"
    assert [action["due_on"] for action in back.json()["actions"]] == ["2026-11-20", "2026-12-02"]


def test_paused_twice_each_stop_counts_once(village: Village):
    task = make_task(village, "in_progress")
    for paused, resumed in (("2026-11-10", "2026-11-12"), ("2026-11-15", "2026-11-16")):
        with time_machine.travel(at(f"{paused} 09:00"), tick=False):
            act(village, "lin", task, "pause", reason="等待")
        with time_machine.travel(at(f"{resumed} 09:00"), tick=False):
            act(village, "lin", task, "resume", reason="恢复")

    assert fresh(task).due_on == date(2026, 11, 20) + timedelta(days=3)


def test_a_paused_task_is_not_finished_and_the_refusal_says_it_is_paused(village: Village):
    task = make_task(village, "paused")

    answer = act(village, "lin", task, "finish", outcome="已更换")

    assert (answer.status_code, answer.json()["paused"]) == (409, True)
    assert answer.json()["allowed"] == ["resume"]


def test_a_declined_task_no_longer_waits(village: Village):
    task = make_task(village, "paused")

    answer = act(village, "sun", task, "decline", reason="列入明年改造")

    assert (answer.json()["state"], answer.json()["paused"]) == ("declined", False)
