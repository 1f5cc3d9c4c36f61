"""Locks against guessing: for a pair of account and address, for an account, for an address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection

from cadres.locks import FROM_ADDRESS, OF_ACCOUNT, OF_PAIR, locked_until
from cadres.models import Device, SignInFailure, User
from cadres.tokens import refresh_for
from fieldapi import clock
from tests.conftest import Village
from tests.samples import Caller, at, make_device

PASSWORD = "zou-fang-2026"


@pytest.fixture
def gao(village: Village) -> User:
    village.gao.password = make_password(PASSWORD)
    village.gao.save()
    return village.gao


def say(password: str, username: str = "gao", address: str = "203.0.113.9"):
    caller = Caller(None)
    caller.client.defaults["REMOTE_ADDR"] = address
    return caller.post("auth/token/", {"username": username, "password": password})


def failures(count: int, username: str = "gao", address: str = "203.0.113.9") -> None:
    now = clock.now()
    SignInFailure.objects.bulk_create(
        SignInFailure(username=username, address=address, at=now) for _ in range(count)
    )


def test_ten_wrong_passwords_lock_the_account_for_that_address_for_fifteen_minutes(gao):
    began = clock.now()
    with time_machine.travel(began, tick=False):
        assert [say("wrong").status_code for _ in range(OF_PAIR)] == [401] * 10
        refused = say(PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "locked")
    assert 895 <= int(refused.headers["Retry-After"]) <= 901
    assert Device.objects.count() == 0

    with time_machine.travel(began + timedelta(minutes=14, seconds=55)):
        assert say(PASSWORD).status_code == 429
    with time_machine.travel(began + timedelta(minutes=15, seconds=5)):
        assert say(PASSWORD).status_code == 200


def test_another_address_and_another_account_are_not_locked_with_it(village, gao):
    failures(OF_PAIR)

    assert say(PASSWORD).status_code == 429
    assert say(PASSWORD, address="203.0.113.10").status_code == 200
    assert say("wrong", username="chen").status_code == 401


def test_thirty_wrong_passwords_lock_the_account_from_everywhere(gao):
    for last in range(5):
        failures(6, address=f"203.0.113.{last}")

    assert SignInFailure.objects.count() == OF_ACCOUNT
    assert say(PASSWORD, address="198.51.100.1").status_code == 429


def test_a_hundred_wrong_passwords_lock_the_address_for_everybody(gao):
    for number in range(20):
        failures(5, username=f"user{number}")

    assert SignInFailure.objects.count() == FROM_ADDRESS
    assert say(PASSWORD).status_code == 429
    assert say(PASSWORD, address="198.51.100.1").status_code == 200


def test_an_unknown_user_is_locked_like_a_known_one(gao):
    failures(OF_PAIR, username="nobody-here")

    locked = say("wrong", username="nobody-here")
    assert (locked.status_code, locked.json()["code"]) == (429, "locked")


def test_what_is_tried_during_a_lock_does_not_prolong_it(gao):
    failures(OF_PAIR)
    say("wrong")

    assert SignInFailure.objects.count() == OF_PAIR


def test_signed_in_devices_and_refresh_go_on_through_a_lock(gao):
    device = make_device(gao)
    failures(OF_ACCOUNT)

    refreshed = Caller(None).post("auth/token/refresh/", {"refresh": refresh_for(device, 1)})
    assert refreshed.status_code == 200
    access = refreshed.json()["access"]
    assert Caller(None, Authorization=f"Bearer {access}").get("me/").status_code == 200


def test_failures_far_apart_lock_nothing():
    noon = at("2026-11-03 12:00")
    slow = [noon - timedelta(minutes=2 * number) for number in range(10)]

    assert locked_until(slow, 10, noon) is None
    assert locked_until(slow[:8], 8, noon) == noon + timedelta(minutes=15)


def test_a_stranger_cannot_choose_an_address_by_x_forwarded_for(gao):
    failures(OF_PAIR, address="127.0.0.1")

    caller = Caller(None, **{"X-Forwarded-For": "198.51.100.7"})
    answer = caller.post("auth/token/", {"username": "gao", "password": PASSWORD})
    assert answer.status_code == 429


def test_behind_a_trusted_proxy_a_lock_is_of_the_address_the_proxy_saw(gao, settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1/32")]
    failures(OF_PAIR, address="198.51.100.7")

    def through_the_proxy(forwarded: str) -> int:
        caller = Caller(None, **{"X-Forwarded-For": forwarded})
        return caller.post("auth/token/", {"username": "gao", "password": PASSWORD}).status_code

    assert through_the_proxy("198.51.100.7") == 429
    assert through_the_proxy("203.0.113.5, 198.51.100.7") == 429  # what a client claims stands further left
    assert through_the_proxy("198.51.100.7, 203.0.113.5") == 200


@pytest.mark.django_db(transaction=True)
def test_guessing_many_at_once_gives_no_more_than_ten_tries():
    village = Village()
    User.objects.filter(pk=village.gao.pk).update(password=make_password(PASSWORD))

    def once(_: int):
        try:
            return say("wrong").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(once, range(32)))

    assert answers.count(401) <= 10
    assert say(PASSWORD).status_code == 429
