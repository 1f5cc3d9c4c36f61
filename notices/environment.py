"""How notices leave the house, read from the environment (`fieldapi/environment.py` names every variable)."""

from dataclasses import dataclass, field
from datetime import time
from urllib.parse import urlsplit

from fieldapi.environment import WrongEnvironment, listed, split, text

CHANNELS = ("log", "webhook", "sms")
PROVIDERS = ("aliyun",)
ALIYUN = "https://dysmsapi.aliyuncs.com"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Webhook:
    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Sms:
    provider: str
    url: str
    key_id: str = field(repr=False)
    key_secret: str = field(repr=False)
    sign_name: str
    template: str


@dataclass(frozen=True)
class Outward:
    """`quiet` is from when until when (Asia/Shanghai) no message goes out; the digest is due at `digest_at`."""

    channels: tuple[str, ...] = ()
    webhook: Webhook | None = None
    sms: Sms | None = None
    quiet: tuple[time, time] | None = None
    digest_at: time = time(8)

    def is_quiet(self, now: time) -> bool:
        if self.quiet is None:
            return False
        begin, end = self.quiet
        return begin <= now < end if begin < end else now >= begin or now < end


def outward(*, production: bool) -> Outward:
    channels = tuple(dict.fromkeys(listed("FIELDAPI_NOTICE_CHANNELS")))
    for name in channels:
        if name not in CHANNELS:
            raise WrongEnvironment(
                f"FIELDAPI_NOTICE_CHANNELS names {name!r}: say log, webhook or sms, separated by commas."
            )
    made = Outward(
        channels,
        webhook(production=production) if "webhook" in channels else None,
        sms(production=production) if "sms" in channels else None,
        quiet_hours(),
        clock_time("FIELDAPI_DIGEST_AT", text("FIELDAPI_DIGEST_AT", "08:00")),
    )
    if made.is_quiet(made.digest_at):
        raise WrongEnvironment(
            f"FIELDAPI_DIGEST_AT is {made.digest_at:%H:%M}: that lies in FIELDAPI_QUIET_HOURS."
        )
    return made


def webhook(*, production: bool) -> Webhook:
    url = _address("FIELDAPI_WEBHOOK_URL", text("FIELDAPI_WEBHOOK_URL"), production=production)
    secret = text("FIELDAPI_WEBHOOK_SECRET")
    if len(secret) < 16:
        raise WrongEnvironment("FIELDAPI_WEBHOOK_SECRET is too short: 16 characters or more.")
    return Webhook(url, secret)


def sms(*, production: bool) -> Sms:
    provider = text("FIELDAPI_SMS_PROVIDER", "aliyun")
    if provider not in PROVIDERS:
        raise WrongEnvironment(f"FIELDAPI_SMS_PROVIDER is {provider!r}: say {' or '.join(PROVIDERS)}.")
    url = _address("FIELDAPI_SMS_URL", text("FIELDAPI_SMS_URL", ALIYUN), production=production)
    names = (
        "FIELDAPI_SMS_KEY_ID",
        "FIELDAPI_SMS_KEY_SECRET",
        "FIELDAPI_SMS_SIGN_NAME",
        "FIELDAPI_SMS_TEMPLATE",
    )
    if missing := [name for name in names if not text(name)]:
        raise WrongEnvironment(f"{missing[0]} is required where FIELDAPI_NOTICE_CHANNELS names sms.")
    return Sms(provider, url, *map(text, names))


def quiet_hours() -> tuple[time, time] | None:
    value = text("FIELDAPI_QUIET_HOURS", "21:00-08:00")
    if value == "none":
        return None
    begin, dash, end = value.partition("-")
    if not dash:
        raise WrongEnvironment(f"FIELDAPI_QUIET_HOURS is {value!r}: write it as 21:00-08:00, or none.")
    return clock_time("FIELDAPI_QUIET_HOURS", begin), clock_time("FIELDAPI_QUIET_HOURS", end)


def clock_time(name: str, value: str) -> time:
    try:
        found = time.fromisoformat(value.strip())
    except ValueError:
        found = None
    if found is None or len(value.strip()) != 5:
        raise WrongEnvironment(f"{name} is {value!r}: write a time as 08:00.")
    return found


def _address(name: str, url: str, *, production: bool) -> str:
    """An address that messages are sent to; in production over TLS, but for a program on the same machine."""
    scheme, user, host, _ = split(name, url)
    if scheme not in ("https", "http") or not host:
        raise WrongEnvironment(f"{name} must begin with https:// and name a host.")
    if user or urlsplit(url).fragment:
        raise WrongEnvironment(f"{name} holds a user name or a #: neither is sent.")
    if production and scheme == "http" and host not in LOOPBACK:
        raise WrongEnvironment(f"{name} must begin with https:// in production.")
    return url
