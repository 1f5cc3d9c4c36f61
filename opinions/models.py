"""What households said, which of it is about the same thing, and what they were told."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate

from cadres.models import Unit, User
from cadres.units import within
from fieldapi.calendar import SHANGHAI
from fieldapi.models import Fingerprinted, Identified, Versioned
from households.models import Household
from visits.models import Visit


class DaysOf(models.TextChoices):
    """What a deadline's days are counted in."""

    WORKING = "working_days"
    CALENDAR = "calendar_days"


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        return self


class Category(Versioned):
    """A kind of concern (路灯, 饮水, …) by its code."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, default="")
    active = models.BooleanField(default=True)
    deadline_days = models.PositiveSmallIntegerField(null=True, default=15)  # of a task; null: typed in
    needs_review = models.BooleanField(default=False)  # a joint review comes before its tasks end
    deadline_in = models.CharField(max_length=13, choices=DaysOf.choices, default=DaysOf.WORKING)

    objects = CategoryQuerySet.as_manager()


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        return self.filter(opinions__in=Opinion.objects.visible_to(user, today=today)).distinct()


class Group(Identified, Versioned):
    """归并: opinions about the same thing, from which one task is opened.

    One whose opinions have all gone to others stays, and leads to the one that took the last.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_column="unit")
    title = models.CharField(max_length=200)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_column="category")
    opened_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    objects = GroupQuerySet.as_manager()


DECLINED = Q(declined_on__isnull=False, resolved_on__isnull=True)


def _told_since_decline() -> Exists:
    day = TruncDate("told_at", tzinfo=SHANGHAI)
    replies = Reply.objects.filter(opinion=OuterRef("pk")).annotate(day=day)
    return Exists(replies.filter(day__gte=OuterRef("declined_on")))


def _heard(cadre: User, today: date) -> Q:
    return Q(by=cadre) | Q(household__in=Household.objects.served_by(cadre, day=today))


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Desks: the subtree as of the opinion's day. A cadre: those heard, and those of live tasks to be done."""
        if user.sees_subtree:
            return self.filter(**within(user.unit_id))
        given = Q(group__task__handler=user)
        if user.office_id:
            given |= Q(group__task__office=user.office_id)
        to_do = self.model._default_manager.filter(
            given, group__task__state__in=("open", "assigned", "in_progress", "done")
        )
        return self.filter(_heard(user, today) | Q(pk__in=to_do.values("pk")))

    def heard_by(self, user: User, *, today: date) -> Self:
        """A cadre's own ones, and those of households served today."""
        return self.filter(_heard(user, today))

    def standing(self) -> Self:
        """Not of a withdrawn visit: those that count."""
        return self.filter(visit_withdrawn=False)

    def answered(self, answered: bool = True) -> Self:
        """Those `is_answered` is true of, or the others."""
        told = Q(replied_on__isnull=False)
        ended = Q(resolved_on__isnull=False) | Q(declined_on__isnull=False)
        is_answered = told | Q(ended, wants_reply=False)
        return self.filter(is_answered if answered else ~is_answered)

    def decline_told(self, told: bool = True) -> Self:
        """Those declined whose household has been told something since, or those still to be told why."""
        return self.filter(DECLINED, _told_since_decline() if told else ~_told_since_decline())

    def wanting_answer(self) -> Self:
        """Those that count and want a reply, and have none, or none that could tell of their decline."""
        untold = Q(replied_on__isnull=True) | DECLINED & ~Q(_told_since_decline())
        return self.standing().filter(untold, wants_reply=True)

    def in_standing(self, standing: str) -> Self:
        """Those whose `standing` it is."""
        unended = Q(resolved_on__isnull=True, declined_on__isnull=True)
        meanings = {
            "withdrawn": Q(visit_withdrawn=True),
            "resolved": Q(resolved_on__isnull=False),
            "declined": Q(resolved_on__isnull=True, declined_on__isnull=False),
            "in_task": unended & Q(group__task__isnull=False),
            "collected": unended & Q(group__task__isnull=True),
        }
        rows = self if standing == "withdrawn" else self.standing()
        return rows.filter(meanings[standing])


