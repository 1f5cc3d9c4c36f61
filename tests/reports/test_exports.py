"""POST /exports/: a job writes the file; progress, then the file, for whoever asked."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from openpyxl import load_workbook

from fieldapi import clock, json
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from matters.models import Task
from opinions.models import Category, Opinion
from reports import exporting
from reports.models import Export
from reports.words import KINDS, STATES
from tests import samples
from tests.conftest import Village
from tests.matters.acting import make_task
from tests.samples import visit_body
from visits.models import Visit


def asked(village: Village, name: str = "sun", **columns):
    today = clock.today()
    body = {"kind": "visits", "unit": samples.TOWN, "from": f"{today - timedelta(days=1)}", "to": f"{today}"}
    return village.client(name).post("exports/", {**body, **columns})


def visit(village: Village, *told: str) -> None:
    opinions = [{"id": str(new_id()), "text": text, "kind": "request"} for text in told]
    village.client("gao").put_visit(village.house, opinions=opinions, note="=1+1")


def written(village: Village, **columns):
    """The export's content, after the worker's job has run."""
    answer = asked(village, **columns)
    exporting.write_export.call(answer.json()["id"])
    return village.client("sun").get(f"exports/{answer.json()['id']}/content/")


def test_asking_answers_at_once_and_is_journalled(village: Village):
    answer = asked(village)

    assert (answer.status_code, answer.json()["state"], answer.json()["total"]) == (202, "queued", None)
    assert JournalLine.objects.get().action == "exports.create"


def test_visits_come_with_their_opinions_one_line_each(village: Village):
    visit(village, "路灯坏了", "水管漏水")
    visit(village)
    file = written(village)
    text = b"".join(file.streaming_content)
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))

    assert text.startswith(b"\xef\xbb\xbf")
    assert sorted(row["意见"] for row in rows) == ["", "水管漏水", "路灯坏了"]
    assert {row["备注"] for row in rows} == {"'=1+1"}
    assert {row["单位"] for row in rows} == {"田坝村民委员会"}
    assert "attachment" in file.headers["Content-Disposition"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_codes_are_written_as_words(village: Village, format: str):
    visit(village, "路灯坏了")
    opinion = Opinion.objects.get()
    opinion.category = Category.objects.get(pk="lighting")
    opinion.save()
    make_task(village, "in_progress", opinion=opinion)

    def row(kind: str) -> dict[str, str]:
        file = b"".join(written(village, kind=kind, format=format).streaming_content)
        if format == "csv":
            (row,) = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
            return row
        headings, values = load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True)
        return dict(zip(headings, values, strict=True))

    visited, told, task = row("visits"), row("opinions"), row("tasks")
    assert [visited[name] for name in ("顶岗", "方式", "已撤回")] == ["否", "入户", "否"]
    assert [visited[name] for name in ("意见类型", "意见类别")] == ["诉求", "路灯照明"]
    assert [told[name] for name in ("类型", "类别", "任务状态")] == ["诉求", "路灯照明", "办理中"]
    assert [task[name] for name in ("状态", "优先级")] == ["办理中", "普通"]


def test_every_code_has_a_word():
    assert {*Visit.Kind, *Opinion.Kind} <= set(KINDS)
    assert set(STATES) == set(Task.State)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_times_are_local_as_everywhere(village: Village, format):
    visit(village)
    file = b"".join(written(village, format=format).streaming_content)
    told = json.instant(Visit.objects.get().occurred_at)

    if format == "csv":
        [row] = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
        assert row["时间"] == told
    else:
        headings, row = load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True)
        assert row[headings.index("时间")] == told
    assert told.endswith("+08:00")


def test_a_visitor_is_named_where_there_is_no_household(village: Village):
    body = {**visit_body(new_id()), "household": None, "kind": "reception", "visitor": {"name": "赶集的老人"}}
    village.client("gao").put(f"visits/{new_id()}/", body)
    text = b"".join(written(village).streaming_content)
    (row,) = csv.DictReader(io.StringIO(text.decode("utf-8-sig")))

    assert (row["来访人"], row["户编号"], row["户主"]) == ("赶集的老人", "", "")


@pytest.mark.parametrize("kind", ["visits", "opinions", "tasks", "matters"])
def test_every_kind_is_written_as_a_workbook(village: Village, kind):
    visit(village, "路灯坏了")
    file = written(village, kind=kind, format="xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(file.streaming_content))).active

    assert sheet.max_row == (1 if kind in ("tasks", "matters") else 2)


def test_progress_is_told(village: Village):
    visit(village, "路灯坏了")
    key = asked(village).json()["id"]
    exporting.write_export.call(key)
    now = village.client("sun").get(f"exports/{key}/").json()

    assert (now["state"], now["written"], now["total"]) == ("done", 1, 1)


def test_a_file_that_is_not_there_yet_is_not_served(village: Village):
    key = asked(village).json()["id"]
    answer = village.client("sun").get(f"exports/{key}/content/")

    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (
        409,
        "wrong_state",
        "queued",
    )


def test_a_job_that_lost_its_worker_is_put_back_and_given_up_in_the_end(village: Village):
    key = asked(village).json()["id"]
    Export.objects.update(state="running", attempts=3, touched_at=clock.now() - timedelta(minutes=11))
    exporting.write_left_behind()
    exporting.write_export.call(key)

    assert village.client("sun").get(f"exports/{key}/").json()["problem"] == "given_up"


def test_after_a_week_the_file_is_gone(village: Village):
    key = asked(village).json()["id"]
    exporting.write_export.call(key)
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        exporting.forget_old()

    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("columns", "pointer", "code"),
    [
        ({"unit": samples.OTHER_TOWN}, "/unit", "unit_unknown"),
        ({"to": "2020-01-01"}, "/to", "bad_period"),
        ({"kind": "users"}, "/kind", "invalid_choice"),
        ({"format": "docx"}, "/format", "invalid_choice"),
        ({"from": "2026-13-01"}, "/from", "bad_day"),
    ],
)
def test_what_cannot_be_exported_is_refused(village: Village, columns, pointer, code):
    answer = asked(village, **columns)

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert not Export.objects.exists()


def test_only_who_asked_sees_it(village: Village):
    key = asked(village).json()["id"]
    seen = {
        name: [village.client(name).get(f"exports/{key}/{part}").status_code for part in ("", "content/")]
        for name in ("gao", "sun", "zhou", "wu", "zheng")
    }

    assert seen == {
        "gao": [403, 403],
        "sun": [200, 409],
        "zhou": [404, 404],
        "wu": [404, 404],
        "zheng": [404, 404],
    }
