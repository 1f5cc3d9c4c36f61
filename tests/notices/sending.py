"""A deployment whose notices go out, and its scheduler and worker at a time of the day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time

import time_machine
from pytest_django.fixtures import Settings

from notices import due
from notices.delivery import deliver_some
from notices.environment import Outward, Sms, Webhook
from tests.notices.receivers import KEY_ID, KEY_SECRET, Receiver
from tests.samples import at

SECRET = "a secret between two machines"
NIGHT = (time(21), time(8))


def goes_out(settings: Settings, by: Receiver | None = None, channel: str = "webhook") -> None:
    """From 8:00 to 21:00, the digest at 8:00."""
    webhook = Webhook(by.url, SECRET) if by and channel == "webhook" else None
    address = f"http://127.0.0.1:{by.port}" if by else ""
    sms = (
        Sms("aliyun", address, KEY_ID, KEY_SECRET, "绥江走访", "SMS_154950909") if channel == "sms" else None
    )
    settings.NOTICES = Outward((channel,), webhook, sms, NIGHT, time(8))


@contextmanager
def on(moment: str) -> Iterator[None]:
    with time_machine.travel(at(moment), tick=False):
        yield


def run(moment: str) -> int:
    """What scheduler and worker do at that moment; how many deliveries were tried."""
    with on(moment):
        due.send_out()
        return deliver_some(1000)
