"""Households move, merge, split and end: what they were is kept, and who serves them follows."""

import pytest
import time_machine

from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from households.models import Household, HouseholdChange, Pairing
from tests import samples
from tests.households.test_pairings import refused
from tests.samples import make_household, make_pairing

YESTERDAY, TODAY, TOMORROW = "2026-11-09", "2026-11-10", "2026-11-11"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(samples.at(f"{TODAY} 12:00")):
        yield


@pytest.fixture
def house(village):
    """Served by gao (A) and chen (B) since January; lin was A last year."""
    house = make_household("7", size=4)
    make_pairing(house, village.lin, started_on="2025-01-01", ended_on="2026-01-01")
    make_pairing(house, village.gao)
    make_pairing(house, village.chen, post="B")
    return house


def serving(house):
    rows = house.pairings.order_by("started_on", "post").values_list("post", "cadre__username", "ended_on")
    return [(post, name, end and str(end)) for post, name, end in rows]


def actions():
    return list(JournalLine.objects.order_by("id").values_list("action", flat=True))


AS_IT_WAS = [("A", "lin", "2026-01-01"), ("A", "gao", None), ("B", "chen", None)]


def untouched(house):
    row = Household.objects.get(pk=house.pk)
    return (
        (row.state, row.version, row.unit_id) == ("active", 1, samples.VILLAGE)
        and serving(house) == AS_IT_WAS
        and not HouseholdChange.objects.exists()
        and not JournalLine.objects.exists()
    )


class TestMoving:
    def test_within_the_town_takes_its_pairings_along(self, village, house):
        sun = village.client("sun")

        answer = sun.post(
            f"households/{house.pk}/move/", {"unit": "530626101202", "number": "70", "reason": "搬迁"}
        )

        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        assert (answer.json()["unit"], answer.json()["number"]) == ("530626101202", "70")
        assert serving(house) == AS_IT_WAS
        assert sun.get(f"households/{house.pk}/").json()["changes"] == [
            {
                "verb": "move",
                "on": TODAY,
                "reason": "搬迁",
                "was_unit": samples.VILLAGE,
                "other": None,
                "by": str(village.sun.pk),
            }
        ]
        assert actions() == ["households.move"]

    def test_to_another_town_ends_its_pairings_that_day(self, village, house):
        zheng = village.client("zheng")

        answer = zheng.post(
            f"households/{house.pk}/move/",
            {"unit": samples.OTHER_VILLAGE, "on": YESTERDAY, "reason": "搬迁"},
        )

        assert answer.status_code == 200
        assert serving(house) == [
            ("A", "lin", "2026-01-01"),
            ("A", "gao", YESTERDAY),
            ("B", "chen", YESTERDAY),
        ]
        assert village.client("sun").get(f"households/{house.pk}/").status_code == 404
        assert village.client("zhou").get(f"households/{house.pk}/").status_code == 200
        assert actions() == ["households.move", "pairings.end", "pairings.end"]

    @pytest.mark.parametrize(
        ("columns", "status", "code", "pointer"),
        [
            ({"unit": samples.OTHER_VILLAGE}, 400, "unit_unknown", "/unit"),
            ({"unit": samples.VILLAGE}, 409, "wrong_state", "/unit"),
            ({"unit": "530626101202", "number": "8"}, 409, "already_exists", "/number"),
            ({"unit": "530626101202", "on": TOMORROW}, 400, "impossible_time", "/on"),
            ({"unit": "530626101202", "reason": ""}, 400, "bad_input", "/reason"),
        ],
    )
    def test_where_it_cannot_go_leaves_it_where_it_is(self, village, house, columns, status, code, pointer):
        make_household("8", unit="530626101202")

        answer = village.client("sun").post(f"households/{house.pk}/move/", {"reason": "搬迁"} | columns)

        refused(answer, status, code, pointer)
        assert untouched(house)


