"""Each flag at its threshold's edge: raised just beyond it, not raised on it."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapi.coordinates import distance_m
from visits.evidence import Call, Evidence, Flag, Neighbour, Picture, Seen, Thresholds
from visits.presence import CODES, flags

KINDS = ("home", "field", "reception", "office_day", "door_service", "phone")
HOUSE = (28.6, 103.95)
NINE = datetime.fromisoformat("2026-11-03T09:00:00+08:00")
PICTURE, OLD_PICTURE = "0190b3c0-0000-7000-8000-00000000000a", "0190b3c0-0000-7000-8000-00000000000b"
EARLIER, LATER = "0190b3c0-0000-7000-8000-000000000001", "0190b3c0-0000-7000-8000-000000000002"

CALL = Call(
    kind="home",
    started_at=NINE,
    ended_at=NINE + timedelta(minutes=30),
    occurred_at=NINE,
    received_at=NINE + timedelta(hours=2),
    clock_offset=timedelta(seconds=1),
    point=HOUSE,
    accuracy_m=10,
    household_point=HOUSE,
)


def metres_north(metres, of=HOUSE):
    """The point `metres` north of another, found by bisection so that `distance_m` gives just that."""
    near, far = 0.0, metres / 100_000
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if distance_m(of, (of[0] + middle, of[1])) < metres else (near, middle)
    return (of[0] + far, of[1])


def neighbour(id, start, end, point, accuracy_m=0):
    """A visit of the same cadre that started and ended so many seconds after nine o'clock."""
    started_at = NINE + timedelta(seconds=start)
    ended_at = None if end is None else NINE + timedelta(seconds=end)
    return Neighbour(id, started_at, ended_at, occurred_at=started_at, point=point, accuracy_m=accuracy_m)


def raised(call=CALL, **around):
    return [flag.as_json() for flag in flags(call, **around)]


def codes(call=CALL, **around):
    return [flag.code for flag in flags(call, **around)]


def test_a_plain_visit_raises_nothing():
    assert flags(CALL) == []


class TestFar:
    def test_farther_than_200_m_less_the_accuracy_is_flagged(self):
        call = replace(CALL, point=metres_north(210.1), accuracy_m=10)

        assert raised(call) == [{"code": "far", "evidence": [{"measured": 200.1, "threshold": 200}]}]

    def test_200_m_and_the_accuracy_is_not_far(self):
        assert codes(replace(CALL, point=metres_north(210), accuracy_m=10)) == []

    def test_without_an_accuracy_the_whole_distance_counts(self):
        assert codes(replace(CALL, point=metres_north(200), accuracy_m=None)) == []
        assert codes(replace(CALL, point=metres_north(200.1), accuracy_m=None)) == ["far"]

    def test_a_distance_of_another_county_is_measured_too(self):
        (flag,) = flags(replace(CALL, point=(29.6, 103.95), accuracy_m=0))

        assert flag.evidence == (Evidence(110837.4, 200),)

    def test_a_unit_may_allow_more(self):
        call = replace(CALL, point=metres_north(1000), accuracy_m=0)

        assert codes(call, thresholds=Thresholds(far_m=999.9)) == ["far"]
        assert codes(call, thresholds=Thresholds(far_m=1000)) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_only_home_and_door_service_are_judged_by_distance(self, kind):
        far_off = replace(CALL, kind=kind, point=metres_north(5000))

        assert codes(far_off) == (["far"] if kind in ("home", "door_service") else [])

    def test_a_household_without_coordinates_raises_no_distance_flag(self):
        assert codes(replace(CALL, point=metres_north(5000), household_point=None)) == []

    def test_a_household_where_equator_and_meridian_meet_has_coordinates(self):
        assert codes(replace(CALL, household_point=(0.0, 0.0))) == ["far"]


class TestPoorAccuracy:
    def test_an_accuracy_of_more_than_100_m_is_flagged(self):
        assert raised(replace(CALL, accuracy_m=100.1)) == [
            {"code": "poor_accuracy", "evidence": [{"measured": 100.1, "threshold": 100}]}
        ]

    def test_an_accuracy_of_100_m_is_not_poor(self):
        assert codes(replace(CALL, accuracy_m=100)) == []

    def test_an_accuracy_not_given_is_neutral(self):
        assert codes(replace(CALL, accuracy_m=None)) == []


