"""Signing in, out, and changing one's password."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection

from cadres.models import Device, SignInFailure, User
from fieldapi.models import JournalLine
from tests.conftest import Village
from tests.samples import Caller

PASSWORD = "zou-fang-2026"
PHONE = {"id": "phone-1", "name": "小米 14", "platform": "android", "app_version": "1.4.0"}


def sign_in(username: str = "gao", password: str = PASSWORD, **body):
    return Caller(None).post("auth/token/", {"username": username, "password": password, **body})


def speak(answer) -> Caller:
    """Somebody with the access token of a sign-in's answer."""
    return Caller(None, Authorization=f"Bearer {answer.json()['access']}")


@pytest.fixture
def gao(village: Village) -> User:
    village.gao.password = make_password(PASSWORD)
    village.gao.save()
    return village.gao


def test_a_cadre_signs_in_on_a_phone_and_is_told_who_she_is(gao):
    answer = sign_in(device=PHONE)

    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "user"}
    assert answer.json()["user"] == {
        "id": str(gao.pk),
        "username": "gao",
        "full_name": "Gao",
        "role": "cadre",
        "unit": {"code": "530626101", "name": "中城镇"},
        "office": None,
        "must_change_password": False,
    }
    assert speak(answer).get("me/").status_code == 200
    assert JournalLine.objects.filter(action="auth.token", by=gao.pk).count() == 1


def test_a_browser_needs_no_device(gao):
    assert sign_in().status_code == 200
    assert sign_in(device=None).status_code == 200
    assert Device.objects.filter(user=gao, phone_id="").count() == 2


@pytest.mark.parametrize("typed", ["gao", " gao ", "GAO", "ｇａｏ", "Ｇａｏ\u3000"])
def test_a_user_name_is_trimmed_and_width_and_case_do_not_matter(gao, typed):
    assert sign_in(typed).status_code == 200


def test_a_password_is_taken_letter_for_letter(gao):
    assert sign_in(password=f" {PASSWORD} ").status_code == 401


def test_signing_in_again_on_the_same_phone_ends_the_session_before(gao):
    first, second = sign_in(device=PHONE), sign_in(device=PHONE)

    assert speak(first).get("me/").json()["code"] == "session_ended"
    assert speak(second).get("me/").status_code == 200
    assert Device.objects.filter(user=gao).count() == 1


def test_two_users_share_a_phone_without_ending_each_other(village, gao):
    village.chen.password = make_password(PASSWORD)
    village.chen.save()
    hers, his = sign_in("gao", device=PHONE), sign_in("chen", device=PHONE)

    assert speak(hers).get("me/").json()["username"] == "gao"
    assert speak(his).get("me/").json()["username"] == "chen"


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(gao):
    wrong, unknown = sign_in(password="wrong"), sign_in("nobody-here")

    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_credentials")
    assert wrong.json() == unknown.json()
    assert wrong.headers["WWW-Authenticate"] == "Bearer"
    assert SignInFailure.objects.count() == 2
    assert Device.objects.count() == 0


def test_an_inactive_user_gets_the_same_answer_as_an_unknown_one(gao):
    User.objects.update(active=False)

    assert sign_in().json() == sign_in("nobody-here").json()
    assert SignInFailure.objects.count() == 2
    assert Device.objects.count() == 0


def test_an_unknown_user_costs_one_password_hash_like_a_known_one(gao, monkeypatch):
    from cadres.passwords import Argon2

    hashed = []
    real_encode, real_verify = Argon2.encode, Argon2.verify
    monkeypatch.setattr(Argon2, "encode", lambda *asked: hashed.append("encode") or real_encode(*asked))
    monkeypatch.setattr(Argon2, "verify", lambda *asked: hashed.append("verify") or real_verify(*asked))

    sign_in("nobody-here")
    assert hashed == ["encode"]
    sign_in(password="wrong")
    assert hashed == ["encode", "verify"]


