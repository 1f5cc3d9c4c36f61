"""Groups without a task for some working days: at the boundary, over a holiday, by a unit's own calendar."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grouping.placing import place_new
from opinions.models import Group, Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import make_task
from tests.matters.test_calendar_days import at_day, exception
from tests.samples import at, make_household, make_opinion


@pytest.fixture
def group(village: Village) -> Group:
    """Opened on Wednesday, 30 September 2026; 1 to 7 October are free, Saturday, 10 October is worked."""
    make_opinion(village.house, village.gao, on="2026-09-30")
    place_new()
    Group.objects.update(opened_at=at("2026-09-30 23:59"))
    return Group.objects.get()


def listed(village: Village, day: str, number: int = 3, who: str = "sun") -> list[str]:
    with at_day(day):
        answer = village.client(who).get(f"groups/?waiting_working_days={number}")
    assert answer.status_code == 200, answer.json()
    return [one["id"] for one in answer.json()["results"]]


def test_a_group_is_listed_from_the_third_working_day_after_the_holiday(village: Village, group: Group):
    assert listed(village, "2026-10-07") == []
    assert listed(village, "2026-10-09") == []
    assert listed(village, "2026-10-10") == [str(group.pk)]
    assert listed(village, "2026-10-11", 4) == []  # a Sunday
    assert listed(village, "2026-10-12", 4) == [str(group.pk)]
    assert listed(village, "2026-10-08", 1) == [str(group.pk)]


def test_a_units_own_days_count_for_its_groups_only(village: Village, group: Group):
    far = make_opinion(make_household("9", unit=samples.OTHER_TOWN), village.gao, on="2026-09-30")
    place_new()
    Group.objects.update(opened_at=at("2026-09-30 23:59"))
    elsewhere = str(Opinion.objects.get(pk=far.pk).group_id)
    with at_day("2026-10-08"):
        assert exception(village, samples.COUNTY, "2026-10-08").status_code == 201
        assert exception(village, samples.TOWN, "2026-10-08", works=True).status_code == 201

    assert listed(village, "2026-10-10", who="zheng") == [str(group.pk)]
    assert sorted(listed(village, "2026-10-12", who="zheng")) == sorted([str(group.pk), elsewhere])


def test_what_has_a_task_or_wants_nothing_any_more_does_not_wait(village: Village, group: Group):
    Opinion.objects.update(resolved_on="2026-10-08")
    assert listed(village, "2026-10-12") == []

    Opinion.objects.update(resolved_on=None)
    assert listed(village, "2026-10-12") == [str(group.pk)]
    make_task(village, opinion=Opinion.objects.get())
    assert listed(village, "2026-10-12") == []


@pytest.mark.parametrize("number", ["0", "-1", "251", "three"])
def test_only_a_number_of_working_days_is_asked_for(village: Village, number: str):
    answer = village.client("sun").get(f"groups/?waiting_working_days={number}")

    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json()["errors"]] == ["?waiting_working_days"]


def test_asking_who_waits_costs_two_statements_more(village: Village, group: Group):
    exception(village, samples.COUNTY, "2026-11-12")
    caller = village.client("sun")

    def statements(query: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert caller.get(f"groups/?{query}").status_code == 200
        return len(seen)

    assert statements("waiting_working_days=3") == statements("") + 2
