"""How notices go out is set in the environment; a wrong value stops the start with one line."""

from datetime import time

import pytest

from fieldapi import environment
from fieldapi.environment import WrongEnvironment
from notices.environment import Outward, Sms, Webhook, outward

WEBHOOK = {
    "FIELDAPI_NOTICE_CHANNELS": "webhook",
    "FIELDAPI_WEBHOOK_URL": "https://hook.example.gov.cn/in?room=1",
    "FIELDAPI_WEBHOOK_SECRET": "0123456789abcdef",
}
SMS = {
    "FIELDAPI_NOTICE_CHANNELS": "sms",
    "FIELDAPI_SMS_KEY_ID": "LTAI",
    "FIELDAPI_SMS_KEY_SECRET": "s",
    "FIELDAPI_SMS_SIGN_NAME": "绥江走访",
    "FIELDAPI_SMS_TEMPLATE": "SMS_1",
}
WRONG = [
    (
        {"FIELDAPI_NOTICE_CHANNELS": "log,fax"},
        "FIELDAPI_NOTICE_CHANNELS names 'fax': say log, webhook or sms, separated by commas.",
    ),
    (
        WEBHOOK | {"FIELDAPI_WEBHOOK_URL": ""},
        "FIELDAPI_WEBHOOK_URL must begin with https:// and name a host.",
    ),
    (
        WEBHOOK | {"FIELDAPI_WEBHOOK_URL": "ftp://hook.example.gov.cn/"},
        "FIELDAPI_WEBHOOK_URL must begin with https:// and name a host.",
    ),
    (
        WEBHOOK | {"FIELDAPI_WEBHOOK_URL": "http://hook.example.gov.cn/"},
        "FIELDAPI_WEBHOOK_URL must begin with https:// in production.",
    ),
    (
        WEBHOOK | {"FIELDAPI_WEBHOOK_URL": "https://hook.example.gov.cn:99999/"},
        "FIELDAPI_WEBHOOK_URL: its port is no port.",
    ),
    (
        WEBHOOK | {"FIELDAPI_WEBHOOK_URL": "https://me@hook.example.gov.cn/"},
        "FIELDAPI_WEBHOOK_URL holds a user name or a #: neither is sent.",
    ),
    (
        WEBHOOK | {"FIELDAPI_WEBHOOK_SECRET": "short"},
        "FIELDAPI_WEBHOOK_SECRET is too short: 16 characters or more.",
    ),
    (
        SMS | {"FIELDAPI_SMS_TEMPLATE": ""},
        "FIELDAPI_SMS_TEMPLATE is required where FIELDAPI_NOTICE_CHANNELS names sms.",
    ),
    (SMS | {"FIELDAPI_SMS_PROVIDER": "pigeon"}, "FIELDAPI_SMS_PROVIDER is 'pigeon': say aliyun."),
    (
        SMS | {"FIELDAPI_SMS_URL": "http://dysmsapi.aliyuncs.com"},
        "FIELDAPI_SMS_URL must begin with https:// in production.",
    ),
    ({"FIELDAPI_QUIET_HOURS": "night"}, "FIELDAPI_QUIET_HOURS is 'night': write it as 21:00-08:00, or none."),
    ({"FIELDAPI_QUIET_HOURS": "21-8"}, "FIELDAPI_QUIET_HOURS is '21': write a time as 08:00."),
    ({"FIELDAPI_DIGEST_AT": "25:00"}, "FIELDAPI_DIGEST_AT is '25:00': write a time as 08:00."),
    (
        {"FIELDAPI_DIGEST_AT": "07:00"},
        "FIELDAPI_DIGEST_AT is 07:00: that lies in FIELDAPI_QUIET_HOURS.",
    ),
]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch):
    """Sets some of the variables, and no others."""
    for variable in environment.VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)

    def set_all(values: dict[str, str]) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_all


@pytest.mark.parametrize(("values", "line"), WRONG)
def test_a_wrong_value_is_said_in_one_line(say, values: dict[str, str], line: str):
    say(values)

    with pytest.raises(WrongEnvironment) as told:
        outward(production=True)
    assert told.value.code == line


def test_nothing_set_is_the_list_in_the_app_alone(say):
    assert outward(production=True) == Outward((), None, None, (time(21), time(8)), time(8))


def test_a_webhook_and_text_messages(say):
    say(WEBHOOK | SMS | {"FIELDAPI_NOTICE_CHANNELS": "webhook, sms,webhook", "FIELDAPI_QUIET_HOURS": "none"})

    assert outward(production=True) == Outward(
        ("webhook", "sms"),
        Webhook("https://hook.example.gov.cn/in?room=1", "0123456789abcdef"),
        Sms("aliyun", "https://dysmsapi.aliyuncs.com", "LTAI", "s", "绥江走访", "SMS_1"),
        None,
        time(8),
    )


@pytest.mark.parametrize(
    ("url", "production"), [("http://127.0.0.1:9000/", True), ("http://hook.example.gov.cn/", False)]
)
def test_without_tls_only_to_this_machine_or_in_a_local_run(say, url: str, production: bool):
    say(WEBHOOK | {"FIELDAPI_WEBHOOK_URL": url})

    assert outward(production=production).webhook == Webhook(url, "0123456789abcdef")
