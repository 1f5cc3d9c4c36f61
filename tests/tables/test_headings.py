"""Headings are found wherever they stand and however they are worded."""

import pytest

from fieldapi.errors import Refused
from fieldapi.tables import Column
from tests.tables.files import HOUSEHOLDS, csv_file, table, xlsx_file

ROW = ("1", "某某村", "李某", "13800001111")
READ = {"number": "1", "unit": "某某村", "head_name": "李某", "phone": "13800001111"}


def rows_read(data: bytes) -> list[tuple[int, dict]]:
    return [(row.line, row.values) for row in table(data).rows]


@pytest.mark.parametrize(
    "headings",
    [
        ("户号", "村组", "户主姓名", "联系电话"),
        ("户编号", "所属村组", "户主", "手机号"),
        ("number", "unit", "head_name", "phone"),
        ("Number", "UNIT", "Head name", " Phone "),
        ("*户号", "村组*", "户主姓名（必填）", "联系电话(11位)"),
        ("户 号", "村\u3000组", "户主：", "电 话"),
        ("户号\nNo.", "村组/Unit", "户主|Head", "电话【选填】"),
        ("户号", "村组", "户主", "ＰＨＯＮＥ"),
    ],
)
def test_headings_are_known_by_their_synonyms_in_chinese_and_english(headings):
    assert rows_read(xlsx_file(headings, ROW)) == [(2, READ)]


def test_title_rows_and_merged_cells_above_the_headings_are_passed_over():
    data = xlsx_file(
        ["某某镇结对帮扶农户花名册", None, None, None],
        ["填表单位：某某镇", None, "电话：2345678", None],
        [None, None, None, None],
        ["户号", "村组", "户主姓名", "联系电话"],
        ROW,
        merged=["A1:D1", "A2:B2"],
    )

    assert rows_read(data) == [(5, READ)]


def test_headings_of_two_rows_with_merged_groups_are_joined():
    data = xlsx_file(
        ["某某镇结对花名册"],
        ["户号", "村组", "户主", None, "家庭情况", None],
        [None, None, "姓名", "电话", "人口数", "标签"],
        [*ROW, 3, "老人"],
        merged=["A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2"],
    )
    read = table(data)

    assert [(row.line, row.values) for row in read.rows] == [(4, {**READ, "size": 3, "tags": ["elderly"]})]
    assert read.unknown == []


def test_the_lower_row_of_headings_is_no_row_of_data_even_if_it_names_nothing_more():
    data = csv_file("户号,村组,户主,", ",,姓名,备注", "1,某某村,李某,无")

    assert rows_read(data) == [(3, {"number": "1", "unit": "某某村", "head_name": "李某"})]


def test_members_of_two_groups_with_the_same_name_are_told_apart_by_their_group():
    pairing = (
        Column("cadre", ("干部姓名",), required=True),
        Column("cadre_phone", ("干部电话",), kind="phone"),
        Column("head_name", ("户主姓名",), required=True),
        Column("phone", ("户主电话",), kind="phone"),
    )
    data = csv_file("户主,,干部,", "姓名,电话,姓名,电话", "李某,13800001111,高某,13800002222")

    assert table(data, pairing).rows[0].values == {
        "cadre": "高某",
        "cadre_phone": "13800002222",
        "head_name": "李某",
        "phone": "13800001111",
    }


def test_the_first_row_of_data_is_never_taken_for_headings():
    data = csv_file("户号,村组,户主,备注", "1,某某村,李某,电话")

    assert rows_read(data) == [(2, {"number": "1", "unit": "某某村", "head_name": "李某"})]


def test_headings_printed_again_on_every_page_are_no_rows():
    data = csv_file("户号,村组,户主", "1,某某村,李某", "户号,村组,户主", "2,某某村,王某")

    assert [line for line, _ in rows_read(data)] == [2, 4]


def test_of_two_headings_for_one_column_the_better_name_is_read_and_the_other_listed():
    read = table(csv_file("户号,村组,户主,姓名,备注", "1,某某村,李某,王某,无"))

    assert read.rows[0].values["head_name"] == "李某"
    assert read.unknown == ["姓名", "备注"]


def test_a_column_the_file_lacks_is_not_the_same_as_an_empty_cell():
    [row] = table(csv_file("户号,村组,户主,电话", "1,某某村,李某,")).rows

    assert row.values == {"number": "1", "unit": "某某村", "head_name": "李某", "phone": None}


def test_an_empty_cell_under_a_required_heading_is_a_fault_of_its_row_only():
    rows = table(csv_file("户号,村组,户主", "1,某某村, ", "2,某某村,王某")).rows

    assert [[(fault.column, fault.code) for fault in row.faults] for row in rows] == [
        [("head_name", "required")],
        [],
    ]


def test_missing_columns_are_named_with_the_headings_found_instead():
    with pytest.raises(Refused) as refusal:
        table(csv_file("农户花名册,,", "户号,姓名,电话", "1,李某,13800001111"))

    assert refusal.value.code == "column_missing"
    assert refusal.value.facts == {"columns": ["村组"], "found": ["户号", "姓名", "电话"]}


def test_a_file_without_any_heading_known_lacks_them_all():
    with pytest.raises(Refused) as refusal:
        table(csv_file("甲,乙", "1,2"), HOUSEHOLDS[3:5])

    assert refusal.value.code == "column_missing"
    assert refusal.value.facts == {"columns": ["联系电话", "身份证号"], "found": ["甲", "乙"]}


def test_headings_below_the_fifteenth_row_with_text_are_not_looked_for():
    titles = [f"说明{number}" for number in range(14)]
    rows = ("户号,村组,户主", "1,某某村,李某")

    assert [row.line for row in table(csv_file(*titles, "", *rows)).rows] == [17]
    with pytest.raises(Refused, match="column_missing"):
        table(csv_file(*titles, "说明", *rows))