class Opinion(Versioned, Fingerprinted):
    """意见: what one household said.

    `resolved_on`, `declined_on` and `replied_on` are kept true by `matters.actions` and `opinions.actions`:
    the day of the earliest resolution still standing, of the decline in force, of the first reply.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint"
        REQUEST = "request"
        SUGGESTION = "suggestion"
        PRAISE = "praise"

    id = models.UUIDField(primary_key=True)
    # the phone's columns
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, related_name="opinions")
    made_at = models.DateTimeField(null=True)  # of an opinion sent alone
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="opinions", db_index=False
    )
    voice = models.CharField(max_length=200, default="")  # who spoke, where it was no household
    text = models.TextField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", db_column="category", db_index=False
    )
    wants_reply = models.BooleanField(default=True)
    # the server's columns
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_column="unit", db_index=False
    )  # as of the day
    unit_sent = models.CharField(max_length=15, default="")  # the phone's own `unit` column
    occurred_at = models.DateTimeField()
    day = models.DateField()
    received_at = models.DateTimeField()
    place = models.PositiveSmallIntegerField(default=0)  # among those it was sent with
    visit_withdrawn = models.BooleanField(default=False)  # with the visit it came with
    group = models.ForeignKey(
        Group, models.PROTECT, null=True, related_name="opinions"
    )  # null: not placed yet
    suggested = models.JSONField(default=list)  # likely categories, [{code, score}]
    taught = models.CharField(max_length=40, default="")  # the category the suggestions have learned from it
    resolved_on = models.DateField(null=True)
    declined_on = models.DateField(null=True)
    replied_on = models.DateField(null=True)
    ignored = models.TextField(default="")
    added_month = models.DateField(null=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        indexes = [
            # A summary reads nothing else of an opinion than what these hold. Their columns are all keys:
            # PostgreSQL then stores what many rows have alike once, and counts them much faster.
            models.Index(
                fields=["unit", "day", "kind", "category", "added_month"],
                name="opinions_of_unit",
                condition=Q(visit_withdrawn=False),
            ),
            models.Index(
                fields=["unit", "resolved_on", "day", "declined_on", "added_month"],
                name="opinions_resolved",
                condition=Q(visit_withdrawn=False, resolved_on__isnull=False),
            ),
            models.Index(
                fields=["unit", "replied_on", "added_month"],
                name="opinions_replied",
                condition=Q(visit_withdrawn=False, replied_on__isnull=False),
            ),
            models.Index(
                fields=["unit", "declined_on", "day", "added_month"],
                name="opinions_declined",
                condition=Q(visit_withdrawn=False, declined_on__isnull=False, resolved_on__isnull=True),
            ),
            models.Index(fields=["household", "occurred_at"], name="opinions_of_household"),
            models.Index(fields=["occurred_at", "id", "unit"], name="opinions_in_order"),
            models.Index(
                fields=["unit", "day", "added_month"],
                name="opinions_open",
                condition=Q(visit_withdrawn=False, resolved_on__isnull=True, declined_on__isnull=True),
            ),
            models.Index(
                fields=["added_month"], name="opinions_added_late", condition=Q(added_month__isnull=False)
            ),
            models.Index(
                fields=["received_at", "id"],
                name="opinions_not_placed",
                condition=Q(
                    visit_withdrawn=False,
                    group__isnull=True,
                    resolved_on__isnull=True,
                    declined_on__isnull=True,
                ),
            ),
            models.Index(
                fields=["received_at", "id"],
                name="opinions_not_taught",
                condition=Q(category__isnull=False, taught=""),
            ),
        ]

    @property
    def task(self) -> Any:
        """The task its group has led to. Costs a query each for group and task where they were not joined in."""
        return getattr(self.group, "task", None)

    @property
    def standing(self) -> str:
        """Where it stands: collected, in_task, resolved, declined, or withdrawn with its visit."""
        if self.visit_withdrawn:
            return "withdrawn"
        if self.resolved_on:
            return "resolved"
        if self.declined_on:
            return "declined"
        return "in_task" if self.task else "collected"

    @property
    def is_answered(self) -> bool:
        """Somebody told the household; or it wanted no reply and has come to its end."""
        return self.replied_on is not None or (
            not self.wants_reply and (self.resolved_on or self.declined_on) is not None
        )


class FormerGroup(models.Model):
    """A group with a task, which an opinion has left: taken up anew after a decline, merged into another, or moved."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="former_groups")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opinion", "group"], name="a_group_was_left_once_by_an_opinion")
        ]


class Reply(models.Model):
    """答复: what a household was told about its opinion, when, by whom, how."""

    class How(models.TextChoices):
        IN_PERSON = "in_person"
        PHONE = "phone"
        MESSAGE = "message"
        WRITTEN = "written"
        MEETING = "meeting"

    id = models.UUIDField(primary_key=True)
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="replies")
    text = models.TextField()
    how = models.CharField(max_length=12, choices=How.choices)
    told_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    ignored = models.TextField(default="")
    added_month = models.DateField(null=True)  # it was told in a month that was closed when it arrived

    class Meta:
        indexes = [
            models.Index(
                fields=["added_month"], name="replies_added_late", condition=Q(added_month__isnull=False)
            )
        ]
