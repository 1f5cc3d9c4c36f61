"""What the phone's door keeps aside: rows that wait for another, and rows it must refuse."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q

from cadres.models import User
from cadres.units import within
from fieldapi import json
from fieldapi.access import Role
from fieldapi.ids import SHAPE
from fieldapi.models import Identified

CONFLICTS = ("content_differs", "phones_only_create")


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
            return self.filter(Q(sender=user) | Q(**within(user.unit_id)))
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
    stands_as = models.UUIDField(
        null=True
    )  # the id a desk gave it, where the one it was sent under cannot stand

    objects = QuarantineQuerySet.as_manager()

    @property
    def is_conflict(self) -> bool:
        """Another row stands under its own id (not under that of a part), or phones may not change that one."""
        told = json.loads(self.problem).get("errors", [])
        return self.code in CONFLICTS and all(fault["pointer"] == "" for fault in told)

    @property
    def taken_as(self) -> UUID | None:
        """The id under which it has come to stand, or waits; None while it has not."""
        if self.state != self.State.REPLAYED:
            return None
        return self.stands_as or (UUID(self.row_id) if SHAPE.fullmatch(self.row_id) else None)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "table", "row_hash", "content"], name="quarantined_once"
            )
        ]
        indexes = [
            models.Index(fields=["unit", "received_at"], name="quarantine_of_unit"),
            models.Index(fields=["received_at"], name="quarantine_undecided", condition=Q(state="kept")),
        ]


class Change(models.Model):
    """Something that may look different, or have come or gone, for all who listen at a scope (`feed/told.py`).

    Written by triggers, in the transaction that makes the change. `at` is that transaction's place: its number on
    PostgreSQL, a count on SQLite, where transactions are one after another.
    """

    pk = models.CompositePrimaryKey("scope", "at", "table", "root")
    scope = models.UUIDField()
    at = models.BigIntegerField()
    table = models.CharField(max_length=20)
    root = models.UUIDField()


class FeedState(models.Model):
    """One row. `generation` grows when positions begin anew (a restored backup); `position` counts on SQLite."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    generation = models.SmallIntegerField(default=1)
    position = models.BigIntegerField(default=0)


class FeedDay(models.Model):
    """Where the feed stood at some moment of a day: changes of long ago are forgotten by it."""

    day = models.DateField(primary_key=True)
    position = models.BigIntegerField()


class PullPage(models.Model):
    """A further page of a pull, as it was when the first was answered. Its id is the cursor."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    device = models.UUIDField(null=True)
    made_at = models.DateTimeField(db_index=True)
    body = models.BinaryField()  # the answer, JSON, deflated
