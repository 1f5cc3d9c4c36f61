"""`/pairings/suggest/`: who might serve the households without a cadre; nothing is paired until a bulk call."""

from datetime import date

import pytest

from fieldapi import clock
from households.models import Household, Pairing
from tests import samples
from tests.households.test_pairings import refused
from tests.matters.acting import make_task
from tests.samples import make_household, make_pairing

ASKED = {"unit": samples.TOWN, "max_per_cadre": 10}


def east(metres):
    return samples.PLACE[1] + metres / 97_848


@pytest.fixture
def town(village):
    """Gao lives in the west, lin 2 km east of her; chen, qian are not here."""
    village.gao.lat, village.gao.lon = samples.PLACE
    village.gao.save()
    village.lin.lat, village.lin.lon = samples.PLACE[0], east(2000)
    village.lin.save()
    return village


def proposed(village, name="sun", **asked):
    """{household number: cadre}, and the whole answer."""
    answer = village.client(name).post("pairings/suggest/", ASKED | asked)
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    numbers = {str(row.pk): row.number for row in Household.objects.all()}
    names = {str(user.pk): user.username for user in (village.gao, village.lin)}
    return {numbers[row["household"]]: names[row["cadre"]] for row in told["pairings"]}, told


class TestAProposal:
    def test_gives_each_household_to_somebody_near(self, town):
        make_household("1", lon=east(100))
        make_household("2", lon=east(1900))

        pairs, told = proposed(town)

        assert pairs == {"1": "gao", "2": "lin"}
        assert [round(row["distance_m"], -1) for row in told["distances"]] == [100, 100]
        assert (round(told["total_m"], -1), round(told["baseline_m"], -1)) == (200, 200)
        assert told["left_over"] == []

    def test_is_no_pairing_until_it_is_sent_to_bulk_as_it_stands(self, town):
        make_household("1", lon=east(100))
        sun = town.client("sun")
        told = sun.post("pairings/suggest/", ASKED).json()
        assert not Pairing.objects.exists()

        answers = [sun.post("pairings/bulk/", {"pairings": told["pairings"]}).json() for _ in range(2)]

        assert [answer["created"] for answer in answers] == [1, 0]
        row = Pairing.objects.get()
        assert (row.cadre, row.post, row.started_on) == (town.gao, "A", clock.today())
        assert proposed(town)[0] == {}

    def test_leaves_over_what_nobody_has_room_for_those_served_already_counted(self, town):
        make_pairing(make_household("served"), town.gao)
        houses = [make_household(str(number), lon=east(100)) for number in (1, 2, 10)]

        pairs, _ = proposed(town, max_per_cadre=2)

        assert sorted(pairs) == ["1", "10", "2"]
        assert sorted(pairs.values()) == ["gao", "lin", "lin"]
        assert proposed(town, max_per_cadre=1)[1]["left_over"] == [str(houses[1].pk), str(houses[2].pk)]

    def test_leaves_alone_households_that_are_served_to_be_served_or_gone(self, town):
        make_pairing(make_household("served"), town.gao)
        make_pairing(make_household("later"), town.gao, started_on="2099-01-01")
        make_pairing(make_household("ended"), town.gao, ended_on=clock.today())
        make_pairing(make_household("only b"), town.gao, post="B")
        make_household("gone", state="ended")
        make_household("other town", unit=samples.OTHER_VILLAGE)

        pairs, _ = proposed(town)

        assert pairs == {"ended": "gao", "only b": "lin"}  # nobody holds both posts of a household

    def test_for_post_b_gives_nobody_a_household_whose_a_they_are(self, town):
        make_pairing(make_household("1", lon=east(100)), town.gao)

        pairs, told = proposed(town, post="B", started_on="2026-12-01")

        assert pairs == {"1": "lin"}
        assert told["pairings"][0]["post"] == "B"
        assert told["pairings"][0]["started_on"] == str(date(2026, 12, 1))

    def test_counts_somebody_without_a_place_from_the_unit_and_a_unit_from_its_households(self, town):
        town.lin.lat = town.lin.lon = None
        town.lin.unit_id = "530626101202"
        town.lin.save()
        make_household("far", unit="530626101202", lon=east(3000))
        make_household("near", lon=east(100))

        assert proposed(town)[0] == {"far": "lin", "near": "gao"}

    def test_for_a_village_asks_the_cadres_of_its_town(self, town):
        make_household("1", lon=east(100))

        assert proposed(town, unit=samples.VILLAGE)[0] == {"1": "gao"}

    def test_weighs_households_by_tags_and_open_tasks(self, town):
        make_pairing(make_household("0", tags="|elderly|disabled|", lon=east(100)), town.gao)
        opinions = [samples.make_opinion(make_household(number), town.gao) for number in ("11", "12")]
        make_task(town, opinion=opinions[0])
        make_task(town, "confirmed", opinion=opinions[1])
        assert town.house  # gao's, without tag or task

        _, told = proposed(town)

        assert sum(row["load"] for row in told["loads"]) == 2 + 1 + 1.5 + 1

    def test_costs_the_same_queries_for_two_households_and_for_twenty(
        self, town, django_assert_max_num_queries
    ):
        sun = town.client("sun")
        for batch in (range(2), range(2, 20)):
            for number in batch:
                make_household(str(number), lon=east(number))
            with django_assert_max_num_queries(9):
                sun.post("pairings/suggest/", ASKED)


class TestWhatIsAsked:
    @pytest.mark.parametrize(
        ("asked", "pointer"),
        [
            ({"unit": samples.OTHER_TOWN}, "/unit"),
            ({"max_per_cadre": 0}, "/max_per_cadre"),
            ({"max_per_cadre": "ten"}, "/max_per_cadre"),
            ({"post": "C"}, "/post"),
            ({"cadres": []}, "/cadres"),
        ],
    )
    def test_is_checked(self, town, asked, pointer):
        answer = town.client("sun").post("pairings/suggest/", ASKED | asked)

        code = "unit_unknown" if pointer == "/unit" else "bad_input"
        refused(answer, 400, code, pointer)
