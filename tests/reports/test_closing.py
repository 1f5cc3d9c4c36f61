"""A closed month stands still: what comes later is shown as added, in the first month that is open."""

from typing import Any

import pytest
import time_machine

from cadres.models import ClosedMonth
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from reports.models import FrozenRecord
from tests.conftest import Village
from tests.reports.october import SECTIONS, ids, make_october, records, summary
from tests.reports.rows import finish, make_task
from tests.reports.test_records import figures, wrong
from tests.samples import COUNTY, OTHER_TOWN, TOWN, at, make_user, make_visit
from tests.sync.flat import opinion_row, push
from visits.models import Visit

OCTOBER = f"unit={COUNTY}&month=2026-10"
NOVEMBER = f"unit={COUNTY}&month=2026-11"


@pytest.fixture
def october(village: Village):
    with time_machine.travel(at("2026-11-05 09:00"), tick=False):
        village.october = make_october(village)
        village.__dict__["ma"] = make_user("ma", role="supervisor", unit=COUNTY)  # the county's supervisor
        yield village


def close(village: Village, unit: str = COUNTY, month: str = "2026-10", by: str = "ma") -> dict[str, Any]:
    answer = village.client(by).post("summaries/monthly/close/", {"unit": unit, "month": month})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def late_visit(village: Village, **columns: Any) -> Any:
    """Made in October, sent now."""
    return village.client("gao").put_visit(
        village.house,
        started_at="2026-10-20T09:00:00+08:00",
        ended_at="2026-10-20T09:30:00+08:00",
        **columns,
    )


def amend(village: Village, visit: Visit, **changes: Any) -> Any:
    body = {"made_at": "2026-11-05T08:00:00+08:00", "reason": "填错了", "changes": changes}
    return village.client("gao").put(f"visits/{visit.pk}/amendments/{new_id()}/", body)


def test_closing_answers_the_figures_as_they_stood(october):
    open_month = summary(october.client("wu"))

    closed = close(october)

    assert closed == {**open_month, "state": "closed"}
    assert summary(october.client("wu")) == closed
    assert summary(october.client("sun"), f"unit={TOWN}&month=2026-10")["state"] == "closed"
    assert summary(october.client("wu"), NOVEMBER)["state"] == "open"
    assert JournalLine.objects.filter(action="summaries.close", row_id=f"{COUNTY}:2026-10").count() == 1


def test_closing_again_changes_nothing(october):
    closed = close(october)
    frozen = FrozenRecord.objects.count()

    assert close(october) == closed
    assert close(october, unit=TOWN, by="sun")["state"] == "closed"
    assert FrozenRecord.objects.count() == frozen
    assert JournalLine.objects.filter(action="summaries.close").count() == 1


def test_a_running_month_cannot_be_closed(october):
    answer = october.client("ma").post("summaries/monthly/close/", {"unit": COUNTY, "month": "2026-11"})

    assert (answer.status_code, answer.json()["code"]) == (409, "month_running")
    assert (FrozenRecord.objects.count(), ClosedMonth.objects.count()) == (0, 0)


@pytest.mark.parametrize(("body", "pointer"), [
    ({"unit": OTHER_TOWN, "month": "2026-10"}, "/unit"),
    ({"unit": "530626109", "month": "2026-10"}, "/unit"),
    ({"unit": TOWN, "month": "2026-1"}, "/month"),
    ({"unit": TOWN}, "/month"),
    ({"month": "2026-10"}, "/unit"),
    ({"unit": TOWN, "month": "2026-10", "colour": "red"}, "/colour"),
])  # fmt: skip
def test_a_wrong_closing_is_refused(october, body, pointer):
    answer = october.client("sun").post("summaries/monthly/close/", body)

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert ClosedMonth.objects.count() == 0


def test_every_number_of_a_closed_month_follows_from_its_frozen_records(october):
    close(october)
    Visit.objects.update(people_met=7, kind="field", flagged=False)

    wu = october.client("wu")
    told = summary(wu, f"{OCTOBER}&include=by_unit,by_cadre,by_office,by_category,backlog,satisfaction")

    assert told["visits"]["people_met"] == 5
    assert wrong(wu, told, OCTOBER) == []
    for entry in told["by_unit"]:
        assert wrong(wu, entry, f"unit={entry['unit']['code']}&month=2026-10") == []
    for entry in told["by_cadre"]:
        assert wrong(wu, entry, f"{OCTOBER}&cadre={entry['cadre']['id']}") == []
    for entry in told["by_office"]:
        assert wrong(wu, entry, f"{OCTOBER}&office={entry['office']['id']}") == []
    for entry in told["by_category"]:
        assert wrong(wu, entry, f"{OCTOBER}&category={entry['category']['code'] or '-'}") == []


