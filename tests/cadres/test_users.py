"""The people: made and changed by admins, within their own subtree."""

import pytest

from cadres.models import User
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from fieldapi.secrets import blind
from tests.samples import (
    COUNTY,
    OTHER_TOWN,
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    Caller,
    make_household,
    make_office,
    make_unit,
    make_user,
)

NEW = {"username": "Hong", "full_name": "洪某", "role": "cadre", "unit": TOWN, "phone": "138 0000 1234"}


def faults(answer) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


def test_a_new_user_gets_a_one_time_password_that_must_be_changed(village):
    answer = village.client("zheng").post("users/", NEW)

    assert answer.status_code == 201
    row = answer.json()
    password = row.pop("one_time_password")
    assert row == {
        "id": row["id"],
        "username": "hong",
        "full_name": "洪某",
        "phone": "13800001234",
        "role": "cadre",
        "unit": TOWN,
        "office": None,
        "location": None,
        "active": True,
        "must_change_password": True,
        "version": 1,
    }
    signed_in = Caller(None).post("auth/token/", {"username": "hong", "password": password})
    assert signed_in.json()["user"]["must_change_password"] is True
    journal = JournalLine.objects.get(action="users.create")
    assert password not in journal.detail
    assert "1234" not in journal.detail


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"username": "ＧＡＯ"}, [("/username", "already_exists")]),
        ({"username": "two words"}, [("/username", "bad_username")]),
        ({"username": "\ufdfa" * 50}, [("/username", "bad_username")]),
        ({"unit": "530627101"}, [("/unit", "unit_unknown")]),
        ({"unit": "5306"}, [("/unit", "unit_unknown")]),
        ({"unit": VILLAGE + "001"}, [("/unit", "unit_unknown")]),
        ({"role": "king"}, [("/role", "invalid_choice")]),
        ({"office": str(new_id())}, [("/office", "office_unknown")]),
        ({"phone": "138****1234"}, [("/phone", "masked_value")]),
        ({"phone": "call me"}, [("/phone", "bad_phone")]),
        ({"phone": 13800001234}, [("/phone", "invalid")]),
        ({"id": "7"}, [("/id", "bad_id")]),
        ({"active": False}, [("/active", "unknown_field")]),
        ({"password": "secret-secret"}, [("/password", "unknown_field")]),
        ({"full_name": "洪" * 101}, [("/full_name", "max_length")]),
    ],
)
def test_a_user_that_cannot_be_is_refused_with_the_reason(village, change, told):
    make_user("gao")
    zheng = village.client("zheng")
    before = User.objects.count()

    answer = zheng.post("users/", NEW | change)

    assert answer.status_code in (400, 409)
    assert faults(answer) == told
    assert User.objects.count() == before
    assert not JournalLine.objects.filter(action="users.create").exists()


def test_all_that_is_wrong_is_told_at_once(village):
    answer = village.client("zheng").post(
        "users/", NEW | {"username": "a b", "unit": "530627101", "office": str(new_id())}
    )

    assert answer.json()["code"] == "bad_input"
    assert faults(answer) == [
        ("/username", "bad_username"),
        ("/unit", "unit_unknown"),
        ("/office", "office_unknown"),
    ]


def test_an_id_that_is_taken_is_told(village):
    answer = village.client("zheng").post("users/", NEW | {"id": str(village.gao.pk)})

    assert (answer.status_code, faults(answer)) == (409, [("/id", "already_exists")])


def test_a_user_gets_a_place_and_loses_it_again(village):
    zheng, address = village.client("zheng"), f"users/{village.gao.pk}/"

    placed = zheng.patch(address, {"location": {"lat": 28.6, "lon": 103.95}}, version=1)
    taken = zheng.patch(address, {"location": None}, version=2)

    assert {name: placed.json()["location"][name] for name in ("lat", "lon")} == {"lat": 28.6, "lon": 103.95}
    assert (taken.status_code, taken.json()["location"]) == (200, None)
    off = zheng.patch(address, {"location": {"lat": 91, "lon": 103.95}}, version=3)
    assert (off.status_code, off.json()["errors"][0]["pointer"]) == (400, "/location/lat")
    assert zheng.get(address).json()["location"] is None


def test_a_user_is_edited_and_the_blind_index_follows_the_phone(village):
    office = make_office()
    body = {"full_name": "高某某", "phone": "13900005678", "office": str(office.pk), "unit": VILLAGE}

    answer = village.client("zheng").patch(f"users/{village.gao.pk}/", body, version=1)

    assert answer.status_code == 200
    assert answer.json()["version"] == 2
    row = User.objects.get(pk=village.gao.pk)
    assert (row.full_name, row.phone, row.unit_id, row.office_id) == (
        "高某某",
        "13900005678",
        VILLAGE,
        office.pk,
    )
    assert row.phone_index == blind("13900005678")
    assert "5678" not in JournalLine.objects.get(action="users.partial_update").detail