class TestMocked:
    def test_a_made_up_location_is_flagged(self):
        assert raised(replace(CALL, mocked=True)) == [
            {"code": "mocked", "evidence": [{"measured": 1, "threshold": 0}]}
        ]

    def test_a_real_location_is_not_mocked(self):
        assert codes(replace(CALL, mocked=False)) == []

    def test_what_is_not_there_cannot_be_mocked(self):
        assert codes(replace(CALL, mocked=True, point=None)) == ["no_location"]


class TestNoLocation:
    def test_a_home_visit_without_a_location_is_flagged(self):
        assert raised(replace(CALL, point=None, accuracy_m=None)) == [
            {"code": "no_location", "evidence": [{"measured": 0, "threshold": 1}]}
        ]

    def test_a_location_at_the_origin_is_a_location(self):
        assert "no_location" not in codes(replace(CALL, point=(0.0, 0.0)))


@pytest.mark.parametrize("kind", ["reception", "office_day", "phone"])
class TestAnOptionalLocation:
    def test_may_be_missing(self, kind):
        assert codes(replace(CALL, kind=kind, point=None, accuracy_m=None)) == []

    def test_raises_nothing_when_given(self, kind):
        doubtful = replace(CALL, kind=kind, point=metres_north(9000), accuracy_m=5000, mocked=True)
        before = neighbour(EARLIER, -60, -1, metres_north(50_000))
        picture = Picture(PICTURE, exif_point=metres_north(90_000))

        assert codes(doubtful, before=before, pictures=[picture]) == []


def test_a_field_visit_needs_a_true_and_accurate_location_but_no_household_near():
    field = replace(CALL, kind="field", point=metres_north(9000))

    assert codes(field) == []
    assert codes(replace(field, accuracy_m=101, mocked=True)) == ["poor_accuracy", "mocked"]
    assert codes(replace(field, point=None)) == ["no_location"]


