"""Households are found by what is known of them, by where they stand and by what has not been done for them."""

from datetime import timedelta

import pytest

from fieldapi import clock
from fieldapi.ids import new_id
from households.models import Household
from tests import samples
from tests.samples import make_household, make_pairing
from visits.models import Visit

DAY = timedelta(days=1)


def found(caller, query):
    answer = caller.get(f"households/?{query}")
    assert answer.status_code == 200, answer.json()
    return {row["number"] for row in answer.json()["results"]}


class TestByWhatIsKnown:
    @pytest.fixture(autouse=True)
    def houses(self, village):
        make_household("1", head_name="王守田", tags="|elderly|", address="三组", phone="13800001111")
        make_household("2", head_name="李王氏", tags="|elderly|low_income|", id_number="530626198001011235")
        make_household("12", unit="530626101202", head_name="赵四", state="ended")
        make_household("9", unit=samples.OTHER_VILLAGE, head_name="王五")

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("", {"1", "2", "12", "9"}),
            (f"unit={samples.TOWN}", {"1", "2", "12"}),
            (f"unit={samples.VILLAGE}", {"1", "2"}),
            ("unit=530626103", set()),
            ("number=1", {"1"}),
            ("name=王", {"1", "2", "9"}),
            ("q=三组", {"1"}),
            ("q=12", {"12"}),
            ("tag=elderly", {"1", "2"}),
            ("tag=low_income", {"2"}),
            ("state=ended", {"12"}),
            ("phone=138-0000-1111", {"1"}),
            ("phone=%2B86 138 0000 1111", {"1"}),
            ("phone=+86(138)00001111", {"1"}),
            ("phone=1380000111", set()),
            ("id_number=530626198001011235", {"2"}),
            ("tag=elderly&name=王守", {"1"}),
        ],
    )
    def test_every_parameter_narrows(self, village, query, numbers):
        assert found(village.client("wu"), query) == numbers

    def test_a_desk_finds_nothing_outside_its_subtree(self, village):
        assert found(village.client("zhou"), "") == {"9"}
        assert found(village.client("zhou"), "phone=13800001111") == set()

    @pytest.mark.parametrize("name", ["phone", "id_number"])
    def test_cadres_do_not_search_by_numbers(self, village, name):
        answer = village.client("gao").get(f"households/?{name}=13800001111")

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("tag=rich", "?tag"),
            ("near=28.6", "?near"),
            ("near=91,0", "?near"),
            ("near=nan,0", "?near"),
            ("near=a,b", "?near"),
            ("near=28.6,103&radius_m=0", "?radius_m"),
            ("near=28.6,103&radius_m=20001", "?radius_m"),
            ("radius_m=5", "?radius_m"),
            ("unpaired=maybe", "?unpaired"),
            ("not_visited_since=2026-13-01", "?not_visited_since"),
            ("cadre=gao", "?cadre"),
            ("unit=x", "?unit"),
            ("color=red", "?color"),
        ],
    )
    def test_a_faulty_parameter_is_named(self, village, query, name):
        answer = village.client("wu").get(f"households/?{query}")

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [name]


class TestByWhoServesThem:
    def test_unpaired_are_those_nobody_serves_in_post_a_today(self, village):
        today = clock.today()
        make_pairing(make_household("served"), village.gao)
        make_pairing(make_household("only B"), village.gao, post="B")
        make_pairing(make_household("handed back"), village.gao, ended_on=today)
        make_pairing(make_household("from tomorrow"), village.gao, started_on=today + DAY)
        make_household("ended", state="ended")
        sun = village.client("sun")

        assert found(sun, "unpaired=yes") == {"only B", "handed back", "from tomorrow"}
        assert found(sun, "unpaired=no") == {"served"}

    def test_a_cadres_are_those_paired_with_the_cadre_today(self, village):
        make_pairing(make_household("hers"), village.gao)
        make_pairing(make_household("hers as B"), village.gao, post="B")
        make_pairing(make_household("handed over"), village.gao, ended_on=clock.today())
        make_pairing(make_household("his"), village.lin)

        assert found(village.client("sun"), f"cadre={village.gao.pk}") == {"hers", "hers as B"}

    def test_not_visited_since_a_day_counts_that_day_and_no_withdrawn_visit(self, village):
        def visit(number, moment, **columns):
            at = samples.at(moment)
            Visit.objects.create(
                id=new_id(),
                household=make_household(number),
                kind="home",
                started_at=at,
                occurred_at=at,
                received_at=at,
                day=at.date(),
                cadre=village.gao,
                unit_id=samples.VILLAGE,
                changed_at=at,
                **columns,
            )

        visit("on the day", "2026-11-01 00:00")
        visit("the day before", "2026-10-31 23:59")
        visit("withdrawn", "2026-11-05 10:00", withdrawn=True)
        make_household("never")
        make_household("ended", state="ended")

        assert found(village.client("sun"), "not_visited_since=2026-11-01") == {
            "the day before",
            "withdrawn",
            "never",
        }


