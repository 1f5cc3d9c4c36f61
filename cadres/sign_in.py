"""The endpoints of sign-in: tokens, sessions, devices."""

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cadres import examples, sessions
from cadres.addresses import client_address
from cadres.authentication import keep_track
from cadres.models import Device
from cadres.serializers import (
    DeviceShown,
    NewPassword,
    RefreshAsked,
    SignedInShown,
    SignIn,
    TokensShown,
)
from fieldapi.api import Endpoint, Rows
from fieldapi.fields import DayField, IdField
from fieldapi.query import QuerySerializer, YesNo


class Door(Endpoint):
    """Open to those who are not signed in. An old token in the header does not matter here."""

    resource = "auth"
    authentication_classes: Any = ()

    @extend_schema(
        summary="Sign in",
        request=SignIn,
        responses=SignedInShown,
        examples=[examples.SIGN_IN, examples.SIGNED_IN],
    )
    def token(self, request: Request) -> Response:
        """Begin a session: one user on one device. Signing in again on the same device ends the one before.

        `bad_credentials` does not tell whether user or password was wrong; too many failures are `locked`.
        """
        asked = self.body(SignIn)
        device = sessions.sign_in(
            username=asked["username"],
            password=asked["password"],
            phone=sessions.Phone(**(asked.get("device") or {})),
            address=client_address(request),
        )
        tokens = sessions.tokens_for(device)
        return Response(
            SignedInShown({"access": tokens.access, "refresh": tokens.refresh, "user": device.user}).data
        )

    @extend_schema(summary="Renew the tokens", request=RefreshAsked, responses=TokensShown)
    def refresh(self, request: Request) -> Response:
        """A new access token, and the refresh token of the next generation.

        The presented one stays good until one of the next generation is presented: an answer that was lost can be
        asked for again. An older one ends the session, except within 60 seconds of the change (`token_superseded`).
        """
        device = sessions.refresh(self.body(RefreshAsked)["refresh"])
        keep_track(device, request)
        return Response(TokensShown(sessions.tokens_for(device)).data)


class Session(Endpoint):
    """The session one is in."""

    resource = "auth"

    def beforehand(self, request: Request) -> None:
        """A wrong password is counted each time, whatever becomes of the change."""
        if self.action == "password":
            old = self.body(NewPassword)["old_password"]
            sessions.prove_password(by=self.by, password=old, address=client_address(request))

    @extend_schema(summary="Sign out", request=None, responses={204: None})
    def logout(self, request: Request) -> Response:
        """End this session. What the phone has not sent yet stays on the phone.

        Asked again because the answer was lost, it is 401 `session_ended`: the first call did its work.
        """
        sessions.end(by=self.by, device=self.device, action="auth.logout")
        return Response(status=204)

    @extend_schema(summary="Change one's own password", request=NewPassword, responses={204: None})
    def password(self, request: Request) -> Response:
        """Change the password; this session goes on, the user's others end."""
        asked = self.body(NewPassword)
        sessions.change_password(
            by=self.by, device=self.device, old=asked["old_password"], new=asked["new_password"]
        )
        return Response(status=204)


class DeviceQuery(QuerySerializer):
    user = IdField()
    ended = YesNo(help_text="Only those whose session has ended, or has not.")
    not_synced_since = DayField(help_text="No rows pushed, pulled or PUT on this day or later, or never.")


class Devices(Rows):
    """Phones and browsers, each as one user uses it: when it was last seen and what it still holds."""

    resource = "devices"
    rows = Device.objects
    serializer_class = DeviceShown
    query = DeviceQuery

    def get_queryset(self) -> models.QuerySet[Device]:
        return super().get_queryset().select_related("user")

    def filtered(self, rows: Any, asked: dict[str, Any]) -> models.QuerySet[Any]:
        if "user" in asked:
            rows = rows.filter(user=asked["user"])
        if "ended" in asked:
            rows = rows.filter(ended_at__isnull=not asked["ended"])
        if "not_synced_since" in asked:
            rows = rows.not_synced_since(asked["not_synced_since"])
        return rows

    @extend_schema(summary="End a device's session", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """It works at once, also for access tokens already out, and never touches unsent data on the phone."""
        sessions.end(by=self.by, device=self.get_object(), action="devices.destroy")
        return Response(status=204)
