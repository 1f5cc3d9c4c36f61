"""PUT /visits/{id}/amendments/{id}/: the earlier version stays, the order of arrival does not matter."""

from itertools import permutations

import pytest
import time_machine

from fieldapi.ids import new_id
from opinions.models import Opinion
from sync.models import WaitingRow
from tests import samples
from tests.conftest import Village
from tests.media.sending import stored
from tests.samples import Caller, visit_body
from visits.models import Amendment, Visit


def amendment(made_at: str = "2026-11-03T20:00:00+08:00", **changes):
    return {"made_at": made_at, "reason": "写错了", "changes": changes}


def send(caller: Caller, visit_id, body, amendment_id=None):
    return caller.put(f"visits/{visit_id}/amendments/{amendment_id or new_id()}/", body)


def test_an_amendment_changes_what_counts_and_keeps_what_was_sent(village: Village):
    gao, visit_id, body = village.client("gao"), new_id(), visit_body(village.house, note="一")
    gao.put(f"visits/{visit_id}/", body)
    answer = send(gao, visit_id, amendment(note="二"))

    assert answer.status_code == 201
    assert answer.json()["note"] == "二"
    assert answer.json()["amendments"][0]["changes"] == {"note": "二"}
    assert Visit.objects.get().as_sent["note"] == "一"
    assert gao.put(f"visits/{visit_id}/", body).status_code == 200  # the phone's own copy is still the same


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_per_field_the_latest_wins_whatever_the_order_of_arrival(village: Village, order):
    gao, visit_id = village.client("gao"), new_id()
    gao.put(f"visits/{visit_id}/", visit_body(village.house, note="零"))
    made = [
        amendment("2026-11-03T20:00:00+08:00", note="一", kind="field"),
        amendment("2026-11-03T21:00:00+08:00", note="二"),
        amendment("2026-11-03T22:00:00+08:00", kind="phone"),
    ]
    for place in order:
        send(gao, visit_id, made[place])

    now = gao.get(f"visits/{visit_id}/").json()
    assert (now["note"], now["kind"]) == ("二", "phone")


def test_the_same_amendment_again_changes_nothing(village: Village):
    gao, visit_id, amendment_id = village.client("gao"), new_id(), new_id()
    gao.put(f"visits/{visit_id}/", visit_body(village.house))
    first = send(gao, visit_id, amendment(note="二"), amendment_id)
    again = send(gao, visit_id, amendment(note="二"), amendment_id)
    other = send(gao, visit_id, amendment(note="三"), amendment_id)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["version"] == again.json()["version"] == 2


