"""What a scheduler does at the phone's door; safe to run twice and from two places at once."""

from datetime import timedelta

from django.db import transaction

from fieldapi import clock, json
from fieldapi.errors import Refused
from sync import quarantine
from sync.door import wake
from sync.feed.changes import position_now
from sync.models import Awaited, Change, FeedDay, PullPage, WaitingRow
from sync.pages import GOOD_FOR
from sync.pull import RETENTION_DAYS
from sync.waiting import here, whole

PATIENCE = timedelta(days=30)


def wake_waiting() -> None:
    """Let rows take effect whose awaited row came in the very moment they were put aside.

    Two queries where none did; the waiting rows themselves are left alone then.
    """
    if arrived := here(Awaited.objects.values_list("awaited", flat=True).distinct()):
        wake(arrived)


def end_waiting() -> None:
    """After 30 days a waiting row goes to quarantine, where people see it."""
    old = WaitingRow.objects.filter(received_at__lt=clock.now() - PATIENCE).values_list("pk", flat=True)
    for pk in list(old):
        with transaction.atomic():
            rows = WaitingRow.objects.select_related("sender").select_for_update(of=("self",))
            row = rows.filter(pk=pk).first()
            if row is None:
                continue
            body = json.loads(row.body)
            row.delete()
            quarantine.keep(
                row.sender,
                row.device,
                row.table,
                row.row_id,
                whole(body),
                Refused("waited_too_long"),
                row.received_at,
            )


def forget_changes() -> None:
    """Drop what every phone that may still go on has seen, and pages of old pulls; once a day something happens.

    The position noted on a day is one that no phone of a later day is behind.
    """
    today = clock.today()
    if FeedDay.objects.filter(day=today).exists():
        return
    FeedDay.objects.bulk_create([FeedDay(day=today, position=position_now().place)], ignore_conflicts=True)
    too_old = FeedDay.objects.filter(day__lt=today - timedelta(days=RETENTION_DAYS))
    if (last := too_old.order_by("-day").first()) is not None:
        Change.objects.filter(at__lt=last.position).delete()
        too_old.exclude(pk=last.pk).delete()
    PullPage.objects.filter(made_at__lt=clock.now() - GOOD_FOR).delete()
