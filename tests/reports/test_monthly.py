"""The summary of a month that is still open: every figure, worked out by hand."""

import pytest
import time_machine

from households.models import HouseholdChange
from tests.conftest import Village
from tests.reports.october import make_october, records, summary
from tests.samples import COUNTY, OTHER_TOWN, TOWN, at, make_opinion


@pytest.fixture
def october(village: Village):
    with time_machine.travel(at("2026-11-05 09:00"), tick=False):
        village.october = make_october(village)
        yield village


def test_every_figure_of_a_month(october):
    told = summary(october.client("wu"))

    assert (told["unit"], told["month"], told["state"]) == (
        {"code": COUNTY, "name": "绥江县"},
        "2026-10",
        "open",
    )
    assert told["visits"] == {
        "total": 3,
        "households_visited": 2,
        "households_paired": 3,
        "coverage": 0.6667,
        "cadres_active": 4,  # gao, chen, xu, and lin who went along
        "cadres_paired": 5,  # and qian, whose pairing ended during the month
        "people_met": 5,
        "villages_visited": 2,
        "by_kind": {"home": 1, "field": 0, "reception": 1, "office_day": 0, "door_service": 0, "phone": 1},
        "flagged": 2,
    }
    assert told["opinions"] == {
        "collected": 3,
        "resolved": 1,
        "replied": 1,
        "open": 2,
        "by_category": [
            {"category": None, "name": "", "count": 1},
            {"category": "lighting", "name": "照明", "count": 1},
            {"category": "water", "name": "饮水", "count": 1},
        ],
        "by_kind": {"complaint": 1, "request": 1, "suggestion": 0, "praise": 1},
    }
    assert told["tasks"] == {
        "opened": 4,
        "closed": 3,
        "closed_early": 2,  # not the one finished on its due day
        "early_rate": 0.6667,
        "overdue": 1,
        "yellow_cards": 0,
        "red_cards": 0,
        "escalated": 0,
        "declined": 1,
        "reopened": 1,
    }
    assert told["practical_matters"] == {
        "completed": 3,
        "households_benefited": 3,
        "satisfaction": {"asked": 2, "mean": 4.5},
    }
    assert set(told["added_after_closing"].values()) == {0}
    assert (told["previous"], told["year_to_date"], told["by_unit"], told["by_cadre"]) == ({}, {}, [], [])


def test_by_unit_sums_to_the_whole(october):
    told = summary(october.client("wu"), "unit=530626&month=2026-10&include=by_unit")

    assert [entry["unit"]["code"] for entry in told["by_unit"]] == [TOWN, OTHER_TOWN]
    for section, name in (
        ("visits", "total"),
        ("visits", "people_met"),
        ("visits", "flagged"),
        ("opinions", "collected"),
        ("opinions", "open"),
        ("tasks", "opened"),
        ("tasks", "closed"),
        ("practical_matters", "completed"),
    ):
        assert sum(entry[section][name] for entry in told["by_unit"]) == told[section][name], name


def test_rows_of_the_unit_itself_stand_beside_those_of_the_units_below_it(october):
    make_opinion(None, october.sun, on="2026-10-12", unit_id=TOWN, voice="匿名")

    told = summary(october.client("sun"), f"unit={TOWN}&month=2026-10&include=by_unit")

    own = [entry for entry in told["by_unit"] if entry["own"]]
    assert [entry["unit"]["code"] for entry in own] == [TOWN]
    assert own[0]["opinions"]["collected"] == 1
    assert sum(entry["opinions"]["collected"] for entry in told["by_unit"]) == told["opinions"]["collected"]
    assert (
        len(records(october.client("sun"), "opinions.collected", f"unit={TOWN}&month=2026-10&own=yes")) == 1
    )


