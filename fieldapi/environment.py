"""Every environment variable the product reads, with its default and its check.

`docs/environment.md` prints this table. A wrong value stops the start with one clear line.
"""

import ipaddress
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

SHANGHAI = ZoneInfo("Asia/Shanghai")


class WrongEnvironment(ImproperlyConfigured, SystemExit):
    """One line for the person who starts the program; as a SystemExit it prints without a traceback."""

    def __init__(self, line: str):
        super().__init__(line)
        self.code = line  # what Python prints when this ends the program


@dataclass(frozen=True)
class Variable:
    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        "FIELDAPI_MODE",
        "local",
        "`local` or `production`; the web entry point and the image default to `production`",
    ),
    Variable("FIELDAPI_DATA_DIR", "var/", "where a local run keeps its database, files and keys"),
    Variable(
        "FIELDAPI_SECRET_KEY",
        "made and kept in the data dir",
        "signs tokens; required in production, 32 characters or more",
    ),
    Variable(
        "FIELDAPI_DATA_KEY",
        "derived from the secret key",
        "encrypts phone and identity numbers; set it once and keep it, the data cannot be read without it",
    ),
    Variable(
        "DATABASE_URL",
        "SQLite in the data dir",
        "`sqlite:///path` or `postgres://user:password@host:port/name`",
    ),
    Variable(
        "FIELDAPI_STORAGE_URL",
        "the data dir",
        "`file:///path` or `s3://key:secret@host:port/bucket?region=…&secure=yes|no`",
    ),
    Variable("FIELDAPI_DEMO_PASSWORD", "made and kept in the data dir", "password of the demo accounts"),
    Variable(
        "FIELDAPI_ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1] (local)",
        "host names the server answers to, separated by commas; required in production",
    ),
    Variable(
        "FIELDAPI_TRUSTED_PROXIES",
        "none",
        "addresses or networks whose X-Forwarded-For is believed, separated by commas",
    ),
    Variable(
        "FIELDAPI_CLIENT_SILENCE",
        "60",
        "seconds without a byte after which a web process gives up on a client in the middle of a request",
    ),
    Variable(
        "FIELDAPI_STATEMENT_SECONDS",
        "60 in the web processes, else none",
        "seconds after which PostgreSQL breaks a statement off; the phone is told 503 and tries again",
    ),
    Variable("PORT", "8000", "where the web processes listen"),
    Variable("WEB_CONCURRENCY", "2", "how many web processes"),
    Variable(
        "FIELDAPI_MIN_APP_VERSION",
        "none",
        "the oldest app that should still be used, told to phones by /me/",
    ),
    Variable("FIELDAPI_DEBUG", "no", "`yes` or `no`; tracebacks in answers, never in production"),
    Variable(
        "FIELDAPI_CLOCK",
        "the real time",
        "a time at which the server's clock starts, for rehearsals; refused in production",
    ),
    Variable(
        "FIELDAPI_GEOCODER",
        "none",
        "a geopy geocoder and its settings, `nominatim?domain=…&user_agent=…&system=wgs84`",
    ),
    Variable(
        "FIELDAPI_NOTICE_CHANNELS",
        "none",
        "how notices go out besides the list in the app: `log`, `webhook`, `sms`, separated by commas",
    ),
    Variable(
        "FIELDAPI_QUIET_HOURS",
        "21:00-08:00",
        "from when until when (Asia/Shanghai) no message goes out, or `none`",
    ),
    Variable("FIELDAPI_DIGEST_AT", "08:00", "when the day's digest goes out (Asia/Shanghai)"),
    Variable(
        "FIELDAPI_WEBHOOK_URL", "none", "where `webhook` posts to; `https://` in production, or this machine"
    ),
    Variable("FIELDAPI_WEBHOOK_SECRET", "none", "signs what is posted there; 16 characters or more"),
    Variable("FIELDAPI_SMS_PROVIDER", "aliyun", "whose text messages `sms` sends: `aliyun`"),
    Variable("FIELDAPI_SMS_URL", "https://dysmsapi.aliyuncs.com", "the provider's address"),
    Variable("FIELDAPI_SMS_KEY_ID", "none", "the account's key (AccessKey ID)"),
    Variable("FIELDAPI_SMS_KEY_SECRET", "none", "its secret (AccessKey Secret)"),
    Variable("FIELDAPI_SMS_SIGN_NAME", "none", "the approved signature (短信签名)"),
    Variable(
        "FIELDAPI_SMS_TEMPLATE",
        "none",
        "the approved template, with the variables `count` and `summary`: `您有${count}条提醒：${summary}`",
    ),
)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def listed(name: str) -> list[str]:
    return [part.strip() for part in text(name).split(",") if part.strip()]


def mode() -> str:
    value = text("FIELDAPI_MODE", "local")
    if value not in ("local", "production"):
        raise WrongEnvironment(f"FIELDAPI_MODE is {value!r}: say local or production.")
    return value


def debug(*, production: bool) -> bool:
    value = text("FIELDAPI_DEBUG", "no").lower()
    if value not in ("yes", "no", "true", "false", "1", "0"):
        raise WrongEnvironment(f"FIELDAPI_DEBUG is {value!r}: say yes or no.")
    wanted = value in ("yes", "true", "1")
    if wanted and production:
        raise WrongEnvironment("FIELDAPI_DEBUG=yes is refused in production: it would show secrets.")
    return wanted


