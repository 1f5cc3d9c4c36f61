"""What people type into cells, and what spreadsheets make of it."""

from datetime import date, datetime

import pytest

from fieldapi.tables import Fault, Unreadable, id_number, phone
from tests.tables.files import (
    BASIC,
    csv_file,
    fault,
    in_csv,
    in_xlsx,
    inline,
    only,
    raw_xlsx,
    table,
    xlsx_file,
)

# Invented: born on a day in 1949 in a test district; the last is its check character.
IDENTITY = "11010519491231002X"
DIGITS_ONLY = "110105194912310097"


@pytest.mark.parametrize("cell", [13800001111, 13800001111.0, "13800001111"])
def test_a_phone_stored_as_a_number_is_the_number_typed(cell):
    assert only(in_xlsx("电话", cell), "phone") == "13800001111"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("138 0000 1111", "13800001111"),
        ("138-0000-1111", "13800001111"),
        ("+86 138 0000 1111", "13800001111"),
        ("0086-13800001111", "13800001111"),
        ("8613800001111", "13800001111"),
        ("１３８００００１１１１", "13800001111"),
        ("\u202d13800001111\u202c", "13800001111"),
        ("'13800001111", "13800001111"),
        ("0831-2345678", "08312345678"),
        ("（0831）2345678", "08312345678"),
        ("+86 831 2345678", "08312345678"),
        ("010-12345678", "01012345678"),
        ("2345678", "2345678"),
        ("400-800-1234", "4008001234"),
        ("+852 2345 6789", "+85223456789"),
    ],
)
def test_phone_numbers_come_to_one_form(typed, meant):
    assert phone(typed) == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1380000111", "bad_phone"),
        ("138000011112", "bad_phone"),
        ("23800001111", "bad_phone"),
        ("13800001111/13900002222", "bad_phone"),
        ("8312345678", "bad_phone"),
        ("无", "bad_phone"),
        ("1.38E+10", "number_damaged"),
        ("138****1111", "masked_value"),
    ],
)
def test_what_is_no_phone_number_is_said_to_be_none(typed, code):
    with pytest.raises(Unreadable) as refusal:
        phone(typed)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "typed", [IDENTITY, "11010519491231002x", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_an_identity_number_is_taken_however_it_is_typed(typed):
    assert id_number(typed) == IDENTITY


@pytest.mark.parametrize(
    "wrong",
    [
        "110105194912310021",  # check character
        "11010519491331002X",  # thirteenth month
        "11010519490231002X",  # 31 February
        "110105491231002",  # of 15 digits, not valid since 2013
        "11010519491231002",
        "1101051949123100２X5",
        "A1010519491231002X",
    ],
)
def test_an_identity_number_that_cannot_be_one_is_reported(wrong):
    assert fault(in_csv("身份证号", wrong)) == ("id_number", "bad_id_number", "")


@pytest.mark.parametrize("cell", [110105194912310097, 1.10105194912310e17, 110105194912310000])
def test_an_identity_number_kept_as_a_number_is_damaged_whatever_digits_are_left(cell):
    assert fault(in_xlsx("身份证号", cell)) == ("id_number", "id_number_damaged", "")


def test_an_identity_number_kept_as_a_number_is_not_believed_even_if_all_digits_are_there():
    headings, cells = inline(*BASIC, "身份证号"), inline("1", "某某村", "李某")
    rows = f"<row>{headings}</row><row>{cells}<c><v>{DIGITS_ONLY}</v></c></row>"

    assert fault(raw_xlsx(rows)) == ("id_number", "id_number_damaged", "")


@pytest.mark.parametrize("text", ["1.10101E+17", "1.10105194912310E+17", "1.1e+17", "110105194912310000"])
def test_an_identity_number_damaged_before_it_became_text_is_reported_as_damaged(text):
    assert fault(in_csv("身份证号", text)) == ("id_number", "id_number_damaged", "")


def test_of_a_rounded_number_whose_check_character_happens_to_fit_only_text_cells_are_believed():
    rounded_but_fitting = "999999194911016000"

    assert fault(in_csv("身份证号", rounded_but_fitting)) == ("id_number", "id_number_damaged", "")
    assert only(in_xlsx("身份证号", rounded_but_fitting), "id_number") == rounded_but_fitting


def test_digits_that_stayed_text_are_an_identity_number():
    assert only(in_xlsx("身份证号", DIGITS_ONLY), "id_number") == DIGITS_ONLY
    assert only(in_csv("身份证号", DIGITS_ONLY), "id_number") == DIGITS_ONLY


def test_a_masked_identity_number_is_not_taken_for_one():
    assert fault(in_csv("身份证号", "110105********002X")) == ("id_number", "masked_value", "")


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-03",
        "2026-11-3",
        "2026/11/3",
        "2026.11.3",
        "20261103",
        "2026年11月3日",
        "２０２６年１１月３日",
        "2026-11-03 00:00:00",
        " 2026/11/03 8:30 ",
    ],
)
def test_a_day_is_read_however_it_is_written(typed):
    assert only(in_csv("入住日期", typed), "moved_in") == date(2026, 11, 3)


