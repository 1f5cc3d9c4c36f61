"""The journal: written with every act, never changed, read by desks within their subtree."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from fieldapi import journal
from fieldapi.models import JournalLine
from fieldapi.sealed_days import ACTION, seal_days
from households.models import Household
from tests.samples import OTHER_TOWN, TOWN, VILLAGE, make_household, make_pairing

EMPTY = (
    "TRUNCATE fieldapi_journalline"
    if connection.vendor == "postgresql"
    else "REPLACE INTO fieldapi_journalline SELECT id, at, by, 'somebody else', action, resource, row_id, unit,"
    " detail, seal FROM fieldapi_journalline"
)

UNGUARDED = (
    ["ALTER TABLE fieldapi_journalline DISABLE TRIGGER USER"]
    if connection.vendor == "postgresql"
    else ["DROP TRIGGER IF EXISTS journal_no_delete"]
)


@pytest.fixture
def guarded(db):
    """The triggers as the migrations make them; the tests' set-up had dropped one."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in import_module("fieldapi.migrations.0002_journal_is_append_only").SQLITE:
                cursor.execute(statement.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS"))
        else:
            cursor.execute(import_module("fieldapi.migrations.0004_journal_is_never_emptied").POSTGRES)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fieldapi_journalline SET by_name = 'somebody else'",
        "UPDATE fieldapi_journalline SET detail = '{}' WHERE resource = 'units'",
        "DELETE FROM fieldapi_journalline",
        EMPTY,
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_a_line(guarded, village, statement):
    journal.note_down(village.sun, "units.create", VILLAGE, unit=VILLAGE, name="田坝")

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert JournalLine.objects.get().by_name == "sun"


def test_a_line_stands_only_with_the_act_it_tells_of(village, monkeypatch):
    """One transaction: an act that fails after its line leaves none, a line that fails leaves no act."""
    sun = village.client("sun")
    body = {"unit": VILLAGE, "number": "12", "head_name": "王某"}
    before = JournalLine.objects.count()

    with monkeypatch.context() as patched:
        patched.setattr("fieldapi.journal.seal_of", broken)
        assert sun.post("households/", body).status_code == 500
    with monkeypatch.context() as patched:
        house = make_household("13")
        make_pairing(house, village.gao)
        told = {"number": "13-1", "head_name": "王小某", "reason": "分家"}
        patched.setattr("households.actions.store", broken)
        assert sun.post(f"households/{house.pk}/split/", told).status_code == 500

    assert list(Household.objects.values_list("number", flat=True)) == ["13"]
    assert JournalLine.objects.count() == before


def broken(*args: object, **kwargs: object) -> None:
    raise TypeError


def test_every_line_is_as_it_was_written(village, capsys):
    for number in range(3):
        journal.note_down(village.sun, "units.create", number, unit=VILLAGE, name="田坝")

    call_command("verify_journal")
    assert capsys.readouterr().out == "3 lines, every one as it was written.\n"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("by_name", "zhou"),
        ("action", "units.partial_update"),
        ("row_id", "3"),
        ("unit", TOWN),
        ("detail", '{"name": "x"}'),
        ("seal", "0" * 64),
    ],
)
def test_a_line_that_was_tampered_with_is_found(village, capsys, column, value):
    journal.note_down(village.sun, "units.create", 1, unit=VILLAGE, name="田坝")
    journal.note_down(village.sun, "units.create", 2, unit=VILLAGE, name="大沙")
    line = JournalLine.objects.latest("pk")
    JournalLine.objects.bulk_create([_copied(line, **{column: value})])

    with pytest.raises(CommandError, match="1 of 3 lines"):
        call_command("verify_journal")
    assert capsys.readouterr().err == f"line {line.pk + 1}: its seal does not fit\n"


def _copied(line: JournalLine, **forged: object) -> JournalLine:
    """What tampering leaves behind: the same line with one column forged, under its old seal."""
    columns = {
        field.attname: getattr(line, field.attname) for field in line._meta.fields if not field.primary_key
    }
    return JournalLine(**columns | forged)


@pytest.fixture
def sealed(db):
    """Ten lines of one day and their seal of two days later; whoever can drop triggers has done it."""
    with time_machine.travel("2026-11-03T09:00+08:00", tick=False):
        for number in range(10):
            journal.note_down(None, "units.create", number, unit=VILLAGE)
    with time_machine.travel("2026-11-05T00:10+08:00", tick=False):
        for _ in range(2):
            seal_days()
    with connection.cursor() as cursor:
        for statement in UNGUARDED:
            cursor.execute(statement)
    return list(JournalLine.objects.filter(action="units.create").order_by("pk").values_list("pk", flat=True))


