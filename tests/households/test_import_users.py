"""A spreadsheet of people: each gets a one-time password that is told once."""

import pytest
from django.db import connection

from cadres.models import User
from tests import samples
from tests.households.test_pairings import refused
from tests.households.uploads import csv_file, faults, outcomes, upload
from tests.samples import Caller, make_office, make_user

HEADINGS = "用户名,姓名,手机号,角色,单位,科室"
FENG = "feng,冯某,13800001111,干部,田坝村,民政办"
XU = "ＸＵ,许某,,主管,南岸镇,"


def take(village, *rows, name="zheng", **fields):
    return upload(village.client(name), "users", csv_file(HEADINGS, *rows), **fields)


def sign_in(username, password):
    return Caller(None).post("auth/token/", {"username": username, "password": password})


class TestGoodRows:
    def test_become_users_with_everything_they_tell(self, village):
        office = make_office("民政办")

        answer = take(village, FENG, XU)

        assert outcomes(answer) == ["created", "created"]
        feng = User.objects.get(username="feng")
        assert (feng.full_name, feng.phone, feng.role) == ("冯某", "13800001111", "cadre")
        assert (feng.unit_id, feng.office_id) == (samples.VILLAGE, office.pk)
        assert (feng.must_change_password, feng.active) == (True, True)
        xu = User.objects.get(username="xu")
        assert (xu.role, xu.unit_id) == ("supervisor", samples.OTHER_TOWN)

    def test_are_told_their_one_time_passwords_once(self, village):
        make_office("民政办")
        answer = take(village, FENG, XU)

        (feng, xu) = answer.json()["passwords"]
        assert (feng["line"], feng["username"], feng["full_name"]) == (2, "feng", "冯某")
        signed_in = sign_in("feng", feng["one_time_password"])
        assert signed_in.status_code == 200
        assert signed_in.json()["user"]["must_change_password"] is True
        assert sign_in("feng", xu["one_time_password"]).status_code == 401
        shown = village.client("zheng").get(f"imports/{answer.json()['id']}/")
        assert "passwords" not in shown.json()
        with connection.cursor() as cursor:
            for table in ("households_importbatch", "fieldapi_journalline", "cadres_user"):
                cursor.execute(f"SELECT * FROM {table}")
                assert feng["one_time_password"] not in str(cursor.fetchall())

    def test_are_cadres_of_the_asked_unit_unless_they_say_otherwise(self, village):
        take(village, "feng,冯某,,,,", unit=samples.TOWN)

        feng = User.objects.get(username="feng")
        assert (feng.role, feng.unit_id) == ("cadre", samples.TOWN)

    def test_are_of_the_village_of_the_town_they_name(self, village):
        samples.make_unit(f"{samples.OTHER_TOWN}201", "田坝村民委员会")
        rows = ("冯某,feng,南岸镇,田坝村", "许某,xu,中城镇,田坝村", "陶某,tao,南岸镇,")
        file = csv_file("姓名,用户名,所属乡镇,村", *rows)

        answer = upload(village.client("zheng"), "users", file)

        assert (outcomes(answer), answer.json()["unknown_headings"]) == (["created"] * 3, [])
        units = dict(User.objects.values_list("username", "unit_id"))
        assert (units["feng"], units["xu"]) == (f"{samples.OTHER_TOWN}201", samples.VILLAGE)
        assert units["tao"] == samples.OTHER_TOWN

    def test_may_tell_a_place_from_which_pairings_are_suggested(self, village):
        file = csv_file("姓名,用户名,纬度,经度,坐标系", "冯某,feng,28.596488,103.952059,高德", "许某,xu,,,")

        assert outcomes(upload(village.client("zheng"), "users", file)) == ["created", "created"]

        shown = village.client("zheng").get("users/?q=feng").json()["results"][0]["location"]
        assert (round(shown["lat"], 3), round(shown["lon"], 3)) == (28.6, 103.95)
        assert User.objects.get(username="xu").point is None
        assert outcomes(upload(village.client("zheng"), "users", file)) == ["unchanged", "unchanged"]
        moved = csv_file("姓名,用户名,纬度,经度", "冯某,feng,28.7,103.95", "许某,xu,28.7,")
        assert faults(upload(village.client("zheng"), "users", moved)) == {
            2: [("lat", "differs"), ("lon", "differs")],
            3: [("lon", "required")],
        }

    def test_a_dry_run_makes_nobody_and_tells_no_password(self, village):
        answer = take(village, XU, dry_run="true")

        assert (outcomes(answer), answer.json()["passwords"]) == (["created"], [])
        assert not User.objects.filter(username="xu").exists()


