"""Addresses without coordinates, asked one by one: slowly, again after a failure, never twice for nothing."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeopyError,
)

from cadres.models import Unit
from cadres.units import ancestors, within
from fieldapi import clock
from fieldapi.journal import note_down
from households.geocoder import Found, Geocoder
from households.models import GeocodingTry, Household

HOPELESS = (GeocoderAuthenticationFailure, GeocoderInsufficientPrivileges, GeocoderQuotaExceeded)
ASK_AGAIN = timedelta(days=30)  # an address the service did not know
LONGEST_PAUSE = timedelta(days=1)
LONGEST_REST_S = 300
TRIES = 3  # questions for one address when told to slow down
IN_A_ROW = 5  # failures after which the service is left alone until the next run
PAGE = 200


@dataclass
class Run:
    """One run of the command: how often it asks, and when it gives up."""

    geocoder: Geocoder
    sleep: Callable[[float], None] = time.sleep
    moment: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)
    stopped: str = ""
    _asked_at: float | None = None

    def over(self, unit: str, limit: int | None = None) -> Counter[str]:
        """Ask for every household of the subtree that needs it: counts of found, unknown, failed, left.

        Each answer is stored as it comes: killed and started again, the run goes on where it was.
        """
        failures = 0
        for household, address in waiting(unit, limit):
            outcome = self._settle(household, address)
            self.counts[outcome] += 1
            failures = failures + 1 if outcome == "failed" else 0
            if failures == IN_A_ROW:
                self.stopped = self.stopped or "the service failed five times in a row"
            if self.stopped:
                break
        return self.counts

    def _settle(self, household: Household, address: str) -> str:
        try:
            found = self._patiently(address)
        except GeocoderQueryError as fault:
            return remember(household, "unknown", str(fault))
        except GeopyError as fault:
            if isinstance(fault, HOPELESS) and not isinstance(fault, GeocoderRateLimited):
                self.stopped = f"the service refuses us: {fault}"
            return remember(household, "failed", f"{type(fault).__name__}: {fault}")
        if found is None:
            return remember(household, "unknown")
        return place(household, found, source=f"geocoded:{self.geocoder.name}")

    def _patiently(self, address: str) -> Found | None:
        """One answer, at the agreed pace. Told to slow down, it waits as long as it is told and asks again."""
        for attempt in range(TRIES - 1):
            self._keep_pace()
            try:
                return self.geocoder.ask(address)
            except GeocoderRateLimited as fault:
                self.sleep(min(fault.retry_after or 2**attempt, LONGEST_REST_S))
        self._keep_pace()
        return self.geocoder.ask(address)

    def _keep_pace(self) -> None:
        if self._asked_at is not None:
            rest = self._asked_at + 1 / self.geocoder.per_second - self.moment()
            if rest > 0:
                self.sleep(rest)
        self._asked_at = self.moment()


def waiting(unit: str, limit: int | None = None) -> Iterator[tuple[Household, str]]:
    """Active households of the subtree with an address and no point, in the order of their ids, each with the
    address to ask for. Those asked for in vain come again when their time has come or their address has changed.
    """
    asked, last = 0, None
    while limit is None or asked < limit:
        rows = due(unit, PAGE if limit is None else min(PAGE, limit - asked), after=last)
        if not rows:
            return
        names = dict(
            Unit.objects.filter(pk__in={code for row in rows for code in ancestors(row.unit_id)}).values_list(
                "code", "name"
            )
        )
        for row in rows:
            yield row, full_address(row.address, [names.get(code, "") for code in ancestors(row.unit_id)])
        asked, last = asked + len(rows), rows[-1].pk


def due(unit: str, most: int, *, after: UUID | None = None) -> list[Household]:
    rows = Household.objects.active().filter(**within(unit), lat=None, lon=None).exclude(address="")
    rows = rows.filter(
        Q(geocoding__isnull=True)
        | ~Q(geocoding__address=F("address"))
        | Q(geocoding__again_at__lte=clock.now())
    )
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.only("unit_id", "address").order_by("pk")[:most])


def full_address(address: str, above: Iterable[str]) -> str:
    """The address with the divisions above it that it does not name itself: `云南省昭通市绥江县…3组12号`."""
    return "".join(name for name in above if name not in address) + address


@transaction.atomic
def place(household: Household, found: Found, *, source: str) -> str:
    """Store a point, unless somebody surveyed one or wrote another address meanwhile: `found` or `left`."""
    now = clock.now()
    still = Household.objects.filter(pk=household.pk, lat=None, lon=None, address=household.address)
    changed = still.update(
        lat=found.lat,
        lon=found.lon,
        accuracy_m=found.accuracy_m,
        location_source=source,
        version=F("version") + 1,
        changed_at=now,
    )
    if not changed:
        return "left"
    GeocodingTry.objects.update_or_create(
        household=household,
        defaults={
            "address": household.address,
            "outcome": "found",
            "confidence": found.confidence,
            "detail": found.matched[:500],
            "at": now,
            "again_at": None,
        },
    )
    note_down(
        None,
        "households.geocode",
        household.pk,
        unit=household.unit_id,
        source=source,
        accuracy_m=found.accuracy_m,
        confidence=found.confidence,
    )
    return "found"


@transaction.atomic
def remember(household: Household, outcome: str, detail: str = "") -> str:
    """Note that an address was asked for in vain, and when to ask again: a failure soon, then ever later."""
    now = clock.now()
    earlier = GeocodingTry.objects.filter(household=household, address=household.address).first()
    tries = (earlier.tries if earlier else 0) + 1
    pause = ASK_AGAIN if outcome == "unknown" else min(timedelta(minutes=2 ** min(tries, 12)), LONGEST_PAUSE)
    GeocodingTry.objects.update_or_create(
        household=household,
        defaults={
            "address": household.address,
            "outcome": outcome,
            "confidence": "",
            "detail": detail[:500],
            "tries": tries,
            "at": now,
            "again_at": now + pause,
        },
    )
    return outcome
