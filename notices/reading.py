"""Marking notices as read."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from cadres.models import User
from fieldapi import clock
from fieldapi.errors import Fault, Refused
from notices.models import Notice


@transaction.atomic
def mark_read(*, by: User, notices: Sequence[UUID]) -> int:
    """How many of one's own were unread until now; again changes nothing.

    Refuses `notice_unknown` for each that is not there or not one's own, and marks none then.
    """
    own = Notice.objects.filter(person=by, pk__in=notices)
    known = set(own.values_list("pk", flat=True))
    if unknown := [place for place, pk in enumerate(notices) if pk not in known]:
        faults = [Fault(f"/notices/{place}", "notice_unknown") for place in unknown]
        raise Refused("notice_unknown", errors=faults)
    now = clock.now()
    return own.unread().update(read_at=now, version=F("version") + 1, changed_at=now)