def test_nobody_is_moved_out_of_the_admins_own_subtree(village):
    admin = Caller(make_user("shi", role="admin", unit=TOWN))

    moved = admin.patch(f"users/{village.gao.pk}/", {"unit": OTHER_VILLAGE}, version=1)
    assert (moved.status_code, faults(moved)) == (400, [("/unit", "unit_unknown")])
    assert admin.patch(f"users/{village.zhou.pk}/", {"full_name": "周某"}, version=1).status_code == 404
    assert admin.patch(f"users/{village.zheng.pk}/", {"full_name": "郑某"}, version=1).status_code == 404
    assert set(User.objects.values_list("version", flat=True)) == {1}


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"active": False}])
def test_a_new_role_and_the_end_of_active_end_the_sessions(village, change):
    gao, chen = village.client("gao"), village.client("chen")

    assert village.client("zheng").patch(f"users/{village.gao.pk}/", change, version=1).status_code == 200
    assert gao.get("me/").json()["code"] == "session_ended"
    assert chen.get("me/").status_code == 200


def test_another_name_ends_no_session(village):
    gao = village.client("gao")
    body = {"full_name": "高某", "role": "cadre", "active": True}

    assert village.client("zheng").patch(f"users/{village.gao.pk}/", body, version=1).status_code == 200
    assert gao.get("me/").status_code == 200


def test_an_admin_gives_a_new_one_time_password_which_ends_the_sessions(village):
    gao = village.client("gao")

    answer = village.client("zheng").post(f"users/{village.gao.pk}/password/")

    password = answer.json()["one_time_password"]
    assert gao.get("me/").json()["code"] == "session_ended"
    signed_in = Caller(None).post("auth/token/", {"username": "gao", "password": password})
    assert signed_in.json()["user"]["must_change_password"] is True
    assert JournalLine.objects.get(action="users.password").detail == '{"sessions_ended":1}'
    assert village.client("zheng").post(f"users/{new_id()}/password/").status_code == 404


def test_a_phone_is_clear_to_oneself_and_the_admins_and_masked_to_others(village):
    User.objects.filter(pk=village.gao.pk).update(phone="13800001234")

    def phone_as_seen_by(name: str) -> str:
        return village.client(name).get(f"users/{village.gao.pk}/").json()["phone"]

    assert {name: phone_as_seen_by(name) for name in ("gao", "zheng", "chen", "sun", "wu")} == {
        "gao": "13800001234",
        "zheng": "13800001234",
        "chen": "138****1234",
        "sun": "138****1234",
        "wu": "138****1234",
    }
    assert village.client("zhou").get(f"users/{village.gao.pk}/").status_code == 404


def test_users_are_listed_by_unit_role_name_and_activity(village):
    office = make_office()
    make_user("hong", full_name="洪某", office=office, active=False)
    make_user("gao"), make_user("sun", role="supervisor")
    make_user("zhou", role="supervisor", unit=OTHER_TOWN)
    zheng = village.client("zheng")

    def names(query: str) -> list[str]:
        return [row["username"] for row in zheng.get(f"users/?{query}").json()["results"]]

    assert names("") == ["gao", "hong", "sun", "zheng", "zhou"]
    assert names(f"unit={TOWN}") == ["gao", "hong", "sun"]
    assert names(f"unit={COUNTY}&role=supervisor") == ["sun", "zhou"]
    assert (
        names("q=洪") == names("q=HON") == names("active=no") == [*names(f"office={office.pk}")] == ["hong"]
    )
    assert names(f"unit={OTHER_TOWN}") == ["zhou"]


def test_who_pairs_finds_everybody_who_may_serve_a_unit(village):
    bureau = make_user("bao", unit="5306", phone="13800001234")
    for person in (village.gao, village.zheng, village.zhou):
        assert person
    make_user("qiu", unit=OTHER_TOWN), make_user("gone", active=False), make_user("far", unit="53")
    make_unit("530627"), make_user("foreign", unit="530627")
    sun = village.client("sun")

    found = sun.get(f"users/?may_serve={VILLAGE}").json()["results"]

    assert [row["username"] for row in found] == ["bao", "far", "gao", "qiu"]
    assert found[0]["phone"] == "138****1234"
    assert [row["username"] for row in sun.get(f"users/?may_serve={TOWN}&q=ba").json()["results"]] == ["bao"]
    paired = {"household": str(make_household("7").pk), "cadre": str(bureau.pk), "post": "A"}
    assert sun.post("pairings/", paired).status_code == 201
    assert sun.get(f"users/{bureau.pk}/").status_code == 404  # found to be paired, no more than that
    elsewhere = sun.get(f"users/?may_serve={OTHER_TOWN}")
    assert (elsewhere.status_code, faults(elsewhere)) == (400, [("?may_serve", "unit_unknown")])
    for name in ("gao", "wu"):
        assert village.client(name).get(f"users/?may_serve={TOWN}").status_code == 403


@pytest.mark.parametrize("rows", [1, 60])
def test_a_list_costs_the_same_queries_however_long(village, django_assert_num_queries, rows):
    for number in range(rows):
        make_user(f"user{number}", phone="13800001234", office=make_office(f"办{number}"))
    zheng = village.client("zheng")

    with django_assert_num_queries(2):
        assert len(zheng.get("users/?limit=500").json()["results"]) == rows + 1
