"""What an operator types: divisions, the first admin."""

import io

import pytest
from django.core.management import CommandError, call_command

from cadres.models import Unit, User
from fieldapi.models import JournalLine
from tests.samples import COUNTY, SHARED, Caller

REAL = SHARED / "data/units/units.csv"
UNITS = "code,name,level\n53,云南省,province\n5306,昭通市,city\n530626,绥江县,county\n530626101,中城镇,town\n"


@pytest.fixture
def file(tmp_path):
    def write(text: str, encoding: str = "utf-8") -> str:
        path = tmp_path / "units.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


def import_units(path: str, capsys) -> str:
    call_command("import_units", path)
    return capsys.readouterr().out


def test_divisions_are_imported_once_however_often(db, file, capsys, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert import_units(file(UNITS), capsys) == "4 new, 0 renamed, 0 as they were.\n"
    assert import_units(file(UNITS), capsys) == "0 new, 0 renamed, 4 as they were.\n"
    assert Unit.objects.get(pk=COUNTY).level == "county"
    assert JournalLine.objects.get(action="units.import").unit == "53"


@pytest.mark.skipif(not REAL.exists(), reason="the shared data are not here")
def test_the_divisions_of_five_real_counties_are_taken_in_a_few_statements(
    db, capsys, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        assert import_units(str(REAL), capsys) == "1463 new, 0 renamed, 0 as they were.\n"
    assert import_units(str(REAL), capsys) == "0 new, 0 renamed, 1463 as they were.\n"
    assert Unit.objects.filter(level="village").count() == 1349
    assert Unit.objects.get(pk="530626101").name == "中城镇"


def test_a_division_named_otherwise_is_renamed(db, file, capsys):
    import_units(file(UNITS), capsys)

    said = import_units(file(UNITS.replace("中城镇", "中城街道")), capsys)
    assert said == "0 new, 1 renamed, 3 as they were.\n"
    town = Unit.objects.get(pk="530626101")
    assert (town.name, town.version) == ("中城街道", 2)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (UNITS, "utf-8-sig"),
        (UNITS, "gb18030"),
        (UNITS.replace("\n", "\r\n"), "utf-8"),
        ("name,code\n云南省,53\n昭通市,5306\n绥江县,530626\n中城镇,530626101\n", "utf-8"),
        ("code,name\n530626101,中城镇\n530626,绥江县\n5306,昭通市\n53,云南省\n", "utf-8"),
        ("绥江县区划表\n代码,名称\n５３,云南省\n5306,昭通市\n530626,绥江县\n530626101,中城镇\n", "gb18030"),
    ],
)
def test_divisions_are_read_however_the_file_was_saved(db, file, capsys, text, encoding):
    assert import_units(file(text, encoding), capsys).startswith("4 new")
    assert Unit.objects.get(pk="530626101").name == "中城镇"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("530699101,孤镇,town", "line 6: 530699101 孤镇: its parent 530699 is not there"),
        ("53062,位数,county", "line 6: 53062 位数: a code has 2, 4, 6, 9, 12 or 15 digits"),
        ("530626102,,town", "line 6: name: 必填"),
        ("5.30626E+08,南岸镇,town", "line 6: code: 号码已被电子表格改坏"),
        ("530626102,南岸镇,parish", "line 6: level: 不在可选项中 parish"),
        ("530626102,南岸镇,county", "line 6: 530626102 南岸镇: a code of this length is a town"),
        ("530626101,别名,town", "line 6: 530626101 别名: the code stands there twice, also as 中城镇"),
        (f"530626102,{'长' * 101},town", "the name has more than 100 characters"),
    ],
)
def test_a_bad_line_is_told_and_left_out_while_the_others_are_taken(db, file, capsys, line, why):
    with pytest.raises(CommandError, match="1 lines were left out"):
        call_command("import_units", file(f"{UNITS}{line}\n"))

    assert why in capsys.readouterr().err
    assert Unit.objects.count() == 4


@pytest.mark.parametrize(
    ("text", "encoding", "why"),
    [
        ("", "utf-8", "不是可读取的"),
        ("编号,备注\n53,云南省\n", "utf-8", "缺少必需的列"),
        ("code,remark\n53,云南省\n", "utf-8", "缺少必需的列"),
    ],
)
def test_a_file_that_is_no_list_of_divisions_changes_nothing(db, file, text, encoding, why):
    with pytest.raises(CommandError, match=why):
        call_command("import_units", file(text, encoding))
    assert Unit.objects.count() == 0


def test_a_file_that_is_not_there_is_told(db, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_units", str(tmp_path / "nowhere.csv"))


def create_admin(monkeypatch, said: str, **options: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    call_command("create_admin", **{"username": "Shi", "unit": COUNTY} | options)


def test_the_first_admin_signs_in_with_the_password_from_standard_input(village, monkeypatch, capsys):
    create_admin(monkeypatch, "zou-fang-2026\n", full_name="史某")

    assert capsys.readouterr().out == "Admin shi of 绥江县 (530626) is there.\n"
    signed_in = Caller(None).post("auth/token/", {"username": "shi", "password": "zou-fang-2026"})
    told = signed_in.json()["user"]
    assert (told["full_name"], told["role"], told["must_change_password"]) == ("史某", "admin", False)
    assert JournalLine.objects.get(action="users.create").by is None


@pytest.mark.parametrize(
    ("said", "options", "why"),
    [
        ("zou-fang-2026\n", {"unit": "110101"}, "查无此区划"),
        ("zou-fang-2026\n", {"username": "two words"}, "用户名只能含"),
        ("short\n", {}, "密码至少 8 个字符"),
        ("", {}, "密码至少 8 个字符"),
        ("zou-fang-2026\n", {"username": "GAO"}, "已存在"),
    ],
)
def test_an_admin_that_cannot_be_is_refused_with_the_reason(village, monkeypatch, said, options, why):
    assert village.gao.username == "gao"

    with pytest.raises(CommandError, match=why):
        create_admin(monkeypatch, said, **options)
    assert User.objects.count() == 1
