"""Generations of refresh tokens: an answer lost on the way signs nobody out, a stolen token ends the session."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from cadres.models import Device, User
from cadres.tokens import access_for, refresh_for
from fieldapi import clock
from fieldapi.models import JournalLine
from tests.conftest import Village
from tests.samples import Caller, make_device


@pytest.fixture
def device(village: Village) -> Device:
    return make_device(village.gao, "phone-1")


def present(token: str):
    return Caller(None).post("auth/token/refresh/", {"refresh": token})


def generation_of(answer) -> int:
    from cadres.authentication import generation_of as read

    return read(answer.json()["refresh"])


def test_a_refresh_token_gives_the_next_generation_again_and_again(device):
    token = refresh_for(device, 1)

    assert [generation_of(present(token)) for _ in range(3)] == [2, 2, 2]


def test_the_next_generation_takes_over_when_it_is_first_presented(device):
    second = present(refresh_for(device, 1)).json()["refresh"]

    assert generation_of(present(second)) == 3
    assert Device.objects.get().generation == 2


def test_an_answer_lost_for_a_weekend_signs_nobody_out(device):
    token = refresh_for(device, 1)
    present(token)

    with time_machine.travel(clock.now() + timedelta(days=3)):
        assert present(token).status_code == 200


def test_an_older_generation_within_a_minute_of_the_change_is_only_superseded(device):
    first = refresh_for(device, 1)
    second = present(first).json()["refresh"]
    third = present(second).json()["refresh"]

    assert (present(first).status_code, present(first).json()["code"]) == (401, "token_superseded")
    assert present(third).status_code == 200


def test_an_older_generation_after_a_minute_ends_the_session(device):
    first = refresh_for(device, 1)
    third = present(present(first).json()["refresh"]).json()["refresh"]

    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert present(first).json()["code"] == "session_ended"
        assert present(third).json()["code"] == "session_ended"
        assert Caller(None, Authorization=f"Bearer {access_for(device)}").get("me/").status_code == 401
    assert JournalLine.objects.get(action="auth.refresh").row_id == str(device.pk)


def test_a_refresh_token_is_good_for_thirty_days(device):
    token = refresh_for(device, 1)

    with time_machine.travel(clock.now() + timedelta(days=30, seconds=-5)):
        assert present(token).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1)):
        assert present(token).json()["code"] == "token_expired"


def test_an_access_token_is_good_for_fifteen_minutes(device):
    caller = Caller(None, Authorization=f"Bearer {access_for(device)}")

    with time_machine.travel(clock.now() + timedelta(minutes=14, seconds=55)):
        assert caller.get("me/").status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        assert caller.get("me/").json()["code"] == "token_expired"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4In0."])
def test_what_is_no_token_is_refused(device, token):
    assert present(token).status_code in (400, 401)
    assert Device.objects.get().generation == 0


def test_an_access_token_does_not_refresh_and_a_refresh_token_opens_nothing(device):
    assert present(access_for(device)).json()["code"] == "token_invalid"
    caller = Caller(None, Authorization=f"Bearer {refresh_for(device, 1)}")
    assert caller.get("me/").json()["code"] == "token_invalid"


def test_a_generation_that_was_never_given_out_is_refused(device):
    assert present(refresh_for(device, 9)).json()["code"] == "token_invalid"


def test_an_inactive_users_session_does_not_refresh(device):
    User.objects.update(active=False)

    assert present(refresh_for(device, 1)).json()["code"] == "session_ended"


def test_a_refresh_costs_one_look_up_and_at_most_one_update(device, django_assert_num_queries):
    token = refresh_for(device, 1)
    with django_assert_num_queries(2):
        present(token)
    with django_assert_num_queries(1):
        present(token)


@pytest.mark.django_db(transaction=True)
def test_copies_of_one_refresh_that_arrive_at_once_all_succeed():
    token = refresh_for(make_device(Village().gao, "phone-1"), 1)

    def once(_: int):
        try:
            return present(token)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(once, range(8)))

    assert [generation_of(answer) for answer in answers] == [2] * 8
    assert Device.objects.get().generation == 1
