"""Notices become letters: one digest a day, and at most one an hour about what cannot wait for it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from cadres.models import User
from fieldapi import clock
from fieldapi.calendar import local_time, start_of
from notices.kinds import KINDS
from notices.models import Delivery, Letter, Notice, NoticeQuerySet

AT_ONCE = [name for name, kind in KINDS.items() if kind.at_once]
APART = timedelta(hours=1)
"""Between two letters to one person that are no digests: what happens meanwhile comes together."""
TOO_OLD = timedelta(days=7)
"""What nobody could be told of for so long (no channel was named) is left to the list in the app."""


def write_letters() -> None:
    """A letter to everybody who is to be told now of something unread, with a delivery by each channel.

    Nothing in quiet hours. A few statements for each letter, four where none is due.
    """
    now = clock.now()
    local = local_time(now)
    if settings.NOTICES.is_quiet(local):
        return
    for person in _waiting(now, digest=False):
        write_letter(person, digest=False, now=now)
    if local >= settings.NOTICES.digest_at:
        for person in _waiting(now, digest=True):
            write_letter(person, digest=True, now=now)


@transaction.atomic
def write_letter(person: UUID, *, digest: bool, now: datetime) -> Letter | None:
    """Of two who write to one person at once the second finds nothing left to tell."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person)
    told = list(_untold(now, digest=digest).filter(person=person).values_list("pk", flat=True))
    if (
        not told
        or Letter.objects.filter(person=person, digest=digest, made_at__gt=_since(now, digest)).exists()
    ):
        return None
    letter = Letter.objects.create(person_id=person, digest=digest, made_at=now)
    Notice.objects.filter(pk__in=told).update(letter=letter)
    Delivery.objects.bulk_create(
        Delivery(letter=letter, channel=channel, next_at=now) for channel in settings.NOTICES.channels
    )
    return letter


def _waiting(now: datetime, *, digest: bool) -> list[UUID]:
    """Whom there is something to tell, and who has had no such letter too lately."""
    lately = Letter.objects.filter(digest=digest, made_at__gt=_since(now, digest)).values("person")
    rows = _untold(now, digest=digest).exclude(person__in=lately)
    return list(rows.order_by("person").values_list("person", flat=True).distinct())


def _untold(now: datetime, *, digest: bool) -> NoticeQuerySet:
    rows = Notice.objects.unread().filter(letter__isnull=True, at__gt=now - TOO_OLD)
    return rows.exclude(kind__in=AT_ONCE) if digest else rows.filter(kind__in=AT_ONCE)


def _since(now: datetime, digest: bool) -> datetime:
    """A letter made after this moment stands for the next one."""
    return start_of(clock.today()) - timedelta(microseconds=1) if digest else now - APART
