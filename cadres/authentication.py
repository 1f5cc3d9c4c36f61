"""Who is calling: one indexed query per request, so that ending a session, device or user works at once."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet, UUIDField
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError

from cadres.models import Device, User
from cadres.tokens import Access, Refresh
from fieldapi import clock
from fieldapi.errors import Refused
from fieldapi.fixed import Fixed, Given
from fieldapi.ids import parse_id

CLOCK_JITTER = timedelta(seconds=30)
MOST_OFFSET_MS = 2**53 - 1
SEEN_AGAIN = timedelta(
    minutes=5
)  # how stale `last_seen_at` and `last_synced_at` may be: most requests write nothing
MOST_UNSENT = 10**9


class SignedIn(BaseAuthentication):
    """`Authorization: Bearer <access token>` → (user, device). The device is `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, Device] | None:
        kind, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer" or not raw:
            return None
        device = session_of(Access, raw.strip())
        keep_track(device, request)
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _living() -> QuerySet[Device]:
    """The number of the user stays unread: deciphering it costs more than the query."""
    session = Given("session", UUIDField())
    living = Device.objects.select_related("user__unit", "user__office").filter(
        session=session, ended_at=None
    )
    return living.defer("user__phone", "user__phone_index")


LIVING = Fixed(_living)


def session_of(kind: Any, raw: str) -> Device:
    """The living session a token belongs to, with user, unit and office."""
    claims = read(kind, raw)
    for device in LIVING.run(session=parse_id(claims["sid"])):
        if device.user.active:
            return device
    raise Refused("session_ended")


def generation_of(raw: str) -> int:
    """The generation a refresh token carries."""
    generation = read(Refresh, raw).get("gen")
    if not isinstance(generation, int):
        raise Refused("token_invalid")
    return generation


def read(kind: Any, raw: str) -> Any:
    """A verified token. Refuses `token_expired` and `token_invalid`."""
    try:
        token = kind(raw)
        token["sid"]
    except ExpiredTokenError as fault:
        raise Refused("token_expired") from fault
    except (TokenError, KeyError) as fault:
        raise Refused("token_invalid") from fault
    return token


def keep_track(device: Device, request: Request) -> None:
    """Remember what the phone says in X-Unsent and X-App-Version. No query unless something is news."""
    now = clock.now()
    said: dict[str, Any] = {}
    unsent = request.headers.get("X-Unsent", "")
    if unsent.isascii() and unsent.isdigit() and len(unsent) < 12:
        said["unsent"] = min(int(unsent), MOST_UNSENT)
    if version := request.headers.get("X-App-Version", "").strip():
        said["app_version"] = version[:40]
    news = {name: value for name, value in said.items() if getattr(device, name) != value}
    if news or now - device.last_seen_at > SEEN_AGAIN:
        news["last_seen_at"] = now
    _write(device, news)


def keep_sync(device: Device | None, offset: timedelta | None = None) -> None:
    """Remember that rows have just been exchanged, and how far the phone's clock is ahead, where that is known.

    No query unless the last time is `SEEN_AGAIN` ago, or the clock has moved by more than `CLOCK_JITTER`: the time
    that the bytes were under way is in the offset, so that it trembles with the network.
    """
    if device is None:
        return
    now = clock.now()
    news: dict[str, Any] = {}
    if device.last_synced_at is None or now - device.last_synced_at > SEEN_AGAIN:
        news["last_synced_at"] = now
    if offset is not None:
        ahead, known = round(offset / timedelta(milliseconds=1)), device.clock_offset_ms
        if known is None or abs(ahead - known) > CLOCK_JITTER / timedelta(milliseconds=1):
            news["clock_offset_ms"] = min(max(ahead, -MOST_OFFSET_MS), MOST_OFFSET_MS)
    _write(device, news)


def _write(device: Device, news: dict[str, Any]) -> None:
    if news:
        Device.objects.filter(pk=device.pk).update(**news)
        for name, value in news.items():
            setattr(device, name, value)


class SignedInScheme(OpenApiAuthenticationExtension):
    """The sign-in box of /docs/."""

    target_class = "cadres.authentication.SignedIn"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return build_bearer_security_scheme_object(
            header_name="Authorization", token_prefix="Bearer", bearer_format="JWT"
        )
