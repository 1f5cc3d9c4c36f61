"""simplejwt's tokens on the server's own clock, bound to a session.

Claims: `sid` the session, `sub` the user, and in a refresh token `gen`, its generation.
"""

from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import Token

from cadres.models import Device
from fieldapi import clock

REMEMBERED = 4096  # tokens, about a kilobyte each


class _Signatures(TokenBackend):
    """Checks signatures only: PyJWT would compare times with the machine's clock (hence the leeway).

    A token found good stays so, and a phone shows one token with all it has to send: the last ones are remembered.
    """

    def __init__(self, key: str):
        super().__init__("HS256", key, leeway=timedelta(days=36500))
        self._claims = lru_cache(REMEMBERED)(super().decode)

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        return dict(self._claims(token, verify))


@cache
def _backend(key: str) -> TokenBackend:
    return _Signatures(key)


class _OfSession(Token):
    def __init__(self, token: Any = None, verify: bool = True):
        super().__init__(token, verify)
        if token is None:
            self.set_exp(from_time=clock.now(), lifetime=self.lifetime)
            self.set_iat(at_time=clock.now())

    def get_token_backend(self) -> TokenBackend:
        return _backend(settings.SIMPLE_JWT["SIGNING_KEY"])

    def check_exp(self, claim: str = "exp", current_time: Any = None) -> None:
        expires = self.payload.get(claim)
        if not isinstance(expires, int | float):
            raise TokenError("no expiry")
        if expires <= clock.now().timestamp():
            raise ExpiredTokenError("expired")


class Access(_OfSession):
    token_type = "access"
    lifetime = timedelta(minutes=15)


class Refresh(_OfSession):
    token_type = "refresh"
    lifetime = timedelta(days=30)


def access_for(device: Device) -> str:
    token = Access()
    token["sid"], token["sub"] = str(device.session), str(device.user_id)
    return str(token)


def refresh_for(device: Device, generation: int) -> str:
    token = Refresh()
    token["sid"], token["sub"], token["gen"] = str(device.session), str(device.user_id), generation
    return str(token)
