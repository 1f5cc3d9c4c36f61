"""Workbooks as Excel, WPS and other programs make them."""

from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from fieldapi.errors import Refused
from tests.tables.files import BASIC, SPREADSHEET, inline, only, raw_xlsx, saved, table, xlsx_file

ROW = ("1", "某某村", "李某")
READ = {"number": "1", "unit": "某某村", "head_name": "李某"}
HEADINGS = f"<row>{inline(*BASIC)}</row>"


def test_a_village_merged_over_several_households_belongs_to_each_of_them():
    data = xlsx_file(
        BASIC,
        ["1", "甲村", "李某"],
        ["2", None, "王某"],
        ["3", None, "张某"],
        ["4", "乙村", "陈某"],
        ["5", None, "赵某"],
        merged=["B2:B4"],
    )
    rows = table(data).rows

    assert [row.values["unit"] for row in rows] == ["甲村", "甲村", "甲村", "乙村", None]
    assert [fault.code for fault in rows[4].faults] == ["required"]


def test_a_merged_area_whose_first_row_is_empty_gives_nothing_from_the_area_above_it():
    data = xlsx_file(
        BASIC, ["1", "甲村", "李某"], ["2", None, "王某"], [], ["3", None, "张某"], merged=["B2:B3", "B4:B5"]
    )

    assert [row.values["unit"] for row in table(data).rows] == ["甲村", "甲村", None]


def test_cells_merged_across_or_under_the_headings_fill_nothing():
    data = xlsx_file([*BASIC, "住址"], [*ROW, None], ["2", "某某村", "王某", None], merged=["C2:D2", "D1:D3"])

    assert [row.values["address"] for row in table(data).rows] == [None, None]


def test_a_formula_gives_the_value_last_calculated():
    rows = f"<row>{inline(*BASIC, '人口数')}</row><row>{inline(*ROW)}<c><f>1+2</f><v>3</v></c></row>"

    assert only(raw_xlsx(rows), "size") == 3


def test_a_formula_never_calculated_and_an_error_are_reported_and_not_taken_for_empty_cells():
    rows = f"<row>{inline(*BASIC, '人口数', '住址', '电话')}</row><row>{inline(*ROW)}<c><f>1+2</f></c>"
    rows += '<c t="e"><f>VLOOKUP(A1,B:B,1,0)</f><v>#N/A</v></c><c t="str"><f>""</f><v></v></c></row>'
    [row] = table(raw_xlsx(rows)).rows

    assert {(fault.column, fault.code, fault.detail) for fault in row.faults} == {
        ("size", "formula_not_calculated", ""),
        ("address", "cell_error", "#N/A"),
    }
    assert row.values == {**READ, "phone": None}


def test_the_dates_that_chinese_programs_name_by_number_are_days():
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>'
    rows = f'<row>{inline(*BASIC, "入住日期")}</row><row>{inline(*ROW)}<c s="1"><v>46329</v></c></row>'

    assert only(raw_xlsx(rows, styles=styles), "moved_in") == date(2026, 11, 3)


def test_days_of_a_workbook_that_counts_from_1904_are_right():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([*BASIC, "入住日期"])
    book.active.append([*ROW, date(2026, 11, 3)])

    assert only(saved(book), "moved_in") == date(2026, 11, 3)


def test_a_serial_number_that_nothing_marks_as_a_day_is_not_guessed_to_be_one():
    [row] = table(xlsx_file([*BASIC, "入住日期"], [*ROW, 46329])).rows

    assert [(fault.code, fault.detail) for fault in row.faults] == [("bad_day", "46329")]


def test_text_in_several_fonts_with_phonetic_guides_is_one_text():
    texts = "<sst><si><r><t>李</t></r><r><t>某</t></r><rPh><t>li</t></rPh></si></sst>"
    rows = f'{HEADINGS}<row>{inline(*ROW[:2])}<c t="s"><v>0</v></c></row>'

    assert only(raw_xlsx(rows, sharedStrings=texts), "head_name") == "李某"


def test_a_reference_to_a_text_that_is_not_there_is_an_error_of_the_cell():
    rows = f'{HEADINGS}<row>{inline(*ROW[:2])}<c t="s"><v>7</v></c></row>'
    [row] = table(raw_xlsx(rows)).rows

    assert [(fault.column, fault.code) for fault in row.faults] == [("head_name", "cell_error")]


def test_characters_that_xml_cannot_hold_come_back_as_they_were_and_nul_is_reported():
    headings, cells = inline(*BASIC, "住址"), inline(*ROW, "1组_x000D_\n老村_x0000_")
    [row] = table(raw_xlsx(f"<row>{headings}</row><row>{cells}</row>")).rows

    assert [(fault.column, fault.code, fault.detail) for fault in row.faults] == [
        ("address", "bad_character", "U+0000")
    ]


def test_elements_may_carry_any_prefix_and_rows_and_cells_no_reference():
    rows = (HEADINGS + f"<row>{inline(*ROW)}</row>").replace("<", "<x:").replace("<x:/", "</x:")
    sheet = f'<x:worksheet xmlns:x="{SPREADSHEET}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'

    assert [row.values for row in table(raw_xlsx("", sheet=sheet)).rows] == [READ]


def test_rows_keep_the_numbers_they_have_in_the_file():
    data = xlsx_file(BASIC, [], ROW, [None, " ", None], [], ["2", "某某村", "王某"])

    assert [row.line for row in table(data).rows] == [3, 6]


def test_the_first_sheet_that_names_the_columns_is_read_and_the_others_are_named():
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["请按样表填写", "户主"])
    for title, name in (("甲村", "李某"), ("乙村", "王某"), ("空", None)):
        sheet = book.create_sheet(title)
        if name:
            sheet.append(BASIC)
            sheet.append(["1", title, name])
    hidden = book.create_sheet("旧")
    hidden.append(BASIC)
    hidden.sheet_state = "hidden"
    read = table(saved(book))

    assert [row.values["head_name"] for row in read.rows] == ["李某"]
    assert read.unread_sheets == ["说明", "乙村"]


def test_a_workbook_of_which_only_the_contents_matter_is_not_refused_for_its_looks():
    book = Workbook()
    book.active.append(BASIC)
    book.active.append(ROW)
    book.active["A1"].font = Font(name="宋体", family=3)
    data = saved(book)
    broken_style = raw_xlsx(
        f"{HEADINGS}<row>{inline(*ROW)}</row>",
        after='<dataValidations><dataValidation type="nonsense"/></dataValidations><pageSetup orientation="?"/>',
        styles='<styleSheet><fonts><font><family val="99"/></font></fonts><fills><fill/></fills></styleSheet>',
    )

    assert [row.values for row in table(data).rows] == [READ]
    assert [row.values for row in table(broken_style).rows] == [READ]


@pytest.mark.parametrize("name", ["households.xls", "households.xlsx", "households.csv"])
def test_the_old_xls_is_refused_as_such_whatever_its_name(name):
    data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1_000)

    with pytest.raises(Refused, match="xls_not_supported"):
        table(data)


def test_a_workbook_with_a_password_is_not_mistaken_for_an_old_one():
    data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1_000) + "EncryptedPackage".encode("utf-16-le")

    with pytest.raises(Refused, match="table_encrypted"):
        table(data)