def test_an_amendment_that_comes_before_its_visit_waits_and_then_counts(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    early = send(gao, visit_id, amendment(note="二"))
    assert (early.status_code, early.json()) == (202, {"waiting_for": [str(visit_id)]})

    gao.put(f"visits/{visit_id}/", visit_body(village.house, note="一"))

    assert gao.get(f"visits/{visit_id}/").json()["note"] == "二"
    assert WaitingRow.objects.count() == 0


def test_waiting_twice_is_waiting_once(village: Village):
    gao, visit_id, amendment_id = village.client("gao"), new_id(), new_id()
    answers = [send(gao, visit_id, amendment(note="二"), amendment_id) for _ in range(2)]
    other = send(gao, visit_id, amendment(note="三"), amendment_id)

    assert [answer.status_code for answer in answers] == [202, 202]
    assert (other.status_code, other.json()["code"]) == (409, "content_differs")
    assert WaitingRow.objects.count() == 1


def test_a_withdrawn_visit_has_no_flags_and_can_be_brought_back(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    far = {"lat": 28.61, "lon": 103.95, "accuracy_m": 10, "system": "wgs84"}
    gao.put(f"visits/{visit_id}/", visit_body(village.house, location=far))
    gone = send(gao, visit_id, amendment(withdrawn=True))
    back = send(gao, visit_id, amendment("2026-11-03T21:00:00+08:00", withdrawn=False))

    assert (gone.json()["withdrawn"], gone.json()["flags"]) == (True, [])
    assert (back.json()["withdrawn"], len(back.json()["flags"])) == (False, 1)


def test_another_household_takes_the_opinions_along(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    other = samples.make_household("2", unit="530626101202")
    samples.make_pairing(other, village.gao, started_on="2026-01-01")
    told = {"id": str(new_id()), "text": "水管漏水", "kind": "request"}
    gao.put(f"visits/{visit_id}/", visit_body(village.house, opinions=[told]))
    answer = send(gao, visit_id, amendment(household=str(other.pk)))

    assert (answer.json()["household"], answer.json()["unit"]) == (str(other.pk), "530626101202")
    assert Opinion.objects.get().household == other


def test_only_who_made_a_visit_amends_it(village: Village):
    visit_id = new_id()
    village.client("gao").put(f"visits/{visit_id}/", visit_body(village.house))
    for name in ("chen", "sun"):
        answer = send(village.client(name), visit_id, amendment(note="二"))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "visit_unknown")

    assert Amendment.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({}, "/changes"), ({"kind": "feast"}, "/changes/kind"), ({"people_met": 3}, "/changes"),
     ({"location": {"lat": 91, "lon": 1}}, "/changes/location/lat")],
)  # fmt: skip
def test_changes_that_make_no_sense_are_pointed_at(village: Village, changes, pointer):
    gao, visit_id = village.client("gao"), new_id()
    gao.put(f"visits/{visit_id}/", visit_body(village.house))
    answer = send(gao, visit_id, amendment(**changes))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert Amendment.objects.count() == 0


