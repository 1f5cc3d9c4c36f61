"""Units' own exceptions to the national calendar, and deadlines counted again when a calendar changes."""

from datetime import date
from typing import Any

import pytest
import time_machine

from fieldapi.errors import Refused
from fieldapi.models import JournalLine
from matters import recount as recounting
from matters.cards import issue_fallen
from matters.models import CalendarDay, Card, CountedCalendar, Task
from matters.recount import recount
from matters.working_calendar import remove_calendar_day
from tests import samples
from tests.conftest import Village
from tests.matters.acting import act, fresh
from tests.matters.test_cards import fallen, opened
from tests.samples import at

OFF = {"works": False, "reason": "火把节"}


def exception(village: Village, unit: str, day: str, who: str = "zheng", **body: Any) -> Any:
    return village.client(who).post("calendar-days/", OFF | {"unit": unit, "day": day} | body)


def at_day(text: str) -> Any:
    return time_machine.travel(at(f"{text} 09:00"), tick=False)


def test_an_exception_of_the_county_moves_the_due_days_of_its_towns_with_a_line_in_the_journal(
    village: Village,
):
    task = opened(village)
    with at_day("2026-11-03"):
        recount()

    with at_day("2026-11-04"):
        assert exception(village, samples.COUNTY, "2026-11-12").status_code == 201
        recount()
        recount()

    line = JournalLine.objects.get(action="tasks.recount")
    assert fresh(task).due_on == date(2026, 11, 24)
    assert fresh(task).version == task.version + 1
    assert (line.row_id, line.by) == (str(task.pk), None)
    assert '"was":"2026-11-23"' in line.detail.replace(" ", "")


def test_a_town_may_work_where_the_county_does_not(village: Village):
    task = opened(village)
    with at_day("2026-11-04"):
        exception(village, samples.COUNTY, "2026-11-12")
        exception(village, samples.TOWN, "2026-11-12", works=True)
        recount()

    assert fresh(task).due_on == date(2026, 11, 23)


def test_an_exception_taken_back_is_as_if_it_had_never_been(village: Village):
    task = opened(village)
    with at_day("2026-11-04"):
        row = exception(village, samples.COUNTY, "2026-11-12").json()
        recount()
        assert village.client("zheng").delete(f"calendar-days/{row['id']}/").status_code == 204
        recount()

    assert fresh(task).due_on == date(2026, 11, 23)
    assert CalendarDay.objects.count() == 0


def test_another_towns_exception_moves_nothing_here(village: Village):
    task = opened(village)
    with at_day("2026-11-04"):
        exception(village, samples.OTHER_TOWN, "2026-11-12")
        recount()

    assert fresh(task).version == task.version


def test_a_typed_due_day_stays_and_only_its_cards_move(village: Village):
    task = opened(village, due_on="2026-11-23")
    with at_day("2026-11-04"):
        exception(village, samples.COUNTY, "2026-11-20")
        recount()

    assert fresh(task).due_on == date(2026, 11, 23)
    assert (task.yellow_on, fresh(task).yellow_on) == (date(2026, 11, 18), date(2026, 11, 17))


def test_a_card_that_has_not_fallen_by_the_corrected_calendar_is_taken_back_and_falls_on_its_day(
    village: Village,
):
    task = opened(village)
    with at_day("2026-11-24"):
        issue_fallen()
    assert fallen(task) == [("yellow", "2026-11-18"), ("red", "2026-11-24")]

    with at_day("2026-11-24"):
        exception(village, samples.COUNTY, "2026-11-12")
        exception(village, samples.COUNTY, "2026-11-13")
        recount()
    assert fresh(task).due_on == date(2026, 11, 25)
    assert fallen(task) == [("yellow", "2026-11-18")]

    with at_day("2026-11-26"):
        issue_fallen()
    assert fallen(task) == [("yellow", "2026-11-18"), ("red", "2026-11-26")]
    assert Card.objects.filter(task=task, withdrawn_at__isnull=False).count() == 1


def test_what_waits_is_counted_again_when_work_goes_on(village: Village):
    task = opened(village)
    with at_day("2026-11-03"):
        fixings = {"handler": str(village.lin.pk), "office": str(samples.make_office().pk)}
        act(village, "sun", task, "assign", **fixings, plan="更换", closing_standard="常亮")
        act(village, "lin", task, "start")
        act(village, "lin", task, "pause", reason="户主外出")
        exception(village, samples.COUNTY, "2026-11-12")
        recount()
    with at_day("2026-11-05"):
        act(village, "lin", task, "resume", reason="户主已回")

    assert fresh(task).due_on == date(2026, 11, 26)  # 15 + 2 working days, the 12th left out


def test_finished_work_keeps_the_due_day_it_was_finished_by(village: Village):
    task = opened(village)
    with at_day("2026-11-04"):
        act(village, "sun", task, "decline", reason="已列入明年计划")
        exception(village, samples.COUNTY, "2026-11-12")
        recount()

    assert fresh(task).due_on == date(2026, 11, 23)