class TestTheSameAgain:
    def test_changes_nothing_and_tells_no_password(self, village):
        make_office("民政办")
        take(village, FENG, XU)
        before = list(User.objects.order_by("pk").values())

        again = take(village, FENG, XU)

        assert (outcomes(again), again.json()["passwords"]) == (["unchanged", "unchanged"], [])
        assert list(User.objects.order_by("pk").values()) == before

    def test_told_otherwise_is_reported(self, village):
        make_office("民政办")
        take(village, FENG)

        other = FENG.replace("冯某", "冯某某").replace("干部", "领导").replace("田坝村", "大沙村")

        assert faults(take(village, other)) == {
            2: [("full_name", "differs"), ("role", "differs"), ("unit", "differs")]
        }
        assert User.objects.get(username="feng").role == "cadre"


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            (",冯某,,,,", ("username", "required")),
            ("feng,,,,,", ("full_name", "required")),
            ("fe ng,冯某,,,,", ("username", "bad_username")),
            (f"feng,{'冯' * 101},,,,", ("full_name", "too_long")),
            ("feng,冯某,1380000,,,", ("phone", "bad_phone")),
            ("feng,冯某,,局长,,", ("role", "bad_choice")),
            ("feng,冯某,,,无名镇,", ("unit", "unit_unknown")),
            ("feng,冯某,,,,无此科室", ("office", "office_unknown")),
            ("mo,冯某,,,,", ("username", "already_exists")),  # of another county
        ],
    )
    def test_are_reported_and_make_nobody(self, village, row, fault):
        samples.Unit.objects.create(
            code="530602", name="昭阳区", level="county", changed_at=samples.at("2026-01-01 00:00")
        )
        make_user("mo", unit="530602")

        answer = take(village, row)

        assert faults(answer) == {2: [fault]}
        assert not User.objects.filter(full_name__startswith="冯").exists()

    def test_a_name_twice_in_one_file_is_taken_once(self, village):
        answer = take(village, "feng,冯某,,,,", "Ｆeng,冯某,,,,")

        assert faults(answer) == {3: [("username", "duplicate_row")]}


class TestWhoMay:
    @pytest.mark.parametrize("name", ["sun", "wu", "gao"])
    def test_only_an_admin_imports_people(self, village, name):
        answer = take(village, XU, name=name)

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert not User.objects.filter(username="xu").exists()

    def test_a_supervisor_does_not_see_imports_of_people(self, village):
        batch = take(village, XU, unit=samples.COUNTY).json()["id"]
        below = take(village, "feng,冯某,,,,", unit=samples.TOWN).json()["id"]
        sun = village.client("sun")

        assert sun.get("imports/").json()["results"] == []
        assert {sun.post(f"imports/{one}/undo/").status_code for one in (batch, below)} == {404}

    def test_outside_ones_own_subtree_nobody_is_made(self, village):
        refused(take(village, XU, unit="53"), 400, "unit_unknown", "/unit")


class TestUndoing:
    def test_takes_the_people_back(self, village):
        batch = take(village, XU).json()["id"]

        assert village.client("zheng").post(f"imports/{batch}/undo/").status_code == 200
        assert not User.objects.filter(username="xu").exists()

    def test_takes_nobody_back_once_one_has_signed_in(self, village):
        answer = take(village, XU, "feng,冯某,,,,")
        sign_in("xu", answer.json()["passwords"][0]["one_time_password"])

        undone = village.client("zheng").post(f"imports/{answer.json()['id']}/undo/")

        assert (undone.status_code, undone.json()["code"]) == (409, "in_use")
        assert User.objects.filter(username__in=["xu", "feng"]).count() == 2
