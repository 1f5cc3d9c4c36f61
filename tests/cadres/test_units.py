"""Units and offices: the tree of divisions, and the departments tasks can be given to."""

import pytest

from cadres.models import Office, Unit
from fieldapi.models import JournalLine
from tests.samples import COUNTY, OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE, make_office

HAMLET = "530626101201001"


def codes(answer) -> list[str]:
    return [row["code"] for row in answer.json()["results"]]


def faults(answer) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_a_unit_is_shown_by_its_code(village):
    answer = village.client("gao").get(f"units/{VILLAGE}/")

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == {
        "code": VILLAGE,
        "name": "田坝村民委员会",
        "level": "village",
        "location": None,
        "far_m": None,
        "version": 1,
    }


def test_units_of_the_own_subtree_are_listed_and_no_others(village):
    assert codes(village.client("sun").get("units/")) == [TOWN, VILLAGE, "530626101202"]
    assert village.client("sun").get(f"units/{OTHER_TOWN}/").status_code == 404
    assert village.client("sun").get(f"units/{COUNTY}/").status_code == 404


def test_units_are_listed_by_subtree_level_and_name(village):
    zheng = village.client("zheng")

    assert codes(zheng.get(f"units/?under={OTHER_TOWN}")) == [OTHER_TOWN, OTHER_VILLAGE]
    assert codes(zheng.get("units/?level=town")) == [TOWN, OTHER_TOWN]
    assert codes(zheng.get("units/?q=田坝")) == [VILLAGE]


def test_an_admin_adds_a_hamlet_and_its_level_follows_from_the_code(village):
    body = {"code": HAMLET, "name": "一组", "location": {"lat": 28.6, "lon": 103.95}}
    answer = village.client("zheng").post("units/", body)

    assert answer.status_code == 201
    assert (answer.json()["level"], answer.json()["location"]) == ("hamlet", {"lat": 28.6, "lon": 103.95})
    assert JournalLine.objects.get(action="units.create").unit == HAMLET


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"code": "530626103201", "name": "无镇之村"}, [("/code", "unit_unknown")]),
        ({"code": "530627101", "name": "别县之镇"}, [("/code", "unit_unknown")]),
        ({"code": "5306", "name": "上级"}, [("/code", "unit_unknown")]),
        ({"code": VILLAGE, "name": "又一个"}, [("/code", "already_exists")]),
        ({"code": "5306261", "name": "位数不对"}, [("/code", "invalid")]),
        ({"code": 530626101, "name": "数字"}, [("/code", "invalid")]),
        ({"code": HAMLET, "name": ""}, [("/name", "blank")]),
        ({"code": HAMLET, "name": "一组", "level": "town"}, [("/level", "unknown_field")]),
        (
            {"code": HAMLET, "name": "一组", "location": {"lat": 91, "lon": 0}},
            [("/location/lat", "max_value")],
        ),
        (
            {"code": HAMLET, "name": "一组", "location": {"lat": "28", "lon": 0}},
            [("/location/lat", "invalid")],
        ),
        ({"code": HAMLET, "name": "一组", "location": {"lat": 28}}, [("/location/lon", "required")]),
        ({"code": HAMLET, "name": "一组", "location": [28, 103]}, [("/location", "invalid")]),
        ({"code": HAMLET, "name": "一组", "far_m": True}, [("/far_m", "invalid")]),
    ],
)
def test_a_unit_that_cannot_be_is_refused_with_the_reason(village, body, told):
    answer = village.client("zheng").post("units/", body)

    assert answer.status_code in (400, 409)
    assert faults(answer) == told
    assert Unit.objects.count() == 8
    assert not JournalLine.objects.filter(action="units.create").exists()


