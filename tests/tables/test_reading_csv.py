"""CSV in the encodings and shapes that offices produce."""

import pytest

from fieldapi.errors import Refused
from tests.tables.files import csv_file, only, table

LINES = ("户号,村组,户主姓名", "1,某某村,李某")
READ = {"number": "1", "unit": "某某村", "head_name": "李某"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_in_use_reads_the_same(encoding):
    assert [row.values for row in table(csv_file(*LINES, encoding=encoding)).rows] == [READ]


@pytest.mark.parametrize("byte_order", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_in_both_byte_orders(byte_order):
    data = "\ufeff".encode(byte_order) + csv_file(*LINES, encoding=byte_order)

    assert [row.values for row in table(data).rows] == [READ]


def test_rare_characters_of_gb18030_are_kept():
    assert (
        table(csv_file(LINES[0], "1,某某村,𠮷某", encoding="gb18030")).rows[0].values["head_name"] == "𠮷某"
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_makes_sense_of_the_headings(delimiter):
    lines = [line.replace(",", delimiter) for line in (*LINES, '2,"某某,某;某\t村",王某')]

    assert [row.values["head_name"] for row in table(csv_file(*lines)).rows] == ["李某", "王某"]


def test_a_line_that_names_the_delimiter_for_excel_is_a_title_row():
    assert len(table(csv_file("sep=;", *(line.replace(",", ";") for line in LINES))).rows) == 1


def test_rows_are_numbered_by_the_line_they_begin_on():
    data = csv_file("户号,村组,户主", '1,"某某村', '二组",李某', "", " , ,", "2,某某村,王某")

    assert [(row.line, row.values["number"]) for row in table(data).rows] == [(2, "1"), (6, "2")]


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_lines_end_as_on_any_system(newline):
    assert [row.line for row in table(newline.join(LINES).encode()).rows] == [2]


def test_marks_against_formulas_and_rounding_are_taken_off():
    data = csv_file("户号,村组,户主,电话,住址", '''="1",某某村,李某,"=""13800001111""",'=1组''')
    [row] = table(data).rows

    assert row.values == {**READ, "phone": "13800001111", "address": "=1组"}


def test_a_row_shorter_than_the_headings_ends_with_empty_cells():
    assert only(csv_file("户号,村组,户主,电话", "1,某某村,李某"), "phone") is None


def test_a_file_with_headings_only_is_an_empty_table():
    assert table(csv_file(LINES[0])).rows == []


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (csv_file(*LINES)[:-1], 2),
        (csv_file("户号,村组,户主", "1,甲村,李某", "2,乙村")[:-2], 3),  # as GB18030 it would decode
        (csv_file(*LINES).replace("某村".encode(), b"\xe6\x9f\xff"), 2),
        (csv_file(*LINES, encoding="utf-8-sig") + b"\xb0", 2),
        (csv_file(*LINES, encoding="gb18030") + b"\r\n2,\xff", 3),
        (csv_file(*LINES, encoding="utf-16") + b"\x00", 2),
    ],
)
def test_broken_encodings_are_refused_with_the_line_and_never_read_as_nonsense(data, line):
    with pytest.raises(Refused) as refusal:
        table(data)

    assert refusal.value.code == "bad_encoding"
    assert refusal.value.facts == {"line": line}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n , ,\r\n"[:4],
        b"%PDF-1.7\n1 0 obj",
        b"<html><body><table><tr><td>\xbb\xa7\xba\xc5</td></tr></table></body></html>",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        b"{\\rtf1\\ansi}",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\x7fELF\x02\x01\x01\x00",
        bytes(range(256)),
        b'"' + b"a" * 200_000,
    ],
)
def test_what_is_no_table_is_refused_as_such(data):
    with pytest.raises(Refused, match="not_a_table"):
        table(data)


def test_more_rows_than_allowed_are_refused_and_exactly_as_many_are_not():
    rows = ["1,某某村,李某"] * 3

    assert len(table(csv_file(LINES[0], *rows), max_rows=3).rows) == 3
    with pytest.raises(Refused) as refusal:
        table(csv_file(LINES[0], *rows), max_rows=2)
    assert refusal.value.code == "table_too_large"
    assert refusal.value.facts == {"limit": 2, "of": "rows"}


def test_a_file_beyond_twenty_megabytes_is_refused_unread():
    with pytest.raises(Refused) as refusal:
        table(b"x" * (20 * 1024 * 1024 + 1))
    assert refusal.value.facts == {"limit": 20 * 1024 * 1024, "of": "bytes"}


def test_a_row_of_absurd_width_is_refused_unless_it_is_empty_there():
    assert len(table(csv_file(LINES[0], LINES[1] + "," * 300)).rows) == 1
    with pytest.raises(Refused) as refusal:
        table(csv_file(LINES[0], "1" + "," * 256 + "x"))
    assert refusal.value.facts == {"limit": 256, "of": "columns"}
