"""What people are told: the outbox of notices, and the letters in which they leave the house."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from cadres.models import User
from cadres.units import within
from fieldapi.models import Identified, Versioned


class Letter(Identified):
    """One message to one person about one or more notices, whatever the channels it goes out by."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    digest = models.BooleanField()  # the day's, or about what cannot wait for it
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "digest", "made_at"], name="letters_of_person")]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """One's own, whoever one is."""
        return self.filter(person=user)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(Identified, Versioned):
    """提醒: one person is told of one thing, once for each `occasion`.

    `resource` and `row_id` say what it is about; `title` is that of the task it concerns, or of the group
    while there is none, as it was called then.
    """

    person = models.ForeignKey(User, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=20)  # of `kinds.KINDS`
    resource = models.CharField(max_length=20)
    row_id = models.UUIDField()
    unit = models.CharField(max_length=15)  # the row's, as of then
    title = models.CharField(max_length=200)
    day = models.DateField(null=True)  # the due day, where there is one
    occasion = models.CharField(max_length=40)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["row_id", "kind", "occasion", "person"], name="told_once")
        ]
        indexes = [
            models.Index(fields=["person", "at"], name="notices_of_person"),
            models.Index(fields=["person"], name="notices_to_send", condition=Q(letter__isnull=True)),
            models.Index(fields=["at"], name="notices_by_age"),
        ]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Those to the people of the subtree."""
        return self.filter(**within(user.unit_id, field="letter__person__unit"))


class Delivery(Identified):
    """A letter on its way by one channel, until it is sent or given up."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()  # when to try (again); while one tries, when it is taken for lost
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=64, default="")  # the receiver's own word for it
    problem = models.CharField(max_length=200, default="")  # of the last try

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "channel"], name="a_letter_once_per_channel")
        ]
        indexes = [
            models.Index(fields=["next_at"], name="deliveries_to_make", condition=Q(state="waiting")),
            models.Index(fields=["channel"], name="deliveries_failed", condition=Q(state="failed")),
        ]


class Round(models.Model):
    """How far a round of reminders has come: a day that is done, or the last row that was looked at."""

    name = models.CharField(max_length=20, primary_key=True)
    day = models.DateField(null=True)
    row_id = models.UUIDField(null=True)