def test_a_late_visit_never_changes_a_closed_month_and_is_shown_in_the_next(october):
    closed = close(october)
    listed = records(october.client("wu"), "visits.total")

    answer = late_visit(
        october,
        opinions=[{"id": str(new_id()), "text": "路灯又坏了", "kind": "request", "wants_reply": True}],
        matters=[{"id": str(new_id()), "title": "换了灯泡"}],
    )

    assert answer.status_code == 201
    wu = october.client("wu")
    assert summary(wu) == closed
    assert records(wu, "visits.total") == listed
    november = summary(wu, NOVEMBER)
    assert november["added_after_closing"] == {
        "visits": 1, "opinions": 1, "practical_matters": 1, "corrections": 0,
    }  # fmt: skip
    assert november["visits"]["total"] == 0
    assert november["opinions"]["collected"] == 0
    assert november["opinions"]["open"] == 2
    assert november["practical_matters"]["completed"] == 0
    assert ids(records(wu, "added_after_closing.visits", NOVEMBER)) == [answer_id(answer)]
    assert wrong(wu, november, NOVEMBER) == []
    assert summary(wu, f"unit={TOWN}&month=2026-11")["added_after_closing"]["visits"] == 1


def answer_id(answer: Any) -> Any:
    return Visit.objects.get(pk=answer.json()["id"]).pk


def test_the_live_figures_of_the_days_count_a_late_visit_on_its_own_day(october):
    close(october)
    late_visit(october)

    days = f"unit={COUNTY}&from=2026-10-01&to=2026-10-31"
    told = summary(october.client("wu"), days)

    assert told["visits"]["total"] == 4
    assert told["added_after_closing"]["visits"] == 0
    assert wrong(october.client("wu"), told, days) == []


def test_what_is_late_for_two_closed_months_counts_in_the_first_open_one(october):
    close(october)
    with time_machine.travel(at("2026-12-03 09:00"), tick=False):
        close(october, month="2026-11")
        late_visit(october)

        wu = october.client("wu")
        assert summary(wu, NOVEMBER)["added_after_closing"]["visits"] == 0
        assert summary(wu, f"unit={COUNTY}&month=2026-12")["added_after_closing"]["visits"] == 1


def test_added_rows_are_frozen_with_the_month_they_are_added_to(october):
    close(october)
    late_visit(october)
    with time_machine.travel(at("2026-12-03 09:00"), tick=False):
        before = summary(october.client("wu"), NOVEMBER)
        close(october, month="2026-11")
        Visit.objects.update(withdrawn=True)

        wu = october.client("wu")
        assert summary(wu, NOVEMBER) == {**before, "state": "closed"}
        assert before["added_after_closing"]["visits"] == 1
        assert wrong(wu, before, NOVEMBER) == []


def test_amendments_and_withdrawals_after_closing_are_corrections(october):
    closed = close(october)

    assert amend(october, october.october.first, withdrawn=True).status_code == 201

    wu = october.client("wu")
    assert summary(wu) == closed
    assert wrong(wu, closed, OCTOBER) == []
    november = summary(wu, NOVEMBER)
    assert november["added_after_closing"]["corrections"] == 1
    (row,) = records(wu, "added_after_closing.corrections", NOVEMBER)
    assert (row["table"], row["kind"], row["link"]) == (
        "visits", "amendment", f"/api/v1/visits/{october.october.first.pk}/",
    )  # fmt: skip


def test_a_reply_told_in_a_closed_month_is_a_correction_and_no_figure_loses_it(october):
    closed = close(october)
    reply = {"text": "已修好", "how": "phone", "told_at": "2026-10-30T16:00:00+08:00"}

    answer = october.client("gao").put(f"opinions/{october.october.tap.pk}/replies/{new_id()}/", reply)

    assert answer.status_code == 201
    wu = october.client("wu")
    assert summary(wu) == closed
    november = summary(wu, NOVEMBER)
    assert (november["opinions"]["replied"], november["added_after_closing"]["corrections"]) == (0, 1)
    (row,) = records(wu, "added_after_closing.corrections", NOVEMBER)
    assert (row["table"], row["kind"], row["label"], row["day"], row["link"]) == (
        "opinions", "reply", "已修好", "2026-10-30", f"/api/v1/opinions/{october.october.tap.pk}/",
    )  # fmt: skip
    assert wrong(wu, november, NOVEMBER) == []
    assert summary(wu, f"unit={COUNTY}&from=2026-10-01&to=2026-10-31")["opinions"]["replied"] == 2
    with time_machine.travel(at("2026-12-03 09:00"), tick=False):
        assert close(october, month="2026-11")["added_after_closing"]["corrections"] == 1


