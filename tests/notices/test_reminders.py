"""What nobody does brings to mind, once, however late and in how many places it is looked for."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from cadres.models import Absence
from fieldapi import clock
from fieldapi.ids import new_id
from grouping.placing import place_new
from matters.models import CalendarDay, Task, TaskAction
from matters.reminders import remind
from notices.models import Notice
from opinions.models import Group, Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, make_task
from tests.notices.sending import on
from tests.notices.told import told

DUE = date(2026, 11, 20)  # a Friday: five working days after the 13th
MONDAY = "2026-11-02 09:00"
DISTANT = date(2027, 6, 1)


def absent(village: Village, day: str) -> None:
    Absence.objects.create(
        cadre=village.gao,
        started_on=day,
        ended_on=day,
        reason="培训",
        recorded_by=village.sun,
        changed_at=clock.now(),
    )


def in_progress(village: Village, state: str = "in_progress", **columns: object) -> Task:
    with on(MONDAY):
        return make_task(village, state, **({"due_on": DUE} | columns))


def remind_on(*days: str) -> None:
    for day in days:
        with on(f"{day} 00:01"):
            remind()


def placed(village: Village, when: str, text: str = "村口路灯坏了三个月") -> Group:
    """An opinion that has found a group of its own."""
    with on(when):
        opinion = samples.make_opinion(village.house, village.gao, text)
        place_new()
        return Group.objects.get(opinions=opinion)


def test_five_working_days_before_it_is_due_the_handler_is_reminded_once(village: Village):
    in_progress(village)

    remind_on("2026-11-12")
    assert told("due_near") == []
    remind_on("2026-11-13", "2026-11-14", "2026-11-16")
    assert told("due_near") == [("lin", "due_near")]
    assert Notice.objects.get(kind="due_near").day == DUE


def test_another_due_day_brings_it_to_mind_again(village: Village):
    task = in_progress(village)
    remind_on("2026-11-13")
    Task.objects.filter(pk=task.pk).update(due_on="2026-11-27")

    remind_on("2026-11-19", "2026-11-20")

    assert told("due_near") == [("lin", "due_near")] * 2


def test_after_days_of_downtime_it_is_still_told_unless_the_card_says_it_already(village: Village):
    in_progress(village)
    remind_on("2026-11-16")
    assert told("due_near") == [("lin", "due_near")]

    in_progress(village)
    remind_on("2026-11-17")
    assert told("due_near") == [("lin", "due_near")]


@pytest.mark.parametrize(
    "columns",
    [
        {"paused": True},
        {"finished_on": "2026-11-10", "state": "done"},
        {"due_on": None},
        {"state": "declined"},
    ],
)
def test_what_waits_or_is_done_is_not_due(village: Village, columns: dict):
    in_progress(village, **columns)

    remind_on("2026-11-13")

    assert told("due_near") == []


def test_a_units_own_holiday_brings_the_reminder_forward(village: Village):
    in_progress(village)
    CalendarDay.objects.create(
        unit_id=samples.COUNTY, day="2026-11-18", works=False, reason="火把节",
        added_by=village.zheng, changed_at=clock.now(),
    )  # fmt: skip

    remind_on("2026-11-11")
    assert told("due_near") == []
    remind_on("2026-11-12")
    assert told("due_near") == [("lin", "due_near")]


def test_a_reminder_of_a_handler_who_is_away_goes_to_post_b(village: Village):
    in_progress(village, handler=village.gao)
    absent(village, "2026-11-13")

    remind_on("2026-11-13")

    assert told("due_near") == [("chen", "due_near")]


def test_a_task_of_nobody_is_brought_to_the_supervisors_mind(village: Village):
    with on(MONDAY):
        make_task(village, due_on=DUE)

    remind_on("2026-11-13")

    assert told("due_near") == [("sun", "due_near")]


def test_with_the_task_the_answer_its_households_wait_for_is_due(village: Village):
    in_progress(village)
    absent(village, "2026-11-13")

    remind_on("2026-11-13", "2026-11-16")

    assert told("answer_due") == [("chen", "answer_due")]
    assert Notice.objects.get(kind="answer_due").row_id == Opinion.objects.get().pk


def test_when_the_database_fails_in_the_middle_the_next_look_tells_what_is_left(village: Village):
    in_progress(village)

    def fails(execute, sql, *rest):
        if sql.startswith("SELECT") and "replied_on" in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, *rest)

    with connection.execute_wrapper(fails), pytest.raises(OperationalError):
        remind_on("2026-11-13")
    remind_on("2026-11-13")

    assert told() == [("gao", "answer_due"), ("lin", "due_near")]


def test_a_household_that_was_answered_waits_for_nothing(village: Village):
    in_progress(village)
    Opinion.objects.update(replied_on="2026-11-10")

    remind_on("2026-11-13")

    assert told("answer_due") == []


def ended(village: Village) -> Task:
    """Confirmed on a Thursday, while `gao` is on post."""
    with on("2026-11-05 16:00"):
        task = make_task(village, "done", due_on=DISTANT)
        assert act(village, "sun", task, "confirm", reason="已核实").status_code == 200
    return task


def test_an_answer_that_is_late_comes_to_who_is_on_post_by_then_and_to_the_supervisors(village: Village):
    ended(village)
    assert told() == [("gao", "answer_due")]
    absent(village, "2026-11-10")

    remind_on("2026-11-06", "2026-11-09")
    assert told("answer_late") == []
    remind_on("2026-11-10", "2026-11-11")
    assert told("answer_late") == [("chen", "answer_late"), ("sun", "answer_late")]


def test_where_the_household_was_answered_in_time_nothing_is_late(village: Village):
    ended(village)
    Opinion.objects.update(replied_on="2026-11-09")

    remind_on("2026-11-10")

    assert told("answer_late") == []


def test_a_task_not_begun_two_working_days_after_it_was_assigned(village: Village):
    with on("2026-11-06 16:00"):  # a Friday
        task = make_task(village, due_on=DISTANT)
        act(village, "sun", task, "assign", handler=str(village.lin.pk))

    remind_on("2026-11-07", "2026-11-09")
    assert told("unstarted") == []
    remind_on("2026-11-10", "2026-11-11")
    assert told("unstarted") == [("lin", "unstarted")]


def test_assigned_anew_the_days_count_anew(village: Village):
    with on("2026-11-02 16:00"):
        task = make_task(village, due_on=DISTANT)
        act(village, "sun", task, "assign", handler=str(village.lin.pk))
    with on("2026-11-03 16:00"):
        act(village, "sun", task, "assign", handler=str(village.qian.pk))

    remind_on("2026-11-04")
    assert told("unstarted") == []
    remind_on("2026-11-05")
    assert told("unstarted") == [("qian", "unstarted")]


def test_a_task_that_nobody_assigns_is_brought_to_the_supervisors_mind(village: Village):
    with on(MONDAY):
        make_task(village, due_on=DISTANT)

    remind_on("2026-11-03")
    assert told("unstarted") == []
    remind_on("2026-11-04")
    assert told("unstarted") == [("sun", "unstarted")]


def test_work_that_has_begun_is_not_reminded_of(village: Village):
    in_progress(village, due_on=DISTANT)

    remind_on("2026-11-05")

    assert told() == []
    assert TaskAction.objects.count() == 0


def test_a_new_item_comes_to_the_supervisors_of_its_unit_and_to_no_others(village: Village):
    assert village.sun
    assert village.zhou
    remind_on("2026-11-02")
    group = placed(village, MONDAY)
    assert Notice.objects.count() == 0

    with on("2026-11-02 09:01"):
        remind()
        remind()

    assert told() == [("sun", "item_new")]
    notice = Notice.objects.get()
    assert (notice.resource, notice.row_id, notice.title) == ("groups", group.pk, group.title)


def test_the_first_look_of_all_leaves_alone_what_was_there_before(village: Village):
    assert village.sun
    placed(village, "2026-10-30 09:00")

    remind_on("2026-11-02")

    assert told("item_new") == []


def test_a_new_item_that_is_seen_late_is_told_and_none_twice(village: Village):
    """A transaction that took its ids early may commit after later ones."""
    assert village.sun
    remind_on("2026-11-02")
    late = placed(village, "2026-11-02 09:00")
    Opinion.objects.update(resolved_on="2026-11-02")  # as if it were not there yet
    first = placed(village, "2026-11-02 09:05", "自来水发黄有异味")
    with on("2026-11-02 09:06"):
        remind()
    assert [notice.row_id for notice in Notice.objects.all()] == [first.pk]

    Opinion.objects.update(resolved_on=None)
    with on("2026-11-02 09:07"):
        remind()

    assert {notice.row_id for notice in Notice.objects.all()} == {first.pk, late.pk}
    assert Notice.objects.count() == 2


def test_an_item_that_became_a_task_at_once_is_not_new(village: Village):
    remind_on("2026-11-02")
    group = placed(village, MONDAY)
    with on("2026-11-02 09:01"):
        village.client("sun").post(f"groups/{group.pk}/open-task/")
        remind()

    assert told() == [("gao", "task_opened")]


def test_an_item_without_a_task_for_three_working_days_is_brought_to_mind_once(village: Village):
    assert village.sun
    placed(village, "2026-11-05 16:00")  # a Thursday

    remind_on("2026-11-06", "2026-11-09")
    assert told("item_waiting") == []
    remind_on("2026-11-10", "2026-11-11")
    assert told("item_waiting") == [("sun", "item_waiting")]


@pytest.mark.parametrize("ended", [{"resolved_on": "2026-11-06"}, {"visit_withdrawn": True}])
def test_an_item_that_wants_nothing_any_more_waits_for_nothing(village: Village, ended: dict):
    assert village.sun
    placed(village, "2026-11-05 16:00")
    Opinion.objects.update(**ended)

    remind_on("2026-11-10")

    assert told("item_waiting") == []


def test_the_days_round_is_made_once_a_day(village: Village):
    remind_on("2026-11-13")
    in_progress(village)
    remind_on("2026-11-13")
    assert told("due_near") == []

    remind_on("2026-11-14")
    assert told("due_near") == [("lin", "due_near")]


def test_looking_where_nothing_is_new_costs_two_queries(village: Village):
    remind_on("2026-11-13")
    with on("2026-11-13 09:00"), CaptureQueriesContext(connection) as asked:
        remind()

    assert len(asked) == 2


def test_the_days_round_costs_as_much_for_many_tasks_as_for_one(village: Village):
    def cost(day: str) -> int:
        with on(f"{day} 00:01"), CaptureQueriesContext(connection) as asked:
            remind()
        return len(asked)

    remind_on("2026-11-12")
    in_progress(village)
    one = cost("2026-11-13")
    for _ in range(20):
        in_progress(village, due_on="2026-11-27")

    assert cost("2026-11-20") == one
    assert len(told("due_near")) == 21


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_remind_once():
    village = Village()
    assert village.sun
    for _ in range(3):
        in_progress(village)
    barrier = Barrier(2)

    def look() -> None:
        barrier.wait()
        try:
            remind()
        finally:
            connection.close()

    with on("2026-11-13 00:01"):
        threads = [Thread(target=look) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert told("due_near") == [("lin", "due_near")] * 3
    assert told("answer_due") == [("gao", "answer_due")] * 3


def test_run_due_reminds(village: Village):
    in_progress(village)
    with on("2026-11-13 00:01"):
        call_command("run_due")

    assert told("due_near") == [("lin", "due_near")]


def tell_household(village: Village, opinion: Opinion, moment: str) -> None:
    with on(moment):
        said = {"text": "正在办", "how": "phone", "told_at": f"{moment.replace(' ', 'T')}:00+08:00"}
        answer = village.client("gao").put(f"opinions/{opinion.pk}/replies/{new_id()}/", said)
    assert answer.status_code == 201


def test_a_household_that_was_answered_before_its_task_was_declined_is_still_to_be_told_why(village: Village):
    with on("2026-11-04 16:00"):
        task = make_task(village, "assigned", due_on=DISTANT)
    opinion = Opinion.objects.get()
    tell_household(village, opinion, "2026-11-04 17:00")
    with on("2026-11-05 16:00"):
        act(village, "sun", task, "decline", reason="已列入明年改造")
    assert told("answer_due") == [("gao", "answer_due")]

    remind_on("2026-11-10")

    assert told("answer_late") == [("gao", "answer_late"), ("sun", "answer_late")]


def test_once_it_was_told_why_nothing_is_late(village: Village):
    with on("2026-11-04 16:00"):
        task = make_task(village, "assigned", due_on=DISTANT)
    with on("2026-11-05 16:00"):
        act(village, "sun", task, "decline", reason="已列入明年改造")
    tell_household(village, Opinion.objects.get(), "2026-11-06 10:00")

    remind_on("2026-11-10")

    assert told("answer_late") == []
