"""Two people act on one task at the same instant: real threads, real transactions."""

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connection

from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from matters.models import JointReview, OfficeView, PracticalMatter, Task, TaskAction
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


def meeting(place: Barrier) -> Callable[..., Any]:
    """Waits for the others right before its first lock: each has seen the task as it stood before any acts."""
    met: list[bool] = []

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not met and ("FOR NO KEY UPDATE" in sql or sql.startswith("BEGIN IMMEDIATE")):
            met.append(True)
            place.wait(timeout=30)
        return execute(sql, params, many, context)

    return wrapper


def all_having_seen_the_same(calls: list[Callable[[], Any]]) -> list[Any]:
    """The answers of calls none of which takes a lock before all have come as far."""
    place = Barrier(len(calls))

    def held(call: Callable[[], Any]) -> Any:
        with connection.execute_wrapper(meeting(place)):
            return call()

    return all_at_once([lambda call=call: held(call) for call in calls])


def losers(answers: list[Any]) -> list[Any]:
    return [answer.json() for answer in answers if answer.status_code != 200]


def test_of_supervisors_who_assign_at_once_one_does_and_the_others_are_told_how_it_stands(busy: Village):
    task = make_task(busy, "open")
    handlers = [samples.make_user(f"h{place}") for place in range(COPIES)]

    answers = all_having_seen_the_same(
        [
            lambda desk=desk, handler=handler: desk.post(
                f"tasks/{task.pk}/assign/", {"handler": str(handler.pk)}
            )
            for desk, handler in zip(supervisors(busy), handlers, strict=True)
        ]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    assert {(told["code"], told["state"]) for told in losers(answers)} == {("wrong_state", "assigned")}
    assert all("assign" in told["allowed"] for told in losers(answers))
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (str(fresh(task).handler_id), fresh(task).version) == (winner["handler"], 2)
    assert TaskAction.objects.count() == 1


def test_of_supervisors_who_escalate_at_once_one_does_and_it_goes_up_by_one_unit(busy: Village):
    task = make_task(busy, "assigned")

    answers = all_having_seen_the_same(
        [
            lambda desk=desk: desk.post(f"tasks/{task.pk}/escalate/", {"reason": "须县里立项"})
            for desk in supervisors(busy)
        ]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    assert fresh(task).escalated_to_id == samples.TOWN


def test_who_escalates_by_the_version_that_another_has_left_behind_is_told_so_and_it_goes_up_once(
    busy: Village,
):
    task = make_task(busy, "assigned")
    first, second, *_ = supervisors(busy)
    address, body, seen = f"tasks/{task.pk}/escalate/", {"reason": "须县里立项"}, {"If-Match": '"1"'}

    answers = [desk.post(address, body, **seen) for desk in (first, second, first)]

    assert [answer.status_code for answer in answers] == [200, 412, 412]
    assert {told["code"] for told in losers(answers)} == {"version_stale"}
    assert (fresh(task).escalated_to_id, fresh(task).version) == (samples.TOWN, 2)
    assert TaskAction.objects.count() == JournalLine.objects.count() == 1
    again = second.post(address, body, **{"If-Match": answers[0].headers["ETag"]})
    assert (again.status_code, fresh(task).escalated_to_id) == (200, samples.COUNTY)


def test_an_escalation_made_again_after_a_lost_answer_under_its_key_is_one(busy: Village):
    task = make_task(busy, "assigned")
    desk, key = supervisors(busy)[0], {"Idempotency-Key": "lost", "If-Match": '"1"'}

    answers = [desk.post(f"tasks/{task.pk}/escalate/", {"reason": "须县里立项"}, **key) for _ in range(2)]

    assert [(answer.status_code, answer.json()["escalated_to"]) for answer in answers] == [
        (200, samples.TOWN)
    ] * 2
    assert TaskAction.objects.count() == 1


@pytest.mark.parametrize("named", ['"2"', 'W/"7"', "*", "x"])
def test_any_verb_that_names_a_version_the_task_does_not_have_is_412_and_writes_nothing(
    busy: Village, named: str
):
    task = make_task(busy, "in_progress")

    answer = supervisors(busy)[0].post(f"tasks/{task.pk}/finish/", {"outcome": "已换"}, **{"If-Match": named})

    assert (answer.status_code, answer.json()["code"]) == (412, "version_stale")
    assert (fresh(task).state, TaskAction.objects.count()) == ("in_progress", 0)


def test_where_the_state_has_moved_on_that_is_said_whatever_version_is_named(busy: Village):
    task = make_task(busy, "done")

    answer = supervisors(busy)[0].post(f"tasks/{task.pk}/finish/", {"outcome": "已换"}, **{"If-Match": '"7"'})

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_who_assigns_after_another_has_changes_it_again(busy: Village):
    task = make_task(busy, "open")
    first, second, *_ = supervisors(busy)

    codes = [
        desk.post(f"tasks/{task.pk}/assign/", {"handler": str(handler.pk)}).status_code
        for desk, handler in ((first, busy.lin), (second, busy.gao))
    ]

    assert (codes, fresh(task).handler) == ([200, 200], busy.gao)


@pytest.mark.parametrize(
    ("state", "verb", "args"),
    [
        ("assigned", "start", {}),
        ("in_progress", "finish", {"outcome": "已换"}),
        ("in_progress", "pause", {"reason": "户主外出"}),
        ("in_progress", "decline", {"reason": "不办"}),
        ("assigned", "extend", {"due_on": "2026-12-31", "reason": "缺货"}),
        ("confirmed", "reopen", {"reason": "又灭了"}),
        ("paused", "resume", {"reason": "回来了"}),
        ("done", "confirm", {"reason": "已核实"}),
    ],
)
def test_a_verb_done_twice_at_once_is_done_once(busy: Village, state: str, verb: str, args: dict):
    task = make_task(busy, state)

    answers = all_at_once(
        [lambda desk=desk: desk.post(f"tasks/{task.pk}/{verb}/", args) for desk in supervisors(busy)]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    assert (TaskAction.objects.count(), fresh(task).version) == (1, 2)


def test_of_supervisors_who_ask_for_a_review_at_once_one_does(busy: Village):
    task, office = make_task(busy, "in_progress"), samples.make_office("交通站")
    body = {"offices": [str(office.pk)], "reason": "涉及两家"}

    answers = all_at_once(
        [lambda desk=desk: desk.post(f"tasks/{task.pk}/request-review/", body) for desk in supervisors(busy)]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    assert {told["under_review"] for told in losers(answers)} == {True}
    assert (JointReview.objects.count(), OfficeView.objects.count()) == (1, 1)


def test_of_leaders_who_decide_at_once_one_does(busy: Village):
    task = make_task(busy, "under_review")
    second = samples.make_user("lei", role="leader", unit=samples.COUNTY)
    desks = [samples.Caller(user) for user in (busy.wu, second, busy.wu, second)]

    answers = all_at_once(
        [
            lambda desk=desk, place=place: desk.post(f"tasks/{task.pk}/decide/", {"decision": f"第{place}案"})
            for place, desk in enumerate(desks)
        ]
    )

    assert tally(answers) == {200: 1, 409: COPIES - 1}
    assert {told["under_review"] for told in losers(answers)} == {False}
    (place,) = [place for place, answer in enumerate(answers) if answer.status_code == 200]
    assert JointReview.objects.get().decision == f"第{place}案"


def test_offices_that_give_their_views_at_once_are_all_heard(busy: Village):
    task = make_task(busy, "under_review")
    review = task.joint_reviews.get()
    people = [busy.lin]
    for place in range(COPIES - 1):
        office = samples.make_office(f"{place}站")
        OfficeView.objects.create(review=review, office=office)
        people.append(samples.make_user(f"o{place}", office=office))

    answers = all_at_once(
        [
            lambda caller=caller: caller.post(f"tasks/{task.pk}/review/", {"view": "同意"})
            for caller in map(samples.Caller, people)
        ]
    )

    assert tally(answers) == {200: COPIES}
    assert set(OfficeView.objects.values_list("view", flat=True)) == {"同意"}
    assert fresh(task).version == 1 + COPIES


def test_a_view_and_the_decision_at_once_leave_no_view_after_the_decision(busy: Village):
    task = make_task(busy, "under_review")
    office, leader = samples.Caller(busy.lin), samples.Caller(busy.wu)

    answers = all_at_once(
        [
            lambda: office.post(f"tasks/{task.pk}/review/", {"view": "同意"}),
            lambda: leader.post(f"tasks/{task.pk}/decide/", {"decision": "照办"}),
        ]
    )

    viewed, decided = (answer.status_code for answer in answers)
    assert decided == 200
    given = OfficeView.objects.get().view
    assert (viewed, given) in ((200, "同意"), (403, ""), (409, ""))


def test_a_group_whose_task_is_opened_twice_at_once_has_one(busy: Village):
    opinion = samples.make_opinion(busy.house, busy.gao)
    group = Group.objects.create(
        unit_id=samples.VILLAGE, title="路灯", opened_at=opinion.occurred_at, changed_at=opinion.occurred_at
    )
    Opinion.objects.filter(pk=opinion.pk).update(group=group)

    answers = all_at_once(
        [lambda desk=desk: desk.post(f"groups/{group.pk}/open-task/") for desk in supervisors(busy)]
    )

    assert tally(answers) == {201: 1, 409: COPIES - 1}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(told["code"], told["state"]) for told in refused} == {("wrong_state", "open")}
    assert Task.objects.count() == 1


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


@pytest.mark.parametrize(
    ("verb", "args"), [("decline", {"reason": "不办"}), ("merge", {}), ("confirm", {"reason": "已核实"})]
)
def test_an_opinion_that_is_put_to_a_task_while_it_ends_is_never_left_behind_in_it(
    busy: Village, verb: str, args: dict[str, str]
):
    """Joined first, it shares the task's end; else it is not taken in any more, and stays free."""
    task, other = make_task(busy, "done" if verb == "confirm" else "open"), make_task(busy, "open")
    late = samples.make_opinion(busy.house, busy.gao, "路灯又灭了")
    told = args or {"into": str(other.pk)}
    acting, ended = Event(), Event()

    def join() -> Any:
        with connection.execute_wrapper(pausing(acting, ended)):
            return samples.Caller(busy.sun).post(f"groups/{task.group_id}/accept/", {"opinions": ids(late)})

    def end() -> Any:
        acting.wait(timeout=30)
        answer = supervisors(busy)[1].post(f"tasks/{task.pk}/{verb}/", told)
        ended.set()
        return answer

    joined, done = all_at_once([join, end])

    late.refresh_from_db()
    assert done.status_code == 200
    assert joined.status_code in (200, 409)
    if late.group_id is not None:
        stands = late.resolved_on or late.declined_on or late.group_id == other.group_id
        assert stands, (late.standing, joined.status_code)


def pausing(acting: Event, ended: Event) -> Callable[..., Any]:
    """Before the opinion goes into its group: lets the other act meanwhile, if nothing keeps that one waiting."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "opinions_opinion"') and not acting.is_set():
            acting.set()
            ended.wait(timeout=1)
        return execute(sql, params, many, context)

    return wrapper


def test_of_desks_that_open_tasks_under_one_id_at_once_one_does(busy: Village):
    opinions = [samples.make_opinion(busy.house, busy.gao, f"{place}号") for place in range(COPIES)]
    key = str(new_id())

    answers = all_having_seen_the_same(
        [
            lambda desk=desk, one=one: desk.post("tasks/", {"id": key, "title": "路灯", "opinions": ids(one)})
            for desk, one in zip(supervisors(busy), opinions, strict=True)
        ]
    )

    assert tally(answers)[201] == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} == {"already_exists"}
    assert Task.objects.count() == Group.objects.count() == 1


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
