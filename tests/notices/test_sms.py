"""Text messages by Aliyun's SendSms, against a server on this machine that checks what the real one checks."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from fieldapi import clock, json
from notices.channels.aliyun import authorization, canonical
from notices.models import Delivery
from tests.conftest import Village
from tests.notices.receivers import Dysmsapi, serving
from tests.notices.sending import goes_out, on, run
from tests.notices.told import a_notice

NOON = "2026-11-02 12:00"
NUMBER = "13800001111"


@pytest.fixture
def aliyun(settings) -> Iterator[Dysmsapi]:
    with serving(Dysmsapi) as there:
        goes_out(settings, there, channel="sms")
        yield there


@pytest.fixture
def told(village: Village, aliyun: Dysmsapi) -> None:
    village.gao.phone = NUMBER
    village.gao.save()
    with on(NOON):
        a_notice(village.gao)
        a_notice(village.gao)


def test_the_signature_of_the_published_example():
    """Parameters and result as Aliyun's own page on its third signature method gives them."""
    query = canonical(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }

    assert authorization("YourAccessKeyId", "YourAccessKeySecret", query, headers) == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_parameters_are_escaped_as_they_are_signed():
    assert canonical({"b": "a b*c~d/e+红", "A": "1"}) == "A=1&b=a%20b%2Ac~d%2Fe%2B%E7%BA%A2"


def test_a_message_says_how_many_of_what_and_names_nobody(told, aliyun):
    assert run(NOON) == 1

    asked = {name: values[0] for name, values in parse_qs(urlsplit(aliyun.requests[0].path).query).items()}
    row = Delivery.objects.get()
    assert asked == {
        "OutId": str(row.pk),
        "PhoneNumbers": NUMBER,
        "SignName": "绥江走访",
        "TemplateCode": "SMS_154950909",
        "TemplateParam": '{"count":"2","summary":"新任务2"}',
    }
    assert (row.state, row.receipt) == ("sent", "900619746936498440^0")


def test_a_wrong_secret_is_refused_there_and_tried_again_here(told, aliyun, settings):
    wrong = replace(settings.NOTICES.sms, key_secret="another")
    settings.NOTICES = replace(settings.NOTICES, sms=wrong)

    run(NOON)

    row = Delivery.objects.get()
    assert (row.state, row.problem) == ("waiting", "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("status", "code", "pause"),
    [
        (200, "isv.BUSINESS_LIMIT_CONTROL", timedelta(hours=1)),
        (200, "isv.DAY_LIMIT_CONTROL", timedelta(hours=12)),
        (400, "Throttling.User", timedelta(minutes=1)),
        (200, "isv.AMOUNT_NOT_ENOUGH", timedelta(minutes=1)),
        (503, "ServiceUnavailable", timedelta(minutes=1)),
    ],
)
def test_a_limit_or_a_fault_of_the_account_is_waited_for(told, aliyun, status, code, pause):
    aliyun.answers = [(status, {"Code": code, "Message": f"{NUMBER}触发流控"})]

    run(NOON)

    row = Delivery.objects.get()
    with on(NOON):
        assert (row.state, row.problem, row.next_at - clock.now()) == ("waiting", code, pause)


def test_a_number_that_is_none_is_given_up_at_once_and_stands_in_no_log(village: Village, aliyun, caplog):
    village.gao.phone = "0870-7623456"
    village.gao.save()
    with on(NOON):
        a_notice(village.gao)
    with caplog.at_level(logging.DEBUG):
        run(NOON)

    row = Delivery.objects.get()
    assert (row.state, row.problem) == ("failed", "isv.MOBILE_NUMBER_ILLEGAL")
    assert "7623456" not in caplog.text


def test_the_number_stands_in_no_log_when_nothing_answers(told, aliyun, caplog, settings):
    settings.NOTICES = replace(settings.NOTICES, sms=replace(settings.NOTICES.sms, url="http://127.0.0.1:1"))
    with caplog.at_level(logging.DEBUG):
        run(NOON)

    assert NUMBER not in caplog.text
    assert "the secret of a test" not in caplog.text + repr(settings.NOTICES)


def test_whoever_has_no_number_gets_no_message_and_that_is_seen(village: Village, aliyun):
    with on(NOON):
        a_notice(village.gao)
    run(NOON)

    row = Delivery.objects.get()
    assert (aliyun.requests, row.state, row.problem) == ([], "failed", "no_number")


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"Code":5}', json.dumps({"Message": NUMBER}), b""])
def test_an_answer_that_is_none_of_aliyuns_is_asked_again(told, aliyun, answer):
    aliyun.answers = [(502, answer)]

    run(NOON)

    row = Delivery.objects.get()
    assert (row.state, row.problem) == ("waiting", "HTTP 502")
