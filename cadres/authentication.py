"""Who is calling: one indexed query per request, so that ending a session, device or user works at once."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError

from cadres.models import Device, User
from cadres.tokens import Access
from fieldapi.errors import Refused
from fieldapi.ids import parse_id


class SignedIn(BaseAuthentication):
    """`Authorization: Bearer <access token>` → (user, device). The device is `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, Device] | None:
        kind, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer" or not raw:
            return None
        device = session_of(Access, raw.strip())
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def session_of(kind: Any, raw: str) -> Device:
    """The living session a token belongs to, with user, unit and office."""
    claims = read(kind, raw)
    device = (
        Device.objects.select_related("user", "user__unit", "user__office")
        .filter(session=parse_id(claims["sid"]), ended_at=None)
        .first()
    )
    if device is None or not device.user.active:
        raise Refused("session_ended")
    return device


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
