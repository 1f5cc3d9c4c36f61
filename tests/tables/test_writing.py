"""What we write opens harmlessly in a spreadsheet, and comes back as it was."""

import csv
import io
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from fieldapi.tables import Column, read_table, template, to_correct, write_csv, write_xlsx
from tests.tables.files import BASIC, HOUSEHOLDS, csv_file, table, xlsx_file

TEXTS = (Column("a", required=True), Column("b"))


def csv_bytes(headings, rows, **options) -> bytes:
    return b"".join(write_csv(headings, rows, **options))


def xlsx_bytes(headings, rows, **options) -> bytes:
    stream = BytesIO()
    write_xlsx(stream, headings, rows, **options)
    return stream.getvalue()


WRITERS = pytest.mark.parametrize("write", [csv_bytes, xlsx_bytes])


def cells_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_begins_with_a_byte_order_mark_and_keeps_numbers_days_and_nothing():
    data = csv_bytes(["名称", "数"], [["路灯", 3], [None, -2.5], [date(2026, 11, 3), True]])

    assert data == "\ufeff名称,数\r\n路灯,3\r\n,-2.5\r\n2026-11-03,True\r\n".encode()


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+8613800001111",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠a",
        "-",
        "=cmd|' /C calc'!A0",
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_a_mark_in_csv_that_reading_takes_off(text):
    data = csv_bytes(["a", "b"], [["x", text]])

    assert cells_of(data)[1] == ["x", "'" + text]
    assert read_table("", BytesIO(data), TEXTS).rows[0].cells == ["x", text]


@pytest.mark.parametrize("text", ["-2", "-2.5", "3", "一=二", " =1", "'=", "13800001111"])
def test_text_that_harms_nobody_stays_as_it_is(text):
    assert cells_of(csv_bytes(["a"], [[text]]))[1] == [text]


def test_a_heading_and_a_note_are_made_harmless_too():
    assert cells_of(csv_bytes(["=a"], [], above=["@b"])) == [["'@b"], ["'=a"]]


def test_csv_is_written_in_pieces_while_the_rows_come():
    taken: list[int] = []

    def rows():
        for number in range(2_000):
            taken.append(number)
            yield [number]

    pieces = write_csv(["n"], rows())

    assert next(pieces).count(b"\r\n") == 501
    assert len(taken) == 500


def test_every_text_of_a_workbook_is_text_and_never_a_formula():
    data = xlsx_bytes(["=a"], [["=1+1"], ["13800001111"], ["999999194912310025"], ["2026-11-03"]])
    cells = [row[0] for row in load_workbook(BytesIO(data)).active.rows]

    assert [cell.value for cell in cells] == ["=a", "=1+1", "13800001111", "999999194912310025", "2026-11-03"]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


def test_numbers_and_days_of_a_workbook_are_numbers_and_days_unless_it_would_damage_them():
    values = [
        3,
        -2.5,
        True,
        date(2026, 11, 3),
        999999194912310025,
        datetime(2026, 11, 3, 9, tzinfo=UTC),
        None,
        datetime.fromisoformat("2026-11-03T09:00"),
    ]
    sheet = load_workbook(BytesIO(xlsx_bytes(list("abcdefgh"), [values]))).active

    assert [cell.value for cell in sheet[2]] == [
        3,
        -2.5,
        True,
        datetime.fromisoformat("2026-11-03"),
        "999999194912310025",
        "2026-11-03T17:00:00+08:00",
        None,
        datetime.fromisoformat("2026-11-03T09:00"),
    ]


def test_what_is_typed_below_the_headings_of_a_workbook_will_be_text():
    sheet = load_workbook(BytesIO(xlsx_bytes(["a", "b"], [], above=["note"]))).active

    assert [sheet.column_dimensions[letter].number_format for letter in "AB"] == ["@", "@"]
    assert sheet.freeze_panes == "A3"


def test_characters_a_workbook_cannot_hold_are_shown_and_text_too_long_for_it_ends_visibly():
    sheet = load_workbook(BytesIO(xlsx_bytes(["a"], [["村\x07口"], ["长" * 32_768], ["短" * 32_767]]))).active

    assert sheet["A2"].value == "村\ufffd口"
    assert sheet["A3"].value == "长" * 32_766 + "…"
    assert sheet["A4"].value == "短" * 32_767


CELL = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("=+-@'\",;\t\n"), max_size=8
)


@WRITERS
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=5))
@settings(max_examples=50, deadline=None)
def test_any_text_comes_back_as_it_was_written(write, rows):
    read = read_table("", BytesIO(write(["a", "b"], rows)), TEXTS)

    kept = [row for row in rows if row[0].strip() or row[1].strip()]
    assert [[cell or "" for cell in [*row.cells, "", ""][:2]] for row in read.rows] == [
        list(row) for row in kept
    ]


@WRITERS
def test_an_empty_template_is_a_table_without_rows_that_explains_itself(write):
    above, headings = template(HOUSEHOLDS)
    read = table(write(headings, [], above=above))

    assert above == ["联系电话：手机号或带区号的座机号"]
    assert headings[:4] == ["*户号", "*村组", "*户主姓名", "联系电话"]
    assert (read.rows, read.unknown) == ([], [])


@WRITERS
def test_a_filled_in_template_is_read(write):
    above, headings = template(HOUSEHOLDS)
    read = table(write(headings, [["1", "某某村", "李某", "13800001111"]], above=above))

    assert [(row.line, row.faults, row.values["phone"]) for row in read.rows] == [(3, [], "13800001111")]


@WRITERS
def test_bad_rows_come_back_as_a_file_that_can_be_imported_once_corrected(write):
    read = table(
        xlsx_file(
            ["花名册"],
            [*BASIC, "电话", "备注", "入住日期"],
            ["1", "某某村", "李某", 13800001111, "好", date(2026, 11, 3)],
            ["2", "某某村", "王某", "138", "=1+1", date(2026, 11, 4)],
            ["3", "", "张某"],
        )
    )
    problems = {row.line: "；".join(fault.code for fault in row.faults) for row in read.rows if row.faults}
    headings, rows = to_correct(read, problems)

    assert headings == [*BASIC, "电话", "备注", "入住日期", "问题"]
    assert [row[-1] for row in rows] == ["bad_phone", "required"]

    rows[0][3], rows[1][1] = "13800002222", "某某村"
    again = table(write(headings, rows))
    assert [(row.values["number"], row.faults) for row in again.rows] == [("2", []), ("3", [])]
    assert again.rows[0].values["moved_in"] == date(2026, 11, 4)
    assert again.unknown == ["备注"]


def test_a_file_still_wrong_comes_back_with_one_problem_column():
    read = table(csv_file("户号,村组,户主,电话,问题,备注", "1,某某村,李某,138,bad_phone,无,多"))

    assert to_correct(read, {2: "手机号不对"}) == (
        ["户号", "村组", "户主", "电话", "备注", "", "问题"],
        [["1", "某某村", "李某", "138", "无", "多", "手机号不对"]],
    )


def test_headings_of_two_rows_come_back_in_one_row_that_means_the_same():
    read = table(csv_file("户号,村组,户主,", ",,姓名,电话", "1,某某村,李某,138"))
    headings, rows = to_correct(read, {3: "手机号不对"})
    again = table(csv_bytes(headings, rows))

    assert again.rows[0].values == {"number": "1", "unit": "某某村", "head_name": "李某"}
    assert [fault.code for fault in again.rows[0].faults] == ["bad_phone"]