def test_a_day_is_sealed_once_and_what_is_younger_than_a_day_waits(sealed):
    with time_machine.travel("2026-11-05T12:00+08:00", tick=False):
        journal.note_down(None, "units.create", 10, unit=VILLAGE)
        seal_days()
    with time_machine.travel("2026-11-06T11:59+08:00", tick=False):
        seal_days()

    told = [json.loads(line.detail) for line in JournalLine.objects.filter(action=ACTION).order_by("pk")]
    assert [(one["from"], one["to"], one["lines"]) for one in told] == [
        (0, sealed[-1], 10),
        (sealed[-1] + 1, sealed[-1] + 1, 1),
    ]
    call_command("verify_journal")


def test_a_line_that_is_gone_is_missed(sealed, capsys):
    JournalLine.objects.filter(pk=sealed[4]).delete()

    with pytest.raises(CommandError, match="1 sealed days are not as they were"):
        call_command("verify_journal")
    assert capsys.readouterr().err == (
        f"lines 0 to {sealed[-1]}: there were 10, there are 9; not those that were sealed\n"
    )


def test_lines_that_have_changed_places_are_found(sealed):
    """Each is as it was written: its own seal fits."""
    fourth, fifth = JournalLine.objects.filter(pk__in=sealed[3:5]).order_by("pk")
    JournalLine.objects.filter(pk__in=(fourth.pk, fifth.pk)).delete()
    JournalLine.objects.bulk_create([_copied(fourth, id=fifth.pk), _copied(fifth, id=fourth.pk)])

    assert journal.broken_lines() == (11, [])
    with pytest.raises(CommandError, match="1 sealed days"):
        call_command("verify_journal")


def test_desks_read_the_journal_of_their_subtree_newest_first(village):
    journal.note_down(village.zheng, "units.create", VILLAGE, unit=VILLAGE, name="田坝")
    journal.note_down(village.zheng, "units.create", OTHER_TOWN, unit=OTHER_TOWN)
    journal.note_down(None, "units.import", TOWN, unit=TOWN, new=3)

    rows = village.client("sun").get("journal/").json()["results"]
    assert [(row["action"], row["by_name"], row["unit"]) for row in rows] == [
        ("units.import", "", TOWN),
        ("units.create", "zheng", VILLAGE),
    ]
    assert rows[0]["by"] is None
    assert rows[0]["detail"] == {"new": 3}
    assert rows[1]["at"].endswith("+08:00")
    assert len(village.client("wu").get("journal/").json()["results"]) == 3


def test_the_journal_is_searched_by_row_actor_and_time(village):
    journal.note_down(village.zheng, "units.create", VILLAGE, unit=VILLAGE)
    journal.note_down(village.sun, "absences.create", "x", unit=TOWN)
    zheng = village.client("zheng")
    first, second = JournalLine.objects.order_by("pk")

    def found(**query: str) -> list[int]:
        answer = zheng.get("journal/?" + "&".join(f"{name}={value}" for name, value in query.items()))
        return [row["id"] for row in answer.json()["results"]]

    assert found(resource="units") == found(row_id=VILLAGE) == found(by=str(village.zheng.pk)) == [first.pk]
    assert found(action="absences.create") == [second.pk]
    assert found(unit=VILLAGE) == [first.pk]
    assert found(after="2020-01-01", before="2099-01-01") == [second.pk, first.pk]
    assert found(before="2020-01-01") == []
    assert found(after="2020-01-01T00:00:00+08:00") == [second.pk, first.pk]


def test_the_journal_has_no_other_method(village):
    assert village.client("zheng").post("journal/", {}).status_code == 405
    assert village.client("zheng").delete("journal/").status_code == 405


def test_a_database_that_is_not_migrated_is_said_in_one_line(tmp_path: Path):
    place = {"DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3", "FIELDAPI_DATA_DIR": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "manage.py", "verify_journal"],
        cwd=Path(__file__).resolve().parents[1],
        env=os.environ | place,
        capture_output=True,
        text=True,
        check=False,
    )

    said = "The database is not as this version expects it: run manage.py migrate first."
    assert (answer.returncode, answer.stderr) == (1, f"CommandError: {said}\n")