def test_an_old_token_in_the_header_does_not_hinder_signing_in(gao):
    stale = Caller(None, Authorization="Bearer stale")

    answer = stale.post("auth/token/", {"username": "gao", "password": PASSWORD})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"password": "x"}, "/username", "required"),
        ({"username": "gao"}, "/password", "required"),
        ({"username": 7, "password": "x"}, "/username", "invalid"),
        ({"username": "gao", "password": ""}, "/password", "blank"),
        ({"username": "gao", "password": "x" * 257}, "/password", "max_length"),
        ({"username": "g\0o", "password": "x"}, "/username", "bad_character"),
        ({"username": "gao", "password": "x", "otp": "1"}, "/otp", "unknown_field"),
        ({"username": "gao", "password": "x", "device": {"id": "y" * 65}}, "/device/id", "max_length"),
        ({"username": "gao", "password": "x", "device": "mine"}, "/device", "invalid"),
    ],
)
def test_a_body_that_is_no_sign_in_is_told_what_is_wrong_with_it(gao, body, pointer, code):
    answer = Caller(None).post("auth/token/", body)

    assert answer.status_code == 400
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert Device.objects.count() == 0


def test_a_name_that_grows_when_folded_is_only_an_unknown_user(gao):
    assert sign_in("\ufdfa" * 100).status_code == 401


def test_signing_out_ends_the_access_token_too(gao):
    answer = sign_in()

    assert speak(answer).post("auth/logout/").status_code == 204
    assert speak(answer).get("me/").json()["code"] == "session_ended"
    assert speak(answer).post("auth/logout/").json()["code"] == "session_ended"
    again = Caller(None).post("auth/token/refresh/", {"refresh": answer.json()["refresh"]})
    assert again.json()["code"] == "session_ended"
    assert JournalLine.objects.filter(action="auth.logout").count() == 1


def test_changing_the_password_ends_the_other_sessions_only(gao):
    here, there = sign_in(), sign_in()

    answer = speak(here).post("auth/password/", {"old_password": PASSWORD, "new_password": "Xin-mi-ma-88"})

    assert answer.status_code == 204
    assert speak(here).get("me/").status_code == 200
    assert speak(there).get("me/").json()["code"] == "session_ended"
    assert sign_in().status_code == 401
    assert sign_in(password="Xin-mi-ma-88").status_code == 200
    assert JournalLine.objects.get(action="auth.password").detail == '{"sessions_ended":1}'


def test_a_password_is_kept_as_argon2id_of_nineteen_mebibytes(gao):
    caller = Caller(gao)

    caller.post("auth/password/", {"old_password": PASSWORD, "new_password": "Xin-mi-ma-88"})

    gao.refresh_from_db()
    assert gao.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_wrong_present_password_changes_nothing_and_counts_as_a_failure(gao):
    caller = speak(sign_in())

    answer = caller.post("auth/password/", {"old_password": "wrong", "new_password": "Xin-mi-ma-88"})

    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_password")
    assert answer.json()["errors"][0]["pointer"] == "/old_password"
    assert SignInFailure.objects.count() == 1
    assert sign_in().status_code == 200


@pytest.mark.parametrize("weak", ["short", "12345678901", "password1", PASSWORD, "gaogaogao-gao"])
def test_a_weak_new_password_is_refused_with_the_reason(gao, weak):
    caller = speak(sign_in())
    User.objects.update(full_name="gaogaogao gao")

    answer = caller.post("auth/password/", {"old_password": PASSWORD, "new_password": weak})

    assert (answer.status_code, answer.json()["code"]) == (400, "weak_password")
    assert answer.json()["errors"][0]["pointer"] == "/new_password"
    assert sign_in().status_code == 200


def test_the_reason_for_a_weak_password_comes_in_the_callers_language(gao):
    caller = speak(sign_in())
    body = {"old_password": PASSWORD, "new_password": "short"}

    chinese = caller.post("auth/password/", body).json()["errors"][0]["detail"]
    english = caller.post("auth/password/", body, **{"Accept-Language": "en"}).json()["errors"][0]["detail"]

    assert "密码" in chinese
    assert "password" in english


def test_a_one_time_password_opens_nothing_but_its_own_change(gao):
    User.objects.update(must_change_password=True)
    caller = speak(sign_in())

    assert caller.get("devices/").json()["code"] == "password_change_required"
    assert caller.get("me/").json()["must_change_password"] is True
    changed = caller.post("auth/password/", {"old_password": PASSWORD, "new_password": "Xin-mi-ma-88"})
    assert changed.status_code == 204
    assert caller.get("devices/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_eight_sign_ins_at_once_on_one_phone_leave_one_device_and_one_living_session():
    village = Village()
    User.objects.filter(pk=village.gao.pk).update(password=make_password(PASSWORD))

    def once(_: int):
        try:
            return sign_in(device=PHONE)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(once, range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert Device.objects.count() == 1
    assert [speak(answer).get("me/").status_code for answer in answers].count(200) == 1
