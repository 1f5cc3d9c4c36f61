"""How many tasks are live at the end of a month, and how old they are."""

import pytest
import time_machine

from tests import samples
from tests.conftest import Village
from tests.reports.october import ids, records, summary
from tests.reports.rows import finish, make_task
from tests.samples import COUNTY, at, make_opinion

MONTH = f"unit={COUNTY}&month=2026-10"
AGES = ["up_to_7", "up_to_15", "up_to_30", "up_to_90", "over_90"]


@pytest.fixture(autouse=True)
def fifth_of_november():
    with time_machine.travel(at("2026-11-05 09:00"), tick=False):
        yield


def backlog(village: Village, query: str = MONTH) -> list[int]:
    told = summary(village.client("wu"), f"{query}&include=backlog")["tasks"]["backlog"]
    assert list(told) == AGES
    return list(told.values())


@pytest.mark.parametrize(
    ("opened_on", "age"),
    [
        ("2026-10-31", "up_to_7"),
        ("2026-10-24", "up_to_7"),
        ("2026-10-23", "up_to_15"),
        ("2026-10-16", "up_to_15"),
        ("2026-10-15", "up_to_30"),
        ("2026-10-01", "up_to_30"),
        ("2026-09-30", "up_to_90"),
        ("2026-08-02", "up_to_90"),
        ("2026-08-01", "over_90"),
        ("2025-01-01", "over_90"),
    ],
)
def test_a_task_is_as_old_as_the_days_from_its_opening_to_the_months_end(
    village: Village, opened_on: str, age: str
):
    make_task(village.sun, on=opened_on)

    assert backlog(village) == [int(name == age) for name in AGES]


def test_a_running_month_ends_today(village: Village):
    make_task(village.sun, on="2026-10-29")
    make_task(village.sun, on="2026-10-28")

    assert backlog(village, f"unit={COUNTY}&month=2026-11") == [1, 1, 0, 0, 0]


def test_what_ended_within_the_month_is_no_backlog_and_what_ended_later_was(village: Village):
    for closed in ("2026-10-31", "2026-11-01"):
        finish(make_task(village.sun, on="2026-10-30"), "2026-10-30", village.sun, closed=closed)
    make_task(village.sun, on="2026-11-01")
    make_task(village.sun, on="2026-10-30", state="merged")

    assert backlog(village) == [1, 0, 0, 0, 0]
    assert sum(backlog(village, f"unit={COUNTY}&month=2026-11")) == 1


def test_a_closed_month_keeps_its_backlog_with_the_ages_of_that_day(village: Village):
    task = make_task(village.sun, on="2026-10-25")
    closed = village.client("sun").post(
        "summaries/monthly/close/", {"unit": samples.TOWN, "month": "2026-10"}
    )
    assert closed.status_code == 200
    finish(task, "2026-11-04", village.sun, closed="2026-11-04")

    with time_machine.travel(at("2026-12-20 09:00"), tick=False):
        town = f"unit={samples.TOWN}&month=2026-10"
        assert backlog(village, town) == [1, 0, 0, 0, 0]
        assert backlog(village) == [1, 0, 0, 0, 0]
        assert ids(records(village.client("sun"), "tasks.backlog.up_to_7", town)) == [task.pk]


def test_a_years_backlog_is_that_of_its_last_month(village: Village):
    make_task(village.sun, on="2026-08-20")

    told = summary(village.client("wu"), f"{MONTH}&include=backlog,year_to_date")

    assert told["year_to_date"]["tasks"]["backlog"]["up_to_90"] == 1
    assert sum(told["year_to_date"]["tasks"]["backlog"].values()) == 1


def test_satisfaction_with_tasks_leaves_out_matters_done_on_the_spot(village: Village):
    opinion = make_opinion(village.house, village.gao, on="2026-10-01")
    task = make_task(village.sun, opinion, on="2026-10-02", state="done")
    body = {"household": str(village.house.pk), "satisfaction": 3}
    assert village.client("gao").post(f"tasks/{task.pk}/confirm/", body).status_code == 200
    done = {
        "title": "换水管",
        "done_on": "2026-11-04",
        "households": [str(village.house.pk)],
        "satisfaction": 5,
    }
    assert village.client("gao").put(f"practical-matters/{samples.new_id()}/", done).status_code == 201

    november = summary(village.client("wu"), f"unit={COUNTY}&month=2026-11&include=satisfaction")

    assert november["tasks"]["satisfaction"] == {"asked": 1, "mean": 3.0}
    assert november["practical_matters"]["satisfaction"] == {"asked": 2, "mean": 4.0}


def test_a_file_has_the_lines_and_columns_that_were_included(village: Village):
    office = samples.make_office("水利站")
    make_task(village.sun, on="2026-10-25", office=office)

    def lines(include: str) -> list[list[str]]:
        answer = village.client("wu").get(f"summaries/monthly/?{MONTH}&format=csv&include={include}")
        text = (
            b"".join(answer).decode("utf-8-sig") if answer.streaming else answer.content.decode("utf-8-sig")
        )
        return [line.split(",") for line in text.splitlines()]

    plain = lines("")
    told = lines("by_office,by_category,backlog")

    assert not any("tasks.backlog" in line for row in plain for line in row)
    assert told[1] == ["指标", "名称", "2026-10", "水利站", "无类别"]
    assert ["在办任务：7天以内", "tasks.backlog.up_to_7", "1", "1", "1"] in told
    assert ["走访次数", "visits.total", "0", "0", ""] in told