class TestImpossibleTravel:
    """1500 m less 2 × 10 m accuracy in 35.5 s is 150.08 km/h, in 35.6 s 149.66 km/h."""

    def test_faster_than_150_km_h_from_the_visit_before_is_flagged(self):
        before = neighbour(EARLIER, -600, -35.5, metres_north(1500), accuracy_m=10)

        assert raised(before=before) == [
            {
                "code": "impossible_travel",
                "evidence": [{"measured": 150.1, "threshold": 150, "other": EARLIER}],
            }
        ]

    def test_150_km_h_is_a_possible_drive(self):
        before = neighbour(EARLIER, -600, -35.52, metres_north(1500), accuracy_m=10)

        assert codes(before=before) == []

    def test_faster_than_150_km_h_to_the_visit_after_is_flagged(self):
        after = neighbour(LATER, 1800 + 35.5, None, metres_north(1500), accuracy_m=10)

        (flag,) = flags(CALL, after=after)
        assert flag == Flag("impossible_travel", (Evidence(150.1, 150, other=LATER),))

    def test_150_km_h_to_the_visit_after_is_possible(self):
        assert codes(after=neighbour(LATER, 1800 + 35.52, None, metres_north(1500), accuracy_m=10)) == []

    def test_both_neighbours_give_evidence_for_one_flag(self):
        before = neighbour(EARLIER, -600, -1, metres_north(50_000))
        after = neighbour(LATER, 1801, 2000, metres_north(50_000))

        (flag,) = flags(CALL, before=before, after=after)
        assert [piece.other for piece in flag.evidence] == [EARLIER, LATER]

    def test_two_places_at_the_same_instant_are_flagged(self):
        before = neighbour(EARLIER, 0, 0, metres_north(1010))

        (flag,) = flags(CALL, before=before)
        assert flag.evidence == (Evidence(3600.0, 150, other=EARLIER),)  # 1 km, taken as in one second

    def test_overlapping_visits_at_two_places_are_flagged_like_the_same_instant(self):
        before = neighbour(EARLIER, -600, 900, metres_north(1010))

        (flag,) = flags(CALL, before=before)
        assert flag.evidence == (Evidence(3600.0, 150, other=EARLIER),)

    def test_next_door_is_no_journey_however_short_the_time(self):
        assert codes(before=neighbour(EARLIER, -600, 0, metres_north(210))) == []
        assert codes(before=neighbour(EARLIER, -600, 0, metres_north(210.1))) == ["impossible_travel"]

    def test_the_way_is_less_both_accuracies(self):
        wide = replace(CALL, accuracy_m=90)

        assert codes(wide, before=neighbour(EARLIER, -600, 0, metres_north(1290), accuracy_m=1000)) == []

    def test_a_visit_without_an_end_ended_as_it_started(self):
        call = replace(CALL, ended_at=None)

        assert codes(call, after=neighbour(LATER, 35.5, None, metres_north(1500), accuracy_m=10)) == [
            "impossible_travel"
        ]

    def test_an_end_before_the_start_leaves_no_more_time_than_none(self):
        call = replace(CALL, ended_at=NINE - timedelta(hours=1))
        after = neighbour(LATER, 35.5, None, metres_north(1500), accuracy_m=10)

        assert codes(call, after=after) == ["impossible_travel", "short_stay"]

    def test_the_stay_counts_on_the_corrected_clock(self):
        eight_hours = timedelta(hours=8)
        ahead = replace(
            CALL,
            started_at=NINE + eight_hours,
            ended_at=CALL.ended_at + eight_hours,
            clock_offset=eight_hours,
        )
        after = neighbour(LATER, 1800 + 3600, None, metres_north(20_000))

        assert codes(ahead, after=after) == ["clock_off"]

    def test_phones_with_no_location_are_skipped(self):
        nowhere = replace(CALL, point=None)

        assert codes(nowhere, before=neighbour(EARLIER, 0, 0, metres_north(50_000))) == ["no_location"]
        assert codes(before=neighbour(EARLIER, 0, 0, None), after=neighbour(LATER, 1800, None, None)) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_only_kinds_that_need_a_location_are_judged_by_speed(self, kind):
        call = replace(CALL, kind=kind)

        travelled = codes(call, before=neighbour(EARLIER, -60, -1, metres_north(50_000)))
        assert travelled == (["impossible_travel"] if kind in ("home", "field", "door_service") else [])


class TestShortStay:
    def test_less_than_two_minutes_is_flagged(self):
        call = replace(CALL, ended_at=NINE + timedelta(seconds=119.9))

        assert raised(call) == [{"code": "short_stay", "evidence": [{"measured": 119.9, "threshold": 120}]}]

    def test_two_minutes_are_long_enough(self):
        assert codes(replace(CALL, ended_at=NINE + timedelta(seconds=120))) == []

    def test_a_visit_without_an_end_is_neutral(self):
        assert codes(replace(CALL, ended_at=None)) == []

    def test_an_end_before_the_start_is_shorter_than_any_stay(self):
        (flag,) = flags(replace(CALL, ended_at=NINE - timedelta(minutes=5)))

        assert flag == Flag("short_stay", (Evidence(-300, 120),))

    @pytest.mark.parametrize("kind", KINDS)
    def test_only_home_and_door_service_are_judged_by_length(self, kind):
        short = replace(CALL, kind=kind, ended_at=NINE + timedelta(seconds=30))

        assert codes(short) == (["short_stay"] if kind in ("home", "door_service") else [])


