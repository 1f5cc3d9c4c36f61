"""Follow-up tasks: opinions about one thing, to be answered by a due day."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from cadres.models import Office, Unit, User
from cadres.units import within
from fieldapi.models import Identified, Versioned
from households.models import Household, HouseholdQuerySet
from matters.models.reviews import invited
from opinions.models import Category, DaysOf, Group, Opinion, OpinionQuerySet


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Desks: the subtree. A cadre: tasks given to the cadre or the cadre's office, those the office is to give
        its view of, and those that opinions seen by the cadre have led to."""
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        mine = Q(handler=user) | Q(group__in=Opinion.objects.heard_by(user, today=today).values("group"))
        if user.office_id:
            mine |= Q(office=user.office_id) | Q(pk__in=invited(user.office_id))
        return self.filter(mine)

    def live(self) -> Self:
        return self.exclude(state__in=Task.ENDED)

    def ended(self) -> Self:
        return self.filter(state__in=Task.ENDED)

    def overdue(self, *, today: date) -> Self:
        """Unfinished past the due day; the clock of a paused task stands."""
        return self.live().filter(finished_on__isnull=True, paused=False, due_on__lt=today)


class Task(Identified, Versioned):
    """跟进任务: something that must be answered by a due day."""

    class State(models.TextChoices):
        OPEN = "open"
        ASSIGNED = "assigned"
        IN_PROGRESS = "in_progress"
        DONE = "done"
        CONFIRMED = "confirmed"
        DECLINED = "declined"
        MERGED = "merged"

    ENDED = (State.CONFIRMED, State.DECLINED, State.MERGED)

    group = models.OneToOneField(Group, models.PROTECT, related_name="task")
    title = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_column="unit", db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_column="category")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    priority = models.CharField(
        max_length=6, default="normal"
    )  # high when an elderly, disabled or poor household asks
    # the five fixings (五定)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="tasks")
    handler = models.ForeignKey(User, models.PROTECT, null=True, related_name="tasks")
    plan = models.TextField(default="")
    due_on = models.DateField(null=True)
    closing_standard = models.TextField(default="")
    # how the due day was counted; null and "" where somebody typed it in
    due_days = models.PositiveSmallIntegerField(null=True)  # after `opened_on`, those it waited included
    due_in = models.CharField(max_length=13, choices=DaysOf.choices, default="")
    # conditions
    paused = models.BooleanField(default=False)
    extended = models.BooleanField(default=False)
    under_review = models.BooleanField(default=False)
    escalated_to = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_column="escalated_to"
    )
    # what falls next, on which day; null: nothing. `term` counts the due days that people have set.
    term = models.PositiveSmallIntegerField(default=0)
    yellow_on = models.DateField(null=True)
    red_on = models.DateField(null=True)
    escalate_on = models.DateField(null=True)
    # how it went
    outcome = models.TextField(default="")
    decline_reason = models.TextField(default="")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    finished_on = models.DateField(null=True)  # done or declined; null again when reopened
    closed_on = models.DateField(null=True)  # confirmed or declined; null again when reopened
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "opened_on"], name="tasks_of_unit"),
            models.Index(fields=["unit", "closed_on"], name="tasks_closed"),
            models.Index(
                fields=["unit", "opened_on"], name="tasks_not_closed", condition=Q(closed_on__isnull=True)
            ),
            models.Index(
                fields=["unit", "finished_on"], name="tasks_finished", condition=Q(finished_on__isnull=False)
            ),
            models.Index(fields=["handler", "state"], name="tasks_of_handler"),
            models.Index(fields=["office", "state"], name="tasks_of_office"),
            models.Index(fields=["opened_at", "id", "unit"], name="tasks_in_order"),
            models.Index(fields=["due_on"], name="tasks_unfinished", condition=Q(finished_on__isnull=True)),
            models.Index(fields=["yellow_on"], name="yellow_to_fall", condition=Q(yellow_on__isnull=False)),
            models.Index(fields=["red_on"], name="red_to_fall", condition=Q(red_on__isnull=False)),
            models.Index(fields=["escalate_on"], name="to_escalate", condition=Q(escalate_on__isnull=False)),
        ]

    @property
    def is_live(self) -> bool:
        return self.state not in self.ENDED

    def opinions(self) -> OpinionQuerySet:
        """The opinions it answers; those of withdrawn visits count nowhere."""
        return Opinion.objects.standing().filter(group=self.group_id)

    def households(self) -> HouseholdQuerySet:
        """Those that raised it."""
        return Household.objects.filter(pk__in=self.opinions().values("household"))
