"""Addresses become points through a geocoder of the settings: patiently, resumably, never over a surveyed one."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from fieldapi.coordinates import distance_m, from_wgs84
from fieldapi.models import JournalLine
from households.geocode import Run
from households.geocoder import Geocoder, WrongGeocoder
from households.models import GeocodingTry, Household
from tests import samples
from tests.households.nominatim import found, nominatim
from tests.samples import make_household

ABOVE = "云南省昭通市绥江县中城镇田坝村民委员会"
PLACE = (28.61, 103.96)


@pytest.fixture
def service():
    with nominatim() as service:
        yield service


def homeless(number, address, **columns):
    return make_household(number, address=address, lat=None, lon=None, location_source="", **columns)


def run(service, setting="", sleep=None, **asked):
    """One run over the county; the rests it took are not slept."""
    one = Run(Geocoder.named(service.setting + setting), sleep=sleep or (lambda seconds: None))
    one.over(samples.COUNTY, **asked)
    return one


def outcome(household):
    return GeocodingTry.objects.get(household=household).outcome


class TestAnAddress:
    def test_becomes_a_point_with_its_source_and_confidence(self, village, service):
        house = homeless("1", "3组12号")
        service.answers[f"{ABOVE}3组12号"] = found(*PLACE, metres=100)

        assert run(service).counts == {"found": 1}

        house.refresh_from_db()
        assert house.point == PLACE
        assert (house.location_source, house.version) == ("geocoded:nominatim", 2)
        assert house.accuracy_m == pytest.approx(141.4, abs=1)
        tried = GeocodingTry.objects.get()
        assert (tried.outcome, tried.confidence) == ("found", "importance=0.42 type=house")
        assert tried.detail == "田坝村, 绥江县"
        line = JournalLine.objects.get()
        assert (line.action, line.by, line.row_id) == ("households.geocode", None, str(house.pk))
        assert service.agents == {"village"}

    def test_is_asked_for_with_the_divisions_it_does_not_name_itself(self, village, service):
        homeless("1", "绥江县中城镇田坝街5号")

        run(service)

        assert service.asked == ["云南省昭通市田坝村民委员会绥江县中城镇田坝街5号"]

    @pytest.mark.parametrize("system", ["gcj02", "bd09"])
    def test_answered_in_a_chinese_maps_system_is_stored_in_wgs84(self, village, service, system):
        house = homeless("1", "3组")
        service.answers[f"{ABOVE}3组"] = found(*from_wgs84(*PLACE, system))

        run(service, f"&system={system}")

        house.refresh_from_db()
        assert distance_m(house.point, PLACE) < 0.01

    def test_without_a_box_has_no_known_accuracy(self, village, service):
        house = homeless("1", "3组")
        service.answers[f"{ABOVE}3组"] = found(*PLACE, boundingbox=None)

        run(service)

        house.refresh_from_db()
        assert (house.point, house.accuracy_m) == (PLACE, None)


class TestWhoIsAskedFor:
    def test_households_with_an_address_and_no_point_that_still_live_here(self, village, service):
        homeless("waiting", "3组1号")
        homeless("no address", "")
        make_household("surveyed", address="3组2号")
        homeless("ended", "3组3号", state="ended")

        run(service)

        assert service.asked == [f"{ABOVE}3组1号"]

    @pytest.mark.parametrize(
        "meanwhile",
        [{"lat": 28.5, "lon": 103.9, "location_source": "surveyed"}, {"address": "4组"}],
        ids=["a point surveyed", "another address"],
    )
    def test_what_somebody_writes_while_the_service_thinks_stays(self, village, service, meanwhile):
        house = homeless("1", "3组")
        service.answers[f"{ABOVE}3组"] = found(*PLACE)
        one = Run(Geocoder.named(service.setting))
        ask = one.geocoder.service.geocode

        def written_meanwhile(address):
            Household.objects.filter(pk=house.pk).update(**meanwhile)
            return ask(address)

        one.geocoder.service.geocode = written_meanwhile
        assert one.over(samples.COUNTY) == {"left": 1}

        house.refresh_from_db()
        assert house.point == ((28.5, 103.9) if "lat" in meanwhile else None)
        assert house.version == 1
        assert not JournalLine.objects.exists()

    def test_another_address_takes_the_old_ones_point_away_and_is_asked_for(self, village, service):
        house = homeless("1", "3组")
        service.answers[f"{ABOVE}3组"] = found(*PLACE)
        service.answers[f"{ABOVE}4组"] = found(28.62, 103.97)
        run(service)

        answer = village.client("sun").patch(f"households/{house.pk}/", {"address": "4组"}, version=2)
        assert answer.json()["location"] is None
        run(service)

        house.refresh_from_db()
        assert house.point == (28.62, 103.97)

    def test_another_address_leaves_a_surveyed_point(self, village):
        house = make_household("1", address="3组")

        answer = village.client("sun").patch(f"households/{house.pk}/", {"address": "4组"}, version=1)

        assert answer.json()["location"]["source"] == "surveyed"


class TestTrouble:
    def test_told_to_slow_down_it_waits_as_long_as_told_and_asks_again(self, village, service):
        homeless("1", "3组")
        service.answers[f"{ABOVE}3组"] = [429, 429, found(*PLACE)]
        rests = []

        assert run(service, sleep=rests.append).counts == {"found": 1}
        assert rests.count(7) == 2

    @pytest.mark.parametrize("trouble", [429, 500, "silence", "garbage"])
    def test_leaves_the_address_for_later_and_goes_on_with_the_next(self, village, service, trouble):
        bad, good = homeless("1", "3组"), homeless("2", "4组")
        service.answers |= {f"{ABOVE}3组": trouble, f"{ABOVE}4组": found(*PLACE)}

        assert run(service).counts == {"failed": 1, "found": 1}
        assert (outcome(bad), outcome(good)) == ("failed", "found")

    def test_a_failed_address_is_asked_for_again_later_and_later(self, village, service):
        homeless("1", "3组")
        service.answers[f"{ABOVE}3组"] = 500
        noon = samples.at("2026-11-10 12:00")
        asked = []
        for minutes in (0, 1, 2, 5, 6):
            with time_machine.travel(noon + timedelta(minutes=minutes), tick=False):
                run(service)
                asked.append(len(service.asked))

        assert asked == [1, 1, 2, 2, 3]  # again after 2 minutes, then after 4

    def test_an_unknown_address_is_left_alone_for_a_month(self, village, service):
        house = homeless("1", "3组")
        noon = samples.at("2026-11-10 12:00")
        asked = []
        for days in (0, 29, 30):
            with time_machine.travel(noon + timedelta(days=days), tick=False):
                run(service)
                asked.append(len(service.asked))

        assert asked == [1, 1, 2]
        assert outcome(house) == "unknown"

    def test_a_service_that_is_down_is_asked_again_once_it_is_back(self, village):
        house = homeless("1", "3组")
        noon = samples.at("2026-11-10 12:00")
        with nominatim() as gone:
            pass
        with time_machine.travel(noon):
            assert run(gone).counts == {"failed": 1}

        with time_machine.travel(noon + timedelta(minutes=3)), nominatim() as back:
            back.answers[f"{ABOVE}3组"] = found(*PLACE)
            assert run(back).counts == {"found": 1}

        house.refresh_from_db()
        assert house.point == PLACE

    def test_a_service_that_fails_five_times_in_a_row_is_left_alone(self, village, service):
        for number in range(8):
            homeless(str(number), f"{number}组")
            service.answers[f"{ABOVE}{number}组"] = 500

        one = run(service)

        assert one.stopped == "the service failed five times in a row"
        assert len(service.asked) == 5

    def test_a_service_that_refuses_us_is_left_alone_at_once(self, village, service):
        for number in range(3):
            homeless(str(number), f"{number}组")
            service.answers[f"{ABOVE}{number}组"] = 403

        assert run(service).stopped.startswith("the service refuses us")
        assert len(service.asked) == 1

    def test_stopped_in_the_middle_and_started_again_it_goes_on_where_it_was(self, village, service):
        for number in range(5):
            homeless(str(number), f"{number}组")
            service.answers[f"{ABOVE}{number}组"] = found(28.6 + number / 1000, 103.95)

        def pulled_plug(seconds):
            if len(service.asked) == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(service, "&per_second=0.001", sleep=pulled_plug)
        assert Household.objects.filter(location_source="geocoded:nominatim").count() == 3

        run(service)
        assert Household.objects.filter(location_source="geocoded:nominatim").count() == 5
        assert len(service.asked) == len(set(service.asked)) == 5


class TestThePace:
    def test_is_never_faster_than_agreed(self, village, service):
        for number in range(4):
            homeless(str(number), f"{number}组")
        clock = [100.0]
        rests = []

        def rest(seconds):
            rests.append(seconds)
            clock[0] += seconds

        one = Run(Geocoder.named(f"{service.setting}&per_second=2"), sleep=rest, moment=lambda: clock[0])
        one.over(samples.COUNTY)

        assert rests == [0.5, 0.5, 0.5]

    def test_ends_after_as_many_as_asked_for(self, village, service):
        for number in range(4):
            homeless(str(number), f"{number}组")

        run(service, limit=3)

        assert len(service.asked) == 3


class TestTheSetting:
    @pytest.mark.parametrize(
        ("setting", "why"),
        [
            ("nowhere?x=1", "nowhere"),
            ("nominatim?user_agent=x&system=mars", "system=mars"),
            ("nominatim?user_agent=x&per_second=0", "per_second"),
            ("nominatim?user_agent=x&per_second=often", "often"),
            ("nominatim?user_agent=x&colour=red", "colour"),
            ("nominatim", "user"),
        ],
    )
    def test_that_cannot_be_used_says_why(self, setting, why):
        with pytest.raises(WrongGeocoder, match=why):
            Geocoder.named(setting)

    def test_baidu_answers_in_its_own_system(self):
        assert Geocoder.named("baiduv3?api_key=x").system == "bd09"


class TestTheCommand:
    def test_prints_what_came_of_it(self, village, service, settings, capsys):
        homeless("1", "3组")
        homeless("2", "4组")
        service.answers[f"{ABOVE}3组"] = found(*PLACE)
        settings.GEOCODER = service.setting

        call_command("geocode", "--unit", samples.COUNTY)

        assert capsys.readouterr().out.strip() == "1 found, 1 unknown, 0 failed, 0 left"

    @pytest.mark.parametrize(("setting", "told"), [("", "not set"), ("nowhere", "nowhere")])
    def test_without_a_geocoder_says_so_in_one_line(self, db, settings, setting, told):
        settings.GEOCODER = setting

        with pytest.raises(CommandError, match=told):
            call_command("geocode", "--unit", samples.COUNTY)