def test_a_new_edition_of_the_national_calendar_counts_everything_again(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    """As after an update of the library: here what was counted is as if by an older one."""
    task = opened(village)
    recount()
    Task.objects.filter(pk=task.pk).update(due_on="2026-11-20")
    CountedCalendar.objects.filter(unit="").update(edition="older")

    with at_day("2026-11-04"):
        recount()

    assert fresh(task).due_on == date(2026, 11, 23)
    assert CountedCalendar.objects.get(unit="").edition == recounting.edition()


def test_counting_goes_on_past_one_batch(village: Village, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recounting, "BATCH", 2)
    tasks = [opened(village) for _ in range(5)]
    with at_day("2026-11-04"):
        exception(village, samples.COUNTY, "2026-11-12")
        recount()

    assert {fresh(task).due_on for task in tasks} == {date(2026, 11, 24)}


def test_where_nothing_has_changed_two_queries_say_so(village: Village, django_assert_num_queries: Any):
    opened(village)
    recount()

    with django_assert_num_queries(2):
        recount()


def test_once_an_exception_is_taken_back_and_counted_two_queries_say_so_too(
    village: Village, django_assert_num_queries: Any
):
    opened(village)
    with at_day("2026-11-04"):
        row = exception(village, samples.COUNTY, "2026-11-12").json()
        recount()
        village.client("zheng").delete(f"calendar-days/{row['id']}/")
        recount()

        with django_assert_num_queries(2):
            recount()


@pytest.mark.parametrize(
    ("unit", "status", "code", "pointer"),
    [("530627", 400, "unit_unknown", "/unit"), ("53", 400, "unit_unknown", "/unit")],
)
def test_an_exception_is_for_a_unit_of_the_admins_own(village: Village, unit, status, code, pointer):
    answer = exception(village, unit, "2026-11-12")

    fault = answer.json()["errors"][0]
    assert (answer.status_code, fault["code"], fault["pointer"]) == (status, code, pointer)
    assert CalendarDay.objects.count() == 0


def test_a_unit_has_one_exception_a_day(village: Village):
    first, second = (exception(village, samples.COUNTY, "2026-11-12") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["code"] == "already_exists"
    assert CalendarDay.objects.count() == 1


def test_exceptions_are_seen_from_below_and_found_by_day(village: Village):
    exception(village, samples.COUNTY, "2026-11-12")
    exception(village, samples.TOWN, "2026-12-01")

    def days(who: str, asked: str = "") -> list[str]:
        rows = village.client(who).get(f"calendar-days/?{asked}").json()["results"]
        return [row["day"] for row in rows]

    assert days("gao") == ["2026-11-12", "2026-12-01"]
    assert days("zhou") == ["2026-11-12"]
    assert days("gao", "after=2026-11-13") == ["2026-12-01"]
    assert days("wu", f"unit={samples.TOWN}") == ["2026-12-01"]


def test_a_count_that_is_broken_off_goes_on_where_it_was(village: Village, monkeypatch):
    tasks = sorted((opened(village) for _ in range(5)), key=lambda task: task.pk)
    recount()
    monkeypatch.setattr(recounting, "BATCH", 2)
    monkeypatch.setattr(recounting, "AT_ONCE", 1)
    with at_day("2026-11-04"):
        exception(village, samples.COUNTY, "2026-11-12")
        moved = []
        for _ in range(4):
            recount()
            moved.append([fresh(task).due_on == date(2026, 11, 24) for task in tasks])
        versions = {fresh(task).version for task in tasks}

    assert [sum(some) for some in moved] == [2, 4, 5, 5]
    assert moved[0] == [True, True, False, False, False]
    assert len(versions) == 1
    counted = CountedCalendar.objects.get(unit=samples.COUNTY)
    assert (counted.counting, counted.upto) == (None, None)


def test_a_calendar_that_changes_again_while_it_is_counted_is_counted_from_the_beginning(
    village: Village, monkeypatch
):
    tasks = sorted((opened(village) for _ in range(3)), key=lambda task: task.pk)
    recount()
    monkeypatch.setattr(recounting, "BATCH", 2)
    monkeypatch.setattr(recounting, "AT_ONCE", 1)
    with at_day("2026-11-04"):
        exception(village, samples.COUNTY, "2026-11-12")
        recount()
        exception(village, samples.COUNTY, "2026-11-13")
        for _ in range(2):
            recount()

    assert {fresh(task).due_on for task in tasks} == {date(2026, 11, 25)}


def test_an_exception_put_in_and_taken_back_before_all_is_counted_leaves_every_task_as_it_was(
    village: Village, monkeypatch
):
    tasks = sorted((opened(village) for _ in range(3)), key=lambda task: task.pk)
    recount()
    monkeypatch.setattr(recounting, "BATCH", 2)
    monkeypatch.setattr(recounting, "AT_ONCE", 1)
    with at_day("2026-11-04"):
        row = exception(village, samples.COUNTY, "2026-11-12").json()
        recount()
        assert fresh(tasks[0]).due_on == date(2026, 11, 24)
        village.client("zheng").delete(f"calendar-days/{row['id']}/")
        for _ in range(3):
            recount()

    assert {fresh(task).due_on for task in tasks} == {date(2026, 11, 23)}


def test_of_two_who_take_an_exception_back_one_does_and_the_journal_says_it_once(village: Village):
    exception(village, samples.COUNTY, "2026-11-12")
    first, second = (CalendarDay.objects.get() for _ in range(2))
    remove_calendar_day(by=village.zheng, day=first)

    with pytest.raises(Refused) as refused:
        remove_calendar_day(by=village.zheng, day=second)

    assert refused.value.code == "not_found"
    assert JournalLine.objects.filter(action="calendar-days.destroy").count() == 1