class TestMerging:
    def test_ends_one_household_in_another(self, village, house):
        other = make_household("8")

        answer = village.client("sun").post(
            f"households/{house.pk}/merge/", {"into": str(other.pk), "reason": "老人随子女"}
        )

        row = answer.json()
        assert (answer.status_code, row["state"]) == (200, "merged")
        assert (row["merged_into"], row["ended_on"]) == (str(other.pk), TODAY)
        assert serving(house)[1:] == [("A", "gao", TODAY), ("B", "chen", TODAY)]
        assert HouseholdChange.objects.get().other_id == other.pk
        assert actions() == ["households.merge", "pairings.end", "pairings.end"]

    @pytest.mark.parametrize(
        ("into", "status", "code"),
        [
            ("nobody", 400, "household_unknown"),
            ("far", 400, "household_unknown"),
            ("itself", 409, "wrong_state"),
            ("ended", 409, "wrong_state"),
        ],
    )
    def test_into_what_cannot_hold_it_is_refused(self, village, house, into, status, code):
        rows = {
            "far": make_household("9", unit=samples.OTHER_VILLAGE).pk,
            "ended": make_household("8", state="ended").pk,
            "itself": house.pk,
            "nobody": new_id(),
        }

        answer = village.client("sun").post(
            f"households/{house.pk}/merge/", {"into": str(rows[into]), "reason": "x"}
        )

        refused(answer, status, code, "/into")
        assert untouched(house)


class TestSplitting:
    def test_makes_a_household_served_by_the_same_cadres(self, village, house):
        answer = village.client("sun").post(
            f"households/{house.pk}/split/",
            {"number": "7-1", "head_name": "王小某", "size": 2, "on": YESTERDAY, "reason": "分户"},
        )

        new = answer.json()
        assert (answer.status_code, new["number"], new["unit"]) == (201, "7-1", samples.VILLAGE)
        split_off = Household.objects.get(pk=new["id"])
        assert serving(split_off) == [("A", "gao", None), ("B", "chen", None)]
        assert {str(row.started_on) for row in split_off.pairings.all()} == {YESTERDAY}
        assert serving(house) == AS_IT_WAS
        change = HouseholdChange.objects.get()
        assert (change.household_id, change.verb, change.other_id) == (house.pk, "split", split_off.pk)
        assert actions() == ["households.create", "households.split", "pairings.create", "pairings.create"]

    def test_under_a_number_that_is_taken_makes_nothing(self, village, house):
        make_household("8")

        answer = village.client("sun").post(
            f"households/{house.pk}/split/", {"number": "8", "head_name": "王小某", "reason": "分户"}
        )

        refused(answer, 409, "already_exists", "/number")
        assert Household.objects.count() == 2
        assert untouched(house)


class TestEnding:
    def test_ends_its_pairings_and_those_that_were_to_begin(self, village, house):
        Pairing.objects.filter(cadre=village.gao).update(ended_on=TOMORROW)
        make_pairing(house, village.qian, started_on=TOMORROW)

        answer = village.client("sun").post(f"households/{house.pk}/end/", {"reason": "老人去世"})

        row = answer.json()
        assert (answer.status_code, row["state"], row["ended_on"]) == (200, "ended", TODAY)
        assert serving(house)[1:] == [
            ("A", "gao", TODAY),
            ("B", "chen", TODAY),
            ("A", "qian", TOMORROW),  # an empty period: it never began
        ]
        assert village.client("gao").get(f"households/{house.pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("verb", "body"),
        [
            ("end", {}),
            ("move", {"unit": "530626101202"}),
            ("merge", {"into": "other"}),
            ("split", {"number": "7-1", "head_name": "王小某"}),
        ],
    )
    def test_what_has_ended_stays_as_it_is(self, village, verb, body):
        ended = make_household("8", state="ended")
        if "into" in body:
            body = {"into": str(make_household("9").pk)}

        answer = village.client("sun").post(f"households/{ended.pk}/{verb}/", {"reason": "x"} | body)

        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
        assert not HouseholdChange.objects.exists()
        assert not JournalLine.objects.exists()


@pytest.mark.parametrize("verb", ["move", "merge", "split", "end"])
@pytest.mark.parametrize(("name", "status"), [("gao", 403), ("wu", 403), ("zhou", 404), (None, 401)])
def test_history_is_written_by_the_households_own_desk(village, house, verb, name, status):
    body = {
        "move": {"unit": "530626101202"},
        "merge": {"into": str(make_household("9").pk)},
        "split": {"number": "7-1", "head_name": "王小某"},
        "end": {},
    }[verb]

    answer = village.client(name).post(f"households/{house.pk}/{verb}/", {"reason": "x"} | body)

    assert answer.status_code == status
    assert untouched(house)
