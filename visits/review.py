"""A supervisor's word on a flag."""

from django.db import transaction
from django.db.models import F

from cadres.models import User
from fieldapi import clock
from fieldapi.journal import note_down
from visits.models import Flag, Visit


@transaction.atomic
def review_flag(*, by: User, flag: Flag, state: str, reason: str) -> None:
    """Dismiss or uphold a flag. The last word counts; the journal has them all."""
    now = clock.now()
    Visit.objects.select_for_update().only("pk").get(
        pk=flag.visit_id
    )  # before its flags, as `judge_again` does
    Flag.objects.filter(pk=flag.pk).update(
        state=state, reviewed_by=by, review_reason=reason, version=F("version") + 1, changed_at=now
    )
    doubts = Flag.objects.filter(visit=flag.visit_id).exclude(state=Flag.State.DISMISSED)
    Visit.objects.filter(pk=flag.visit_id).update(
        flagged=doubts.exists(), version=F("version") + 1, changed_at=now
    )
    note_down(
        by,
        "visits.review_flag",
        flag.visit_id,
        unit=flag.visit.unit_id,
        code=flag.code,
        state=state,
        reason=reason,
    )