class TestClockOff:
    def test_a_clock_more_than_five_minutes_ahead_is_flagged(self):
        call = replace(CALL, clock_offset=timedelta(seconds=300.1))

        assert raised(call) == [{"code": "clock_off", "evidence": [{"measured": 300.1, "threshold": 300}]}]

    def test_a_clock_more_than_five_minutes_behind_is_flagged(self):
        (flag,) = flags(replace(CALL, clock_offset=timedelta(seconds=-300.1)))

        assert flag.evidence == (Evidence(-300.1, 300),)

    @pytest.mark.parametrize("seconds", [300, -300])
    def test_five_minutes_are_not_off(self, seconds):
        assert codes(replace(CALL, clock_offset=timedelta(seconds=seconds))) == []

    def test_a_phone_that_does_not_tell_its_clock_is_neutral(self):
        assert codes(replace(CALL, clock_offset=None)) == []

    def test_a_visit_later_than_its_receipt_is_flagged_though_the_phone_does_not_tell_its_clock(self):
        early = replace(CALL, clock_offset=None, received_at=CALL.ended_at - timedelta(seconds=300.1))

        (flag,) = flags(early)
        assert flag == Flag("clock_off", (Evidence(300.1, 300),))

    def test_a_visit_five_minutes_later_than_its_receipt_is_not(self):
        early = replace(CALL, clock_offset=None, received_at=CALL.ended_at - timedelta(seconds=300))

        assert codes(early) == []

    def test_an_offset_measured_explains_a_visit_in_the_future_once(self):
        hour = timedelta(hours=1)
        call = replace(CALL, clock_offset=hour, received_at=CALL.ended_at - hour)

        (flag,) = flags(call)
        assert flag.evidence == (Evidence(3600, 300),)

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_is_judged_by_its_clock(self, kind):
        assert codes(replace(CALL, kind=kind, clock_offset=timedelta(hours=1))) == ["clock_off"]


class TestPhotoElsewhere:
    def test_a_picture_taken_more_than_500_m_away_is_flagged(self):
        picture = Picture(PICTURE, exif_point=metres_north(510.1))

        assert raised(pictures=[picture]) == [
            {
                "code": "photo_elsewhere",
                "evidence": [{"measured": 500.1, "threshold": 500, "photo": PICTURE}],
            }
        ]

    def test_a_picture_taken_500_m_and_the_accuracy_away_is_not(self):
        assert codes(pictures=[Picture(PICTURE, exif_point=metres_north(510))]) == []

    def test_a_picture_stripped_by_the_phone_is_neutral(self):
        assert codes(pictures=[Picture(PICTURE)]) == []

    def test_it_is_measured_from_where_the_phone_was(self):
        field = replace(CALL, kind="field", point=metres_north(9000))

        assert codes(field, pictures=[Picture(PICTURE, exif_point=metres_north(9000))]) == []
        assert codes(field, pictures=[Picture(PICTURE, exif_point=HOUSE)]) == ["photo_elsewhere"]

    def test_without_a_location_it_is_measured_from_the_door(self):
        nowhere = replace(CALL, point=None, accuracy_m=None)

        at_500_m, beyond = (Picture(PICTURE, exif_point=metres_north(m)) for m in (500, 500.1))
        assert codes(nowhere, pictures=[at_500_m]) == ["no_location"]
        assert codes(nowhere, pictures=[beyond]) == ["no_location", "photo_elsewhere"]

    def test_a_field_visit_without_a_location_has_nothing_to_measure_from(self):
        nowhere = replace(CALL, kind="field", point=None)

        assert codes(nowhere, pictures=[Picture(PICTURE, exif_point=metres_north(9000))]) == ["no_location"]

    def test_each_picture_gives_its_own_evidence(self):
        pictures = [Picture(id, exif_point=metres_north(9000)) for id in (PICTURE, OLD_PICTURE)]

        (flag,) = flags(CALL, pictures=[*pictures, Picture("c", exif_point=HOUSE)])
        assert [piece.photo for piece in flag.evidence] == [PICTURE, OLD_PICTURE]


