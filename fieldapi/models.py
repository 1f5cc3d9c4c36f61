"""What every app's rows stand on: versions, the journal, remembered answers of repeatable POSTs."""

from __future__ import annotations

import uuid

from django.db import models

from fieldapi.ids import new_id
from fieldapi.secrets import SecretField


class Versioned(models.Model):
    """A row that says how often it has changed. `version` is its ETag and what If-Match must name."""

    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


class Identified(models.Model):
    """A row with an id made by whoever creates it."""

    id = models.UUIDField(primary_key=True, default=new_id)

    class Meta:
        abstract = True


class Linking(models.Model):
    """A row that says two others belong together. `row_id` is the id its maker gave it, and by which phones know it."""

    row_id = models.UUIDField(unique=True, default=new_id)

    class Meta:
        abstract = True


class Fingerprinted(models.Model):
    """A row that knows what it was sent as: the same again need not be compared. Null: with fields we do not know."""

    fingerprint = models.UUIDField(null=True)

    class Meta:
        abstract = True


class JournalLine(models.Model):
    """台账: who did what to what, when. Never changed, never deleted (the database refuses both)."""

    at = models.DateTimeField()
    by = models.UUIDField(null=True)  # the acting user; null for the system itself
    by_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    resource = models.CharField(max_length=40)
    row_id = models.CharField(max_length=64)
    unit = models.CharField(max_length=15)  # the row's unit as of then: its scope
    detail = models.TextField(default="{}")  # JSON
    seal = models.CharField(max_length=64)  # HMAC of all of the above: `verify_journal` recomputes it

    class Meta:
        indexes = [
            models.Index(fields=["resource", "row_id"], name="journal_of_row"),
            models.Index(fields=["unit", "id"], name="journal_of_unit"),
        ]


class RememberedAnswer(models.Model):
    """The first answer to a POST with an Idempotency-Key, repeated for 30 days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.UUIDField()
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.TextField(default="{}")
    body = SecretField(default="")  # an answer may hold what is encrypted everywhere else
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["at"], name="answer_age")]
