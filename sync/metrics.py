"""`/metrics`: what an operator's alarms look at, in Prometheus' text format. Answered on this machine only.

Small tables and partial indexes are counted, nothing that grows for ever.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views import View
from django_tasks_db.models import DBTaskResult
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from cadres.addresses import client_address
from fieldapi import clock
from media.models import Photo
from notices.models import Delivery
from sync.models import QuarantinedRow, WaitingRow


def backlogs() -> Iterable[tuple[str, str, QuerySet[Any], str]]:
    """(name, what it is, rows, the column that tells their age)."""
    yield "waiting_rows", "rows that wait for another", WaitingRow.objects.all(), "received_at"
    kept = QuarantinedRow.objects.filter(state=QuarantinedRow.State.KEPT)
    yield "quarantined_rows", "rows nobody has decided about", kept, "received_at"
    awaiting = Photo.objects.filter(state=Photo.State.AWAITING)
    yield "photos_awaiting", "photos whose bytes have not come", awaiting, "received_at"
    undeveloped = Photo.objects.filter(state=Photo.State.STORED, developed_at__isnull=True)
    yield "photos_to_develop", "photos the worker has not developed", undeveloped, "stored_at"
    letters = Delivery.objects.filter(state=Delivery.State.WAITING)
    yield "deliveries_waiting", "messages of notices not yet sent", letters, "letter__made_at"
    lost = Delivery.objects.filter(state=Delivery.State.FAILED)
    yield "deliveries_failed", "messages of notices given up in the last 90 days", lost, "letter__made_at"
    yield "jobs_ready", "jobs the worker has not begun", DBTaskResult.objects.ready(), "enqueued_at"


LOOPBACK = ("127.0.0.1", "::")  # `client_address` knows an IPv6 caller by its /64
PROXIED = ("X-Forwarded-For", "Forwarded", "Via")  # a proxy on this machine is loopback too


class Metrics(View):
    resource, action = "around", "metrics"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Whoever comes through a proxy, or from elsewhere, finds nothing here."""
        if client_address(request) not in LOOPBACK or any(name in request.headers for name in PROXIED):
            raise Http404
        registry, now = CollectorRegistry(), clock.now()
        for name, meaning, rows, age in backlogs():
            counted = rows.aggregate(number=Count("pk"), oldest=Min(age))
            Gauge(f"fieldapi_{name}", meaning, registry=registry).set(counted["number"])
            seconds = Gauge(
                f"fieldapi_{name}_oldest_seconds", f"age of the oldest of: {meaning}", registry=registry
            )
            seconds.set(_age(counted["oldest"], now))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _age(oldest: datetime | None, now: datetime) -> float:
    return max((now - oldest).total_seconds(), 0) if oldest else 0
