"""`import_households FILE --unit …` and its sisters: the same imports from a shell."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cadres.models import User
from households.models import Household, ImportBatch, Pairing
from tests import samples
from tests.households.uploads import cells
from tests.samples import make_household


@pytest.fixture
def file(tmp_path: Path):
    def written(*rows: str) -> str:
        path = tmp_path / "表.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        return str(path)

    return written


def test_good_rows_are_stored_in_the_name_of_the_nearest_admin(village, file, capsys):
    assert village.zheng
    call_command("import_households", file("村,户号,户主,颜色", "田坝,1,王某,红"), "--unit", samples.TOWN)

    batch = ImportBatch.objects.get()
    assert (batch.by, batch.unit, batch.dry_run) == (village.zheng, samples.TOWN, False)
    told = capsys.readouterr()
    assert told.out.strip() == f"1 created, 0 unchanged, 0 bad ({batch.pk})"
    assert told.err.strip() == "not read: 颜色"


def test_bad_rows_are_printed_kept_in_a_file_and_end_in_exit_code_one(village, file, capsys, tmp_path):
    assert village.zheng
    bad = tmp_path / "bad.xlsx"

    with pytest.raises(CommandError, match="1 rows are bad"):
        call_command(
            "import_households",
            file("村,户号,户主", "田坝,1,王某", "无名,2,李某"),
            "--unit",
            samples.TOWN,
            "--bad-rows",
            str(bad),
        )

    assert capsys.readouterr().err.strip() == "3: 村 查无此区划（无名）"
    assert cells(bad.read_bytes())[1] == ["无名", "2", "李某", "村：查无此区划（无名）"]
    assert Household.objects.get().number == "1"


def test_a_dry_run_stores_nothing(village, file, capsys):
    assert village.zheng
    call_command(
        "import_households", file("村,户号,户主", "田坝,1,王某"), "--unit", samples.TOWN, "--dry-run"
    )

    assert capsys.readouterr().out.startswith("dry run, nothing stored: 1 created")
    assert not Household.objects.exists()


def test_one_time_passwords_are_printed(village, file, capsys):
    assert village.zheng
    call_command("import_users", file("用户名,姓名", "feng,冯某"), "--unit", samples.TOWN)

    first = capsys.readouterr().out.splitlines()[1].split("\t")
    assert first[:2] == ["feng", "冯某"]
    assert User.objects.get(username="feng").check_password(first[2])


def test_pairings_are_imported_in_the_name_of_whom_is_told(village, file):
    house = make_household("1")
    rows = file("村,户号,干部", f"田坝,1,{village.gao.username}")
    call_command("import_pairings", rows, "--unit", samples.TOWN, "--by", village.sun.username)

    assert Pairing.objects.get(household=house).assigned_by == village.sun


@pytest.mark.parametrize(
    ("rows", "arguments", "told"),
    [
        (["村,户号,户主"], ["--unit", samples.TOWN, "--by", "nobody"], "no such user: nobody"),
        (["村,户号,户主"], ["--unit", "99"], "no admin above 99"),
        (["村,户号,户主"], ["--unit", samples.TOWN, "--by", "zhou"], "查无此区划"),
        (["颜色"], ["--unit", samples.TOWN], "缺少必需的列"),
    ],
)
def test_what_cannot_be_imported_at_all_says_why_in_one_line(village, file, rows, arguments, told):
    assert village.zheng
    assert village.zhou
    with pytest.raises(CommandError, match=told):
        call_command("import_households", file(*rows), *arguments)

    assert not ImportBatch.objects.exists()


def test_a_file_that_is_not_there_is_said_to_be_missing(village):
    assert village.zheng
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_households", "nowhere.csv", "--unit", samples.TOWN)
