"""Deadlines counted in working days of the Chinese calendar, and the days their cards fall."""

from datetime import date

import pytest

from fieldapi.working_days import LAST_KNOWN, WorkingDays, provisional
from matters.deadlines import CardDays, card_days, days_stood, due_day, remaining

NATIONAL = WorkingDays()


def day(text: str) -> date:
    """`10-08` of 2026."""
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("opened_on", "days", "due_on"),
    [
        ("11-02", 1, "11-03"),
        ("11-05", 2, "11-09"),  # over a weekend
        ("09-29", 3, "10-09"),  # over the holidays of 1 to 7 October
        ("10-08", 2, "10-10"),  # Saturday the 10th is made up for them
        ("09-18", 1, "09-20"),  # and so is Sunday 20 September
        ("02-13", 1, "02-14"),  # Saturday before the Spring Festival is worked
        ("02-14", 1, "02-24"),  # which lasts from 15 to 23 February
        ("10-01", 1, "10-08"),  # opened on a holiday
    ],
)
def test_working_days_leave_out_holidays_and_count_the_days_made_up_for_them(opened_on, days, due_on):
    assert due_day(day(opened_on), days, "working_days", NATIONAL) == day(due_on)


def test_calendar_days_count_every_day():
    assert due_day(day("09-29"), 3, "calendar_days", NATIONAL) == day("10-02")


def test_a_units_own_days_go_before_the_national_ones():
    torch_festival = WorkingDays({day("07-15"): False, day("07-18"): True})  # Wednesday off, Saturday on

    assert due_day(day("07-14"), 1, "working_days", torch_festival) == day("07-16")
    assert due_day(day("07-17"), 1, "working_days", torch_festival) == day("07-18")


def test_past_the_last_announced_year_monday_to_friday_are_worked_and_the_day_is_provisional():
    opened_on = date(LAST_KNOWN.year, 12, 28)
    due_on = due_day(opened_on, 10, "working_days", NATIONAL)
    weekdays = [date(LAST_KNOWN.year + 1, 1, number) for number in range(1, 20)]

    assert due_on > LAST_KNOWN
    assert provisional(due_on)
    assert not provisional(opened_on)
    assert [NATIONAL.works(one) for one in weekdays] == [one.weekday() < 5 for one in weekdays]


@pytest.mark.parametrize(
    ("due_on", "set_on", "yellow_on"),
    [
        ("11-20", "11-02", "11-17"),  # three working days left that morning: 18, 19, 20
        ("11-23", "11-02", "11-18"),  # Monday; 19, 20, 23
        ("10-09", "09-21", "09-29"),  # 30 September, 8 and 9 October: before the holidays, not after them
        ("11-20", "11-18", "11-19"),  # set when it was near already: the day after
        ("11-20", "11-19", "11-20"),
        ("11-20", "11-20", None),  # no day left on which it could be near
    ],
)
def test_yellow_falls_when_three_working_days_are_left(due_on, set_on, yellow_on):
    fallen = card_days(day(due_on), day(set_on), NATIONAL).yellow_on

    assert fallen == (yellow_on and day(yellow_on))


def test_red_falls_the_day_after_and_five_working_days_later_the_task_goes_up():
    assert card_days(day("09-30"), day("09-01"), NATIONAL) == CardDays(
        yellow_on=day("09-24"),  # 25 to 27 September is the Mid-Autumn Festival: left are 28, 29, 30
        red_on=day("10-01"),
        escalate_on=day("10-13"),  # 8, 9, 10, 12, 13 October
    )


def test_a_due_day_set_when_it_had_passed_is_red_the_next_day():
    assert card_days(day("11-02"), day("11-10"), NATIONAL) == CardDays(
        yellow_on=None, red_on=day("11-11"), escalate_on=day("11-11")
    )


@pytest.mark.parametrize(
    ("today", "left"),
    [("11-13", 5), ("11-19", 1), ("11-20", 0), ("11-21", -1), ("11-23", -1), ("11-24", -2)],
)
def test_the_countdown_is_in_working_days_and_negative_once_it_has_passed(today, left):
    assert remaining(day("11-20"), day(today), NATIONAL) == left


def test_a_pause_gives_back_days_of_the_kind_the_deadline_is_counted_in():
    assert days_stood(day("09-30"), day("10-09"), "working_days", NATIONAL) == 2
    assert days_stood(day("09-30"), day("10-09"), "calendar_days", NATIONAL) == 9
    assert days_stood(day("10-09"), day("10-08"), "working_days", NATIONAL) == 0
