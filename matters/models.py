"""Follow-up tasks, what was done to them, and the practical matters that came of it."""

from __future__ import annotations

from datetime import date
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from cadres.models import Office, Unit, User
from cadres.units import ancestors, within
from fieldapi.models import Identified, Linking, Versioned
from households.models import Household, HouseholdQuerySet
from opinions.models import Category, DaysOf, Group, Opinion, OpinionQuerySet
from visits.models import Visit


def invited(office: UUID) -> models.QuerySet[Any, Any]:
    """The tasks an office has been asked to give its view of, as a subquery."""
    return OfficeView.objects.filter(office=office).values("review__task")


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


class CardQuerySet(models.QuerySet["Card"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Card(Identified):
    """黄牌 / 红牌: the due day was near, or has passed. It keeps who had the task when it fell.

    Withdrawn when it turns out that it had not fallen: the task was finished before by an act that arrived late,
    or the calendar was corrected.
    """

    class Colour(models.TextChoices):
        YELLOW = "yellow"
        RED = "red"

    task = models.ForeignKey(Task, models.CASCADE, related_name="cards")
    colour = models.CharField(max_length=6, choices=Colour.choices)
    term = models.PositiveSmallIntegerField()
    fell_on = models.DateField()
    due_on = models.DateField()
    issued_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    unit = models.CharField(max_length=15)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    handler = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_month = models.DateField(null=True)  # it fell in a month that was closed when it was issued

    objects = CardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "colour", "term"],
                name="a_card_falls_once",
                condition=Q(withdrawn_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["unit", "fell_on"], name="cards_of_unit"),
            models.Index(
                fields=["added_month"], name="cards_added_late", condition=Q(added_month__isnull=False)
            ),
        ]


class JointReview(Identified):
    """会审: invited offices give their views of a difficult task, then a leader decides."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="joint_reviews")
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


class OfficeView(models.Model):
    """What one invited office thinks; its last word before the decision counts, all are in the task's history."""

    review = models.ForeignKey(JointReview, models.CASCADE, related_name="views")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    view = models.TextField(default="")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "office"], name="an_office_once_per_review")]


class CalendarDayQuerySet(models.QuerySet["CalendarDay"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Those that hold in the user's unit: its own, those above it and those below."""
        return self.filter(Q(**within(user.unit_id)) | Q(unit__in=ancestors(user.unit_id)))


class CalendarDay(Identified, Versioned):
    """A unit's exception to the national calendar: a local holiday, or a day of work all the same."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_column="unit", db_index=False)
    day = models.DateField()
    works = models.BooleanField()
    reason = models.CharField(max_length=200)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="one_exception_per_unit_and_day")]


class CountedCalendar(models.Model):
    """By which calendar the due days of a unit's tasks were last counted; "" stands for the national one."""

    unit = models.CharField(max_length=15, primary_key=True)
    edition = models.CharField(max_length=16)


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


class PracticalMatterQuerySet(models.QuerySet["PracticalMatter"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Desks: the subtree. A cadre: the own ones and those that benefit households served today."""
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        served = Household.objects.served_by(user, day=today)
        return self.filter(
            Q(recorded_by=user)
            | Q(pk__in=MatterHousehold.objects.filter(household__in=served).values("matter"))
        )

    def standing(self) -> Self:
        """Neither withdrawn themselves nor of a withdrawn visit: those that count."""
        return self.filter(visit_withdrawn=False, withdrawn_at__isnull=True)

    def withdrawn(self) -> Self:
        return self.filter(Q(visit_withdrawn=True) | Q(withdrawn_at__isnull=False))


class PracticalMatter(Versioned):
    """实事: a thing really done for one or more households."""

    id = models.UUIDField(primary_key=True)
    # the phone's columns
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, related_name="matters")
    title = models.CharField(max_length=200)
    done_on_sent = models.DateField(null=True)
    satisfaction = models.PositiveSmallIntegerField(null=True)  # 1–5
    # the server's columns
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_column="unit", db_index=False)
    done_on = models.DateField()
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="matters")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField(default=0)  # among those it was sent with
    withdrawn_at = models.DateTimeField(null=True)
    visit_withdrawn = models.BooleanField(default=False)  # with the visit it came with
    evidence = models.JSONField(default=list)  # photos that its task was finished with
    ignored = models.TextField(default="")
    added_month = models.DateField(null=True)

    objects = PracticalMatterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
                name="satisfaction_1_to_5",
            )
        ]
        indexes = [
            models.Index(
                fields=["unit", "done_on", "added_month", "satisfaction"],
                include=["id"],
                name="matters_of_unit",
                condition=Q(visit_withdrawn=False, withdrawn_at__isnull=True),
            ),
            models.Index(fields=["done_on", "id", "unit"], name="matters_in_order"),
            models.Index(
                fields=["added_month"], name="matters_added_late", condition=Q(added_month__isnull=False)
            ),
        ]


class MatterOpinion(Linking):
    """A matter resolves an opinion."""

    matter = models.ForeignKey(PracticalMatter, models.CASCADE, related_name="opinion_links")
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="matter_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "opinion"], name="an_opinion_once_per_matter")
        ]

    @property
    def maker_id(self) -> UUID:
        return self.matter.recorded_by_id


class MatterHousehold(Linking):
    """A matter benefits a household."""

    matter = models.ForeignKey(PracticalMatter, models.CASCADE, related_name="household_links")
    household = models.ForeignKey(Household, models.PROTECT, related_name="matter_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "household"], name="a_household_once_per_matter")
        ]

    @property
    def maker_id(self) -> UUID:
        return self.matter.recorded_by_id
