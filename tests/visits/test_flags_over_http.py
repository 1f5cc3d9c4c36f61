"""Every flag as a phone meets it: raised with its measurement, and just not raised."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from PIL import Image

from fieldapi.ids import new_id
from tests import samples
from tests.conftest import Village
from tests.media.pictures import encoded, scene
from tests.media.sending import declare, declared, send, work
from tests.samples import at
from tests.visits.test_presence import metres_north
from visits.models import Visit

NOW = at("2026-11-03 12:00")
NINE, LATER = "2026-11-03T09:00:00+08:00", "2026-11-03T09:28:00+08:00"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOW, tick=False):
        yield


def place(metres: float = 0, accuracy_m: float | None = 12.5, **columns: Any) -> dict[str, Any]:
    lat, lon = metres_north(metres) if metres else samples.PLACE
    return {"lat": lat, "lon": lon, "accuracy_m": accuracy_m, **columns}


def flags_of(village: Village, **columns: Any) -> dict[str, list[dict[str, Any]]]:
    """What a visit from nine to half past is answered with: {code: evidence}."""
    times = {"started_at": NINE, "ended_at": LATER}
    answer = village.client("gao").put_visit(village.house, **(times | columns))
    assert answer.status_code == 201, answer.content
    return {flag["code"]: flag["evidence"] for flag in answer.json()["flags"]}


def clock(seconds: float) -> dict[str, str]:
    return {"clock_at": (NOW + timedelta(seconds=seconds)).isoformat()}


RAISED_AND_NOT = [
    ("far", {"location": place(212.6)}, [200.1, 200], {"location": place(212.5)}),
    ("poor_accuracy", {"location": place(0, 100.1)}, [100.1, 100], {"location": place(0, 100)}),
    ("mocked", {"location": place(mocked=True)}, [1, 0], {"location": place(mocked=False)}),
    ("no_location", {"location": None}, [0, 1], {"location": place()}),
    ("short_stay", {"ended_at": "2026-11-03T09:01:59+08:00"}, [119, 120], {"ended_at": "2026-11-03T09:02:00+08:00"}),
    ("clock_off", {"device": clock(300.1)}, [300.1, 300], {"device": clock(300)}),
    ("clock_off", {"device": clock(-300.1)}, [-300.1, 300], {"device": clock(-300)}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "columns", "evidence", "just_not"), RAISED_AND_NOT)
def test_a_flag_is_raised_with_its_measurement_and_just_not_raised(
    village: Village, code, columns, evidence, just_not
):
    measured, threshold = evidence

    assert flags_of(village, **columns) == {code: [{"measured": measured, "threshold": threshold}]}
    assert flags_of(village, **just_not) == {}


@pytest.mark.parametrize(("seconds", "corrected"), [(300, NINE), (301, "2026-11-03T08:54:59+08:00")])
def test_a_clock_is_corrected_beyond_five_minutes(village: Village, seconds, corrected):
    answer = village.client("gao").put_visit(village.house, started_at=NINE, device=clock(seconds))

    assert (answer.json()["started_at"], answer.json()["occurred_at"]) == (NINE, corrected)


def test_a_unit_has_a_threshold_of_its_own(village: Village):
    zheng = village.client("zheng")
    unit = zheng.get(f"units/{samples.TOWN}/").json()
    assert zheng.patch(f"units/{samples.TOWN}/", {"far_m": 300}, unit["version"]).status_code == 200

    assert flags_of(village, location=place(312.5)) == {}
    assert flags_of(village, location=place(312.6))["far"] == [{"measured": 300.1, "threshold": 300}]


@pytest.mark.parametrize(("metres", "speed"), [(25_025.0, None), (25_042.0, 150.1)])
def test_travel_is_impossible_beyond_150_km_h_for_both_visits(village: Village, metres, speed):
    first, second = new_id(), new_id()
    gao = village.client("gao")
    for key, start, where in ((first, "09:00", place()), (second, "09:10", place(metres))):
        moment = f"2026-11-03T{start}:00+08:00"
        gao.put_visit(village.house, key, kind="field", started_at=moment, ended_at=moment, location=where)

    said = [gao.get(f"visits/{key}/").json()["flags"] for key in (first, second)]
    evidence = [{"measured": speed, "threshold": 150, "other": str(other)} for other in (second, first)]
    expected = [{"code": "impossible_travel", "state": "raised", "evidence": [one]} for one in evidence]
    assert said == ([[one] for one in expected] if speed else [[], []])


@pytest.mark.parametrize("kind", ["reception", "office_day", "phone"])
def test_indoors_a_location_is_optional_and_raises_nothing(village: Village, kind):
    anywhere = place(900_000, 5000, mocked=True)

    assert flags_of(village, kind=kind, location=None) == {}
    assert flags_of(village, kind=kind, location=anywhere, ended_at=NINE) == {}


@pytest.mark.parametrize(
    ("source", "metres", "measured"),
    [("geocoded:nominatim", 512.5, None), ("geocoded:nominatim", 512.6, 200.1), ("surveyed", 512.5, 500)],
)
def test_an_estimated_place_of_the_household_explains_its_own_accuracy_and_a_surveyed_one_nothing(
    village: Village, source, metres, measured
):
    house = samples.make_household("7", accuracy_m=300, location_source=source)
    samples.make_pairing(house, village.gao)
    answer = village.client("gao").put_visit(house, location=place(metres), started_at=NINE, ended_at=LATER)

    far = [flag["evidence"][0]["measured"] for flag in answer.json()["flags"]]
    assert far == ([measured] if measured else [])


def test_in_the_field_the_distance_is_shown_and_not_flagged(village: Village):
    answer = village.client("gao").put_visit(
        village.house, kind="field", location=place(5000), started_at=NINE, ended_at=NINE
    )

    assert (answer.json()["distance_m"], answer.json()["flags"]) == (5000, [])


def test_a_household_without_coordinates_raises_no_distance_flag(village: Village):
    house = samples.make_household("7", lat=None, lon=None)
    samples.make_pairing(house, village.gao)
    answer = village.client("gao").put_visit(house, location=place(5000), started_at=NINE, ended_at=LATER)

    assert (answer.json()["distance_m"], answer.json()["flags"]) == (None, [])


def pictured(taken: str = "", offset: str = "", where: tuple[float, float] | None = None) -> bytes:
    """A picture whose EXIF says when and where."""
    notes = Image.Exif()
    entries = {0x9003: taken, 0x9011: offset}
    notes.get_ifd(0x8769).update({tag: text for tag, text in entries.items() if text})
    if where:
        notes.get_ifd(0x8825).update({1: "N", 2: (where[0], 0, 0), 3: "E", 4: (where[1], 0, 0)})
    return encoded(scene(9), exif=notes)


def photo_flags(village: Village, content: bytes, **columns: Any) -> dict[str, list[dict[str, Any]]]:
    """The flags of a visit once its photo has come and been developed, without the photo's own id."""
    times = {"started_at": NINE, "ended_at": LATER}
    (photo,) = declare(village, content, **(times | columns))
    gao = village.client("gao")
    assert send(gao, photo, content).status_code == 200
    work()
    told = gao.get(f"visits/{photo.visit_id}/").json()["flags"]
    assert {piece.pop("photo") for flag in told for piece in flag["evidence"]} <= {str(photo.pk)}
    return {flag["code"]: flag["evidence"] for flag in told}


