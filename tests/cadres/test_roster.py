"""Rosters: people from a spreadsheet, judged row by row."""

import io

import pytest
from django.db.models import ProtectedError

from cadres import roster
from cadres.models import User
from fieldapi.errors import Refused
from fieldapi.models import JournalLine
from fieldapi.tables import Fault, Row, read_table
from tests.samples import COUNTY, OTHER_TOWN, TOWN, VILLAGE, Caller, make_office, make_user

UNITS = {"中城镇": TOWN, "田坝": VILLAGE, "南岸镇": OTHER_TOWN}


def unit_of(row: Row) -> str:
    """Stands for the finder of units by name, which has tests of its own."""
    named = row.values.get("unit")
    if named and named not in UNITS:
        row.faults.append(Fault("unit", "unit_unknown", str(named)))
        return ""
    return UNITS[str(named)] if named else COUNTY


def judge(village, *lines: str, by: str = "zheng"):
    table = read_table("roster.csv", io.BytesIO("\n".join(lines).encode()), roster.COLUMNS)
    verdicts = roster.judge(by=getattr(village, by), top=COUNTY, rows=table.rows, unit_of=unit_of)
    return table.rows, verdicts


def faults(rows) -> list[tuple[int, str, str]]:
    return [(row.line, fault.column, fault.code) for row in rows for fault in row.faults]


HEADINGS = "姓名,用户名,角色,单位,科室,手机号码"


def test_a_roster_becomes_people_with_one_time_passwords(village):
    office = make_office("民政办")
    rows, verdicts = judge(
        village,
        "绥江县干部花名册",
        HEADINGS,
        "洪某, ＨＯＮＧ ,干部,中城镇,民政办,138 0000 1234",
        "陶某,tao,主管,田坝,,",
        "窦某,dou,,,,",
    )

    assert faults(rows) == []
    people = [verdict.new for verdict in verdicts]
    assert [(user.username, user.full_name, user.role, user.unit_id) for user in people] == [
        ("hong", "洪某", "cadre", TOWN),
        ("tao", "陶某", "supervisor", VILLAGE),
        ("dou", "窦某", "cadre", COUNTY),
    ]
    passwords = roster.enrol(by=village.zheng, people=people, detail={"import": "b"})
    hong = User.objects.get(username="hong")
    assert (hong.office_id, hong.phone, hong.must_change_password) == (office.pk, "13800001234", True)
    told = Caller(None).post(
        "auth/token/", {"username": "hong", "password": passwords[0]["one_time_password"]}
    )
    assert told.json()["user"]["must_change_password"] is True
    assert [line.unit for line in JournalLine.objects.filter(action="users.create").order_by("pk")] == [
        TOWN,
        VILLAGE,
        COUNTY,
    ]


def test_an_office_is_found_in_the_unit_or_the_nearest_above_it(village):
    of_county, of_town = make_office("民政办", COUNTY), make_office("民政办", TOWN)
    _, verdicts = judge(village, HEADINGS, "洪某,hong,,田坝,民政办,", "陶某,tao,,南岸镇,民政办,")

    assert [verdict.new.office_id for verdict in verdicts] == [of_town.pk, of_county.pk]


def test_the_same_roster_again_changes_nothing(village):
    lines = (HEADINGS, "洪某,hong,干部,中城镇,,13800001234")
    _, verdicts = judge(village, *lines)
    roster.enrol(by=village.zheng, people=[verdict.new for verdict in verdicts])

    rows, again = judge(village, *lines)
    assert faults(rows) == []
    assert [(verdict.new, verdict.row_id) for verdict in again] == [(None, verdicts[0].row_id)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (",hong,,,,", ("full_name", "required")),
        ("洪某,,,,,", ("username", "required")),
        ("洪某,two words,,,,", ("username", "bad_username")),
        (f"洪某,{'h' * 151},,,,", ("username", "too_long")),
        (f"{'洪' * 101},hong,,,,", ("full_name", "too_long")),
        ("洪某,hong,皇帝,,,", ("role", "bad_choice")),
        ("洪某,hong,,别处,,", ("unit", "unit_unknown")),
        ("洪某,hong,,中城镇,没有的办,", ("office", "office_unknown")),
        ("洪某,hong,,,,1.38E+10", ("phone", "number_damaged")),
        ("洪某,hong,,,,138****1234", ("phone", "masked_value")),
        ("高某,GAO,,中城镇,,", ("full_name", "differs")),
        ("Gao,gao,主管,中城镇,,", ("role", "differs")),
        ("Gao,gao,,田坝,,", ("unit", "differs")),
        ("Gao,gao,,中城镇,,13800001234", ("phone", "differs")),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_and_the_others_are(village, line, told):
    make_user("gao")
    rows, verdicts = judge(village, HEADINGS, line, "陶某,tao,,,,")

    assert told in [(column, code) for number, column, code in faults(rows) if number == 2]
    assert verdicts[0] == roster.Verdict()
    assert verdicts[1].new.username == "tao"


def test_one_person_twice_in_a_file_is_taken_once(village):
    rows, verdicts = judge(village, HEADINGS, "洪某,hong,,,,", "洪某,HONG,,,,")

    assert faults(rows) == [(3, "username", "duplicate_row")]
    assert [verdict.new is not None for verdict in verdicts] == [True, False]


def test_a_user_name_taken_elsewhere_tells_nothing_about_that_person(village):
    make_user("hong", full_name="别县洪某", unit="53")
    rows, _ = judge(village, HEADINGS, "洪某,hong,主管,,,")

    assert faults(rows) == [(2, "username", "already_exists")]


def test_enrolled_people_are_struck_off_while_nothing_names_them(village):
    _, verdicts = judge(village, HEADINGS, "洪某,hong,,,,", "陶某,tao,,,,")
    roster.enrol(by=village.zheng, people=[verdict.new for verdict in verdicts])

    roster.strike_off(by=village.zheng, ids=[verdict.row_id for verdict in verdicts])
    assert not User.objects.filter(username__in=["hong", "tao"]).exists()
    assert JournalLine.objects.filter(action="users.destroy").count() == 2


def test_whoever_has_signed_in_or_is_named_by_a_row_is_not_struck_off(village):
    signed_in, named = village.client("gao"), village.chen
    village.house.pairings.update(assigned_by=named)

    with pytest.raises(Refused, match="in_use"):
        roster.strike_off(by=village.zheng, ids=[signed_in.user.pk])
    with pytest.raises(ProtectedError):
        roster.strike_off(by=village.zheng, ids=[named.pk])
    assert User.objects.filter(username__in=["gao", "chen"]).count() == 2


@pytest.mark.parametrize("count", [2, 200])
def test_people_are_judged_in_two_queries_and_stored_in_bulk(
    village, django_assert_num_queries, django_assert_max_num_queries, count
):
    zheng = village.zheng
    lines = [f"人{number},p{number},,,," for number in range(count)]
    with django_assert_num_queries(2):
        _, verdicts = judge(village, HEADINGS, *lines)
    with django_assert_max_num_queries(12):
        roster.enrol(by=zheng, people=[verdict.new for verdict in verdicts])
