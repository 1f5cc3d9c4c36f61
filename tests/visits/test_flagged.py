"""`flagged` is what summaries count: it follows the flags wherever these change."""

from datetime import timedelta

from fieldapi import clock
from fieldapi.ids import new_id
from fieldapi.json import instant
from tests.conftest import Village
from tests.samples import PLACE
from visits.models import Visit

FAR_AWAY = {"lat": PLACE[0] + 0.01, "lon": PLACE[1], "accuracy_m": 10, "system": "wgs84", "mocked": True}


def review(village: Village, visit: object, code: str, state: str) -> None:
    answer = village.client("sun").post(f"visits/{visit}/flags/{code}/", {"state": state, "reason": "看过"})
    assert answer.status_code == 200


def is_flagged(visit: object) -> bool:
    return Visit.objects.get(pk=visit).flagged


def test_a_visit_is_flagged_until_its_last_flag_is_dismissed(village: Village):
    visit = new_id()
    village.client("gao").put_visit(village.house, visit, location=FAR_AWAY)
    assert is_flagged(visit)

    review(village, visit, "far", "dismissed")
    assert is_flagged(visit)
    review(village, visit, "mocked", "dismissed")
    assert not is_flagged(visit)
    review(village, visit, "mocked", "upheld")
    assert is_flagged(visit)


def test_a_plain_visit_is_not_flagged_and_a_withdrawn_one_no_longer(village: Village):
    plain, withdrawn = new_id(), new_id()
    village.client("gao").put_visit(village.house, plain)
    village.client("chen").put_visit(village.house, withdrawn, location=FAR_AWAY)
    assert not is_flagged(plain)

    body = {"made_at": "2026-11-03T20:00:00+08:00", "reason": "填错了户", "changes": {"withdrawn": True}}
    answer = village.client("chen").put(f"visits/{withdrawn}/amendments/{new_id()}/", body)

    assert answer.status_code == 201
    assert not is_flagged(withdrawn)


def test_flags_that_a_neighbour_raises_or_takes_away_make_a_new_version_of_the_visit(village: Village):
    gao = village.client("gao")
    later, earlier = (clock.now() - timedelta(hours=hours) for hours in (2, 3))
    visit = gao.put_visit(village.house, kind="field", started_at=instant(later), ended_at=None).json()
    there = {"lat": 30.6, "lon": 104.06, "accuracy_m": 10, "system": "wgs84"}
    other = gao.put_visit(
        village.house, kind="field", started_at=instant(earlier), ended_at=None, location=there
    ).json()

    flagged = gao.get(f"visits/{visit['id']}/")
    assert [flag["code"] for flag in flagged.json()["flags"]] == ["impossible_travel"]
    assert (visit["version"], flagged.json()["version"], flagged.headers["ETag"]) == (1, 2, '"2"')
    assert Visit.objects.get(pk=visit["id"]).changed_at > Visit.objects.get(pk=visit["id"]).received_at
    assert gao.get(f"visits/{other['id']}/").json()["version"] == 1  # born with its flag
