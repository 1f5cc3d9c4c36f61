"""Joint reviews: a difficult task is looked at by several offices, and decided once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from cadres.models import Office, User
from fieldapi.models import Identified, Linking


class JointReview(Identified):
    """会审: invited offices give their views of a difficult task, then a leader decides."""

    task = models.ForeignKey("matters.Task", models.CASCADE, related_name="joint_reviews")
    reason = models.TextField()
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decision = models.TextField(default="")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], name="one_review_at_a_time", condition=Q(decided_at__isnull=True)
            )
        ]


class OfficeView(Linking):
    """What one invited office thinks; its last word before the decision counts, all are in the task's history.

    To a phone it is one row together with its review, so that its `version` counts the decision too.
    """

    review = models.ForeignKey(JointReview, models.CASCADE, related_name="views")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    view = models.TextField(default="")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "office"], name="an_office_once_per_review")]


def invited(office: UUID) -> models.QuerySet[Any, Any]:
    """The tasks an office has been asked to give its view of, as a subquery."""
    return OfficeView.objects.filter(office=office).values("review__task")
