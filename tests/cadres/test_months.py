from datetime import date

import time_machine
from django.db import connection

from cadres.models import ClosedMonth
from cadres.months import added_month
from fieldapi import clock
from fieldapi.ids import new_id
from tests.samples import COUNTY, TOWN, VILLAGE, at


def close(unit: str, month: date) -> None:
    ClosedMonth.objects.create(unit=unit, month=month, closed_at=clock.now(), closed_by=new_id())


@time_machine.travel(at("2026-12-05 09:00"), tick=False)
def test_a_row_of_a_closed_month_counts_in_the_first_open_month_after_it(db):
    close(TOWN, date(2026, 9, 1))
    close(COUNTY, date(2026, 10, 1))

    assert added_month(VILLAGE, date(2026, 9, 30)) == date(2026, 11, 1)
    assert added_month(VILLAGE, date(2026, 10, 1)) == date(2026, 11, 1)
    assert added_month(VILLAGE, date(2026, 11, 30)) is None
    assert added_month("530626102202", date(2026, 9, 30)) is None


@time_machine.travel(at("2026-12-05 09:00"), tick=False)
def test_a_row_of_the_running_month_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert added_month(VILLAGE, date(2026, 12, 1)) is None


@time_machine.travel(at("2026-11-30 23:30"), tick=False)
def test_the_last_hour_of_a_month_passes_the_gate_since_it_may_be_closed_before_the_row_is_there(
    db, django_assert_num_queries
):
    gate = 1 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(1 + gate):
        assert added_month(VILLAGE, date(2026, 11, 30)) is None
    with django_assert_num_queries(0):
        assert added_month(VILLAGE, date(2026, 12, 1)) is None


@time_machine.travel(at("2026-11-30 22:30"), tick=False)
def test_the_hour_before_it_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert added_month(VILLAGE, date(2026, 11, 30)) is None