class TestNear:
    """A degree of latitude is 110 848 m at 28.6° north, a degree of longitude 97 848 m."""

    @pytest.fixture
    def row_of_houses(self, village):
        for metres in (0, 50, 100, 950, 1100, 3000):
            make_household(str(metres), lat=28.6 + metres / 110_848, lon=103.95)
        make_household("nowhere", lat=None, lon=None)
        make_household("other town", unit=samples.OTHER_VILLAGE, lat=28.6, lon=103.95)

    def test_comes_nearest_first_with_the_distance(self, village, row_of_houses):
        answer = village.client("sun").get("households/?near=28.6,103.95&radius_m=1000").json()

        assert [row["number"] for row in answer["results"]] == ["0", "50", "100", "950"]
        assert [round(row["distance_m"]) for row in answer["results"]] == [0, 50, 100, 950]
        assert (answer["next"], answer["previous"]) == (None, None)

    def test_looks_a_kilometre_around_unless_told_otherwise(self, village, row_of_houses):
        sun = village.client("sun")

        assert found(sun, "near=28.6,103.95") == {"0", "50", "100", "950"}
        assert found(sun, "near=28.6,103.95&radius_m=20000") == {"0", "50", "100", "950", "1100", "3000"}
        assert found(sun, "near=28.6,103.95&radius_m=60&number=50") == {"50"}

    def test_shows_a_cadre_only_households_served(self, village, row_of_houses):
        make_pairing(Household.objects.get(number="100"), village.gao)

        assert found(village.client("gao"), "near=28.6,103.95") == {"100"}

    def test_pages_forth_and_back_without_doubling_a_row(self, village, row_of_houses):
        sun = village.client("sun")
        pages, address = [], "households/?near=28.6,103.95&radius_m=5000&limit=2"
        while address:
            page = sun.get(address).json()
            pages.append([row["number"] for row in page["results"]])
            address, back = page["next"] and page["next"].partition("/api/v1/")[2], page["previous"]

        assert pages == [["0", "50"], ["100", "950"], ["1100", "3000"]]
        before = sun.get(back.partition("/api/v1/")[2]).json()
        assert [row["number"] for row in before["results"]] == ["100", "950"]

    @pytest.mark.parametrize(
        "cursor",
        ["x", "YXxi", "YXwxLjB8eA==", "%00", "YXxuYW58MDE5MjZiM2MtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx"],
    )
    def test_a_cursor_that_is_none_of_ours_is_refused(self, village, row_of_houses, cursor):
        answer = village.client("sun").get(f"households/?near=28.6,103.95&cursor={cursor}")

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")

    def test_sees_across_the_180th_meridian_and_around_a_pole(self, village):
        make_household("east", lat=0, lon=179.999)
        make_household("west", lat=0, lon=-179.999)
        make_household("pole side", lat=89.999, lon=90)
        make_household("other pole side", lat=89.999, lon=-90)
        sun = village.client("sun")

        across = sun.get("households/?near=0,179.9995&radius_m=300").json()["results"]
        assert [(row["number"], round(row["distance_m"])) for row in across] == [("east", 56), ("west", 167)]
        assert found(sun, "near=0,-179.9995&radius_m=300") == {"east", "west"}
        assert found(sun, "near=90,0&radius_m=300") == {"pole side", "other pole side"}
        assert found(sun, "near=-90,0&radius_m=300") == set()

    def test_costs_three_queries_whatever_lies_there(self, village, row_of_houses, django_assert_num_queries):
        sun = village.client("sun")
        for radius in (10, 5000):
            with django_assert_num_queries(3):
                sun.get(f"households/?near=28.6,103.95&radius_m={radius}")
