"""A spreadsheet of households: good rows are taken, bad ones come back, nothing stored is ever overwritten."""

import gzip
from io import BytesIO

import pytest
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from openpyxl import Workbook

from fieldapi.models import JournalLine
from households.models import Household, ImportBatch
from tests import samples
from tests.households.test_pairings import refused
from tests.households.uploads import cells, csv_file, faults, outcomes, send_form, upload, xlsx_file
from tests.samples import make_household, make_pairing

HEADINGS = "村,户号,户主姓名,联系电话,身份证号,家庭人口,类别,地址,纬度,经度,坐标系,备注"
WANG = "田坝村,12,王守田,13800001111,530626185001011232,4,低保；老人,三组,28.6,103.95,,门前有狗"
LI = "大沙村,3,李四,,,,,,,,,"


def good_file():
    return csv_file(HEADINGS, WANG, LI)


class TestGoodRows:
    def test_become_households_with_everything_they_tell(self, village):
        answer = upload(village.client("sun"), "households", good_file())

        assert outcomes(answer) == ["created", "created"]
        told = answer.json()
        assert (told["kind"], told["unit"], told["dry_run"]) == ("households", samples.TOWN, False)
        assert (told["created"], told["unchanged"], told["bad"]) == (2, 0, 0)
        wang = Household.objects.get(number="12")
        assert (wang.unit_id, wang.head_name, wang.phone, wang.id_number) == (
            samples.VILLAGE,
            "王守田",
            "13800001111",
            "530626185001011232",
        )
        assert (wang.size, wang.tag_list, wang.address) == (4, ["elderly", "low_income"], "三组")
        assert (wang.point, wang.location_source, wang.note) == ((28.6, 103.95), "imported", "门前有狗")
        assert told["rows"][0] == {"line": 2, "outcome": "created", "id": str(wang.pk), "faults": []}
        assert Household.objects.get(number="3").unit_id == "530626101202"
        lines = JournalLine.objects.order_by("id").values_list("action", "by_name")
        assert list(lines) == [("households.create", "sun")] * 2 + [("households.import_file", "sun")]

    def test_can_be_found_by_their_numbers(self, village):
        sun = village.client("sun")
        upload(sun, "households", good_file())

        assert [row["number"] for row in sun.get("households/?phone=13800001111").json()["results"]] == ["12"]

    @pytest.mark.parametrize(
        "file",
        [
            csv_file(HEADINGS, WANG, LI, encoding="utf-8-sig"),
            csv_file(HEADINGS, WANG, LI, encoding="gb18030"),
            csv_file("田坝片区农户花名册", "", HEADINGS, WANG, LI),
            xlsx_file(*(row.split(",") for row in (HEADINGS, WANG, LI))),
            xlsx_file(["花名册"], [], *(row.split(",") for row in (HEADINGS, WANG, LI))),
        ],
    )
    def test_come_from_every_kind_of_table(self, village, file):
        assert outcomes(upload(village.client("sun"), "households", file)) == ["created", "created"]
        assert Household.objects.get(number="12").phone == "13800001111"

    def test_come_from_a_workbook_as_offices_make_them(self, village):
        """A merged title, groups above their members, a village merged over its households, full width, numbers."""
        book = Workbook()
        for row in (
            ["中城镇２０２６年农户花名册"],
            ["所在村", "户信息", None, None, "联系方式", "备  注"],
            [None, "户　编号", "户主", "户主身份证号", "手机号码", None],
            ["田坝村委会", "１２", "王守田", "530626185001011232", 13800001111, None],
            [None, 13, "李四", None, "１３９　０００１　２２２２", "（空）"],
        ):
            book.active.append(row)
        for area in ("A1:F1", "A2:A3", "B2:D2", "F2:F3", "A4:A5"):
            book.active.merge_cells(area)
        file = BytesIO()
        book.save(file)
        file.name = "花名册.xlsx"

        answer = upload(village.client("sun"), "households", file)

        assert (outcomes(answer), answer.json()["unknown_headings"]) == (["created", "created"], [])
        columns = ("number", "unit_id", "head_name", "phone", "id_number", "note")
        assert [
            tuple(getattr(row, name) for name in columns) for row in Household.objects.order_by("number")
        ] == [
            ("12", samples.VILLAGE, "王守田", "13800001111", "530626185001011232", ""),
            ("13", samples.VILLAGE, "李四", "13900012222", "", "（空）"),
        ]

    def test_belong_to_the_asked_village_where_they_name_none(self, village):
        answer = upload(
            village.client("sun"), "households", csv_file("户号,户主", "1,王某"), unit=samples.VILLAGE
        )

        assert outcomes(answer) == ["created"]
        assert Household.objects.get().unit_id == samples.VILLAGE

    def test_in_a_maps_system_are_stored_in_wgs84(self, village):
        file = csv_file("村,户号,户主,纬度,经度,坐标系", "田坝,1,王某,28.596488,103.952059,高德")

        upload(village.client("sun"), "households", file)

        lat, lon = Household.objects.get().point
        assert (round(lat, 4), round(lon, 4)) == (28.6, 103.95)


