"""What is known of phones, for their users and for the desks above them."""

from typing import Any

from rest_framework import serializers

from cadres.serializers import DeviceShown, Oneself, UserNamed
from fieldapi.fields import DayField, IdField, InstantField
from fieldapi.query import QuerySerializer, UnitField


class Failures(serializers.Serializer):
    """Rows that came and have not taken effect."""

    quarantined = serializers.IntegerField(help_text="Kept in quarantine, not decided about.")
    waiting = serializers.IntegerField(help_text="Waiting for another row to come.")


class OwnVisitsShown(serializers.Serializer):
    """As `by_cadre` of the county's monthly summary counts them."""

    month = serializers.CharField()
    total = serializers.IntegerField(help_text="`visits.total`")
    added_after_closing = serializers.IntegerField(
        help_text="`added_after_closing.visits`: of closed months, counted in this one"
    )


class SyncShown(Failures):
    """What the server knows of this device, and what the user's visits come to. Failures are this device's."""

    device = IdField()
    app_version = serializers.CharField(allow_blank=True)
    last_seen_at = InstantField()
    last_synced_at = InstantField(allow_null=True, help_text="Rows were last pushed, pulled or PUT.")
    unsent = serializers.IntegerField(allow_null=True)
    clock_offset_ms = serializers.IntegerField(allow_null=True)
    visits = OwnVisitsShown(many=True, help_text="This month, and the one before.")


class Me(Oneself):
    permissions = serializers.ListField(child=serializers.CharField(), help_text="`resource.action` names.")
    server_time = InstantField()
    min_app_version = serializers.CharField(allow_blank=True)
    sync = SyncShown()


class DeviceHealth(Failures, DeviceShown):
    """A phone as one user uses it."""


class PersonHealth(Failures):
    """Somebody who serves households, and how well the phone keeps up."""

    user: Any = UserNamed(source="*")
    unit = serializers.CharField(source="unit_id")
    households = serializers.IntegerField(help_text="Served today, of those you see.")
    signed_in = serializers.IntegerField(help_text="On how many devices, now.")
    last_synced_at = InstantField(allow_null=True, help_text="On any device; null: never.")
    unsent = serializers.IntegerField(allow_null=True, help_text="What the devices said they still hold.")
    app_version = serializers.CharField(allow_blank=True, help_text="Of the device that synced last.")


class HealthQuery(QuerySerializer):
    unit = UnitField(help_text="Who serves a household of this subtree.")
    not_synced_since = DayField(help_text="No rows pushed, pulled or PUT on this day or later, or never.")