def test_by_cadre_says_what_each_did(october):
    told = summary(october.client("wu"), "unit=530626&month=2026-10&include=by_cadre")

    by_name = {entry["cadre"]["full_name"]: entry for entry in told["by_cadre"]}
    assert set(by_name) == {"Gao", "Chen", "Qian", "Lin", "Xu"}
    assert by_name["Gao"]["visits"]["total"] == 1
    assert by_name["Gao"]["practical_matters"]["completed"] == 1
    assert by_name["Lin"]["visits"]["total"] == 0
    assert by_name["Lin"]["visits"]["cadres_active"] == 1
    assert by_name["Lin"]["tasks"]["closed_early"] == 1
    assert by_name["Xu"]["visits"]["coverage"] == 1.0


def test_an_office_shows_its_tasks_and_what_its_people_did(october):
    office = october.october.office
    october.gao.office = office
    october.gao.save()

    told = summary(october.client("sun"), f"unit={TOWN}&month=2026-10&office={office.pk}")

    assert (told["tasks"]["opened"], told["tasks"]["closed"], told["tasks"]["overdue"]) == (2, 1, 1)
    assert told["visits"]["total"] == 1
    assert told["opinions"]["collected"] == 1
    assert told["practical_matters"]["completed"] == 2


def test_days_begin_at_midnight_in_shanghai(october):
    wu = october.client("wu")

    assert summary(wu, "unit=530626&from=2026-10-01&to=2026-10-01")["visits"]["total"] == 1
    assert summary(wu, "unit=530626&from=2026-09-30&to=2026-09-30")["visits"]["total"] == 1
    assert summary(wu, "unit=530626&from=2026-10-31&to=2026-10-31")["visits"]["total"] == 1
    assert summary(wu, "unit=530626&month=2026-11")["visits"]["total"] == 0


def test_previous_is_the_month_before(october):
    told = summary(october.client("wu"), "unit=530626&month=2026-10&include=previous")

    assert (told["previous"]["month"], told["previous"]["state"]) == ("2026-09", "open")
    assert told["previous"]["visits"]["total"] == 1
    assert told["previous"]["opinions"]["by_kind"]["suggestion"] == 1


def test_the_year_to_date_adds_the_months_up_and_counts_keys_anew(october):
    told = summary(october.client("wu"), "unit=530626&month=2026-10&include=year_to_date")["year_to_date"]

    assert (told["from"], told["to"]) == ("2026-01-01", "2026-10-31")
    assert told["visits"]["total"] == 4
    assert told["visits"]["households_visited"] == 2
    assert told["opinions"]["collected"] == 4
    assert told["opinions"]["open"] == 2
    assert told["tasks"]["opened"] == 5


def test_a_task_is_overdue_only_when_its_due_day_is_over(october):
    wu = october.client("wu")

    assert summary(wu, "unit=530626&from=2026-10-01&to=2026-10-30")["tasks"]["overdue"] == 0
    assert summary(wu, "unit=530626&from=2026-10-01&to=2026-10-31")["tasks"]["overdue"] == 1
    with time_machine.travel(at("2026-10-31 18:00"), tick=False):
        assert summary(wu, "unit=530626&month=2026-10")["tasks"]["overdue"] == 0


def test_a_due_day_moved_after_the_finish_does_not_make_it_early(october):
    done = october.october.on_time
    done.extended, done.due_on = True, october.october.day("2026-10-30")
    done.save()

    assert summary(october.client("wu"))["tasks"]["closed_early"] == 2


def test_a_household_that_moved_is_paired_where_it_lived_then(october):
    house = october.october.house
    house.unit_id = "530626102202"
    house.save()
    HouseholdChange.objects.create(
        household=house, verb="move", on="2026-11-02", reason="搬迁", was_unit="530626101201",
        by=october.sun, at=at("2026-11-02 10:00"),
    )  # fmt: skip

    wu = october.client("wu")
    assert summary(wu, f"unit={TOWN}&month=2026-10")["visits"]["households_paired"] == 2
    assert summary(wu, f"unit={TOWN}&month=2026-11")["visits"]["households_paired"] == 1
    assert summary(wu, f"unit={OTHER_TOWN}&month=2026-10")["visits"]["households_paired"] == 1
    assert summary(wu, f"unit={OTHER_TOWN}&month=2026-11")["visits"]["households_paired"] == 2
