"""Whether phones keep up: what a cadre sees of the own phone, and a supervisor of everybody's."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from cadres.models import Device
from fieldapi import clock, json
from fieldapi.calendar import Month
from fieldapi.ids import new_id
from tests import samples
from tests.conftest import Village
from tests.samples import COUNTY, TOWN
from tests.sync.flat import opinion_row, push, visit_row

OTHER = "530626101202"  # a village of the same town
MONTH = Month.of(date(2026, 11, 10))


def of(caller: samples.Caller) -> dict[str, Any]:
    answer = caller.get("me/")
    assert answer.status_code == 200
    return answer.json()["sync"]


def health(village: Village, query: str = "", desk: str = "sun") -> dict[str, dict[str, Any]]:
    answer = village.client(desk).get(f"sync/health/?{query}")
    assert answer.status_code == 200, answer.content
    return {row["user"]["username"]: row for row in answer.json()["results"]}


def paused(caller: samples.Caller, days: int) -> None:
    long_ago = clock.now() - timedelta(days=days)
    Device.objects.filter(pk=caller.device.pk).update(last_synced_at=long_ago)


@pytest.mark.parametrize("exchange", ["push", "pull", "put"])
def test_a_push_a_pull_and_a_put_are_syncs_and_other_calls_are_not(village: Village, exchange: str):
    gao = village.client("gao")
    paused(gao, days=4)
    assert of(gao)["last_synced_at"] < json.instant(clock.now() - timedelta(days=3))
    if exchange == "push":
        push(gao, visits=[visit_row(village.house)])
    elif exchange == "pull":
        gao.get("sync/pull/")
    else:
        gao.put_visit(village.house)

    assert of(gao)["last_synced_at"] > json.instant(clock.now() - timedelta(minutes=1))


def test_the_last_sync_is_written_every_five_minutes_at_most(village: Village, django_assert_num_queries):
    gao = village.client("gao")
    gao.get("sync/pull/")
    with time_machine.travel(clock.now() + timedelta(minutes=4), tick=False):
        before = Device.objects.get(pk=gao.device.pk).last_synced_at
        push(gao)
        assert Device.objects.get(pk=gao.device.pk).last_synced_at == before
        with django_assert_num_queries(1):
            push(gao)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        push(gao)
        assert Device.objects.get(pk=gao.device.pk).last_synced_at == clock.now()
        with django_assert_num_queries(1):
            push(gao)


def test_rows_in_quarantine_and_rows_that_wait_are_failures_of_the_phone_that_sent_them(village: Village):
    gao, other_phone, chen = village.client("gao"), village.client("gao"), village.client("chen")
    refused = [visit_row(village.house, kind="feast"), visit_row(village.house, people_met=-1)]
    push(gao, visits=refused, opinions=[opinion_row({"id": str(new_id())})])
    push(chen, visits=[visit_row(village.house, kind="feast")])

    assert [of(gao)[name] for name in ("quarantined", "waiting")] == [2, 1]
    assert [of(other_phone)[name] for name in ("quarantined", "waiting")] == [0, 0]
    shown = village.client("sun").get(f"devices/{gao.device.pk}/").json()
    assert (shown["quarantined"], shown["waiting"]) == (2, 1)
    listed = village.client("sun").get("devices/").json()["results"]
    assert {row["id"]: row["quarantined"] for row in listed if row["quarantined"]} == {
        str(gao.device.pk): 2,
        str(chen.device.pk): 1,
    }
    entry = village.client("sun").get(f"quarantine/?sender={village.gao.pk}").json()["results"][0]
    village.client("sun").post(f"quarantine/{entry['id']}/discard/", {"reason": "试填"})
    assert of(gao)["quarantined"] == 1


def test_a_row_that_is_taken_when_offered_again_is_no_failure_any_more(village: Village):
    gao, house = village.client("gao"), samples.make_household("9")
    rows = {"visits": [visit_row(house)]}
    push(gao, **rows)
    assert of(gao)["quarantined"] == 1

    samples.make_pairing(house, village.gao)
    push(gao, **rows)
    assert of(gao)["quarantined"] == 0
    kept = village.client("sun").get("quarantine/").json()["results"]
    assert [(entry["state"], entry["decided_by"]) for entry in kept] == [("replayed", None)]


def test_devices_that_have_not_synced_since_a_day_are_found_those_included_that_never_did(village: Village):
    late, never, today = village.client("gao"), village.client("chen"), village.client("lin")
    paused(late, days=7)
    Device.objects.filter(pk=never.device.pk).update(last_synced_at=None)
    day = clock.today() - timedelta(days=6)

    found = village.client("sun").get(f"devices/?not_synced_since={day}").json()["results"]
    assert {row["id"] for row in found} == {str(late.device.pk), str(never.device.pk)}
    day -= timedelta(days=1)
    found = village.client("sun").get(f"devices/?not_synced_since={day}").json()["results"]
    assert {row["id"] for row in found} == {str(never.device.pk)}
    assert today.user


def test_whoever_serves_households_is_listed_also_without_a_phone(village: Village):
    samples.make_pairing(samples.make_household("2"), village.gao)
    gao = village.client("gao")
    gao.get("me/", **{"X-Unsent": "3", "X-App-Version": "1.5.0"})
    push(gao, visits=[visit_row(village.house, kind="feast")])
    told = health(village)

    assert set(told) == {"gao", "chen"}  # neither lin, who serves nobody, nor qian, who no longer does
    assert told["chen"] == {
        "user": {"id": str(village.chen.pk), "username": "chen", "full_name": "Chen"},
        "unit": TOWN,
        "households": 1,
        "signed_in": 0,
        "last_synced_at": None,
        "unsent": None,
        "app_version": "",
        "quarantined": 0,
        "waiting": 0,
    }
    known = ("households", "signed_in", "unsent", "app_version", "quarantined")
    assert [told["gao"][name] for name in known] == [2, 1, 3, "1.5.0", 1]


def test_a_supervisor_finds_who_has_not_synced_for_some_days_on_any_phone(village: Village):
    assert village.house
    for name in ("gao", "gao", "chen"):
        paused(village.client(name), days=7)
    village.client("gao").get("sync/pull/")
    samples.make_pairing(samples.make_household("2", unit=OTHER), village.lin)
    day = clock.today() - timedelta(days=3)

    assert set(health(village, f"not_synced_since={day}")) == {"chen", "lin"}
    assert set(health(village, f"not_synced_since={day}&unit={OTHER}")) == {"lin"}
    assert set(health(village, f"not_synced_since={clock.today() - timedelta(days=8)}")) == {"lin"}


def test_a_bureaus_cadre_is_seen_where_the_households_are_and_another_town_sees_nobody(village: Village):
    zhang = samples.make_user("zhang", unit=COUNTY)
    samples.make_pairing(samples.make_household("2"), zhang)

    assert health(village)["zhang"]["households"] == 1
    assert health(village, desk="zhou") == {}
    assert set(health(village, desk="zheng")) == {"zhang"}


def test_the_list_takes_as_many_queries_for_one_as_for_many(village: Village, django_assert_num_queries):
    sun, house = village.client("sun"), village.house
    assert house
    with django_assert_num_queries(2):
        sun.get("sync/health/")
    for number in range(12):
        cadre = samples.make_user(f"cadre-{number}")
        samples.make_pairing(samples.make_household(f"n{number}"), cadre)
        samples.make_device(cadre)
    with django_assert_num_queries(2):
        assert len(sun.get("sync/health/").json()["results"]) == 14
    with django_assert_num_queries(2):
        assert len(sun.get("devices/").json()["results"]) == 13


class TestOwnVisits:
    """The phone shows what the summary counts, of this month and the last."""

    @pytest.fixture(autouse=True)
    def tenth_of_november(self) -> Iterator[None]:
        with time_machine.travel(samples.at("2026-11-10 12:00"), tick=False):
            yield

    def agree(self, village: Village, name: str) -> list[tuple[int, int]]:
        """(total, added after closing) of this month and the last: as `/me/` and as the summary have them."""
        shown = of(village.client(name))["visits"]
        told = []
        for month in (MONTH, MONTH.preceding):
            asked = f"summaries/monthly/?unit={COUNTY}&month={month}&include=by_cadre"
            by_cadre = village.client("wu").get(asked).json()["by_cadre"]
            own = [row for row in by_cadre if row["cadre"]["id"] == str(getattr(village, name).pk)]
            counted = [(row["visits"]["total"], row["added_after_closing"]["visits"]) for row in own]
            told.append(counted[0] if counted else (0, 0))
        assert [row["month"] for row in shown] == [str(MONTH), str(MONTH.preceding)]
        assert [(row["total"], row["added_after_closing"]) for row in shown] == told
        return told

    def started(self, day: date) -> str:
        return json.instant(samples.at(f"{day} 09:00"))

    def send(self, village: Village, day: date, name: str = "gao", **columns: Any) -> str:
        key, start = str(new_id()), self.started(day)
        sent = village.client(name).put_visit(village.house, key, started_at=start, ended_at=None, **columns)
        assert sent.status_code == 201, sent.content
        return key

    def amend(self, village: Village, visit: str, **changes: Any) -> None:
        body = {"made_at": json.instant(clock.now()), "reason": "填错", "changes": changes}
        answer = village.client("gao").put(f"visits/{visit}/amendments/{new_id()}/", body)
        assert answer.status_code == 201, answer.content

    def test_they_agree_after_late_visits_withdrawals_amendments_and_companions(self, village: Village):
        first, last = MONTH.first, MONTH.preceding.last
        kept = [self.send(village, first) for _ in range(3)]
        late = [self.send(village, last - timedelta(days=n)) for n in range(4)]
        self.send(village, first, name="chen", companions=[str(village.gao.pk)])
        assert self.agree(village, "gao") == [(3, 0), (4, 0)]
        assert self.agree(village, "chen") == [(1, 0), (0, 0)]
        self.amend(village, kept[0], withdrawn=True)
        self.amend(village, late[0], started_at=self.started(first))
        self.amend(village, late[1], withdrawn=True)
        assert self.agree(village, "gao") == [(3, 0), (2, 0)]

    def test_they_agree_after_the_month_is_closed_for_the_county_or_for_the_town_alone(
        self, village: Village
    ):
        self.send(village, MONTH.first)
        late = [self.send(village, MONTH.preceding.last) for _ in range(2)]
        closing = {"unit": TOWN, "month": str(MONTH.preceding)}
        assert village.client("sun").post("summaries/monthly/close/", closing).status_code == 200
        self.send(village, MONTH.preceding.last)
        self.amend(village, late[0], withdrawn=True)

        assert self.agree(village, "gao") == [(1, 1), (2, 0)]

    def test_they_cost_the_same_however_many_there_are(self, village: Village, django_assert_num_queries):
        gao = village.client("gao")
        with django_assert_num_queries(7):
            gao.get("me/")
        for _ in range(9):
            samples.make_visit(village.house, village.gao, on=str(MONTH.first))
        with django_assert_num_queries(7):
            assert of(gao)["visits"][0]["total"] == 9
