"""Bodies of sign-in and of the people's rows."""

from typing import Any

from rest_framework import serializers

from cadres.models import Device
from cadres.passwords import LONGEST
from fieldapi.access import Role
from fieldapi.fields import IdField, InstantField, PlainText, StrictSerializer


class PhoneSaid(serializers.Serializer):
    """What the phone says about itself; more than this is ignored."""

    id = PlainText(64, allow_blank=True, default="")
    name = PlainText(100, allow_blank=True, default="")
    platform = PlainText(40, allow_blank=True, default="")
    app_version = PlainText(40, allow_blank=True, default="")


class SignIn(StrictSerializer):
    username = PlainText(300)
    password = PlainText(LONGEST, trim_whitespace=False)
    device = PhoneSaid(required=False, allow_null=True, help_text="May be left out by a browser or curl.")


class RefreshAsked(StrictSerializer):
    refresh = PlainText(4096)


class NewPassword(StrictSerializer):
    old_password = PlainText(LONGEST, trim_whitespace=False)
    new_password = PlainText(LONGEST, trim_whitespace=False)


class UnitNamed(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class OfficeNamed(serializers.Serializer):
    id = IdField()
    name = serializers.CharField()


class UserNamed(serializers.Serializer):
    id = IdField()
    username = serializers.CharField()
    full_name = serializers.CharField()


class Oneself(UserNamed):
    """Who is signed in."""

    role = serializers.ChoiceField(choices=[role.value for role in Role])
    unit = UnitNamed()
    office = OfficeNamed(allow_null=True)
    must_change_password = serializers.BooleanField()


class TokensShown(serializers.Serializer):
    access = serializers.CharField(help_text="Good for 15 minutes.")
    refresh = serializers.CharField(help_text="Good for 30 days.")


class SignedInShown(TokensShown):
    user = Oneself()


class SyncShown(serializers.Serializer):
    """What the server knows of this device."""

    device = IdField()
    last_seen_at = InstantField()
    unsent = serializers.IntegerField(allow_null=True)
    clock_offset_ms = serializers.IntegerField(allow_null=True)


class Me(Oneself):
    permissions = serializers.ListField(child=serializers.CharField(), help_text="`resource.action` names.")
    server_time = InstantField()
    min_app_version = serializers.CharField(allow_blank=True)
    sync = SyncShown()


class DeviceShown(serializers.Serializer):
    """A phone as one user uses it."""

    id = IdField()
    user = UserNamed()
    phone_id = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    platform = serializers.CharField(allow_blank=True)
    app_version = serializers.CharField(allow_blank=True)
    signed_in_at = InstantField()
    last_seen_at = InstantField()
    ended_at = InstantField(allow_null=True)
    unsent = serializers.IntegerField(allow_null=True, help_text="Records the phone still holds.")
    clock_offset_ms = serializers.IntegerField(
        allow_null=True, help_text="The phone's clock less the server's, when last measured."
    )
    current = serializers.SerializerMethodField(help_text="This is the device that asks.")

    def get_current(self, device: Device) -> bool:
        asking: Any = self.context["request"].auth
        return bool(device.pk == asking.pk)
