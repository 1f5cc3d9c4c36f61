"""Closings at once, and visits that arrive while their month is being closed."""

import pytest

from cadres.models import ClosedMonth
from fieldapi import clock
from fieldapi.calendar import Month
from fieldapi.models import JournalLine
from reports.models import FrozenRecord
from tests.conftest import Village
from tests.reports.october import summary
from tests.samples import TOWN, make_visit
from tests.visits.test_races import all_at_once
from visits.models import Visit


@pytest.fixture
def real_village(transactional_db: None) -> Village:
    village = Village()
    assert village.house
    return village


def last_month() -> Month:
    return Month.of(clock.today()).preceding


def test_two_closings_at_once_freeze_each_record_once(real_village: Village):
    make_visit(real_village.house, real_village.gao, str(last_month().first))
    callers = [real_village.client("sun") for _ in range(3)]
    body = {"unit": TOWN, "month": str(last_month())}

    answers = all_at_once([lambda c=caller: c.post("summaries/monthly/close/", body) for caller in callers])

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    assert FrozenRecord.objects.filter(list="visits").count() == 1
    assert ClosedMonth.objects.filter(unit=TOWN).count() == 1
    assert JournalLine.objects.filter(action="summaries.close").count() == 1


def test_a_visit_that_arrives_during_the_closing_is_either_frozen_or_added(real_village: Village):
    gao, sun, day = real_village.client("gao"), real_village.client("sun"), last_month().last
    times = {"started_at": f"{day}T09:00:00+08:00", "ended_at": f"{day}T09:30:00+08:00"}
    visits = [lambda: gao.put_visit(real_village.house, **times)] * 6
    body = {"unit": TOWN, "month": str(last_month())}

    answers = all_at_once([*visits[:3], lambda: sun.post("summaries/monthly/close/", body), *visits[3:]])

    assert sorted(answer.status_code for answer in answers) == [200] + [201] * 6
    frozen = set(FrozenRecord.objects.filter(list="visits").values_list("record", flat=True))
    added = set(Visit.objects.filter(added_month__isnull=False).values_list("pk", flat=True))
    assert frozen.isdisjoint(added)
    assert frozen | added == set(Visit.objects.values_list("pk", flat=True))
    closed = summary(sun, f"unit={TOWN}&month={last_month()}")
    assert closed["visits"]["total"] == len(frozen)
    running = summary(sun, f"unit={TOWN}&month={last_month().following}")
    assert running["added_after_closing"]["visits"] == len(added)
