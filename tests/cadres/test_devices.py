"""Devices and oneself: what the server knows of each phone, and ending one at once."""

from datetime import timedelta

import time_machine

from cadres.models import Device
from fieldapi import clock
from fieldapi.json import instant
from fieldapi.models import JournalLine
from tests.samples import Caller, make_device, make_user


def test_me_says_who_where_and_what_is_allowed(village):
    caller = village.client("sun")
    answer = caller.get("me/", **{"X-Unsent": "3"}).json()

    assert answer["username"] == "sun"
    assert answer["role"] == "supervisor"
    assert answer["unit"] == {"code": "530626101", "name": "中城镇"}
    assert answer["office"] is None
    assert "tasks.assign" in answer["permissions"]
    assert "users.create" not in answer["permissions"]
    assert answer["server_time"].endswith("+08:00")
    assert answer["min_app_version"] == ""
    assert answer["sync"]["device"] == str(caller.device.pk)
    assert answer["sync"]["unsent"] == 3


def test_a_phone_says_what_it_still_holds_and_its_version(village):
    caller = village.client("gao")
    caller.get("me/", **{"X-Unsent": "7", "X-App-Version": "1.5.0"})

    shown = village.client("sun").get(f"devices/{caller.device.pk}/").json()
    assert (shown["unsent"], shown["app_version"]) == (7, "1.5.0")
    assert shown["user"]["username"] == "gao"


def test_how_far_a_phones_clock_is_ahead_is_known_from_what_it_sends_and_written_when_it_moves(village):
    caller = village.client("gao")

    def send(ahead: timedelta) -> int | None:
        said = {"id": caller.device.phone_id, "clock_at": instant(clock.now() + ahead)}
        with time_machine.travel(clock.now(), tick=False):
            assert caller.put_visit(village.house, device=said).status_code == 201
        return village.client("sun").get(f"devices/{caller.device.pk}/").json()["clock_offset_ms"]

    hour = send(timedelta(hours=1))
    assert 3_599_000 < hour <= 3_600_000
    assert send(timedelta(hours=1, seconds=20)) == hour  # the network's delay, perhaps
    assert 3_659_000 < send(timedelta(hours=1, seconds=60)) <= 3_660_000
    assert send(timedelta(days=-900)) < -77_000_000_000


def test_a_header_that_makes_no_sense_is_passed_over(village):
    caller = village.client("gao")
    answers = [caller.get("me/", **{"X-Unsent": said}).status_code for said in ("-1", "many", "9" * 40, "²")]
    answers.append(caller.get("me/", **{"X-App-Version": "v" * 500}).status_code)

    assert answers == [200] * 5
    device = Device.objects.get(pk=caller.device.pk)
    assert (device.unsent, device.app_version) == (None, "v" * 40)


def test_a_request_costs_one_query_to_know_who_calls(village, django_assert_num_queries):
    caller = village.client("gao")
    with django_assert_num_queries(1):
        caller.get("sync/schema/")
    with django_assert_num_queries(2):
        caller.get("sync/schema/", **{"X-Unsent": "1"})
    with django_assert_num_queries(1):
        caller.get("sync/schema/", **{"X-Unsent": "1"})


def test_when_a_device_was_last_seen_is_written_every_five_minutes_at_most(
    village, django_assert_num_queries
):
    caller = village.client("gao")
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1), tick=False):
        with django_assert_num_queries(2):
            caller.get("sync/schema/")
        with django_assert_num_queries(1):
            caller.get("sync/schema/")
        assert Device.objects.get(pk=caller.device.pk).last_seen_at == clock.now()


def test_ending_a_device_works_at_once_and_keeps_what_is_known_of_it(village):
    phone = village.client("gao")
    phone.get("me/", **{"X-Unsent": "5"})

    assert village.client("sun").delete(f"devices/{phone.device.pk}/").status_code == 204
    assert phone.get("me/").json()["code"] == "session_ended"
    row = Device.objects.get(pk=phone.device.pk)
    assert (row.unsent, row.ended_at is None) == (5, False)
    assert JournalLine.objects.get(action="devices.destroy").by_name == "sun"


def test_ending_a_device_again_is_still_204_and_one_journal_line(village):
    phone, sun = village.client("gao"), village.client("sun")

    assert [sun.delete(f"devices/{phone.device.pk}/").status_code for _ in range(2)] == [204, 204]
    assert JournalLine.objects.filter(action="devices.destroy").count() == 1


def test_a_cadre_sees_and_ends_only_the_own_devices(village):
    hers, his = village.client("gao"), village.client("chen")

    assert [row["id"] for row in hers.get("devices/").json()["results"]] == [str(hers.device.pk)]
    assert hers.delete(f"devices/{his.device.pk}/").status_code == 404
    assert his.get("me/").status_code == 200


def test_another_towns_supervisor_and_the_leader_cannot_end_a_device(village):
    phone = village.client("gao")

    assert village.client("zhou").delete(f"devices/{phone.device.pk}/").status_code == 404
    assert village.client("wu").delete(f"devices/{phone.device.pk}/").status_code == 404
    assert phone.get("me/").status_code == 200


def test_a_supervisor_ends_no_session_of_an_admin_of_the_same_town(village):
    admin = make_device(make_user("town-admin", "admin"))
    cadre = make_device(village.chen)
    sun = village.client("sun")

    assert sun.delete(f"devices/{admin.pk}/").status_code == 404
    assert sun.delete(f"devices/{cadre.pk}/").status_code == 204
    admin.refresh_from_db()
    assert admin.ended_at is None


def test_devices_are_listed_by_user_and_by_whether_they_have_ended(village):
    make_device(village.chen)
    gone = make_device(village.chen)
    sun = village.client("sun")
    sun.delete(f"devices/{gone.pk}/")

    def ids(query: str) -> set[str]:
        return {row["id"] for row in sun.get(f"devices/?{query}").json()["results"]}

    assert len(ids(f"user={village.chen.pk}")) == 2
    assert ids(f"user={village.chen.pk}&ended=yes") == {str(gone.pk)}
    assert str(gone.pk) not in ids("ended=no")


def test_a_query_that_makes_no_sense_is_refused_by_name(village):
    answer = village.client("sun").get("devices/?user=gao&ended=maybe&colour=red")

    assert answer.status_code == 400
    assert {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]} == {
        "?user": "bad_id",
        "?ended": "invalid_choice",
        "?colour": "unknown_parameter",
    }


def test_an_inactive_user_is_out_at_once(village):
    caller = village.client("gao")
    type(village.gao).objects.filter(pk=village.gao.pk).update(active=False)

    assert caller.get("me/").json()["code"] == "session_ended"


def test_nobody_is_told_to_sign_in(village):
    answer = Caller(None).get("me/")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_method_that_is_not_there_is_405_also_at_an_open_door(db):
    assert Caller(None).get("auth/token/").status_code == 405
    assert Caller(None).send("OPTIONS", "auth/token/").status_code == 405
