"""Workbooks made to exhaust the machine, or damaged on the way: refused soon, in bounded memory."""

import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldapi.errors import Refused
from tests.tables.files import BASIC, SPREADSHEET, inline, raw_xlsx, table, zipped

ROW = ("1", "某某村", "李某")
GOOD = f"<row>{inline(*BASIC)}</row><row>{inline(*ROW)}</row>"


def refusal(data: bytes) -> tuple[str, dict]:
    with pytest.raises(Refused) as caught:
        table(data)
    return caught.value.code, caught.value.facts


def test_a_sheet_that_inflates_to_a_gigabyte_is_refused_without_inflating_it():
    bomb = raw_xlsx(GOOD, sharedStrings=" " * (64 * 1024 * 1024 + 1))
    tracemalloc.start()
    try:
        answer = refusal(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert answer == ("table_too_large", {"limit": 64 * 1024 * 1024, "of": "content"})
    assert peak < 4 * 1024 * 1024


def test_a_part_that_is_longer_than_it_says_is_refused():
    data = bytearray(raw_xlsx(GOOD))
    entry = data.rindex(b"PK\x01\x02")  # the sheet's: it was written last
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")

    assert refusal(bytes(data))[0] == "not_a_table"


def test_millions_of_tags_are_refused_wherever_they_stand():
    many, some = "<!---->" * 5_000_001, "<!---->" * 2_500_001  # comments: the cheapest tags to parse
    bombs = raw_xlsx(GOOD + many), raw_xlsx(GOOD + some, sharedStrings=f"<sst>{some}</sst>")

    for bomb in bombs:
        assert refusal(bomb) == ("table_too_large", {"limit": 5_000_000, "of": "tags"})


def test_a_dimension_of_the_whole_sheet_costs_nothing():
    data = raw_xlsx(GOOD, before='<dimension ref="A1:XFD1048576"/>')

    assert [row.line for row in table(data).rows] == [2]


def test_a_row_at_the_end_of_the_sheet_and_an_empty_cell_at_its_edge_cost_nothing():
    last = f'<row r="1048576">{inline(*ROW)}<c r="XFD1048576" s="0"/></row>'

    assert [row.line for row in table(raw_xlsx(GOOD + last)).rows] == [2, 1048576]


def test_a_value_at_the_far_edge_is_refused():
    assert refusal(raw_xlsx(GOOD + '<row><c r="XFD3"><v>1</v></c></row>')) == (
        "table_too_large",
        {"limit": 256, "of": "columns"},
    )


def test_merged_areas_over_the_whole_sheet_and_over_each_other_cost_little():
    areas = "<mergeCells>" + '<mergeCell ref="B2:XFD1048576"/>' * 10_000 + "</mergeCells>"

    assert [row.values["unit"] for row in table(raw_xlsx(GOOD, after=areas)).rows] == ["某某村"]


def test_an_archive_of_countless_parts_is_refused_unopened():
    assert refusal(b"PK\x03\x04" + b"PK\x01\x02" * 2_001) == (
        "table_too_large",
        {"limit": 2_000, "of": "parts"},
    )


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (6, b"\xff"),  # a version of the archive format that does not exist
        (8, b"\x01"),  # encrypted
        (8, b"\x20"),  # patched
        (10, b"\x0e"),  # LZMA
        (10, b"\x63"),  # a method that does not exist
        (42, b"\xf0\xff\xff\xff"),  # a part beyond the end
    ],
)
def test_archives_of_other_kinds_are_no_table(place, value):
    data = bytearray(raw_xlsx(GOOD))
    entry = data.index(b"PK\x01\x02")
    data[entry + place : entry + place + len(value)] = value

    assert refusal(bytes(data))[0] == "not_a_table"


def test_an_index_that_points_before_the_file_is_no_table():
    data = bytearray(raw_xlsx(GOOD))
    data[-6:-2] = b"\xf0\xff\xff\xff"

    assert refusal(bytes(data))[0] == "not_a_table"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_and_document_types_are_refused(doctype):
    assert (
        refusal(raw_xlsx(GOOD, sheet=f"{doctype}<worksheet><sheetData>{GOOD}</sheetData></worksheet>"))[0]
        == "not_a_table"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + b"x" * 1_000,
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        zipped({"word/document.xml": "<w/>"}),
        raw_xlsx("<row><c></row>"),
        raw_xlsx(GOOD, workbook="<workbook/>"),
        raw_xlsx(GOOD).replace(b"sheet.xml", b"shoot.xml"),
        raw_xlsx(""),
    ],
)
def test_what_only_looks_like_a_workbook_is_no_table(data):
    assert refusal(data)[0] == "not_a_table"


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_workbook_damaged_anywhere_is_read_or_refused_and_nothing_else(data):
    good = bytearray(raw_xlsx(GOOD, styles="<s/>", sharedStrings="<s/>"))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(good) - 1))
        good[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(good), data.draw(st.integers(0, len(good)))]))
    with suppress(Refused):
        table(bytes(good[:cut]))


PIECES = st.sampled_from(
    [
        "<row>",
        "</row>",
        '<row r="x">',
        '<c r="A2">',
        "<c>",
        '<c t="s">',
        '<c t="b">',
        '<c t="d">',
        '<c s="1">',
        "</c>",
        "<v>1</v>",
        "<v>1e999</v>",
        "<v>nan</v>",
        "<v>-5</v>",
        "<v>99999999999</v>",
        "<v>" + "9" * 5_000 + "</v>",
        "<v>²</v>",
        "<is><t>x</t></is>",
        "<f>1</f>",
        '<c r="ZZZ9999999">',
        '<mergeCell ref="A1:B"/>',
        '<mergeCell ref="A9:B1"/>',
        GOOD,
    ]
)


@given(st.lists(PIECES, max_size=12))
@example(["<row>", "<c>", "<row>", "</row>", "<v>1</v>"])
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_sheet_is_read_or_refused_and_nothing_else(pieces):
    styles = f'<styleSheet xmlns="{SPREADSHEET}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    inside = "".join(pieces)
    closing = "</c>" * (inside.count("<c") - inside.count("</c>")) + "</row>" * (
        inside.count("<row") - inside.count("</row>")
    )
    with suppress(Refused):
        table(raw_xlsx(GOOD + inside + closing, styles=styles))


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_at_all_are_read_or_refused_and_nothing_else(junk):
    for data in (
        junk,
        "户号,村组,户主\r\n1,".encode() + junk,
        "户号,村组,户主\r\n1,".encode("gb18030") + junk,
    ):
        with suppress(Refused):
            table(data)
