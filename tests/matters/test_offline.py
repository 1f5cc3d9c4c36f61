"""Verbs made offline: done on the day they were made, judged by who somebody was on that day."""

from datetime import date

import pytest
import time_machine

from fieldapi.ids import new_id
from sync.models import QuarantinedRow
from tests.conftest import Village
from tests.matters.acting import act, everything, fresh, make_task
from tests.samples import at
from tests.sync.flat import ms, outcomes, push


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
        ("finish", {"outcome": "已换", "evidence": ["photo"]}, 400, "bad_input", "/args/evidence/0"),
        ("finish", {"outcome": "已换", "evidence": "photo"}, 400, "bad_input", "/args/evidence"),
        ("finish", {"outcome": "已换", "mood": "\x00"}, 400, "bad_input", "/args/mood"),
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


def test_a_finish_whose_evidence_is_not_yet_here_waits_for_every_photo_and_then_counts_on_its_day(
    village: Village,
):
    task = make_task(village, "in_progress")
    photos = [str(new_id()), str(new_id())]
    body = {
        "task": str(task.pk),
        "verb": "finish",
        "args": {"outcome": "已换", "evidence": photos},
        "made_at": "2026-11-12T17:00:00+08:00",
    }
    lin, action_id = village.client("lin"), new_id()
    early, again = (lin.put(f"task-actions/{action_id}/", body) for _ in range(2))
    declared = {"task": str(task.pk), "sha256": "a" * 64, "bytes": 1000}
    lin.put(f"photos/{photos[0]}/", declared)
    between = fresh(task).state
    lin.put(f"photos/{photos[1]}/", declared)
    late = lin.put(f"task-actions/{action_id}/", body)

    assert (early.status_code, sorted(early.json()["waiting_for"])) == (202, sorted(photos))
    assert (again.status_code, between) == (202, "in_progress")
    assert (fresh(task).state, fresh(task).finished_on) == ("done", date(2026, 11, 12))
    assert (late.status_code, late.json()["args"]["evidence"]) == (200, photos)
    assert QuarantinedRow.objects.count() == 0


def test_evidence_that_comes_with_a_visit_made_for_the_task_lets_the_finish_take_effect(village: Village):
    task, photo = make_task(village, "in_progress", handler=village.gao), str(new_id())
    answer = send(
        village, "gao", task, "finish", "2026-11-12T17:00", {"outcome": "已换", "evidence": [photo]}
    )
    village.client("gao").put_visit(
        village.house, tasks=[str(task.pk)], photos=[{"id": photo, "sha256": "a" * 64, "bytes": 1000}]
    )

    assert (answer.status_code, fresh(task).state) == (202, "done")


def test_evidence_of_another_task_is_refused_when_it_comes_and_the_finish_is_kept(village: Village):
    task, other, photo = make_task(village, "in_progress"), make_task(village, "in_progress"), new_id()
    send(village, "lin", task, "finish", "2026-11-12T17:00", {"outcome": "已换", "evidence": [str(photo)]})
    answer = village.client("lin").put(
        f"photos/{photo}/", {"task": str(other.pk), "sha256": "a" * 64, "bytes": 1000}
    )

    assert (answer.status_code, fresh(task).state) == (201, "in_progress")
    assert QuarantinedRow.objects.get().code == "photo_unknown"


def test_acts_of_one_push_are_done_in_the_order_in_which_they_were_made(village: Village):
    task = make_task(village, "assigned")
    start, finish = (
        {"id": str(new_id()), "task": str(task.pk), "verb": verb, "args": args, "made_at": ms(at(made_at))}
        for verb, args, made_at in (
            ("start", "{}", "2026-11-12 09:00"),
            ("finish", '{"outcome": "已换"}', "2026-11-12 17:00"),
        )
    )
    start["id"], finish["id"] = sorted((start["id"], finish["id"]), reverse=True)

    answer = push(village.client("lin"), task_actions=[finish, start])

    assert outcomes(answer) == [("task_actions", "created")] * 2
    assert fresh(task).state == "done"


@pytest.mark.parametrize("verb", ["escalate", "assign"])
def test_who_escalates_or_assigns_offline_without_knowing_that_another_has_does_not_do_it_once_more(
    village: Village, verb: str
):
    task = make_task(village, "assigned")
    args = {"reason": "须县里立项"} if verb == "escalate" else {"plan": "换灯"}
    with time_machine.travel(at("2026-11-12 17:00"), tick=False):
        assert act(village, "sun", task, verb, **args).status_code == 200
    before = everything()

    early = send(village, "sun", task, verb, "2026-11-12T16:00", args)
    assert everything() == before
    late = send(village, "sun", task, verb, "2026-11-12T18:00", args)

    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    assert early.json()["quarantine"]
    assert (late.status_code, fresh(task).version) == (201, 3)


def test_assignments_made_offline_one_after_the_other_are_all_done_in_one_push(village: Village):
    task, second = make_task(village, "open"), village.gao
    acts = [
        {
            "id": str(new_id()),
            "task": str(task.pk),
            "verb": "assign",
            "made_at": ms(at(made_at)),
            "args": args,
        }
        for made_at, args in (
            ("2026-11-12 18:00", f'{{"handler": "{second.pk}"}}'),
            ("2026-11-12 17:00", f'{{"handler": "{village.lin.pk}"}}'),
        )
    ]

    answer = push(village.client("sun"), task_actions=acts)

    assert outcomes(answer) == [("task_actions", "created")] * 2
    assert fresh(task).handler == second