def test_a_unit_is_edited_at_the_version_one_has_read(village):
    zheng = village.client("zheng")

    edited = zheng.patch(f"units/{VILLAGE}/", {"far_m": 500}, version=1)
    assert (edited.status_code, edited.json()["far_m"], edited.json()["version"]) == (200, 500, 2)
    assert edited.headers["ETag"] == '"2"'

    stale = zheng.patch(f"units/{VILLAGE}/", {"far_m": 900}, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    missing = zheng.patch(f"units/{VILLAGE}/", {"far_m": 900})
    assert (missing.status_code, missing.json()["code"]) == (428, "version_required")
    assert Unit.objects.get(pk=VILLAGE).far_m == 500
    assert JournalLine.objects.get(action="units.partial_update").detail == '{"changed":{"far_m":[null,500]}}'


@pytest.mark.parametrize("named", ['"1"', 'W/"1"', "1"])
def test_a_weak_version_counts_like_a_strong_one(village, named):
    answer = village.client("zheng").patch(f"units/{VILLAGE}/", {"name": "田坝村"}, **{"If-Match": named})
    assert answer.status_code == 200


@pytest.mark.parametrize("named", ["*", '"one"', '"1", "2"', '"-1"', '"99999999999"', '"²"'])
def test_a_version_that_makes_no_sense_matches_nothing(village, named):
    answer = village.client("zheng").patch(f"units/{VILLAGE}/", {"name": "田坝村"}, **{"If-Match": named})

    assert (answer.status_code, answer.json()["code"]) == (412, "version_stale")
    assert Unit.objects.get(pk=VILLAGE).name == "田坝村民委员会"


def test_a_location_is_taken_away_with_null_and_never_halved(village):
    zheng = village.client("zheng")
    zheng.patch(f"units/{VILLAGE}/", {"location": {"lat": 28.6, "lon": 103.95}}, version=1)

    half = zheng.patch(f"units/{VILLAGE}/", {"location": {"lat": 1.0}}, version=2)
    assert (half.status_code, faults(half)) == (400, [("/location/lon", "required")])
    gone = zheng.patch(f"units/{VILLAGE}/", {"location": None}, version=2)
    assert gone.json()["location"] is None


def test_offices_are_added_renamed_and_found(village):
    zheng = village.client("zheng")

    added = zheng.post("offices/", {"unit": TOWN, "name": "民政办"})
    assert added.status_code == 201
    row = added.json()
    assert (row["unit"], row["name"], row["version"]) == (TOWN, "民政办", 1)

    renamed = zheng.patch(f"offices/{row['id']}/", {"name": "民政和社保办"}, version=1)
    assert renamed.json()["version"] == 2
    found = village.client("sun").get(f"offices/?unit={TOWN}&q=社保").json()["results"]
    assert [office["id"] for office in found] == [row["id"]]
    assert village.client("zhou").get(f"offices/{row['id']}/").status_code == 404


def test_an_edit_of_an_office_that_names_nothing_changes_nothing(village):
    office = make_office("民政办")

    answer = village.client("zheng").patch(f"offices/{office.pk}/", {}, version=1)

    assert (answer.status_code, answer.json()["name"]) == (200, "民政办")


def test_two_offices_of_one_unit_cannot_share_a_name(village):
    make_office("民政办"), make_office("农业办")
    zheng = village.client("zheng")

    again = zheng.post("offices/", {"unit": TOWN, "name": "民政办"})
    assert (again.status_code, faults(again)) == (409, [("/name", "already_exists")])
    other = Office.objects.get(name="农业办")
    renamed = zheng.patch(f"offices/{other.pk}/", {"name": "民政办"}, version=1)
    assert (renamed.status_code, faults(renamed)) == (409, [("/name", "already_exists")])
    assert Office.objects.filter(name="民政办").count() == 1


def test_an_office_elsewhere_is_out_of_reach(village):
    answer = village.client("zheng").post("offices/", {"unit": "530627101", "name": "民政办"})

    assert (answer.status_code, faults(answer)) == (400, [("/unit", "unit_unknown")])
    assert Office.objects.count() == 0