@pytest.mark.parametrize(("metres", "measured"), [(512.4, None), (513.6, 501.1)])
def test_a_photo_is_elsewhere_beyond_500_m_and_the_accuracy(village: Village, metres, measured):
    found = photo_flags(village, pictured(where=metres_north(metres)), location=place())

    if measured is None:
        assert found == {}
    else:
        (evidence,) = found.pop("photo_elsewhere")
        assert (evidence["measured"], evidence["threshold"], found) == (
            pytest.approx(measured, abs=1),
            500,
            {},
        )


@pytest.mark.parametrize(
    ("taken", "offset", "measured"),
    [
        ("2026:11:03 08:00:00", "+08:00", None),
        ("2026:11:03 07:59:59", "+08:00", 3601),
        ("2026:11:03 10:28:00", "", None),
        ("2026:11:03 10:28:01", "", 3601),
        ("2026:11:03 04:28:00", "+02:00", None),
        ("2026:11:03 04:28:01", "+02:00", 3601),
    ],
)
def test_a_photo_is_of_another_time_an_hour_from_the_visit_by_its_own_offset_else_the_visits(
    village: Village, taken, offset, measured
):
    evidence = {"photo_other_time": [{"measured": measured, "threshold": 3600}]} if measured else {}

    assert photo_flags(village, pictured(taken, offset)) == evidence


@pytest.mark.parametrize(("taken", "measured"), [("07:30:00", None), ("09:30:00", 6600)])
def test_a_photo_without_an_offset_is_of_the_visits_own_time_zone(village: Village, taken, measured):
    """Written with +06:00, as in the far west: half past seven by that clock is within the visit."""
    west = {"started_at": "2026-11-03T07:00:00+06:00", "ended_at": "2026-11-03T07:40:00+06:00"}
    evidence = {"photo_other_time": [{"measured": measured, "threshold": 3600}]} if measured else {}

    assert photo_flags(village, pictured(f"2026:11:03 {taken}"), **west) == evidence


def test_a_correction_keeps_the_time_zone_unless_it_is_of_the_start(village: Village):
    gao, visit_id = village.client("gao"), new_id()
    gao.put_visit(village.house, visit_id, started_at="2026-11-03T07:00:00+06:00", ended_at=None)
    made = {"made_at": LATER, "reason": "写错了"}
    gao.put(f"visits/{visit_id}/amendments/{new_id()}/", {**made, "changes": {"note": "二"}})
    kept = Visit.objects.get().offset_min
    changes = {"started_at": "2026-11-03T08:00:00+07:00"}
    gao.put(f"visits/{visit_id}/amendments/{new_id()}/", {**made, "changes": changes})

    assert (kept, Visit.objects.get().offset_min) == (360, 420)


@pytest.mark.parametrize(("taken", "code"), [("08:00:00", None), ("07:59:59.900", "photo_other_time")])
def test_without_exif_a_photo_is_of_the_time_the_phone_declares(village: Village, taken, code):
    photo = declared(taken_at=f"2026-11-03T{taken}+08:00")

    assert list(flags_of(village, photos=[photo])) == ([code] if code else [])


def test_missing_evidence_is_neutral(village: Village):
    bare = {"location": {"lat": samples.PLACE[0], "lon": samples.PLACE[1]}, "ended_at": None, "device": None}

    assert photo_flags(village, pictured(), **bare) == {}