def test_a_reply_of_an_open_month_is_no_correction(october):
    reply = {"text": "已修好", "how": "phone", "told_at": "2026-10-30T16:00:00+08:00"}
    october.client("gao").put(f"opinions/{october.october.tap.pk}/replies/{new_id()}/", reply)

    assert summary(october.client("wu"))["opinions"]["replied"] == 2
    assert summary(october.client("wu"), NOVEMBER)["added_after_closing"]["corrections"] == 0


def test_a_reopening_of_what_a_closed_month_counted_is_a_correction(october):
    closed = close(october)

    answer = october.client("sun").post(f"tasks/{october.october.done.pk}/reopen/", {"reason": "又坏了"})

    assert answer.status_code == 200
    wu = october.client("wu")
    assert summary(wu) == closed
    november = summary(wu, NOVEMBER)
    assert november["added_after_closing"]["corrections"] == 1
    assert november["tasks"]["reopened"] == 0
    assert wrong(wu, november, NOVEMBER) == []
    year = summary(wu, f"{NOVEMBER}&include=year_to_date")["year_to_date"]
    assert (closed["tasks"]["reopened"], year["tasks"]["reopened"]) == (1, 1)
    assert year["added_after_closing"]["corrections"] == 1


def test_a_town_closed_before_the_county_keeps_what_was_frozen_then(october):
    town = close(october, unit=TOWN, by="sun")
    late_visit(october)
    amend(october, october.october.first, withdrawn=True)
    Visit.objects.filter(unit=october.house.unit_id).update(people_met=50)
    wu = october.client("wu")
    open_county = summary(wu, f"{OCTOBER}&include=by_unit")

    assert open_county["state"] == "open"
    assert open_county["visits"]["total"] == 3
    assert open_county["visits"]["people_met"] == 5
    assert open_county["visits"]["cadres_active"] == 4
    assert wrong(wu, open_county, OCTOBER) == []
    assert {section: open_county["by_unit"][0][section] for section in SECTIONS} == {
        section: town[section] for section in SECTIONS
    }

    closed = close(october)

    assert list(figures(closed)) == list(figures(open_county))
    assert wrong(wu, closed, OCTOBER) == []
    assert summary(october.client("sun"), f"unit={TOWN}&month=2026-10") == town
    assert summary(wu, NOVEMBER)["added_after_closing"] == {
        "visits": 1, "opinions": 0, "practical_matters": 0, "corrections": 1,
    }  # fmt: skip


def test_the_year_to_date_is_the_months_and_what_was_added(october):
    close(october)
    late_visit(october, people_met=4)
    make_visit(october.house, october.chen, "2026-11-04", people_met=1)
    finish(
        make_task(october.sun, on="2026-11-02", due_on="2026-11-09", handler=october.lin),
        "2026-11-03",
        october.lin,
    )

    told = summary(october.client("wu"), f"{NOVEMBER}&include=year_to_date")
    year = told["year_to_date"]

    months = [summary(october.client("wu"), f"unit={COUNTY}&month=2026-{month:02}") for month in range(1, 12)]
    added = sum(month["added_after_closing"]["visits"] for month in months)
    assert added == 1
    assert year["visits"]["total"] == sum(month["visits"]["total"] for month in months) + added == 6
    assert year["visits"]["people_met"] == 5 + 1 + 4 + 1
    assert year["visits"]["households_visited"] == 2
    assert year["tasks"]["closed"] == sum(month["tasks"]["closed"] for month in months) == 4
    assert year["opinions"]["open"] == told["opinions"]["open"]
    assert year["added_after_closing"]["visits"] == 1
    assert wrong(october.client("wu"), year, f"{NOVEMBER}&year_to_date=yes") == []


def test_a_leader_reads_and_does_not_close(october):
    answer = october.client("wu").post("summaries/monthly/close/", {"unit": COUNTY, "month": "2026-10"})

    assert (answer.status_code, ClosedMonth.objects.count()) == (403, 0)


def test_what_came_after_the_closing_of_its_visits_month_is_added_also_when_the_visit_is_corrected(october):
    gao = october.client("gao")
    visit = late_visit(october).json()
    closed = close(october)
    matter = {"id": str(new_id()), "visit": visit["id"], "title": "换水管"}
    push(gao, opinions=[opinion_row(visit)], practical_matters=[matter])
    added = summary(october.client("wu"), NOVEMBER)["added_after_closing"]
    amend(october, Visit.objects.get(pk=visit["id"]), note="补记")

    assert (added["visits"], added["opinions"], added["practical_matters"]) == (0, 1, 1)
    assert summary(october.client("wu"), NOVEMBER)["added_after_closing"] == added | {"corrections": 1}
    assert summary(october.client("wu")) == closed
