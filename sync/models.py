"""What the phone's door keeps aside: rows that wait for another, and rows it must refuse."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models

from cadres.models import User
from cadres.units import within
from fieldapi.access import Role
from fieldapi.models import Identified


class WaitingRow(Identified):
    """A row that refers to a phone-made row not yet here. It takes effect when that one arrives."""

    table = models.CharField(max_length=30)
    row_id = models.UUIDField()
    sender = models.ForeignKey(User, models.PROTECT, related_name="+")
    device = models.UUIDField(null=True)
    body = models.TextField()  # JSON as sent, with what its address said
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "row_id"], name="a_row_waits_once")]


class Awaited(models.Model):
    """An id that a waiting row waits for."""

    row = models.ForeignKey(WaitingRow, models.CASCADE, related_name="awaits")
    awaited = models.UUIDField(db_index=True)


class QuarantineQuerySet(models.QuerySet["QuarantinedRow"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """The sender sees the own ones; supervisors and admins those of their subtree's people."""
        if user.role in (Role.SUPERVISOR, Role.ADMIN):
            return self.filter(models.Q(sender=user) | models.Q(**within(user.unit_id)))
        return self.filter(sender=user)


class QuarantinedRow(Identified):
    """What a signed-in phone sent and the server would not take, kept whole."""

    class State(models.TextChoices):
        KEPT = "kept"
        REPLAYED = "replayed"
        DISCARDED = "discarded"

    table = models.CharField(max_length=30)
    row_id = models.TextField()  # also ids that are no UUID
    body = models.TextField()  # JSON as sent
    content = models.CharField(
        max_length=64
    )  # SHA-256 of the body: one entry per sender, table, id and content
    row_hash = models.CharField(max_length=64)  # SHA-256 of row_id, which may be long
    problem = models.TextField()  # JSON: the problem as it was answered
    code = models.CharField(max_length=40)
    sender = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.CharField(max_length=15)  # the sender's unit as of then
    device = models.UUIDField(null=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.KEPT)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=500, default="")

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "table", "row_hash", "content"], name="quarantined_once"
            )
        ]
        indexes = [models.Index(fields=["unit", "received_at"], name="quarantine_of_unit")]
