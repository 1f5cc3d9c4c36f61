"""The list of categories: a starter set, kept by admins."""

import pytest

from opinions.models import Category
from tests import samples
from tests.conftest import Village
from tests.samples import make_opinion


def test_there_is_a_set_to_begin_with(village: Village):
    rows = village.client("gao").get("categories/?limit=500").json()["results"]

    codes = [row["code"] for row in rows]
    assert codes == sorted(codes)
    assert len(codes) == 30
    assert {"lighting", "water", "roads", "land_requisition", "mining", "rural_consolidation"} <= set(codes)
    assert all(row["name"] and row["name_en"] and row["active"] for row in rows)


def test_an_admin_adds_a_category_once(village: Village):
    body = {"code": "tea_trade", "name": "茶叶产销", "name_en": "Tea trade"}

    first = village.client("zheng").post("categories/", body)
    second = village.client("zheng").post("categories/", body)

    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    told = {"deadline_days": 15, "deadline_in": "working_days", "needs_review": False}
    assert first.json() == body | told | {"active": True, "version": 1}
    assert (second.status_code, second.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"code": "Tea", "name": "茶"}, "/code", "invalid"),
        ({"code": "1tea", "name": "茶"}, "/code", "invalid"),
        ({"code": "t" * 41, "name": "茶"}, "/code", "invalid"),
        ({"code": "tea"}, "/name", "required"),
        ({"code": "tea", "name": ""}, "/name", "blank"),
        ({"code": "tea", "name": "茶" * 101}, "/name", "max_length"),
        ({"code": "tea", "name": "茶", "colour": "green"}, "/colour", "unknown_field"),
    ],
)
def test_a_faulty_category_is_pointed_at(village: Village, body: dict, pointer: str, code: str):
    answer = village.client("zheng").post("categories/", body)

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert Category.objects.filter(code="tea").count() == 0


def test_a_category_is_put_away_without_losing_what_was_said_under_it(village: Village):
    zheng = village.client("zheng")

    answer = zheng.patch("categories/mining/", {"active": False}, version=1)

    assert (answer.status_code, answer.json()["active"], answer.json()["version"]) == (200, False, 2)
    listed = zheng.get("categories/?active=no").json()["results"]
    assert [row["code"] for row in listed] == ["mining"]


def test_a_change_names_the_version_it_saw(village: Village):
    zheng = village.client("zheng")

    assert zheng.patch("categories/mining/", {"name": "采矿"}).status_code == 428
    assert zheng.patch("categories/mining/", {"name": "采矿"}, version=7).status_code == 412
    assert zheng.patch("categories/nothing/", {"name": "采矿"}, version=1).status_code == 404
    assert Category.objects.get(pk="mining").name == "矿山开采"


@pytest.mark.parametrize("active", ["no", 0, None, "false"])
def test_active_is_true_or_false(village: Village, active: object):
    answer = village.client("zheng").patch("categories/mining/", {"active": active}, version=1)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/active")


def test_a_task_takes_no_category_that_was_put_away(village: Village):
    Category.objects.filter(pk="mining").update(active=False)
    opinion = make_opinion(village.house, village.gao)
    answer = village.client("sun").post(
        "tasks/", {"title": "采石", "opinions": [str(opinion.pk)], "category": "mining"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "category_unknown")


def test_only_the_highest_admins_keep_the_deployments_categories(village: Village):
    assert (village.zheng.unit_id, village.tang.unit_id) == (samples.COUNTY, samples.OTHER_TOWN)
    tang = village.client("tang")
    before = list(Category.objects.order_by("pk").values())

    added = tang.post("categories/", {"code": "tea", "name": "茶叶"})
    changed = tang.patch("categories/mining/", {"active": False}, version=1)

    assert (added.status_code, added.json()["code"]) == (403, "permission_denied")
    assert (changed.status_code, changed.json()["code"]) == (403, "permission_denied")
    assert list(Category.objects.order_by("pk").values()) == before

    village.zheng.active = False
    village.zheng.save()
    assert tang.post("categories/", {"code": "tea", "name": "茶叶"}).status_code == 201