def test_a_withdrawn_visits_matter_resolves_nothing_until_it_is_brought_back(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    told = {"id": str(new_id()), "text": "水管漏水", "kind": "request"}
    done = {"id": str(new_id()), "title": "换水管", "opinions": [told["id"]]}
    gao.put(f"visits/{visit_id}/", visit_body(village.house, opinions=[told], matters=[done]))
    resolved = Opinion.objects.get().resolved_on
    send(gao, visit_id, amendment(withdrawn=True))
    gone = Opinion.objects.get().resolved_on
    send(gao, visit_id, amendment("2026-11-03T21:00:00+08:00", withdrawn=False))

    assert (resolved is None, gone) == (False, None)
    assert Opinion.objects.get().resolved_on == resolved


NINE, TEN = "2026-11-03T09:00:00+08:00", "2026-11-03T09:10:00+08:00"
ELEVEN = "2026-11-03T09:20:00+08:00"
THAT_WEEK = samples.at("2026-11-06 12:00")
HERE = {"lat": 28.6, "lon": 103.95, "accuracy_m": 10, "system": "wgs84"}
FAR_OFF = {**HERE, "lat": 29.6}


def on_the_road(village: Village):
    """Three field visits of `gao`, the middle one a hundred kilometres off; their ids."""
    gao, ids = village.client("gao"), [new_id() for _ in range(3)]
    places = zip(ids, (NINE, TEN, ELEVEN), (HERE, FAR_OFF, HERE), strict=True)
    for key, start, place in places:
        gao.put_visit(village.house, key, kind="field", started_at=start, ended_at=start, location=place)
    return gao, ids


def codes(gao: Caller, ids) -> list[list[str]]:
    return [[flag["code"] for flag in gao.get(f"visits/{key}/").json()["flags"]] for key in ids]


@time_machine.travel(THAT_WEEK)
@pytest.mark.parametrize("changes", [{"location": HERE}, {"withdrawn": True}, {"kind": "phone"}])
def test_the_neighbours_of_a_corrected_visit_are_judged_again(village: Village, changes):
    gao, ids = on_the_road(village)
    assert codes(gao, ids) == [["impossible_travel"]] * 3

    send(gao, ids[1], amendment(**changes))

    assert codes(gao, ids) == [[]] * 3
    assert not Visit.objects.filter(flagged=True).exists()


@time_machine.travel(THAT_WEEK)
def test_a_corrected_time_makes_others_its_neighbours(village: Village):
    gao, ids = on_the_road(village)
    send(gao, ids[1], amendment(started_at="2026-11-05T09:00:00+08:00", ended_at=None))

    assert codes(gao, ids) == [[]] * 3


def test_another_household_takes_along_whom_the_visits_matters_benefit(village: Village):
    gao, other = village.client("gao"), samples.make_household("2")
    samples.make_pairing(other, village.gao)
    visit_id, matter = new_id(), {"id": str(new_id()), "title": "换水管"}
    body = visit_body(village.house, matters=[matter])
    gao.put(f"visits/{visit_id}/", body)
    there = send(gao, visit_id, amendment(household=str(other.pk))).json()
    back = send(gao, visit_id, amendment("2026-11-03T21:00:00+08:00", household=str(village.house.pk))).json()

    assert there["matters"][0]["households"] == [str(other.pk)]
    assert back["matters"][0]["households"] == [str(village.house.pk)]
    assert gao.put(f"visits/{visit_id}/", body).status_code == 200


def test_a_withdrawn_visits_photos_were_never_seen_and_are_again_when_it_is_brought_back(village: Village):
    first, second = stored(village), stored(village)
    gao = village.client("gao")

    def flags() -> list[list[str]]:
        return codes(gao, [first.visit_id, second.visit_id])

    assert flags() == [[], ["photo_seen_before"]]
    send(gao, first.visit_id, amendment(withdrawn=True))
    assert flags() == [[], []]
    send(gao, first.visit_id, amendment("2026-11-03T21:00:00+08:00", withdrawn=False))
    assert flags() == [[], ["photo_seen_before"]]


def test_the_visit_made_first_has_the_original_also_after_a_correction(village: Village):
    first, second = stored(village), stored(village)
    gao = village.client("gao")
    send(gao, second.visit_id, amendment(started_at="2026-11-01T09:00:00+08:00", ended_at=None))

    seen = codes(gao, [first.visit_id, second.visit_id])
    assert ["photo_seen_before" in flags for flags in seen] == [True, False]


def test_what_a_newer_phone_changes_is_kept_and_listed(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    gao.put_visit(village.house, visit_id)
    answer = send(gao, visit_id, amendment(note="二", weather="雨"))

    assert (answer.status_code, answer.json()["ignored_fields"]) == (201, ["/changes/weather"])
    assert Amendment.objects.get().changes == {"note": "二", "weather": "雨"}


def test_an_opinion_added_to_a_withdrawn_visit_counts_once_it_is_brought_back(village: Village):
    gao, visit_id, opinion_id = village.client("gao"), new_id(), new_id()
    gao.put(f"visits/{visit_id}/", visit_body(village.house))
    send(gao, visit_id, amendment(withdrawn=True))
    told = {"id": str(opinion_id), "visit": str(visit_id), "text": "水管漏水", "kind": "request"}
    assert gao.put(f"opinions/{opinion_id}/", told).json()["standing"] == "withdrawn"
    assert not Opinion.objects.standing().exists()

    send(gao, visit_id, amendment("2026-11-03T21:00:00+08:00", withdrawn=False))
    assert gao.get(f"opinions/{opinion_id}/").json()["standing"] == "collected"
    assert Opinion.objects.standing().count() == 1


@pytest.mark.parametrize("name", ["household", "kind", "started_at", "withdrawn"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_what_a_visit_cannot_be_without_is_not_emptied(village: Village, name, nothing):
    gao, visit_id = village.client("gao"), new_id()
    gao.put(f"visits/{visit_id}/", visit_body(village.house))
    answer = send(gao, visit_id, amendment(note="二", **{name: nothing}))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/changes/{name}")
    assert "quarantine" in answer.json()
    assert not Amendment.objects.exists()
