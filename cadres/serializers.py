"""Bodies of sign-in and of the people's rows."""

from typing import Any

from rest_framework import serializers

from cadres.models import Device, User
from cadres.passwords import LONGEST
from cadres.units import LEVELS
from fieldapi.access import Role
from fieldapi.fields import (
    Count,
    DayField,
    IdField,
    InstantField,
    PhoneField,
    PlaceField,
    PlainText,
    StrictSerializer,
    Whether,
)
from fieldapi.query import UnitField
from fieldapi.secrets import masked

ROLES = [role.value for role in Role]


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

    role = serializers.ChoiceField(choices=ROLES)
    unit = UnitNamed()
    office = OfficeNamed(allow_null=True)
    must_change_password = serializers.BooleanField()


class TokensShown(serializers.Serializer):
    access = serializers.CharField(help_text="Good for 15 minutes.")
    refresh = serializers.CharField(help_text="Good for 30 days.")


class SignedInShown(TokensShown):
    user = Oneself()


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
    last_synced_at = InstantField(allow_null=True, help_text="Rows were last pushed, pulled or PUT.")
    ended_at = InstantField(allow_null=True)
    unsent = serializers.IntegerField(allow_null=True, help_text="Records the phone still holds.")
    clock_offset_ms = serializers.IntegerField(
        allow_null=True, help_text="The phone's clock less the server's, when last measured."
    )
    current = serializers.SerializerMethodField(help_text="This is the device that asks.")

    def get_current(self, device: Device) -> bool:
        asking: Any = self.context["request"].auth
        return bool(device.pk == asking.pk)


class UnitShown(serializers.Serializer):
    """An administrative division."""

    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.ChoiceField(choices=list(LEVELS.values()))
    location = PlaceField(source="point", allow_null=True)
    far_m = serializers.IntegerField(
        allow_null=True, help_text="Its own threshold of the flag `far`, in metres; null: the usual one."
    )
    version = serializers.IntegerField()


class UnitEdit(StrictSerializer):
    name = PlainText(100)
    location = PlaceField(source="place", required=False, allow_null=True)
    far_m = Count(required=False, allow_null=True, min_value=1, max_value=100_000)


class NewUnit(UnitEdit):
    code = UnitField()


class OfficeShown(serializers.Serializer):
    """责任科室: a department of a unit that tasks can be given to."""

    id = IdField()
    unit = serializers.CharField(source="unit_id")
    name = serializers.CharField()
    version = serializers.IntegerField()


class OfficeEdit(StrictSerializer):
    name = PlainText(100)


class NewOffice(OfficeEdit):
    id = IdField(required=False)
    unit = UnitField()


class UserShown(UserNamed):
    """A cadre, supervisor, leader or admin."""

    phone = serializers.SerializerMethodField(
        help_text="In clear to oneself and to the subtree's admins, to others masked."
    )
    role = serializers.ChoiceField(choices=ROLES)
    unit = serializers.CharField(source="unit_id")
    office = IdField(source="office_id", allow_null=True)
    location = PlaceField(source="point", allow_null=True, help_text="Where pairing suggestions count from.")
    active = serializers.BooleanField()
    must_change_password = serializers.BooleanField()
    version = serializers.IntegerField()

    def get_phone(self, user: User) -> str:
        asking: Any = self.context["request"].user
        clear = asking.pk == user.pk or (asking.role == Role.ADMIN and asking.governs(user.unit_id))
        return user.phone if clear else masked(user.phone)


class UserEdit(StrictSerializer):
    full_name = PlainText(100)
    phone = PhoneField(required=False)
    role = serializers.ChoiceField(choices=ROLES)
    unit = UnitField()
    office = IdField(required=False, allow_null=True)
    location = PlaceField(source="place", required=False, allow_null=True)


class UserPatch(UserEdit):
    active = Whether()


class NewUser(UserEdit):
    id = IdField(required=False)
    username = PlainText(150)


class OneTimePassword(serializers.Serializer):
    """Told this once; it must be changed at the next sign-in."""

    one_time_password = serializers.CharField()


class NewUserShown(UserShown, OneTimePassword):
    """The new user, with a password that is told this once and must be changed at first sign-in."""


class AbsenceShown(serializers.Serializer):
    """Days a cadre is away, both included: the other post covers (顶岗)."""

    id = IdField()
    cadre = IdField(source="cadre_id")
    started_on = DayField()
    ended_on = DayField()
    reason = serializers.CharField()
    recorded_by = IdField(source="recorded_by_id")
    version = serializers.IntegerField()


class AbsenceEdit(StrictSerializer):
    started_on = DayField()
    ended_on = DayField()
    reason = PlainText(500)


class NewAbsence(AbsenceEdit):
    id = IdField(required=False)
    cadre = IdField()