@pytest.mark.parametrize("cell", [date(2026, 11, 3), datetime.fromisoformat("2026-11-03T08:30"), 20261103])
def test_a_day_of_excel_is_that_day(cell):
    assert only(in_xlsx("入住日期", cell), "moved_in") == date(2026, 11, 3)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-30",
        "2026-13-01",
        "20261131",
        "11/3/2026",
        "26-11-03",
        "2026-11",
        "2026-11/03",
        "去年",
        "46329",
    ],
)
def test_an_impossible_or_ambiguous_day_is_reported_as_typed(typed):
    assert fault(in_csv("入住日期", typed)) == ("moved_in", "bad_day", typed)


@pytest.mark.parametrize(
    ("typed", "meant"), [("4", 4), ("４", 4), ("1,234", 1234), ("3.5", 3.5), ("-2", -2), ("4.0", 4)]
)
def test_numbers_are_numbers(typed, meant):
    assert only(in_csv("人口数", typed), "size") == meant
    assert type(only(in_csv("人口数", typed), "size")) is type(meant)


@pytest.mark.parametrize("typed", ["四", "3人", "1,23", "1e3", "nan", "inf", "9" * 400])
def test_what_is_no_number_is_reported(typed):
    assert fault(in_csv("人口数", typed)) == ("size", "bad_number", typed)


@pytest.mark.parametrize(
    "typed",
    [
        "老人、残疾",
        "老人,残疾",
        "老人，残疾；老人",
        "elderly; disabled",
        " 高龄 残疾 ",
        "老人/残疾",
        "老人\n残疾",
    ],
)
def test_tags_are_separated_by_whatever_people_use_and_come_once(typed):
    assert only(in_csv("标签", typed), "tags") == ["elderly", "disabled"]


def test_unknown_tags_are_named_in_the_fault():
    assert fault(in_csv("标签", "老人、独居、党员")) == ("tags", "bad_choice", "独居、党员")


@pytest.mark.parametrize("typed", ["A岗", "主岗", "a", "Ａ岗", "A 岗"])
def test_a_choice_is_known_by_its_wordings_and_by_itself(typed):
    assert only(in_csv("岗位", typed), "post") == "A"


def test_a_choice_that_is_not_offered_is_reported():
    assert fault(in_csv("岗位", "C岗")) == ("post", "bad_choice", "C岗")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("是", True), ("√", True), ("Yes", True), ("１", True), ("否", False), ("×", False), ("0", False)],
)
def test_flags_say_yes_or_no(typed, meant):
    assert only(in_csv("在户", typed), "active") is meant


def test_a_flag_that_says_neither_is_reported():
    assert fault(in_csv("在户", "也许")) == ("active", "bad_flag", "也许")


def test_a_flag_of_excel_is_one():
    assert only(in_xlsx("在户", True), "active") is True


def test_names_and_addresses_keep_their_chinese_punctuation_and_lose_spaces_around_them():
    typed = "\u3000３组（老村委会旁），１２号；Ａ栋\u3000东侧 \u3000"

    assert only(in_csv("住址", typed), "address") == "3组（老村委会旁），12号；A栋 东侧"


@pytest.mark.parametrize("cell", ["１２－Ａ", " 12-A", "'12-A", "\u200b12-A"])
def test_a_code_is_folded_to_half_width_without_marks_and_spaces(cell):
    [row] = table(xlsx_file(BASIC, [cell, "某某村", "李某"])).rows

    assert (row.values["number"], row.faults) == ("12-A", [])


@pytest.mark.parametrize("cell", [12, 12.0, "12"])
def test_a_code_kept_as_a_number_is_its_digits(cell):
    [row] = table(xlsx_file(BASIC, [cell, "某某村", "李某"])).rows

    assert row.values["number"] == "12"


def test_a_code_that_the_spreadsheet_shortened_is_reported():
    data = in_csv("电话", "").replace("某某村".encode(), b"5.10101E+11")

    assert fault(data) == ("unit", "number_damaged", "5.10101E+11")


def test_an_emoji_and_rare_characters_are_text_like_any_other():
    assert only(in_csv("住址", "𠮷家👨‍👩‍👧院子"), "address") == "𠮷家👨‍👩‍👧院子"


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x85"])
def test_a_control_character_is_reported_by_its_number(control):
    many = ["1,某某村,李某"] * 500  # a file that begins with control characters is no table at all
    rows = table(csv_file("户号,村组,户主", *many, f"2,某某村,王{control}某")).rows

    assert [row.faults for row in rows if row.faults] == [
        [Fault("head_name", "bad_character", f"U+{ord(control):04X}")]
    ]
