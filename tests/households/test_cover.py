"""Who serves a household on a day, and when B acts for A."""

from datetime import date

import pytest

from cadres.models import Absence
from households.cover import acting, nearest, post_on, served
from tests import samples
from tests.samples import make_household, make_pairing, make_user

OCTOBER, NOVEMBER = date(2026, 10, 15), date(2026, 11, 15)


def away(cadre, first: str, last: str) -> None:
    Absence.objects.create(
        cadre=cadre,
        started_on=first,
        ended_on=last,
        reason="学习",
        recorded_by=cadre,
        changed_at=samples.at("2026-10-01"),
    )


@pytest.fixture
def house(village):
    """A: qian until 1 November, then gao. B: chen."""
    house = make_household()
    make_pairing(house, village.qian, started_on="2026-09-01", ended_on="2026-11-01")
    make_pairing(house, village.gao, started_on="2026-11-01")
    make_pairing(house, village.chen, post="B", started_on="2026-09-01")
    return house


def history(cadre, house):
    return served(cadre, [house.pk])[house.pk]


class TestThePostOnADay:
    def test_is_that_of_the_pairing_in_force_and_none_on_the_day_it_ends(self, village, house):
        assert post_on(history(village.qian, house), OCTOBER) == ("A", False)
        assert post_on(history(village.qian, house), date(2026, 10, 31)) == ("A", False)
        assert post_on(history(village.qian, house), date(2026, 11, 1)) == (None, False)
        assert post_on(history(village.gao, house), date(2026, 11, 1)) == ("A", False)

    def test_b_covers_exactly_on_the_days_a_is_away(self, village, house):
        away(village.gao, "2026-11-14", "2026-11-16")

        told = [post_on(history(village.chen, house), date(2026, 11, day)) for day in (13, 14, 16, 17)]

        assert told == [("B", False), ("B", True), ("B", True), ("B", False)]

    def test_an_absence_of_the_predecessor_turns_on_no_cover_after_the_hand_over(self, village, house):
        away(village.qian, "2026-10-20", "2026-11-30")

        assert post_on(history(village.chen, house), date(2026, 10, 31)) == ("B", True)
        assert post_on(history(village.chen, house), date(2026, 11, 1)) == ("B", False)

    def test_an_absence_of_a_is_no_cover_for_a(self, village, house):
        away(village.gao, "2026-11-01", "2026-11-30")

        assert post_on(history(village.gao, house), NOVEMBER) == ("A", False)


class TestServed:
    def test_lists_every_pairing_there_ever_was_and_leaves_out_households_never_served(self, village, house):
        other = make_household("2")

        assert set(served(village.gao, [house.pk, other.pk])) == {house.pk}
        assert served(village.lin, [house.pk]) == {}

    def test_costs_one_query_for_a_hundred_households_with_their_rows(
        self, village, django_assert_num_queries
    ):
        houses = [make_household(str(number)) for number in range(100)]
        for one in houses:
            make_pairing(one, village.gao)
            make_pairing(one, village.chen, post="B")
        away(village.gao, "2026-11-01", "2026-11-30")

        with django_assert_num_queries(1):
            found = served(village.chen, [one.pk for one in houses])
            told = [(history[0].household.unit_id, post_on(history, NOVEMBER)) for history in found.values()]

        assert told == [(samples.VILLAGE, ("B", True))] * 100

    def test_the_nearest_pairing_is_the_one_in_force_else_the_closest_in_days(self, village, house):
        current = house.pairings.get(cadre=village.gao)
        current.ended_on = "2026-12-01"
        current.save()
        make_pairing(house, village.qian, started_on="2026-12-01", ended_on="2026-12-10")
        first, second = history(village.qian, house)

        assert nearest([first, second], OCTOBER) == first
        assert nearest([first, second], date(2026, 11, 5)) == first
        assert nearest([first, second], date(2026, 11, 28)) == second


class TestWhoActs:
    def test_is_a_or_b_while_a_is_away(self, village, house):
        away(village.gao, "2026-11-14", "2026-11-16")

        assert acting([house.pk], date(2026, 11, 13)) == {house.pk: village.gao}
        assert acting([house.pk], NOVEMBER) == {house.pk: village.chen}

    def test_is_a_where_both_are_away_or_there_is_no_b(self, village, house):
        lonely = make_household("2")
        make_pairing(lonely, village.gao)
        away(village.gao, "2026-11-14", "2026-11-16")
        away(village.chen, "2026-11-14", "2026-11-16")

        assert acting([house.pk, lonely.pk], NOVEMBER) == {house.pk: village.gao, lonely.pk: village.gao}

    def test_is_b_where_there_is_no_a_and_nobody_where_nobody_is_paired(self, village):
        with_b, with_none = make_household("2"), make_household("3")
        make_pairing(with_b, make_user("feng"), post="B")

        found = acting([with_b.pk, with_none.pk], NOVEMBER)

        assert [user.username for user in found.values()] == ["feng"]
        assert set(found) == {with_b.pk}
