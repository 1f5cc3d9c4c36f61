"""What was done to a task: each verb, and the visits made to work on it."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from cadres.models import User
from fieldapi.models import Linking
from matters.models.tasks import Task
from visits.models import Visit


class TaskAction(models.Model):
    """One verb done to a task, at the desk or offline on a phone: the task's history."""

    id = models.UUIDField(primary_key=True)
    task = models.ForeignKey(Task, models.CASCADE, related_name="actions")
    verb = models.CharField(max_length=20)
    args = models.JSONField(default=dict)  # as sent
    made_at = models.DateTimeField()  # corrected clock; the server's own for a desk
    made_at_sent = models.DateTimeField()  # the phone's column
    day = models.DateField()  # of made_at
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # null: the system itself
    received_at = models.DateTimeField()
    was = models.CharField(max_length=12)  # state before
    became = models.CharField(max_length=12)  # state after
    unit = models.CharField(max_length=15)
    due_on = models.DateField(null=True)  # in force at that moment
    added_month = models.DateField(null=True)  # it was made in a month that was closed when it arrived
    ignored = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["task", "made_at"], name="actions_of_task"),
            models.Index(fields=["unit", "verb", "day"], name="actions_of_unit"),
            models.Index(
                fields=["added_month"], name="actions_added_late", condition=Q(added_month__isnull=False)
            ),
        ]


class VisitTask(Linking):
    """A visit that was made to work on a task."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="worked_on")
    task = models.ForeignKey(Task, models.PROTECT, related_name="visits")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "task"], name="a_task_once_per_visit")]

    @property
    def maker_id(self) -> UUID:
        return self.visit.cadre_id
