"""Tokens that were found good are remembered: what may change about them is asked each time all the same."""

from datetime import timedelta

import time_machine

from cadres.tokens import _backend, access_for
from fieldapi import clock


def test_a_remembered_token_expires_on_its_minute(village):
    gao = village.client("gao")
    assert [gao.get("me/").status_code for _ in range(2)] == [200, 200]

    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1), tick=False):
        assert gao.get("me/").json()["code"] == "token_expired"


def test_a_remembered_token_ends_with_its_session(village):
    gao = village.client("gao")
    assert gao.get("me/").status_code == 200
    village.client("sun").delete(f"devices/{gao.device.pk}/")

    assert gao.get("me/").json()["code"] == "session_ended"


def test_what_one_caller_does_to_a_tokens_claims_is_not_remembered(village, settings):
    backend = _backend(settings.SIMPLE_JWT["SIGNING_KEY"])
    device = village.client("gao").device
    token = access_for(device)
    backend.decode(token)["sid"] = "another"

    assert backend.decode(token)["sid"] == str(device.session)
