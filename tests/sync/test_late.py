"""Late, out of order, by a wrong clock, on somebody else's phone: one example of each.

`test_any_order.py` mixes them all. What comes before what it refers to is in `test_push.py`.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from fieldapi import clock, json, phone_clock
from fieldapi.ids import new_id
from opinions.models import Opinion
from sync.models import QuarantinedRow
from tests import samples
from tests.conftest import Village
from tests.samples import at
from tests.sync.flat import changes, ms, opinion_row, outcomes, push, visit_row
from tests.visits.test_amend import amendment
from visits.models import Visit

NOON = at("2026-11-23 12:00")
NINE = at("2026-10-08 09:00")
AHEAD, BEHIND = timedelta(days=3 * 365), timedelta(days=-5 * 365, hours=-3)


def pushed(caller: samples.Caller, ahead: timedelta | None, **tables: Any) -> list[tuple[str, str]]:
    """What a phone is told whose clock is ahead by that much; None if it does not say."""
    device = {} if ahead is None else {"device": {"clock_at": json.instant(clock.now() + ahead)}}
    return outcomes(caller.post("sync/push/", {"changes": changes(**tables)} | device).json())


def by(clock_ahead: timedelta, moment: datetime) -> int:
    """A moment as such a phone writes it."""
    return ms(moment + clock_ahead)


@time_machine.travel(NOON, tick=False)
def test_a_visit_weeks_late_counts_in_its_own_month(village: Village):
    row = visit_row(village.house, started_at=ms(NINE), ended_at=None)
    assert pushed(village.client("qian"), None, visits=[row]) == [("visits", "created")]

    visit = Visit.objects.get()
    assert (visit.day.isoformat(), visit.post, visit.received_at) == ("2026-10-08", "A", NOON)
    month = village.client("sun").get("summaries/monthly/?month=2026-10").json()
    assert month["visits"]["total"] == 1


@time_machine.travel(NOON, tick=False)
def test_a_visit_made_before_a_hand_over_counts_for_who_made_it_when_it_comes_after(village: Village):
    pairing = village.house.pairings.get(cadre=village.gao)
    body = {"to": str(village.lin.pk), "on": "2026-11-20", "reason": "轮换"}
    assert village.client("sun").post(f"pairings/{pairing.pk}/hand-over/", body).status_code == 201
    days = {"before": "2026-11-19 16:00", "after": "2026-11-20 09:00"}
    rows = {
        name: visit_row(village.house, started_at=ms(at(day)), ended_at=None) for name, day in days.items()
    }
    pushed(village.client("gao"), None, visits=list(rows.values()))

    told = {name: Visit.objects.get(pk=row["id"]) for name, row in rows.items()}
    assert {name: (visit.cadre, visit.post) for name, visit in told.items()} == {
        "before": (village.gao, "A"),
        "after": (village.gao, ""),
    }
    assert [flag.code for flag in told["after"].flags.all()] == ["not_paired"]
    assert not told["before"].flags.exists()


@pytest.mark.parametrize("ahead", [AHEAD, BEHIND, timedelta(hours=7), timedelta(hours=-7)])
@time_machine.travel(NOON, tick=False)
def test_all_that_a_phone_recorded_by_a_wrong_clock_counts_when_it_really_was(village: Village, ahead):
    gao, moment = village.client("gao"), at("2026-11-20 09:00")
    started = by(ahead, moment)
    visit = visit_row(village.house, started_at=started, ended_at=started + 1_800_000)
    said = opinion_row(None, household=str(village.house.pk), made_at=started)
    reply = {"id": str(new_id()), "opinion": said["id"], "text": "已修", "how": "phone", "told_at": started}
    pushed(gao, ahead, visits=[visit], opinions=[said], replies=[reply])

    stored = Visit.objects.get()
    assert (stored.occurred_at, stored.day.isoformat(), stored.post) == (moment, "2026-11-20", "A")
    assert ms(stored.started_at) == started  # as it was sent
    assert [flag.code for flag in stored.flags.all()] == ["clock_off"]
    assert stored.flags.get().evidence == [{"measured": ahead.total_seconds(), "threshold": 300}]
    opinion = Opinion.objects.get()
    assert (opinion.occurred_at, opinion.replied_on.isoformat()) == (moment, "2026-11-20")


@time_machine.travel(NOON, tick=False)
def test_a_phone_years_ahead_does_not_have_the_last_word_for_ever(village: Village):
    """A correction made later, by a clock that has been put right, wins; so does an earlier one, if it comes last."""
    gao, visit = village.client("gao"), str(new_id())
    gao.put_visit(village.house, visit)
    address = f"visits/{visit}/amendments/"
    wrong = {"device": {"clock_at": json.instant(NOON + AHEAD)}}

    def amend(made: datetime, note: str, **beside: Any) -> str:
        body = amendment(json.instant(made), note=note) | beside
        answer = gao.put(f"{address}{new_id()}/", body)
        assert answer.status_code == 201, answer.content
        return answer.json()["note"]

    assert amend(NOON - timedelta(hours=2) + AHEAD, "表快三年", **wrong) == "表快三年"
    assert amend(NOON - timedelta(hours=1), "表已校准") == "表已校准"
    assert amend(NOON - timedelta(hours=3) + AHEAD, "更早", **wrong) == "表已校准"
    told = gao.get(f"visits/{visit}/").json()["amendments"]
    assert [one["changes"]["note"] for one in told] == ["更早", "表快三年", "表已校准"]
    assert told[1]["made_at"] == json.instant(NOON - timedelta(hours=2) + AHEAD)  # as it was sent
    assert told[1]["occurred_at"] == json.instant(NOON - timedelta(hours=2))


@time_machine.travel(NOON, tick=False)
def test_what_one_phone_amends_keeps_its_order_also_where_it_does_not_say_that_its_clock_is_ahead(
    village: Village,
):
    for order in ((0, 1), (1, 0)):
        gao, visit = village.client("gao"), str(new_id())
        gao.put_visit(village.house, visit)
        made = [(NOON + AHEAD, "先"), (NOON + AHEAD + timedelta(seconds=1), "后")]
        for place in order:
            moment, note = made[place]
            body = amendment(json.instant(moment), note=note)
            assert gao.put(f"visits/{visit}/amendments/{new_id()}/", body).status_code == 201
        assert Visit.objects.get(pk=visit).note == "后"


def test_two_claims_of_one_clock_keep_their_order_however_long_each_was_under_way():
    first, second = NOON + AHEAD, NOON + AHEAD + timedelta(seconds=2)
    slow, quick = AHEAD - timedelta(seconds=9), AHEAD - timedelta(milliseconds=80)

    assert phone_clock.by_the_server(first, slow) < phone_clock.by_the_server(second, quick)
    assert phone_clock.by_the_server(first, quick) < phone_clock.by_the_server(second, slow)
    assert phone_clock.by_the_server(first, timedelta(minutes=5)) == first
    assert phone_clock.by_the_server(first, None) == first


def test_on_a_shared_phone_each_users_rows_wait_for_their_own_user(village: Village):
    rows = {
        name: visit_row(
            village.house, made_by=str(getattr(village, name).pk), started_at=ms(NINE), ended_at=None
        )
        for name in ("gao", "chen")
    }
    everything = {"visits": list(rows.values())}

    assert outcomes(push(village.client("gao"), **everything)) == [
        ("visits", "created"),
        ("visits", "refused"),
    ]
    assert outcomes(push(village.client("chen"), **everything)) == [
        ("visits", "refused"),
        ("visits", "created"),
    ]
    assert {name: Visit.objects.get(pk=row["id"]).cadre.username for name, row in rows.items()} == {
        "gao": "gao",
        "chen": "chen",
    }
    assert set(QuarantinedRow.objects.values_list("code", flat=True)) == {"other_user"}
