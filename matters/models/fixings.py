"""The five fixings (五定) of a task as they were set, one after the other."""

from __future__ import annotations

from django.db import models

from cadres.models import User
from matters.models.tasks import Task


class Fixing(models.Model):
    """One of the five as it was set: it stood until it was set again. Rows are made in the order they took effect."""

    class Name(models.TextChoices):
        OFFICE = "office"
        HANDLER = "handler"
        PLAN = "plan"
        DUE_ON = "due_on"
        CLOSING_STANDARD = "closing_standard"

    task = models.ForeignKey(Task, models.CASCADE, related_name="fixings")
    name = models.CharField(max_length=16, choices=Name.choices)
    value = models.TextField()  # as the API writes it: an id, a day, or text
    verb = models.CharField(
        max_length=20
    )  # that set it; `open` with the task, `recount` when a calendar changed
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # null: the system itself
    set_at = models.DateTimeField()
