"""Every number of a summary can be drilled down to the records it is worked out from."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.conftest import Village
from tests.reports.october import SECTIONS, ids, make_october, records, summary
from tests.samples import COUNTY, TOWN, Caller, at, make_visit

SUMS = {"visits.people_met"}
MEANS = {
    "visits.coverage",
    "tasks.early_rate",
    "tasks.satisfaction.mean",
    "practical_matters.satisfaction.mean",
}
WITH_TASKS = "backlog,satisfaction"
MONTH = f"unit={COUNTY}&month=2026-10"


@pytest.fixture
def october(village: Village):
    with time_machine.travel(at("2026-11-05 09:00"), tick=False):
        village.october = make_october(village)
        yield village


def numbers(told: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every number below here with its figure's name."""
    if isinstance(told, dict):
        for key, inner in told.items():
            yield from numbers(inner, f"{name}.{key}" if name else key)
    elif isinstance(told, list):
        for entry in told:
            yield f"{name}.{entry['category'] or '-'}", entry["count"]
    else:
        yield name, told


def figures(told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from numbers({section: told[section] for section in SECTIONS if section in told})


def worked_out(name: str, rows: list[dict[str, Any]]) -> Any:
    values = [row["value"] for row in rows]
    if name in SUMS:
        return sum(values)
    if name in MEANS:
        return round(sum(values) / len(values), 4) if values else None
    return len(rows)


def wrong(caller: Caller, told: dict[str, Any], query: str) -> list[str]:
    """The figures whose records do not give the same number."""
    return [name for name, value in figures(told) if worked_out(name, records(caller, name, query)) != value]


def test_every_number_follows_from_its_records(october):
    wu = october.client("wu")
    told = summary(wu, f"{MONTH}&include=previous,year_to_date,by_unit,by_cadre")

    assert len(list(figures(told))) == 44
    assert wrong(wu, told, MONTH) == []
    assert wrong(wu, told["previous"], f"unit={COUNTY}&month=2026-09") == []
    assert wrong(wu, told["year_to_date"], f"{MONTH}&year_to_date=yes") == []
    for entry in told["by_unit"]:
        own = "&own=yes" if entry["own"] else ""
        assert wrong(wu, entry, f"unit={entry['unit']['code']}&month=2026-10{own}") == []
    for entry in told["by_cadre"]:
        assert wrong(wu, entry, f"{MONTH}&cadre={entry['cadre']['id']}") == []


def test_the_numbers_that_are_only_told_when_asked_for_follow_from_their_records_too(october):
    wu = october.client("wu")
    told = summary(
        wu, f"{MONTH}&include=previous,year_to_date,by_unit,by_cadre,by_office,by_category,{WITH_TASKS}"
    )

    assert len(list(figures(told))) == 44 + 5 + 2
    assert told["tasks"]["backlog"] == {
        "up_to_7": 0,
        "up_to_15": 0,
        "up_to_30": 2,
        "up_to_90": 0,
        "over_90": 0,
    }
    assert told["tasks"]["satisfaction"] == {"asked": 1, "mean": 5.0}
    assert wrong(wu, told, MONTH) == []
    assert wrong(wu, told["previous"], f"unit={COUNTY}&month=2026-09") == []
    assert wrong(wu, told["year_to_date"], f"{MONTH}&year_to_date=yes") == []
    for entry in told["by_unit"]:
        own = "&own=yes" if entry["own"] else ""
        assert wrong(wu, entry, f"unit={entry['unit']['code']}&month=2026-10{own}") == []
    for entry in told["by_cadre"]:
        assert wrong(wu, entry, f"{MONTH}&cadre={entry['cadre']['id']}") == []
    assert [entry["office"]["name"] for entry in told["by_office"]] == ["民政办"]
    for entry in told["by_office"]:
        assert wrong(wu, entry, f"{MONTH}&office={entry['office']['id']}") == []
    assert [entry["category"]["code"] for entry in told["by_category"]] == ["lighting", None]
    for entry in told["by_category"]:
        code = entry["category"]["code"] or "-"
        assert len(list(figures(entry))) == 17
        assert wrong(wu, entry, f"{MONTH}&category={code}") == []


def test_figures_of_tasks_by_category_and_of_none_add_up_to_the_whole(october):
    told = summary(october.client("wu"), f"{MONTH}&include=by_category,backlog")

    for name in ("opened", "closed", "closed_early", "overdue", "declined", "reopened"):
        assert sum(entry["tasks"][name] for entry in told["by_category"]) == told["tasks"][name]
    ages = [entry["tasks"]["backlog"]["up_to_30"] for entry in told["by_category"]]
    assert ages == [0, 2]


def test_what_is_not_asked_for_is_not_told(october):
    told = summary(october.client("wu"), MONTH)

    assert (told["by_office"], told["by_category"]) == ([], [])
    assert not {"backlog", "satisfaction"} & told["tasks"].keys()


def test_every_number_of_any_days_follows_from_its_records(october):
    days = f"unit={COUNTY}&from=2026-10-08&to=2026-10-31"

    told = summary(october.client("wu"), days)

    assert told["visits"]["total"] == 2
    assert wrong(october.client("wu"), told, days) == []


def test_a_record_says_what_it_is_and_where_to_look_at_it(october):
    (row,) = records(october.client("sun"), "opinions.resolved", f"unit={TOWN}&month=2026-10")

    light = october.october.light
    assert row == {
        "table": "opinions",
        "id": str(light.pk),
        "label": "村口路灯坏了三个月",
        "link": f"/api/v1/opinions/{light.pk}/",
        "unit": light.unit_id,
        "day": "2026-10-21",
        "household": str(october.house.pk),
        "cadre": str(october.gao.pk),
        "kind": "complaint",
        "category": "lighting",
        "value": None,
        "records": 1,
    }
    assert october.client("sun").get(row["link"]).status_code == 200


def test_what_is_counted_once_is_listed_once(october):
    rows = records(october.client("wu"), "visits.households_visited")

    assert {(row["label"], row["records"]) for row in rows} == {("户主", 2), ("户主", 1)}
    assert {row["table"] for row in rows} == {"households"}
    villages = records(october.client("wu"), "visits.villages_visited")
    assert [row["label"] for row in villages] == ["田坝村民委员会", "团结村民委员会"]


def test_coverage_lists_every_paired_household_and_whether_it_was_visited(october):
    rows = records(october.client("wu"), "visits.coverage")

    assert {row["id"]: row["value"] for row in rows} == {
        str(october.house.pk): 1,
        str(october.october.far.pk): 1,
        str(october.october.idle.pk): 0,
    }


def test_records_come_in_pages_both_ways(october):
    wu = october.client("wu")
    for number in range(7):
        make_visit(october.house, october.gao, f"2026-10-{10 + number // 2}")
    whole = ids(records(wu, "visits.total"))

    address, walked = f"summaries/monthly/records/?figure=visits.total&{MONTH}&limit=4", []
    while address:
        page = wu.get(address.removeprefix("http://testserver")).json()
        walked.append(ids(page["results"]))
        address, last = page["next"], page
    assert walked == [whole[:4], whole[4:8], whole[8:]]
    before = wu.get(last["previous"].removeprefix("http://testserver")).json()
    assert ids(before["results"]) == whole[4:8]
    assert wu.get(before["previous"].removeprefix("http://testserver")).json()["previous"] is None


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("figure=visits.nothing", "figure_unknown", "?figure"),
        ("figure=visits.by_kind", "figure_unknown", "?figure"),
        ("figure=visits.by_kind.swim", "figure_unknown", "?figure"),
        ("", "figure_unknown", "?figure"),
        ("figure=visits.total&cursor=abc", "bad_cursor", "?cursor"),
        ("figure=visits.total&limit=0", "bad_limit", "?limit"),
        ("figure=visits.total&month=2026-13", "bad_query", "?month"),
        ("figure=visits.total&month=2026-10&from=2026-10-01&to=2026-10-02", "bad_query", "?month"),
        ("figure=visits.total&from=2026-10-01", "bad_query", "?to"),
        ("figure=visits.total&from=2026-10-02&to=2026-10-01", "bad_query", "?to"),
        ("figure=visits.total&unit=5306x", "bad_query", "?unit"),
        ("figure=visits.total&office=01926b3c-0000-7000-8000-000000000001", "office_unknown", "?office"),
        ("figure=visits.total&colour=red", "bad_query", "?colour"),
    ],
)
def test_a_wrong_question_is_told_where_it_is_wrong(october, query, code, pointer):
    answer = october.client("wu").get(f"summaries/monthly/records/?{query}")

    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("unit", ["5306", "530626102", "530627"])
def test_a_unit_that_is_not_ones_own_is_not_there(october, unit):
    for path in ("summaries/monthly/", "summaries/monthly/records/?figure=visits.total"):
        joiner = "&" if "?" in path else "?"
        assert october.client("sun").get(f"{path}{joiner}unit={unit}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_records(october, django_assert_num_queries):
    wu = october.client("wu")
    address = f"summaries/monthly/records/?figure=visits.total&{MONTH}&limit=500"
    with django_assert_num_queries(6):
        wu.get(address)
    for _ in range(20):
        make_visit(october.house, october.gao, "2026-10-10")
    with django_assert_num_queries(6):
        assert len(wu.get(address).json()["results"]) == 23
    with django_assert_num_queries(9):
        summary(wu, MONTH)