class TestADryRun:
    @pytest.mark.parametrize("said", [{"dry_run": "true"}, {"dry_run": "yes"}, {}])
    def test_is_what_happens_unless_told_otherwise_and_stores_no_household(self, village, said):
        answer = send_form(village.client("sun"), "households", {"file": good_file()} | said)

        assert outcomes(answer) == ["created", "created"]
        assert answer.json()["dry_run"] is True
        assert not Household.objects.exists()
        assert not JournalLine.objects.exists()

    def test_says_of_every_row_what_an_import_would_do(self, village):
        file = csv_file(HEADINGS, WANG, LI, "无名村,1,张三,,,,,,,,,")
        sun = village.client("sun")

        tried = upload(sun, "households", file, dry_run="true")
        taken = upload(sun, "households", file)

        assert outcomes(tried) == outcomes(taken) == ["created", "created", "bad"]


class TestTheSameFileAgain:
    def test_changes_nothing(self, village):
        sun = village.client("sun")
        upload(sun, "households", good_file())
        before = list(Household.objects.order_by("pk").values())

        again = upload(sun, "households", good_file())

        assert outcomes(again) == ["unchanged", "unchanged"]
        assert list(Household.objects.order_by("pk").values()) == before
        assert again.json()["rows"][0]["id"] == str(Household.objects.get(number="12").pk)

    def test_with_other_content_reports_each_column_that_differs_and_overwrites_nothing(self, village):
        sun = village.client("sun")
        upload(sun, "households", good_file())

        other = csv_file(HEADINGS, WANG.replace("王守田", "王守业").replace("13800001111", "13900002222"))
        answer = upload(sun, "households", other)

        assert faults(answer) == {2: [("head_name", "differs"), ("phone", "differs")]}
        assert "13900002222" not in answer.content.decode()
        row = Household.objects.get(number="12")
        assert (row.head_name, row.phone, row.version) == ("王守田", "13800001111", 1)

    def test_that_tells_less_is_no_contradiction(self, village):
        sun = village.client("sun")
        upload(sun, "households", good_file())

        assert outcomes(upload(sun, "households", csv_file("村,户号,户主", "田坝,12,王守田"))) == [
            "unchanged"
        ]


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "column", "code"),
        [
            ("无名村,1,王某,,,,,,,,,", "unit", "unit_unknown"),
            ("团结村,1,王某,,,,,,,,,", "unit", "unit_unknown"),  # in the other town
            (",1,王某,,,,,,,,,", "unit", "required"),
            ("田坝村,,王某,,,,,,,,,", "number", "required"),
            ("田坝村,1,,,,,,,,,,", "head_name", "required"),
            (f"田坝村,{'1' * 41},王某,,,,,,,,,", "number", "too_long"),
            ("田坝村,1,王某,12345,,,,,,,,", "phone", "bad_phone"),
            ("田坝村,1,王某,138****1111,,,,,,,,", "phone", "masked_value"),
            ("田坝村,1,王某,,530626198001010000,,,,,,,", "id_number", "id_number_damaged"),
            ("田坝村,1,王某,,5.30626E+17,,,,,,,", "id_number", "id_number_damaged"),
            ("田坝村,1,王某,,530626185001011231,,,,,,,", "id_number", "bad_id_number"),
            ("田坝村,1,王某,,,很多,,,,,,", "size", "bad_number"),
            ("田坝村,1,王某,,,2.5,,,,,,", "size", "out_of_range"),
            ("田坝村,1,王某,,,,富裕,,,,,", "tags", "bad_choice"),
            ("田坝村,1,王某,,,,,,91,103,,", "lat", "out_of_range"),
            ("田坝村,1,王某,,,,,,28.6,,,", "lon", "required"),
            ("田坝村,1,王某,,,,,,28.6,103,火星,", "system", "bad_choice"),
        ],
    )
    def test_are_reported_with_column_and_code_and_not_stored(self, village, row, column, code):
        answer = upload(village.client("sun"), "households", csv_file(HEADINGS, row, LI))

        assert faults(answer) == {2: [(column, code)]}
        assert list(Household.objects.values_list("number", flat=True)) == ["3"]

    def test_a_number_twice_in_one_file_is_taken_once(self, village):
        answer = upload(
            village.client("sun"), "households", csv_file("村,户号,户主", "田坝,1,王某", "田坝村,1,李某")
        )

        assert faults(answer) == {3: [("number", "duplicate_row")]}
        assert Household.objects.get().head_name == "王某"

    def test_come_back_as_a_file_that_can_be_corrected_and_sent_again(self, village):
        sun = village.client("sun")
        rows = [row.split(",") for row in (HEADINGS, WANG, LI.replace("大沙村", "大沙洲"))]
        batch = upload(sun, "households", xlsx_file(*rows)).json()["id"]

        file = sun.get(f"imports/{batch}/bad-rows/?format=xlsx")
        (headings, row) = cells(file.content)
        assert file.headers["Content-Disposition"] == "attachment; filename*=UTF-8''households-bad.xlsx"
        assert headings == [*HEADINGS.split(","), "问题"]
        assert (row[0], row[1], row[-1]) == ("大沙洲", "3", "村：查无此区划（大沙洲）")

        row[0] = "大沙村"
        again = upload(sun, "households", xlsx_file(headings, row))
        assert outcomes(again) == ["created"]
        assert Household.objects.get(number="3").unit_id == "530626101202"

    def test_come_back_as_csv_too(self, village):
        sun = village.client("sun")
        batch = upload(sun, "households", csv_file("村,户号,户主", "无名,1,=王")).json()["id"]

        text = sun.get(f"imports/{batch}/bad-rows/?format=csv").content.decode()

        assert text == "\ufeff村,户号,户主,问题\r\n无名,1,'=王,村：查无此区划（无名）\r\n"

    def test_are_kept_encrypted_and_given_only_to_whoever_sent_them(self, village):
        batch = upload(
            village.client("sun"), "households", csv_file(HEADINGS, WANG.replace("田坝", "无名"))
        ).json()["id"]

        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM households_importbatch")
            assert "13800001111" not in str(cursor.fetchall())
        assert village.client("sun").get(f"imports/{batch}/bad-rows/").status_code == 200
        assert village.client("zheng").get(f"imports/{batch}/bad-rows/").status_code == 404

    def test_there_are_none_to_fetch_where_all_were_good(self, village):
        sun = village.client("sun")
        batch = upload(sun, "households", good_file()).json()["id"]

        assert sun.get(f"imports/{batch}/bad-rows/").status_code == 404


