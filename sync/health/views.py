"""How well phones keep up: oneself, devices, and everybody who serves households."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cadres import sign_in
from cadres.models import Device, User
from cadres.units import within
from fieldapi import clock
from fieldapi.access import permissions_of
from fieldapi.api import Endpoint, Rows
from fieldapi.calendar import Month, start_of
from reports.own_visits import own_visits
from sync.health import examples
from sync.health.serializers import DeviceHealth, HealthQuery, Me, PersonHealth
from sync.health.tallies import served, serving, with_failures


def failures_of(devices: QuerySet[Device]) -> QuerySet[Any]:
    return with_failures(devices, sender="user", device="pk")


class Myself(Endpoint):
    """Whoever is signed in."""

    resource = "me"

    @extend_schema(summary="Who is signed in", responses=Me, examples=[examples.ME])
    def retrieve(self, request: Request) -> Response:
        """The user, what the role may do, the server's time, what is known of this device, and what the user's
        visits of this month and the last come to in the monthly summary."""
        user: User = self.by
        named = ("id", "username", "full_name", "role", "unit", "office", "must_change_password")
        shown = {
            **{name: getattr(user, name) for name in named},
            "permissions": permissions_of(user.role),
            "server_time": clock.now(),
            "min_app_version": settings.MIN_APP_VERSION,
            "sync": self._sync(),
        }
        return Response(Me(shown).data)

    def _sync(self) -> dict[str, Any]:
        month = Month.of(self.today)
        told = ("app_version", "last_seen_at", "last_synced_at", "unsent", "clock_offset_ms")
        failures = failures_of(Device.objects.filter(pk=self.device.pk)).values("quarantined", "waiting")
        return {
            "device": self.device.pk,
            **{name: getattr(self.device, name) for name in told},
            **failures.get(),
            "visits": own_visits(self.by, [month, month.preceding], self.today),
        }


@examples.shown(examples.DEVICE)
class Devices(sign_in.Devices):
    """Phones and browsers, each as one user uses it: when it last synced, what it still holds, what has failed."""

    serializer_class = DeviceHealth

    def get_queryset(self) -> QuerySet[Device]:
        return failures_of(super().get_queryset())


@extend_schema_view(
    list=extend_schema(summary="同步情况 Whose phones keep up, and whose do not", examples=[examples.PERSON])
)
class People(Rows):
    """Everybody who serves households of the own unit's subtree today, also without any device."""

    resource = "sync-health"
    ordering = ("username",)
    query = HealthQuery
    serializer_class = PersonHealth

    def get_queryset(self) -> QuerySet[User]:
        return serving(self.by.unit_id, self.today)

    def filtered(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        if "unit" in asked:
            there = served(self.by.unit_id, self.today).filter(
                **within(asked["unit"], field="household__unit")
            )
            rows = rows.filter(pk__in=there.values("cadre"))
        if "not_synced_since" in asked:
            day = start_of(asked["not_synced_since"])
            rows = rows.filter(Q(last_synced_at=None) | Q(last_synced_at__lt=day))
        return rows
