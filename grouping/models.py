"""What the machine keeps to place opinions: where they are filed, what it suggested, what it learned."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from cadres.models import User
from fieldapi.models import Identified, Versioned
from opinions.models import Group, Opinion


class Clue(models.Model):
    """An opinion filed under one of its clues, in one of the clue's slots (docs/likeness.md)."""

    town = models.CharField(max_length=9)
    clue = models.BigIntegerField()
    slot = models.PositiveSmallIntegerField()
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["town", "clue", "slot"], name="one_opinion_per_slot"),
        ]


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> Self:
        """Nobody has answered, and the opinion is still elsewhere and wants something."""
        wanting = self.filter(opinion__resolved_on__isnull=True, opinion__visit_withdrawn=False)
        return wanting.filter(state=Suggestion.State.OPEN).exclude(opinion__group=F("group"))


class Suggestion(Identified, Versioned):
    """Perhaps an opinion belongs to a group: for the supervisor to accept or refuse.

    What a supervisor decides without having been asked is remembered as one with a score of 0.
    """

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    # found by the constraint's index
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="group_suggestions", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="suggestions")
    score = models.FloatField()  # 0 to 1
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opinion", "group"], name="suggested_once")]
        indexes = [
            # few of a group's, among all that were only suggested
            models.Index(fields=["group"], name="suggestions_decided", condition=Q(decided_at__isnull=False)),
        ]


class TraitUse(models.Model):
    """What people taught about a trait: one or two characters.

    How many confirmed opinions of each category use it, and how many suggestions between opinions that share it
    were accepted and refused. The row of the trait "" holds what each category uses in all, under "" how many
    traits there are, and all answers.
    """

    trait = models.CharField(max_length=2, primary_key=True)
    uses = models.JSONField(default=dict)
    accepted = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
