"""A spreadsheet of pairings: households by village and number, cadres by user name or name."""

import pytest

from fieldapi import clock
from fieldapi.ids import new_id
from households.models import Household, Pairing
from tests import samples
from tests.households.test_pairings import periods
from tests.households.uploads import csv_file, faults, outcomes, upload
from tests.samples import make_household, make_pairing, make_user
from visits.models import Visit

HEADINGS = "乡镇,村,户号,户主姓名,干部,岗位,开始日期,结束日期"


@pytest.fixture
def house(village):
    make_user("feng", full_name="冯干部")
    make_user("pan", full_name="重名")
    make_user("pan2", full_name="重名")
    make_household("7", unit="530626101202", head_name="另一户")
    make_household("8", unit="530626101202", head_name="独此一户")
    return make_household("7", head_name="王守田")


def take(village, *rows, name="sun", **fields):
    """The pairings of `rows`, imported by the town's supervisor."""
    assert village.gao
    assert village.chen
    return upload(village.client(name), "pairings", csv_file(HEADINGS, *rows), **fields)


class TestGoodRows:
    def test_pair_by_user_name_or_full_name(self, village, house):
        answer = take(
            village, ",田坝村,7,王守田,gao,A岗,2026-11-01,", ",田坝村,7,,冯干部,B,2026年11月3日,2026/12/1"
        )

        assert outcomes(answer) == ["created", "created"]
        assert periods(house) == [
            ("A", "gao", "2026-11-01", None),
            ("B", "feng", "2026-11-03", "2026-12-01"),
        ]
        assert Pairing.objects.first().assigned_by == village.sun

    def test_begin_today_in_post_a_unless_they_say_otherwise(self, village, house):
        take(village, ",田坝,7,,gao,,,")

        assert periods(house) == [("A", "gao", str(clock.today()), None)]

    def test_need_no_village_where_the_number_is_the_only_one(self, village, house):
        assert outcomes(take(village, ",,8,,gao,,,")) == ["created"]
        assert faults(take(village, ",,7,,gao,,,")) == {2: [("number", "household_ambiguous")]}
        assert outcomes(take(village, ",,7,王守田,gao,,,")) == ["created"]

    def test_a_hand_over_within_one_file_is_taken(self, village, house):
        answer = take(village, ",田坝,7,,gao,A,2026-01-01,2026-11-01", ",田坝,7,,chen,A,2026-11-01,")

        assert outcomes(answer) == ["created", "created"]


class TestTheSameAgain:
    def test_changes_nothing(self, village, house):
        row = ",田坝,7,,gao,A,2026-11-01,"

        assert outcomes(take(village, row)) == ["created"]
        assert outcomes(take(village, row)) == ["unchanged"]
        assert outcomes(take(village, ",田坝,7,,gao,,,")) == ["unchanged"]  # it is in force today
        assert Pairing.objects.count() == 1

    def test_with_another_last_day_is_reported(self, village, house):
        take(village, ",田坝,7,,gao,A,2026-11-01,")

        assert faults(take(village, ",田坝,7,,gao,A,2026-11-01,2026-12-01")) == {2: [("ended_on", "differs")]}
        assert periods(house) == [("A", "gao", "2026-11-01", None)]


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            (",田坝,99,,gao,,,", ("number", "household_unknown")),
            (",团结村,7,,gao,,,", ("unit", "unit_unknown")),
            ("南岸镇,田坝,7,,gao,,,", ("town", "unit_unknown")),
            (",田坝,7,李某,gao,,,", ("head_name", "differs")),
            (",田坝,7,,nobody,,,", ("cadre", "user_unknown")),
            (",田坝,7,,sun,,,", ("cadre", "user_unknown")),
            (",田坝,7,,重名,,,", ("cadre", "user_ambiguous")),
            (",田坝,7,,,,,", ("cadre", "required")),
            (",田坝,7,,gao,C,,", ("post", "bad_choice")),
            (",田坝,7,,gao,A,昨天,", ("started_on", "bad_day")),
            (",田坝,7,,gao,A,2026-11-02,2026-11-01", ("ended_on", "ends_before_start")),
            (",田坝,7,,gao,A,2026-11-01,", ("post", "post_taken")),
            (",田坝,7,,chen,B,2026-11-01,", ("cadre", "same_person")),
        ],
    )
    def test_are_reported_and_the_others_taken(self, village, house, row, fault):
        make_pairing(house, village.chen, started_on="2026-10-01")

        answer = take(village, row, ",大沙,8,,gao,,,")

        assert faults(answer) == {2: [fault]}
        assert periods(house) == [("A", "chen", "2026-10-01", None)]
        assert Pairing.objects.count() == 2

    def test_two_rows_for_one_post_leave_the_first(self, village, house):
        answer = take(village, ",田坝,7,,gao,A,,", ",田坝,7,,chen,A,,")

        assert faults(answer) == {3: [("post", "post_taken")]}
        assert [row[1] for row in periods(house)] == ["gao"]


class TestUndoing:
    def test_takes_the_pairings_back(self, village, house):
        batch = take(village, ",田坝,7,,gao,,,").json()["id"]

        assert village.client("sun").post(f"imports/{batch}/undo/").status_code == 200
        assert not Pairing.objects.exists()

    def test_takes_nothing_back_once_somebody_has_visited(self, village, house):
        batch = take(village, ",田坝,7,,gao,,,", ",大沙,8,,gao,,,").json()["id"]
        now = clock.now()
        Visit.objects.create(
            id=new_id(),
            household=Household.objects.get(number="8"),
            kind="home",
            started_at=now,
            occurred_at=now,
            received_at=now,
            day=clock.today(),
            cadre=village.gao,
            unit_id=samples.VILLAGE,
            changed_at=now,
        )

        answer = village.client("sun").post(f"imports/{batch}/undo/")

        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        assert Pairing.objects.count() == 2

    def test_of_households_waits_for_that_of_their_pairings(self, village, house):
        sun = village.client("sun")
        file = csv_file("村,户号,户主", "田坝,70,王某")
        first = upload(sun, "households", file).json()["id"]
        second = take(village, ",田坝,70,,gao,,,").json()["id"]

        told = [sun.post(f"imports/{batch}/undo/").status_code for batch in (first, second, first)]

        assert told == [409, 200, 200]


def test_five_hundred_rows_cost_as_many_statements_as_five(village, django_assert_max_num_queries):
    """But for the inserts of SQLite, which take a hundred rows each."""
    for number in range(505):
        make_household(str(number))
    rows = [HEADINGS, *(f",田坝,{number},,{village.gao.username},A,," for number in range(505))]
    sun = village.client("sun")

    with django_assert_max_num_queries(25):
        upload(sun, "pairings", csv_file(*rows[:6]))
    with django_assert_max_num_queries(30):
        assert upload(sun, "pairings", csv_file(*rows)).json()["created"] == 500