class TestPhotoOtherTime:
    HOUR = timedelta(hours=1)
    TENTH = timedelta(seconds=0.1)

    def test_a_picture_taken_more_than_an_hour_before_the_start_is_flagged(self):
        picture = Picture(PICTURE, exif_at=NINE - self.HOUR - self.TENTH)

        assert raised(pictures=[picture]) == [
            {
                "code": "photo_other_time",
                "evidence": [{"measured": 3600.1, "threshold": 3600, "photo": PICTURE}],
            }
        ]

    def test_a_picture_taken_more_than_an_hour_after_the_end_is_flagged(self):
        late = Picture(PICTURE, exif_at=CALL.ended_at + self.HOUR + self.TENTH)

        assert codes(pictures=[late]) == ["photo_other_time"]

    @pytest.mark.parametrize("taken", [NINE - HOUR, NINE, CALL.ended_at, CALL.ended_at + HOUR])
    def test_a_picture_taken_within_the_visit_or_an_hour_of_it_is_not(self, taken):
        assert codes(pictures=[Picture(PICTURE, exif_at=taken)]) == []

    def test_exif_time_uses_its_own_offset(self):
        tokyo = datetime.fromisoformat("2026-11-03T10:10:00+09:00")

        assert codes(pictures=[Picture(PICTURE, exif_at=tokyo)]) == []
        assert codes(pictures=[Picture(PICTURE, exif_at=tokyo.replace(tzinfo=UTC))]) == ["photo_other_time"]

    @pytest.mark.parametrize("hours", [6, 8])
    def test_exif_time_without_an_offset_uses_that_of_the_visit(self, hours):
        local = NINE.replace(tzinfo=timezone(timedelta(hours=hours)))
        call = replace(CALL, started_at=local, ended_at=None, occurred_at=local, received_at=local)

        assert (
            codes(call, pictures=[Picture(PICTURE, exif_at=datetime.fromisoformat("2026-11-03T09:05:00"))])
            == []
        )
        assert codes(
            call, pictures=[Picture(PICTURE, exif_at=datetime.fromisoformat("2026-11-03T07:05:00"))]
        ) == ["photo_other_time"]

    def test_a_visit_given_in_utc_tells_no_offset_so_exif_time_is_read_as_chinese(self):
        in_utc = replace(CALL, started_at=NINE.astimezone(UTC), ended_at=CALL.ended_at.astimezone(UTC))

        assert codes(in_utc, pictures=[Picture(PICTURE, exif_at=NINE.replace(tzinfo=None))]) == []

    def test_a_picture_without_exif_goes_by_the_declared_time(self):
        yesterday = NINE - timedelta(days=1)

        assert codes(pictures=[Picture(PICTURE, taken_at=yesterday)]) == ["photo_other_time"]
        assert codes(pictures=[Picture(PICTURE, taken_at=yesterday, exif_at=NINE)]) == []
        assert codes(pictures=[Picture(PICTURE, taken_at=NINE, exif_at=yesterday)]) == ["photo_other_time"]

    def test_a_picture_without_any_time_is_neutral(self):
        assert codes(pictures=[Picture(PICTURE)]) == []

    def test_a_wrong_clock_that_gave_both_times_is_no_other_time(self):
        day = timedelta(days=1)
        ahead = replace(CALL, started_at=NINE + day, ended_at=CALL.ended_at + day, clock_offset=day)

        assert codes(ahead, pictures=[Picture(PICTURE, exif_at=NINE + day)]) == ["clock_off"]
        assert codes(ahead, pictures=[Picture(PICTURE, exif_at=NINE)]) == ["clock_off", "photo_other_time"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_is_judged_by_the_time_of_its_pictures(self, kind):
        old = Picture(PICTURE, exif_at=NINE - timedelta(days=30))

        assert codes(replace(CALL, kind=kind), pictures=[old]) == ["photo_other_time"]


class TestPhotoSeenBefore:
    def test_the_same_bytes_are_flagged_with_the_earlier_photo(self):
        picture = Picture(PICTURE, seen_before=[Seen(OLD_PICTURE, 0)])

        assert raised(pictures=[picture]) == [
            {
                "code": "photo_seen_before",
                "evidence": [{"measured": 0, "threshold": 5, "photo": PICTURE, "other": OLD_PICTURE}],
            }
        ]

    def test_five_bits_apart_is_nearly_the_same_and_six_are_another_picture(self):
        assert codes(pictures=[Picture(PICTURE, seen_before=[Seen(OLD_PICTURE, 5)])]) == ["photo_seen_before"]
        assert codes(pictures=[Picture(PICTURE, seen_before=[Seen(OLD_PICTURE, 6)])]) == []

    def test_a_picture_never_seen_is_not_flagged(self):
        assert codes(pictures=[Picture(PICTURE)]) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_is_judged_by_its_pictures(self, kind):
        seen = Picture(PICTURE, seen_before=[Seen(OLD_PICTURE, 3)])

        assert codes(replace(CALL, kind=kind), pictures=[seen]) == ["photo_seen_before"]


class TestNotPaired:
    @pytest.mark.parametrize("kind", ["home", "field", "phone"])
    def test_without_a_pairing_on_that_day_is_flagged(self, kind):
        (flag,) = flags(replace(CALL, kind=kind, paired=False))

        assert flag == Flag("not_paired", (Evidence(0, 1),))

    @pytest.mark.parametrize("kind", ["reception", "office_day", "door_service"])
    def test_kinds_for_anybody_need_no_pairing(self, kind):
        assert codes(replace(CALL, kind=kind, paired=False)) == []


def test_all_that_can_be_wrong_at_once_comes_in_one_fixed_order():
    picture = Picture(
        PICTURE, None, NINE - timedelta(days=9), metres_north(70_000), seen_before=[Seen(OLD_PICTURE, 0)]
    )
    call = replace(
        CALL,
        ended_at=NINE + timedelta(seconds=5),
        clock_offset=timedelta(days=1),
        point=metres_north(5000),
        accuracy_m=150,
        mocked=True,
        paired=False,
    )
    before = neighbour(EARLIER, -60, -1, metres_north(60_000))

    everything = [*codes(call, before=before, pictures=[picture]), *codes(replace(CALL, point=None))]
    assert sorted(everything, key=CODES.index) == list(CODES)
    assert codes(call, before=before, pictures=[picture]) == [code for code in CODES if code != "no_location"]


def test_ids_that_are_uuids_are_written_as_text():
    evidence = Evidence(0, 5, photo=UUID(PICTURE), other=UUID(OLD_PICTURE))

    assert evidence.as_json() == {"measured": 0, "threshold": 5, "photo": PICTURE, "other": OLD_PICTURE}


offsets = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
instants = st.datetimes(timezones=offsets)
points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
accuracies = st.none() | st.floats(0, 1e7)
neighbours = st.builds(
    Neighbour, st.uuids(), instants, st.none() | instants, instants, st.none() | points, accuracies
)
pictures = st.builds(
    Picture,
    st.uuids(),
    st.none() | instants,
    st.none() | instants | st.datetimes(),
    st.none() | points,
    st.lists(st.builds(Seen, st.uuids(), st.integers(0, 60)), max_size=2),
)
calls = st.builds(
    Call,
    kind=st.sampled_from(KINDS),
    started_at=instants,
    ended_at=st.none() | instants,
    occurred_at=instants,
    received_at=instants,
    clock_offset=st.none() | st.timedeltas(timedelta(days=-40_000), timedelta(days=40_000)),
    point=st.none() | points,
    accuracy_m=accuracies,
    household_point=st.none() | points,
    paired=st.booleans(),
)


@given(
    call=calls,
    before=st.none() | neighbours,
    after=st.none() | neighbours,
    pictures=st.lists(pictures, max_size=3),
)
def test_whatever_a_phone_claims_it_gets_flags_and_never_a_failure(call, before, after, pictures):
    found = flags(call, before=before, after=after, pictures=pictures)

    assert [flag.code for flag in found] == [code for code in CODES if code in {flag.code for flag in found}]
    assert all(flag.evidence for flag in found)
    assert found == flags(call, before=before, after=after, pictures=pictures)


DOC = Path(__file__).parents[2] / "docs" / "flags.md"


def rows_of_the_page():
    lines = [line for line in DOC.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_of_flags_has_each_code_in_order():
    assert tuple(row[0].strip("`") for row in rows_of_the_page()) == CODES


def test_the_page_of_flags_has_each_threshold_with_its_default():
    on_the_page = {}
    for row in rows_of_the_page():
        if named := re.fullmatch(r"`(\w+)` = ([\d.]+)", row[3]):
            on_the_page[named[1]] = float(named[2])

    assert on_the_page == {field.name: field.default for field in fields(Thresholds)}