class TestTheWholeFile:
    @pytest.mark.parametrize(
        ("content", "status", "code"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), 415, "xls_not_supported"),
            (b"PK\x03\x04 no workbook", 415, "not_a_table"),
            ("姓名,电话\n王某,1".encode(), 400, "column_missing"),
            ("户号,户主\n1,王某".encode() + b"\n2,\xff\xff", 400, "bad_encoding"),
        ],
    )
    def test_that_is_no_such_table_is_refused_as_a_whole(self, village, content, status, code):
        file = csv_file("")
        file.write(content)

        answer = upload(village.client("sun"), "households", file)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert not ImportBatch.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "pointer", "code"),
        [
            ({"unit": samples.OTHER_TOWN}, "/unit", "unit_unknown"),
            ({"unit": "x"}, "/unit", "invalid"),
            ({"dry_run": "perhaps"}, "/dry_run", "invalid_choice"),
            ({"colour": "red"}, "/colour", "unknown_field"),
        ],
    )
    def test_with_a_faulty_form_is_refused(self, village, fields, pointer, code):
        answer = upload(village.client("sun"), "households", good_file(), **fields)

        assert answer.status_code == 400
        assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
        assert not Household.objects.exists()

    def test_without_a_file_is_refused(self, village):
        refused(upload(village.client("sun"), "households", None), 400, "bad_input", "/file")

    def test_sent_as_json_is_an_unsupported_type(self, village):
        answer = village.client("sun").post("households/import/", {"file": "x"})

        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")

    def test_larger_than_the_limit_is_refused_before_it_is_read(self, village):
        caller = village.client("sun")
        answer = caller.client.generic(
            "POST",
            "/api/v1/households/import/",
            headers=caller.headers,
            CONTENT_TYPE="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(30 * 1024 * 1024),
        )

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["limit"] == 20 * 1024 * 1024

    @pytest.mark.parametrize(
        ("encoding", "told"), [("gzip", (200, None)), ("br", (415, "unsupported_media_type"))]
    )
    def test_may_be_sent_as_gzip_and_no_other_way(self, village, encoding, told):
        body = gzip.compress(encode_multipart(BOUNDARY, {"file": good_file(), "dry_run": "false"}))
        headers = {"Content-Encoding": encoding}

        answer = village.client("sun").send(
            "POST", "households/import/", body, content_type=MULTIPART_CONTENT, **headers
        )

        assert (answer.status_code, answer.json().get("code")) == told
        assert Household.objects.count() == (2 if told[0] == 200 else 0)

    def test_that_inflates_beyond_the_limit_is_refused(self, village):
        bomb = gzip.compress(bytes(30 * 1024 * 1024))

        answer = village.client("sun").send(
            "POST", "households/import/", bomb, content_type=MULTIPART_CONTENT, **{"Content-Encoding": "gzip"}
        )

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_sent_twice_under_one_key_is_taken_once(self, village):
        sun = village.client("sun")

        answers = [
            upload(sun, "households", good_file(), headers={"Idempotency-Key": "k"}).content for _ in range(2)
        ]

        assert answers[0] == answers[1]
        assert ImportBatch.objects.count() == 1

    def test_of_three_hundred_rows_costs_as_many_statements_as_one_of_three(
        self, village, django_assert_max_num_queries
    ):
        def file(first, last):
            return csv_file("村,户号,户主", *(f"田坝村,{number},王某" for number in range(first, last)))

        sun = village.client("sun")
        with django_assert_max_num_queries(25):
            upload(sun, "households", file(0, 3))
        with django_assert_max_num_queries(25):
            assert upload(sun, "households", file(10, 310)).json()["created"] == 300