def data_dir(base: Path) -> Path:
    path = Path(text("FIELDAPI_DATA_DIR", str(base / "var"))).expanduser()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise WrongEnvironment(f"FIELDAPI_DATA_DIR {path} cannot be made: {fault.strerror}.") from fault
    if not os.access(path, os.W_OK | os.X_OK):
        raise WrongEnvironment(f"FIELDAPI_DATA_DIR {path} cannot be written to.")
    return path.resolve()


def kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """The secret in `path`, made on first use. Two processes starting at once agree on one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def secret_key(directory: Path, *, production: bool) -> str:
    if value := text("FIELDAPI_SECRET_KEY"):
        if production and len(value) < 32:
            raise WrongEnvironment("FIELDAPI_SECRET_KEY is too short: 32 characters or more.")
        return value
    if production:
        raise WrongEnvironment(
            "FIELDAPI_SECRET_KEY is required in production (FIELDAPI_MODE=local makes one)."
        )
    return kept_secret(directory / "secret_key")


def data_key(otherwise: str, *, production: bool) -> str:
    value = text("FIELDAPI_DATA_KEY")
    if value and production and len(value) < 32:
        raise WrongEnvironment("FIELDAPI_DATA_KEY is too short: 32 characters or more.")
    return value or otherwise


def whole_number(name: str, default: str, *, most: int) -> int:
    value = text(name, default)
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value) <= most:
        raise WrongEnvironment(f"{name} is {value!r}: say a number from 1 to {most}.")
    return int(value)


def client_silence() -> float:
    value = text("FIELDAPI_CLIENT_SILENCE", "60")
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 3600:
        raise WrongEnvironment(
            f"FIELDAPI_CLIENT_SILENCE is {value!r}: say seconds, more than 0 and at most 3600."
        )
    return seconds


def allowed_hosts(*, production: bool) -> list[str]:
    hosts = listed("FIELDAPI_ALLOWED_HOSTS")
    if not hosts and production:
        raise WrongEnvironment(
            "FIELDAPI_ALLOWED_HOSTS is required in production: the names the server answers to."
        )
    return hosts or ["localhost", "127.0.0.1", "[::1]", "testserver"]


def trusted_proxies() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(part, strict=False) for part in listed("FIELDAPI_TRUSTED_PROXIES")]
    except ValueError as fault:
        raise WrongEnvironment(f"FIELDAPI_TRUSTED_PROXIES: {fault}.") from fault


def clock_offset(*, production: bool) -> timedelta:
    """How far the server's clock is moved from the machine's.

    FIELDAPI_CLOCK_STARTED (seconds since 1970) is set by the program that starts several processes, so
    that they share one moved clock; it is no setting.
    """
    value = text("FIELDAPI_CLOCK")
    if not value:
        return timedelta(0)
    if production:
        raise WrongEnvironment("FIELDAPI_CLOCK is refused in production: a moved clock is for rehearsals.")
    try:
        start = datetime.fromisoformat(value)
    except ValueError as fault:
        raise WrongEnvironment(
            f"FIELDAPI_CLOCK is {value!r}: write it as 2026-10-01T08:00:00+08:00."
        ) from fault
    if not 1970 <= start.year < 2100:
        raise WrongEnvironment(f"FIELDAPI_CLOCK is {value!r}: a year from 1970 to 2099.")
    if start.tzinfo is None:
        start = start.replace(tzinfo=SHANGHAI)
    began = float(text("FIELDAPI_CLOCK_STARTED", str(time.time())))
    return timedelta(seconds=start.timestamp() - began)


def statement_seconds() -> int:
    """0 for no end."""
    name = "FIELDAPI_STATEMENT_SECONDS"
    return whole_number(name, "", most=86_400) if text(name) else 0


def database_url(directory: Path) -> str:
    url = text("DATABASE_URL", f"sqlite:///{directory / 'fieldapi.sqlite3'}")
    scheme, _, _, name = split("DATABASE_URL", url)
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise WrongEnvironment("DATABASE_URL must begin with sqlite:/// or postgres://.")
    if not name:
        raise WrongEnvironment(f"DATABASE_URL names no database: {scheme}://…/name.")
    return url


def storage_url(directory: Path) -> str:
    url = text("FIELDAPI_STORAGE_URL", f"file://{directory / 'files'}")
    scheme, user, host, path = split("FIELDAPI_STORAGE_URL", url)
    if scheme not in ("file", "s3"):
        raise WrongEnvironment("FIELDAPI_STORAGE_URL must begin with file:/// or s3://.")
    if scheme == "s3" and not (user and host and path):
        raise WrongEnvironment("FIELDAPI_STORAGE_URL lacks a part: s3://key:secret@host:port/bucket.")
    if parse_qs(urlsplit(url).query).get("secure", ["no"])[-1] not in ("yes", "no"):
        raise WrongEnvironment("FIELDAPI_STORAGE_URL: say secure=yes or secure=no.")
    return url


def split(name: str, url: str) -> tuple[str, str, str, str]:
    """Scheme, user, host and path of an address; the port is looked at. Its parts are not told: they hold secrets."""
    parts = urlsplit(url)
    try:
        parts.port  # noqa: B018  reading it is the check
    except ValueError as fault:
        raise WrongEnvironment(f"{name}: its port is no port.") from fault
    return parts.scheme, parts.username or "", parts.hostname or "", parts.path.strip("/")
