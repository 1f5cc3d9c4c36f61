"""`Idempotency-Key`: a POST that is repeated acts once, and its first answer comes again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import OperationalError, connection, transaction

from cadres.models import SignInFailure
from fieldapi import clock
from fieldapi.ids import new_id
from fieldapi.models import JournalLine, RememberedAnswer
from households.models import Household
from tests import samples
from tests.conftest import Village
from tests.samples import Caller, make_household

OLD_PASSWORD, NEW_PASSWORD = "zou-fang-2026", "Xin-mi-ma-88"
BODY = {"unit": samples.VILLAGE, "number": "12", "head_name": "王某"}


def test_the_same_key_and_body_get_the_first_answer_letter_for_letter(village):
    sun = village.client("sun")

    answers = [sun.post("households/", BODY, **{"Idempotency-Key": "a"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}
    assert {answer.headers["ETag"] for answer in answers} == {'"1"'}
    assert Household.objects.count() == 1


def test_a_refusal_is_repeated_as_the_problem_it_was(village):
    sun = village.client("sun")
    make_household("12")

    first = sun.post("households/", BODY, **{"Idempotency-Key": "a"})
    Household.objects.all().delete()
    again = sun.post("households/", BODY, **{"Idempotency-Key": "a"})

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.json() == first.json()
    assert not Household.objects.exists()


def test_another_body_under_the_same_key_is_refused(village):
    sun = village.client("sun")
    sun.post("households/", BODY, **{"Idempotency-Key": "a"})

    answer = sun.post("households/", BODY | {"number": "13"}, **{"Idempotency-Key": "a"})

    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert Household.objects.count() == 1


def test_the_order_in_which_a_body_says_things_makes_no_other_body(village):
    sun = village.client("sun")
    first = sun.post("households/", BODY, **{"Idempotency-Key": "a"})

    again = sun.post("households/", dict(reversed(BODY.items())), **{"Idempotency-Key": "a"})

    assert again.content == first.content


@pytest.mark.parametrize("other", ["another user", "another address"])
def test_a_key_is_ones_own_and_of_one_address(village, other):
    village.client("sun").post("households/", BODY | {"id": str(new_id())}, **{"Idempotency-Key": "a"})
    if other == "another user":
        answer = village.client("zheng").post(
            "households/", BODY | {"number": "13"}, **{"Idempotency-Key": "a"}
        )
    else:
        row = Household.objects.get()
        answer = village.client("sun").post(
            f"households/{row.pk}/end/", {"reason": "迁出"}, **{"Idempotency-Key": "a"}
        )

    assert answer.status_code in (200, 201)


def test_a_key_is_forgotten_after_thirty_days(village):
    sun = village.client("sun")
    sun.post("households/", BODY, **{"Idempotency-Key": "a"})

    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1)):
        answer = village.client("sun").post(
            "households/", BODY | {"number": "13"}, **{"Idempotency-Key": "a"}
        )
    assert answer.status_code == 201
    assert RememberedAnswer.objects.count() == 1


@pytest.mark.parametrize(("fault", "status"), [(TypeError, 500), (OperationalError, 503)])
def test_what_is_our_fault_is_not_remembered_and_undoes_everything(village, monkeypatch, fault, status):
    def broken(*args: object, **kwargs: object) -> None:
        raise fault

    sun = village.client("sun")
    with monkeypatch.context() as patched:
        patched.setattr("households.actions.note_down", broken)
        failed = sun.post("households/", BODY, **{"Idempotency-Key": "a"})
    assert failed.status_code == status
    assert (Household.objects.count(), RememberedAnswer.objects.count()) == (0, 0)

    assert sun.post("households/", BODY, **{"Idempotency-Key": "a"}).status_code == 201


def test_a_key_of_more_than_two_hundred_characters_is_refused(village):
    answer = village.client("sun").post("households/", BODY, **{"Idempotency-Key": "k" * 201})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"
    assert Household.objects.count() == 0


def test_an_unreadable_body_is_refused_and_the_key_stays_free(village):
    sun = village.client("sun")

    assert sun.post("households/", b"{", **{"Idempotency-Key": "a"}).json()["code"] == "unreadable"
    assert sun.post("households/", BODY, **{"Idempotency-Key": "a"}).status_code == 201


def test_whoever_may_not_act_leaves_no_answer_to_remember(village):
    assert village.client("gao").post("households/", BODY, **{"Idempotency-Key": "a"}).status_code == 403
    assert RememberedAnswer.objects.count() == 0


def test_a_key_does_not_keep_a_wrong_password_from_being_counted(village):
    body = {"old_password": "guess", "new_password": NEW_PASSWORD}
    gao = village.client("gao")

    answers = [gao.post("auth/password/", body, **{"Idempotency-Key": "a"}) for _ in range(2)]

    assert [answer.json()["code"] for answer in answers] == ["wrong_password", "wrong_password"]
    assert SignInFailure.objects.count() == 2
    assert RememberedAnswer.objects.count() == 0


def with_a_password(village: Village) -> Caller:
    village.gao.password = make_password(OLD_PASSWORD)
    village.gao.save()
    return village.client("gao")


def test_a_changed_password_whose_answer_was_lost_is_answered_again(village):
    body = {"old_password": OLD_PASSWORD, "new_password": NEW_PASSWORD}
    gao = with_a_password(village)

    answers = [gao.post("auth/password/", body, **{"Idempotency-Key": "a"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert SignInFailure.objects.count() == 0
    assert JournalLine.objects.filter(action="auth.password").count() == 1
    village.gao.refresh_from_db()
    assert village.gao.check_password(NEW_PASSWORD)


def test_a_weak_password_is_weak_again_under_its_key_and_changes_nothing(village):
    body = {"old_password": OLD_PASSWORD, "new_password": "12345678"}
    gao = with_a_password(village)

    answers = [gao.post("auth/password/", body, **{"Idempotency-Key": "a"}) for _ in range(2)]

    assert [answer.json()["code"] for answer in answers] == ["weak_password", "weak_password"]
    village.gao.refresh_from_db()
    assert village.gao.check_password(OLD_PASSWORD)


def test_a_one_time_password_in_a_remembered_answer_is_not_stored_in_clear(village):
    body = {"username": "hong", "full_name": "洪某", "role": "cadre", "unit": samples.TOWN}
    zheng = village.client("zheng")

    first, again = (zheng.post("users/", body, **{"Idempotency-Key": "a"}) for _ in range(2))

    assert first.json() == again.json()
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM fieldapi_rememberedanswer")
        assert first.json()["one_time_password"] not in cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_copies_that_arrive_at_once_act_once():
    sun = Village().client("sun")

    def once(_: int):
        try:
            return sun.post("households/", BODY, **{"Idempotency-Key": "a"})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(once, range(8)))

    told = {answer.status_code if answer.status_code == 201 else answer.json()["code"] for answer in answers}
    assert 201 in told
    assert told <= {201, "key_in_progress"}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert Household.objects.count() == 1
    assert JournalLine.objects.filter(action="households.create").count() == 1


@pytest.mark.django_db(transaction=True)
def test_copies_of_a_password_change_at_once_are_all_answered_and_change_it_once():
    gao = with_a_password(Village())
    body = {"old_password": OLD_PASSWORD, "new_password": NEW_PASSWORD}

    def once(_: int):
        try:
            return gao.post("auth/password/", body, **{"Idempotency-Key": "a"})
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(once, range(6)))

    told = {answer.status_code if answer.status_code == 204 else answer.json()["code"] for answer in answers}
    assert 204 in told
    assert told <= {204, "key_in_progress"}
    assert JournalLine.objects.filter(action="auth.password").count() == 1
    assert SignInFailure.objects.count() == 0


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time: a copy waits for the first")
@pytest.mark.django_db(transaction=True)
def test_a_copy_is_told_when_the_first_takes_long():
    village = Village()
    sun = village.client("sun")
    begun, end = Event(), Event()

    def first() -> None:
        with transaction.atomic():
            RememberedAnswer.objects.create(
                user=village.sun.pk, path="/api/v1/households/", key="a", body_hash="", at=clock.now()
            )
            begun.set()
            end.wait(20)
        connection.close()

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(first)
        begun.wait(20)
        answer = sun.post("households/", BODY, **{"Idempotency-Key": "a"})
        end.set()
        running.result()

    assert (answer.status_code, answer.json()["code"]) == (409, "key_in_progress")
    assert answer.headers["Retry-After"] == "1"
    assert Household.objects.count() == 0
