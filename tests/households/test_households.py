"""Households over HTTP: entered and changed by desks, seen by those they belong to, numbers kept private."""

import pytest
from django.db import connection

from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from households.models import Household
from tests import samples
from tests.households.test_pairings import refused
from tests.samples import make_household, make_pairing

PHONE, ID_NUMBER = "13800001111", "530626198001011235"
BODY = {
    "unit": samples.VILLAGE,
    "number": "12",
    "head_name": "王某😀𠮷",
    "phone": PHONE,
    "id_number": ID_NUMBER,
    "address": "田坝村3组",
    "location": {"lat": 28.6, "lon": 103.95, "accuracy_m": 8, "source": "surveyed"},
    "tags": ["low_income", "elderly", "elderly"],
    "size": 4,
    "note": "门前有狗",
}


def stored() -> dict:
    """Every household as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM households_household")
        names = [column[0] for column in cursor.description]
        return {
            str(row[names.index("number")]): dict(zip(names, row, strict=True)) for row in cursor.fetchall()
        }


class TestEntering:
    def test_a_household_comes_back_as_entered_with_its_numbers_masked(self, village):
        answer = village.client("sun").post("households/", BODY)

        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        row = answer.json()
        assert row == {
            **BODY,
            "id": row["id"],
            "phone": "138****1111",
            "id_number": "530***********1235",
            "tags": ["elderly", "low_income"],
            "state": "active",
            "ended_on": None,
            "merged_into": None,
            "version": 1,
        }
        assert village.client("sun").get(f"households/{row['id']}/").json() == row | {"changes": []}
        line = JournalLine.objects.get()
        assert (line.action, line.row_id, line.by_name) == ("households.create", row["id"], "sun")

    def test_needs_no_more_than_unit_number_and_name(self, village):
        answer = village.client("sun").post(
            "households/", {"unit": samples.VILLAGE, "number": "1", "head_name": "王某"}
        )

        assert answer.status_code == 201
        assert {name: answer.json()[name] for name in ("phone", "location", "tags", "size", "note")} == {
            "phone": "",
            "location": None,
            "tags": [],
            "size": None,
            "note": "",
        }

    def test_a_whole_number_may_be_written_with_a_point(self, village):
        body = (
            b'{"unit": "530626101201", "number": "1", "head_name": "\xe7\x8e\x8b\xe6\x9f\x90", "size": 4.0}'
        )

        answer = village.client("sun").post("households/", body)

        assert (answer.status_code, answer.json()["size"]) == (201, 4)
        assert Household.objects.get().size == 4

    def test_numbers_stand_in_the_database_in_no_readable_form(self, village):
        village.client("sun").post("households/", BODY)

        row = stored()["12"]
        assert PHONE not in str(row)
        assert ID_NUMBER not in str(row)
        assert Household.objects.get().phone == PHONE
        assert PHONE not in str(list(JournalLine.objects.values()))

    def test_a_number_is_taken_once_in_a_unit(self, village):
        make_household("12")
        elsewhere = BODY | {"unit": "530626101202"}
        sun = village.client("sun")

        refused(sun.post("households/", BODY), 409, "already_exists", "/number")
        assert sun.post("households/", elsewhere).status_code == 201
        assert Household.objects.count() == 2

    def test_an_id_sent_again_is_the_same_row_and_with_other_content_a_conflict(self, village):
        body = BODY | {"id": str(new_id())}
        sun = village.client("sun")

        answers = [sun.post("households/", body) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].json() == answers[1].json()
        refused(sun.post("households/", body | {"size": 5}), 409, "content_differs", "/id")
        refused(
            village.client("zhou").post("households/", body | {"unit": samples.OTHER_VILLAGE}),
            409,
            "content_differs",
            "/id",
        )
        assert Household.objects.count() == 1

    @pytest.mark.parametrize("unit", [samples.OTHER_VILLAGE, samples.COUNTY, "530626101299"])
    def test_a_unit_outside_ones_own_is_unknown(self, village, unit):
        refused(
            village.client("sun").post("households/", BODY | {"unit": unit}), 400, "unit_unknown", "/unit"
        )
        assert not Household.objects.exists()

    @pytest.mark.parametrize(
        ("columns", "pointer", "code"),
        [
            ({"phone": "138****1111"}, "/phone", "masked_value"),
            ({"id_number": "530626＊＊＊＊＊＊＊＊1235"}, "/id_number", "masked_value"),
            ({"tags": ["rich"]}, "/tags/0", "invalid_choice"),
            ({"tags": "elderly"}, "/tags", "not_a_list"),
            ({"location": {"lat": 91, "lon": 0}}, "/location/lat", "max_value"),
            ({"location": {"lat": 28.6, "lon": 181}}, "/location/lon", "max_value"),
            ({"location": {"lat": "28.6", "lon": 103}}, "/location/lat", "invalid"),
            ({"location": {"lat": 28.6}}, "/location/lon", "required"),
            ({"location": {"lat": 28.6, "lon": 103, "height": 9}}, "/location/height", "unknown_field"),
            ({"location": [28.6, 103]}, "/location", "invalid"),
            ({"size": "four"}, "/size", "invalid"),
            ({"size": True}, "/size", "invalid"),
            ({"size": -1}, "/size", "min_value"),
            ({"size": 2.5}, "/size", "invalid"),
            ({"size": 1e300}, "/size", "invalid"),
            ({"number": ""}, "/number", "blank"),
            ({"number": 12}, "/number", "invalid"),
            ({"number": "1" * 41}, "/number", "max_length"),
            ({"head_name": None}, "/head_name", "null"),
            ({"head_name": "王\0某"}, "/head_name", "bad_character"),
            ({"unit": "53062610120"}, "/unit", "invalid"),
            ({"id": "12"}, "/id", "bad_id"),
            ({"colour": "red"}, "/colour", "unknown_field"),
            ({"version": 1}, "/version", "unknown_field"),
        ],
    )
    def test_a_faulty_field_is_pointed_at_and_nothing_is_written(self, village, columns, pointer, code):
        answer = village.client("sun").post("households/", BODY | columns)

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
        assert not Household.objects.exists()
        assert not JournalLine.objects.exists()

    @pytest.mark.parametrize("name", ["gao", "wu"])
    def test_is_for_supervisors_and_admins(self, village, name):
        answer = village.client(name).post("households/", BODY)

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert not Household.objects.exists()

    def test_a_point_of_a_chinese_map_is_stored_as_wgs84(self, village):
        amap = {"lat": 28.596488, "lon": 103.952059, "system": "gcj02"}

        location = village.client("sun").post("households/", BODY | {"location": amap}).json()["location"]

        assert (round(location["lat"], 3), round(location["lon"], 3)) == (28.6, 103.95)
        assert "system" not in location


class TestChanging:
    def test_names_the_version_it_changes_and_the_journal_keeps_what_was(self, village):
        row = make_household("12", size=4, phone=PHONE)
        sun = village.client("sun")

        answer = sun.patch(f"households/{row.pk}/", {"size": 5, "phone": "13900002222"}, version=1)

        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        assert (answer.json()["size"], answer.json()["phone"], answer.json()["version"]) == (
            5,
            "139****2222",
            2,
        )
        line = JournalLine.objects.get()
        assert line.action == "households.partial_update"
        assert '"was":{"size":4}' in line.detail
        assert '"changed":["phone","size"]' in line.detail
        assert "1390000" not in line.detail
        found = sun.get("households/?phone=13900002222").json()["results"]
        assert [one["id"] for one in found] == [str(row.pk)]

    def test_a_new_place_is_given_whole_and_replaces_the_old_one(self, village):
        row = make_household("12")
        sun = village.client("sun")

        answer = sun.patch(f"households/{row.pk}/", {"location": {"lat": 28.7, "lon": 104}}, version=1)
        half = sun.patch(f"households/{row.pk}/", {"location": {"lat": 28.8}}, version=2)

        assert answer.status_code == 200
        assert answer.json()["location"] == {
            "lat": 28.7, "lon": 104.0, "accuracy_m": None, "source": "surveyed",
        }  # fmt: skip
        refused(half, 400, "bad_input", "/location/lon")
        assert sun.get(f"households/{row.pk}/").json()["location"]["lat"] == 28.7

    def test_without_a_version_or_with_a_stale_one_changes_nothing(self, village):
        row = make_household("12", size=4)
        sun = village.client("sun")
        address = f"households/{row.pk}/"

        told = [sun.patch(address, {"size": 5}), sun.patch(address, {"size": 6}, version=2)]
        weak = sun.patch(address, {"size": 7}, **{"If-Match": 'W/"1"'})

        assert [(one.status_code, one.json()["code"]) for one in told] == [
            (428, "version_required"),
            (412, "version_stale"),
        ]
        assert (weak.status_code, weak.json()["size"]) == (200, 7)

    def test_a_masked_number_sent_back_is_refused(self, village):
        row = make_household("12", phone=PHONE)
        sun = village.client("sun")
        shown = sun.get(f"households/{row.pk}/").json()

        answer = sun.patch(f"households/{row.pk}/", {"phone": shown["phone"]}, version=1)

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "masked_value")
        assert Household.objects.get().phone == PHONE

    def test_leaves_what_is_not_named_and_empties_what_is_null(self, village):
        row = make_household("12", size=4, tags="|elderly|")

        answer = village.client("sun").patch(
            f"households/{row.pk}/", {"location": None, "size": None}, version=1
        )

        assert (answer.json()["location"], answer.json()["size"]) == (None, None)
        assert (answer.json()["tags"], answer.json()["head_name"]) == (["elderly"], "户主")

    def test_to_a_number_that_is_taken_is_refused(self, village):
        make_household("11")
        row = make_household("12")

        answer = village.client("sun").patch(f"households/{row.pk}/", {"number": "11"}, version=1)

        refused(answer, 409, "already_exists", "/number")
        row.refresh_from_db()
        assert (row.number, row.version) == ("12", 1)
        assert not JournalLine.objects.exists()

    def test_goes_by_move_to_another_unit(self, village):
        row = make_household("12")

        answer = village.client("sun").patch(f"households/{row.pk}/", {"unit": "530626101202"}, version=1)

        refused(answer, 400, "bad_input", "/unit")

    @pytest.mark.parametrize(("name", "status"), [("zhou", 404), ("gao", 403), ("wu", 403), (None, 401)])
    def test_is_for_the_households_own_desk(self, village, name, status):
        row = village.house

        answer = village.client(name).patch(f"households/{row.pk}/", {"size": 5}, version=1)

        assert answer.status_code == status
        row.refresh_from_db()
        assert (row.size, row.version) == (None, 1)


class TestWhoSeesIt:
    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("gao", 200),
            ("chen", 200),
            ("qian", 404),
            ("lin", 404),
            ("sun", 200),
            ("zhou", 404),
            ("wu", 200),
            ("zheng", 200),
        ],
    )
    def test_the_paired_and_the_desks_above_it(self, village, name, status):
        assert village.client(name).get(f"households/{village.house.pk}/").status_code == status

    @pytest.mark.parametrize(
        ("name", "phone"),
        [
            ("gao", PHONE),
            ("chen", PHONE),
            ("sun", "138****1111"),
            ("wu", "138****1111"),
            ("zheng", "138****1111"),
        ],
    )
    def test_the_phone_number_is_clear_only_to_those_paired_today(self, village, name, phone):
        house = village.house
        house.phone, house.id_number = PHONE, ID_NUMBER
        house.save()

        shown = village.client(name).get(f"households/{house.pk}/").json()
        listed = village.client(name).get("households/").json()["results"]

        assert (shown["phone"], shown["id_number"]) == (phone, "530***********1235")
        assert [(row["phone"], row["id_number"]) for row in listed] == [(phone, "530***********1235")]


class TestRevealing:
    def test_answers_in_clear_and_is_journalled(self, village):
        row = make_household("12", phone=PHONE, id_number=ID_NUMBER)

        answer = village.client("wu").post(
            f"households/{row.pk}/reveal/", {"fields": ["id_number"], "reason": "核实低保资格"}
        )

        assert (answer.status_code, answer.json()) == (200, {"id_number": ID_NUMBER})
        line = JournalLine.objects.get()
        assert (line.action, line.row_id, line.by_name) == ("households.reveal", str(row.pk), "wu")
        assert line.detail == '{"fields":["id_number"],"reason":"核实低保资格"}'

    def test_is_not_for_those_who_do_not_see_the_household(self, village):
        row = make_household("12", phone=PHONE)

        answer = village.client("lin").post(
            f"households/{row.pk}/reveal/", {"fields": ["phone"], "reason": "x"}
        )

        assert answer.status_code == 404
        assert not JournalLine.objects.exists()

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"fields": ["phone"]}, "/reason"),
            ({"fields": [], "reason": "x"}, "/fields"),
            ({"fields": ["note"], "reason": "x"}, "/fields/0"),
        ],
    )
    def test_needs_a_reason_and_the_names_of_the_numbers(self, village, body, pointer):
        row = make_household("12", phone=PHONE)

        refused(village.client("sun").post(f"households/{row.pk}/reveal/", body), 400, "bad_input", pointer)
        assert not JournalLine.objects.exists()

    def test_repeated_by_an_idempotency_key_the_numbers_are_kept_nowhere_in_clear(self, village):
        row = make_household("12", phone=PHONE)
        sun = village.client("sun")
        asked = {"fields": ["phone"], "reason": "x"}

        answers = [
            sun.post(f"households/{row.pk}/reveal/", asked, **{"Idempotency-Key": "k"}).json()
            for _ in range(2)
        ]

        assert answers == [{"phone": PHONE}] * 2
        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM fieldapi_rememberedanswer")
            assert all(PHONE not in body for (body,) in cursor.fetchall())


class TestTheListsCost:
    def test_is_the_same_for_one_household_and_for_many(self, village, django_assert_num_queries):
        sun, gao = village.client("sun"), village.client("gao")
        for number in range(1, 4):
            make_pairing(make_household(str(number)), village.gao)
            with django_assert_num_queries(2):
                assert len(sun.get("households/").json()["results"]) == number
            with django_assert_num_queries(2):
                assert len(gao.get("households/").json()["results"]) == number