class TestUndoing:
    def test_takes_back_every_row_an_import_made(self, village):
        sun = village.client("sun")
        make_household("1")
        batch = upload(sun, "households", good_file()).json()["id"]

        answer = sun.post(f"imports/{batch}/undo/")

        assert answer.status_code == 200
        assert answer.json()["undone_at"] is not None
        assert list(Household.objects.values_list("number", flat=True)) == ["1"]
        actions = JournalLine.objects.order_by("id").values_list("action", flat=True)
        assert list(actions)[-3:] == ["households.destroy", "households.destroy", "imports.undo"]
        assert outcomes(upload(sun, "households", good_file())) == ["created", "created"]

    def test_takes_back_nothing_once_one_of_them_is_paired(self, village):
        sun = village.client("sun")
        batch = upload(sun, "households", good_file()).json()["id"]
        make_pairing(Household.objects.get(number="12"), village.gao)

        answer = sun.post(f"imports/{batch}/undo/")

        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        assert Household.objects.count() == 2
        assert ImportBatch.objects.get().undone_at is None
        assert not JournalLine.objects.filter(action="imports.undo").exists()

    def test_takes_back_nothing_once_somebody_has_changed_one_of_them(self, village):
        sun = village.client("sun")
        batch = upload(sun, "households", good_file()).json()["id"]
        row = Household.objects.get(number="12")
        sun.patch(f"households/{row.pk}/", {"size": 5}, version=1)

        assert sun.post(f"imports/{batch}/undo/").json()["code"] == "in_use"
        assert Household.objects.get(number="12").size == 5

    def test_happens_once_and_never_to_a_dry_run(self, village):
        sun = village.client("sun")
        taken = upload(sun, "households", good_file()).json()["id"]
        tried = upload(sun, "households", good_file(), dry_run="true").json()["id"]
        sun.post(f"imports/{taken}/undo/")

        told = [sun.post(f"imports/{batch}/undo/").json() for batch in (taken, tried)]

        assert [(one["code"], one["state"], one["allowed"]) for one in told] == [
            ("wrong_state", "undone", []),
            ("wrong_state", "tried", []),
        ]


class TestTheListOfImports:
    def test_shows_those_of_the_subtree_newest_first_with_their_reports(self, village):
        sun = village.client("sun")
        batches = [upload(sun, "households", good_file()).json() for _ in range(2)]

        listed = sun.get("imports/").json()["results"]
        shown = sun.get(f"imports/{batches[0]['id']}/").json()

        assert [row["id"] for row in listed] == [batches[1]["id"], batches[0]["id"]]
        assert [(row["created"], row["unchanged"]) for row in listed] == [(0, 2), (2, 0)]
        assert shown == {name: value for name, value in batches[0].items() if name != "passwords"}
        assert village.client("zhou").get("imports/").json()["results"] == []
        assert village.client("zhou").get(f"imports/{batches[0]['id']}/").status_code == 404


class TestTheTemplate:
    @pytest.mark.parametrize("kind", ["households", "pairings", "users"])
    @pytest.mark.parametrize("form", ["xlsx", "csv"])
    def test_is_a_table_with_the_headings_and_no_rows(self, village, kind, form):
        zheng = village.client("zheng")
        file = zheng.get(f"imports/template/?kind={kind}&format={form}", Accept="*/*")
        assert file.status_code == 200

        filled = csv_file("", name=f"t.{form}")
        filled.write(file.content)
        answer = upload(zheng, kind, filled, dry_run="true")

        assert (answer.status_code, answer.json()["rows"], answer.json()["unknown_headings"]) == (200, [], [])

    def test_of_an_unknown_kind_or_form_is_refused(self, village):
        answer = village.client("sun").get("imports/template/?kind=cows&format=xls")

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
        assert {fault["pointer"] for fault in answer.json()["errors"]} == {"?kind", "?format"}
