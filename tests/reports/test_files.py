"""The same figures as a file."""

import csv
import io

import pytest
import time_machine
from openpyxl import load_workbook

from tests.conftest import Village
from tests.reports.october import make_october, summary
from tests.samples import at

OCTOBER = "summaries/monthly/?unit=530626&month=2026-10"


@pytest.fixture
def october(village: Village):
    with time_machine.travel(at("2026-11-05 09:00"), tick=False):
        village.october = make_october(village)
        yield village


def test_a_csv_has_a_line_for_every_figure_under_a_byte_order_mark(october):
    answer = october.client("wu").get(f"{OCTOBER}&format=csv")

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer["Content-Disposition"] == 'attachment; filename="summary-530626-2026-10.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    title, headings, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert title == ["绥江县 2026-10 未月结"]
    assert headings == ["指标", "名称", "2026-10"]
    assert len(lines) == 44
    assert ["走访次数", "visits.total", "3"] in lines
    assert ["走访覆盖率", "visits.coverage", "0.6667"] in lines
    assert ["走访方式：接待", "visits.by_kind.reception", "1"] in lines
    assert ["意见类别：照明", "opinions.by_category.lighting", "1"] in lines


def test_an_xlsx_has_a_column_for_each_period_unit_and_cadre_included(october):
    wu = october.client("wu")
    include = "include=previous,year_to_date,by_unit,by_cadre"

    answer = wu.get(f"{OCTOBER}&{include}&format=xlsx")

    sheet = load_workbook(io.BytesIO(answer.content)).active
    _, headings, first, *_ = sheet.iter_rows(values_only=True)
    told = summary(wu, f"unit=530626&month=2026-10&{include}")
    assert headings[2:] == (
        "2026-10", "2026-09", "年初至今", "中城镇", "南岸镇",
        *(entry["cadre"]["full_name"] for entry in told["by_cadre"]),
    )  # fmt: skip
    assert first[:7] == ("走访次数", "visits.total", 3, 1, 4, 2, 1)


def test_the_file_speaks_the_language_of_the_request(october):
    answer = october.client("wu").get(f"{OCTOBER}&format=csv", **{"Accept-Language": "en"})

    _, headings, first, *_ = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (headings[:2], first) == (["meaning", "figure"], ["Visits made.", "visits.total", "3"])


def test_accept_asks_for_a_file_too(october):
    answer = october.client("wu").get(OCTOBER, Accept="text/csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("asked", ["docx", "pdf", "CSV"])
def test_a_kind_of_file_that_is_not_written_is_406(october, asked):
    answer = october.client("wu").get(f"{OCTOBER}&format={asked}")

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_a_refusal_is_a_problem_also_where_a_file_was_asked_for(october):
    answer = october.client("zhou").get("summaries/monthly/?unit=530626101&format=csv")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
