"""Verbs made offline: done on the day they were made, judged by who somebody was on that day."""

from datetime import date

import pytest
import time_machine

from fieldapi.ids import new_id
from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, make_task
from tests.samples import at


@pytest.fixture(autouse=True)
def mid_november():
    with time_machine.travel(at("2026-11-15 09:00"), tick=False):
        yield


def send(
    village: Village, who: str, task: object, verb: str, made_at: str, args: object = None, **more: object
):
    body = {"task": str(task.pk), "verb": verb, "args": args or {}, "made_at": f"{made_at}:00+08:00", **more}
    return village.client(who).put(f"task-actions/{new_id()}/", body)


def test_what_was_finished_offline_was_finished_on_that_day(village: Village):
    task = make_task(village, "in_progress")

    answer = send(village, "lin", task, "finish", "2026-11-12T17:00", {"outcome": "已换"})

    assert (answer.status_code, answer.json()["day"]) == (201, "2026-11-12")
    assert fresh(task).finished_on == date(2026, 11, 12)


def test_an_act_that_arrives_late_counts_against_the_due_day_then_in_force(village: Village):
    with time_machine.travel(at("2026-11-01 09:00"), tick=False):
        task = make_task(village, "assigned", due_on="2026-11-14")
        act(village, "lin", task, "start")
    act(village, "sun", task, "extend", due_on="2026-11-30", reason="缺货")

    answer = send(village, "lin", task, "finish", "2026-11-14T17:00", {"outcome": "已换"})

    assert answer.json()["due_on"] == "2026-11-14"
    assert fresh(task).due_on == date(2026, 11, 30)


def test_who_served_the_household_on_that_day_confirms_also_after_the_hand_over(village: Village):
    task = make_task(village, "done")
    household = str(village.house.pk)  # qian served it until a month ago

    late = send(village, "qian", task, "confirm", "2026-11-12T17:00", {"household": household})
    then = send(village, "qian", task, "confirm", "2026-10-10T17:00", {"household": household})

    assert (late.status_code, late.json()["code"]) == (400, "task_unknown")
    assert (then.status_code, fresh(task).closed_on) == (201, date(2026, 10, 10))


def test_names_a_newer_app_sends_are_kept_and_do_no_harm(village: Village):
    task = make_task(village, "in_progress")

    answer = send(
        village,
        "lin",
        task,
        "finish",
        "2026-11-12T17:00",
        {"outcome": "已换", "mood": "好", "evidence": None},
    )

    assert answer.status_code == 201
    assert task.actions.get().args == {"outcome": "已换", "mood": "好", "evidence": None}


@pytest.mark.parametrize(
    ("verb", "args", "status", "code", "pointer"),
    [
        ("finish", {}, 400, "bad_input", "/args/outcome"),
        ("finish", {"outcome": ""}, 400, "bad_input", "/args/outcome"),
        (
            "finish",
            {"outcome": "已换", "evidence": [str(new_id())]},
            400,
            "photo_unknown",
            "/args/evidence/0",
        ),
        ("finish", {"outcome": "已换", "mood": "\x00"}, 400, "bad_input", "/args"),
        ("dance", {}, 400, "verb_unknown", "/verb"),
        ("decline", {"reason": "不办"}, 403, "permission_denied", None),
        ("resume", {"reason": "恢复"}, 409, "wrong_state", None),
    ],
)
def test_what_is_refused_is_pointed_at_and_changes_nothing(
    village: Village, verb: str, args: dict, status: int, code: str, pointer: str | None
):
    task = make_task(village, "in_progress")
    before = everything()

    answer = send(village, "lin", task, verb, "2026-11-12T17:00", args)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [fault["pointer"] for fault in answer.json().get("errors", [])] == ([pointer] if pointer else [])
    assert answer.json()["quarantine"]
    assert everything() == before


def test_a_leader_does_nothing_to_tasks_offline_either(village: Village):
    task = make_task(village, "done")

    answer = send(village, "wu", task, "confirm", "2026-11-12T17:00", {"reason": "代确认"})

    assert answer.status_code == 403
    assert fresh(task).state == "done"


def test_a_supervisor_acts_offline_as_at_the_desk(village: Village):
    task = make_task(village, "open")

    answer = send(village, "sun", task, "assign", "2026-11-12T17:00", {"handler": str(village.lin.pk)})

    assert (answer.status_code, fresh(task).handler) == (201, village.lin)
