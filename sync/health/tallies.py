"""What tells how well phones keep up, counted for each device or each person of a list in its own query.

A *failure* is a row that came and has not taken effect: in quarantine and not decided about, or waiting for another.
A push that fails as a whole (no answer, 413, 429, 5xx) is sent again by the phone, and shows as what it still holds.
"""

from datetime import date
from typing import Any

from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from cadres.models import Device, User
from cadres.units import within
from households.models import Pairing
from sync.models import QuarantinedRow, WaitingRow


def with_failures(rows: QuerySet[Any], **of: str) -> QuerySet[Any]:
    """Each with `quarantined` and `waiting`: of the rows sent by the user (and device) that the columns `of` name."""
    named = {name: OuterRef(column) for name, column in of.items()}
    kept = QuarantinedRow.objects.filter(state=QuarantinedRow.State.KEPT)
    return rows.annotate(
        quarantined=_number(kept.filter(**named)), waiting=_number(WaitingRow.objects.filter(**named))
    )


def served(unit: str, today: date) -> QuerySet[Pairing]:
    """Pairings of today with households of the unit's subtree."""
    return Pairing.objects.on(today).filter(**within(unit, field="household__unit"))


def serving(unit: str, today: date) -> QuerySet[User]:
    """Active people who serve a household of the unit's subtree today, whatever unit they are of themselves.

    Each with `households`, how many; `signed_in`, on how many devices; `last_synced_at` on any device, also one that
    has ended; `unsent`, what these said they still hold; `app_version` of the one that synced last.
    """
    mine = served(unit, today)
    devices = Device.objects.filter(user=OuterRef("pk"))
    latest = devices.order_by(F("last_synced_at").desc(nulls_last=True), "-last_seen_at")
    people = User.objects.filter(pk__in=mine.values("cadre"), active=True).annotate(
        households=_number(mine.filter(cadre=OuterRef("pk"))),
        signed_in=_number(devices.filter(ended_at=None)),
        last_synced_at=_of_all(devices, Max("last_synced_at")),
        unsent=_of_all(devices, Sum("unsent")),
        app_version=Coalesce(Subquery(latest.values("app_version")[:1]), Value("")),
    )
    return with_failures(people, sender="pk")


def _number(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(_of_all(rows, Count("*")), 0)


def _of_all(rows: QuerySet[Any], told: Any) -> Subquery:
    """An aggregate over all of the rows together."""
    together = rows.order_by().annotate(together=Value(1)).values("together")
    return Subquery(together.annotate(told=told).values("told"))
