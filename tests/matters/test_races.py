"""Two people act on one task at the same instant: real threads, real transactions."""

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from fieldapi.models import JournalLine
from matters.models import PracticalMatter, Task, TaskAction
from opinions.models import Group, Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import fresh, ids, make_task

COPIES = 4


@pytest.fixture
def busy(transactional_db: None) -> Village:
    village = Village()
    assert village.house
    samples.make_user("shi", role="supervisor")
    return village


def supervisors(village: Village) -> list[Any]:
    """Four desks: two supervisors with two windows each."""
    second = samples.User.objects.get(username="shi")
    return [samples.Caller(user) for user in (village.sun, second, village.sun, second)]


def all_at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; their answers in order."""
    answers: list[Any] = [None] * len(calls)
    barrier = Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            answers[place] = call()
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def tally(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_of_supervisors_who_confirm_at_once_one_does_and_there_is_one_matter(busy: Village):
    task = make_task(busy, "done")

    answers = all_at_once(
        [
            lambda desk=desk: desk.post(f"tasks/{task.pk}/confirm/", {"reason": "已核实"})
            for desk in supervisors(busy)
        ]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    assert {a.json()["state"] for a in answers if a.status_code == 409} == {"confirmed"}
    assert PracticalMatter.objects.count() == TaskAction.objects.count() == 1
    assert JournalLine.objects.filter(action="tasks.confirm").count() == 1


def test_supervisors_who_assign_at_once_take_turns_and_both_stand_in_the_history(busy: Village):
    task = make_task(busy, "open")
    handlers = [samples.make_user(f"h{place}") for place in range(COPIES)]

    answers = all_at_once(
        [
            lambda desk=desk, handler=handler: desk.post(
                f"tasks/{task.pk}/assign/", {"handler": str(handler.pk)}
            )
            for desk, handler in zip(supervisors(busy), handlers, strict=True)
        ]
    )

    assert tally(answers) == {200: COPIES}
    assert fresh(task).version == 1 + COPIES
    was = Counter(TaskAction.objects.values_list("was", flat=True))
    assert was == {"open": 1, "assigned": COPIES - 1}


@pytest.mark.parametrize(
    ("state", "verb", "args"),
    [
        ("assigned", "start", {}),
        ("in_progress", "finish", {"outcome": "已换"}),
        ("in_progress", "pause", {"reason": "户主外出"}),
        ("in_progress", "decline", {"reason": "不办"}),
        ("assigned", "extend", {"due_on": "2026-12-31", "reason": "缺货"}),
        ("confirmed", "reopen", {"reason": "又灭了"}),
    ],
)
def test_a_verb_done_twice_at_once_is_done_once(busy: Village, state: str, verb: str, args: dict):
    task = make_task(busy, state)

    answers = all_at_once(
        [lambda desk=desk: desk.post(f"tasks/{task.pk}/{verb}/", args) for desk in supervisors(busy)]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    assert (TaskAction.objects.count(), fresh(task).version) == (1, 2)


def test_two_tasks_merged_into_each_other_at_once_leave_one_with_all_opinions(busy: Village):
    one, other = make_task(busy, "open"), make_task(busy, "open")
    desks = supervisors(busy)

    answers = all_at_once(
        [
            lambda desk=desk, pair=pair: desk.post(f"tasks/{pair[0].pk}/merge/", {"into": str(pair[1].pk)})
            for desk, pair in zip(desks, [(one, other), (other, one)] * 2, strict=True)
        ]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    left = Task.objects.live().get()
    assert Opinion.objects.filter(group=left.group_id).count() == 2


def test_of_supervisors_who_join_the_same_opinions_at_once_one_wins(busy: Village):
    opinions = [samples.make_opinion(busy.house, busy.gao, f"{place}号") for place in range(6)]
    orders = [opinions, opinions[::-1], opinions[2:], opinions[::2]]

    answers = all_at_once(
        [
            lambda desk=desk, asked=asked: desk.post("tasks/", {"title": "路灯", "opinions": ids(*asked)})
            for desk, asked in zip(supervisors(busy), orders, strict=True)
        ]
    )

    assert tally(answers) == {201: 1, 409: COPIES - 1}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"opinion_has_task"}
    assert Task.objects.count() == Group.objects.count() == 1


def test_a_task_that_is_confirmed_while_it_is_reopened_never_has_two_standing_matters(busy: Village):
    task = make_task(busy, "done")
    desks = supervisors(busy)

    all_at_once(
        [
            lambda desk=desk, verb=verb: desk.post(f"tasks/{task.pk}/{verb}/", {"reason": "已核实"})
            for desk, verb in zip(desks, ["confirm", "reopen"] * 2, strict=True)
        ]
    )

    standing = PracticalMatter.objects.standing().count()
    opinion = Opinion.objects.get()
    assert standing == (1 if fresh(task).state == "confirmed" else 0)
    assert (opinion.resolved_on is not None) == bool(standing)


def test_copies_of_one_call_with_one_key_are_one_act(busy: Village):
    task = make_task(busy, "done")
    desk = samples.Caller(busy.sun)

    answers = all_at_once(
        [lambda: desk.post(f"tasks/{task.pk}/confirm/", {"reason": "已核实"}, **{"Idempotency-Key": "once"})]
        * COPIES
    )

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"key_in_progress"}
    assert PracticalMatter.objects.count() == TaskAction.objects.count() == 1
