"""How tasks and practical matters are read and answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.fields import DayField, IdField, InstantField, PlainText, StrictSerializer, Whether
from fieldapi.query import MomentField, QuerySerializer, UnitField, YesNo
from fieldapi.working_days import WorkingDays, provisional
from matters.deadlines import remaining
from matters.joining import HIGH, NORMAL
from matters.models import Card, PracticalMatter, Task

Ids = serializers.ListField(child=IdField())


class TaskQuery(QuerySerializer):
    state = serializers.ChoiceField(choices=Task.State.choices)
    live = YesNo(help_text="not confirmed, declined or merged")
    unit = UnitField()
    office = IdField()
    handler = IdField()
    category = serializers.CharField(max_length=40)
    priority = serializers.ChoiceField(choices=(HIGH, NORMAL))
    paused = YesNo()
    under_review = YesNo()
    escalated_to = UnitField()
    card = serializers.ChoiceField(choices=Card.Colour.choices, help_text="on which such a card has fallen")
    overdue = YesNo(help_text="unfinished past its due day, and not paused")
    due_after = DayField(help_text="due on this day or later")
    due_before = DayField(help_text="due before this day")
    after = MomentField(help_text="opened at this moment or later")
    before = MomentField(help_text="opened before this moment")
    q = serializers.CharField(max_length=100, help_text="words that must all stand in the title")


class NewTask(StrictSerializer):
    """Opinions to join, up to 500. `id` may be made by whoever asks; the category is theirs when they all share one."""

    id = IdField(required=False)
    title = PlainText(200)
    opinions = serializers.ListField(child=IdField(), max_length=500)
    category = PlainText(40, required=False)
    office = IdField(required=False)
    due_on = DayField(required=False)


class CardSerializer(serializers.Serializer):
    """The due day was near (yellow), or has passed (red)."""

    id = IdField()
    colour = serializers.ChoiceField(choices=Card.Colour.choices)
    fell_on = DayField()
    due_on = DayField(help_text="in force when it fell")
    issued_at = InstantField()


class OfficeViewSerializer(serializers.Serializer):
    office = IdField(source="office_id")
    view = serializers.CharField(help_text="empty until it is given")
    by = IdField(source="by_id", allow_null=True)
    given_at = InstantField(allow_null=True)


class JointReviewSerializer(serializers.Serializer):
    """Offices asked for their view, and what was decided."""

    id = IdField()
    reason = serializers.CharField()
    requested_by = IdField(source="requested_by_id")
    requested_at = InstantField()
    views = OfficeViewSerializer(many=True)
    decision = serializers.CharField(help_text="empty until it is made")
    decided_by = IdField(source="decided_by_id", allow_null=True)
    decided_at = InstantField(allow_null=True)


class CalendarDayQuery(QuerySerializer):
    unit = UnitField(help_text="exceptions of this subtree")
    after = DayField(help_text="this day or later")
    before = DayField(help_text="before this day")


class NewCalendarDay(StrictSerializer):
    """A day that a unit, with all below it, works or does not work, whatever the national calendar says."""

    unit = PlainText(15)
    day = DayField()
    works = Whether()
    reason = PlainText(200)


class CalendarDaySerializer(serializers.Serializer):
    """A unit's exception to the national calendar."""

    id = IdField()
    unit = serializers.CharField(source="unit_id")
    day = DayField()
    works = serializers.BooleanField()
    reason = serializers.CharField()
    added_by = IdField(source="added_by_id")
    version = serializers.IntegerField()


class TaskSerializer(serializers.Serializer):
    """Something that must be answered by a due day."""

    id = IdField()
    title = serializers.CharField()
    unit = serializers.CharField(source="unit_id")
    category = serializers.CharField(source="category_id", allow_null=True)
    group = IdField(source="group_id")
    opinions = serializers.SerializerMethodField()
    households = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=Task.State.choices)
    office = IdField(source="office_id", allow_null=True)
    handler = IdField(source="handler_id", allow_null=True)
    plan = serializers.CharField()
    due_on = DayField(allow_null=True)
    due_on_provisional = serializers.SerializerMethodField(
        help_text="Counted into a year whose holidays have not been announced yet: it may move."
    )
    closing_standard = serializers.CharField()
    priority = serializers.ChoiceField(choices=(HIGH, NORMAL))
    paused = serializers.BooleanField()
    extended = serializers.BooleanField()
    under_review = serializers.BooleanField()
    escalated_to = serializers.CharField(source="escalated_to_id", allow_null=True)
    cards = CardSerializer(many=True)
    remaining_working_days = serializers.SerializerMethodField(
        help_text="Left after today, by the unit's calendar: 0 on the due day, negative once it has passed."
    )
    reviews = JointReviewSerializer(many=True, source="joint_reviews")
    outcome = serializers.CharField()
    decline_reason = serializers.CharField()
    merged_into = IdField(source="merged_into_id", allow_null=True)
    opened_at = InstantField()
    opened_by = IdField(source="opened_by_id")
    finished_on = DayField(allow_null=True)
    closed_on = DayField(allow_null=True)
    version = serializers.IntegerField()

    @extend_schema_field(Ids)
    def get_opinions(self, row: Task) -> list[str]:
        return [str(opinion.pk) for opinion in row.group.opinions.all()]

    @extend_schema_field(Ids)
    def get_households(self, row: Task) -> list[str]:
        return list(dict.fromkeys(str(o.household_id) for o in row.group.opinions.all() if o.household_id))

    @extend_schema_field(Ids)
    def get_photos(self, row: Any) -> list[str]:
        return [str(photo.pk) for photo in row.photos.all()]

    @extend_schema_field(serializers.BooleanField())
    def get_due_on_provisional(self, row: Task) -> bool:
        return row.due_days is not None and row.due_on is not None and provisional(row.due_on)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_remaining_working_days(self, row: Task) -> int | None:
        if row.due_on is None or row.finished_on:
            return None
        calendar: WorkingDays = self.context["working_days"][row.unit_id]
        return remaining(row.due_on, self.context["view"].today, calendar)


class TaskActionSerializer(serializers.Serializer):
    """One verb that was done to a task."""

    id = IdField()
    verb = serializers.CharField()
    args = serializers.DictField()
    made_at = InstantField()
    day = DayField()
    by = IdField(source="by_id", allow_null=True, help_text="null for the system itself")
    received_at = InstantField()
    was = serializers.ChoiceField(choices=Task.State.choices)
    became = serializers.ChoiceField(choices=Task.State.choices)
    due_on = DayField(allow_null=True)


class TaskWithHistory(TaskSerializer):
    """A task with everything that was done to it, in the order it took effect."""

    actions = TaskActionSerializer(many=True)


class MatterQuery(QuerySerializer):
    """Which matters a list shows: those that stand, or with `withdrawn=yes` those withdrawn."""

    unit = UnitField()
    household = IdField()
    opinion = IdField()
    task = IdField()
    visit = IdField()
    recorded_by = IdField()
    after = DayField(help_text="done on this day or later")
    before = DayField(help_text="done before this day")
    satisfaction = serializers.IntegerField(min_value=1, max_value=5)
    withdrawn = YesNo()


class PracticalMatterSerializer(serializers.Serializer):
    """A thing really done for one or more households."""

    id = IdField()
    visit = IdField(source="visit_id", allow_null=True)
    title = serializers.CharField()
    unit = serializers.CharField(source="unit_id")
    done_on = DayField()
    households = serializers.SerializerMethodField()
    opinions = serializers.SerializerMethodField()
    task = IdField(source="task_id", allow_null=True)
    photos = serializers.SerializerMethodField()
    satisfaction = serializers.IntegerField(allow_null=True)
    recorded_by = IdField(source="recorded_by_id")
    received_at = InstantField()
    withdrawn_at = InstantField(allow_null=True)
    version = serializers.IntegerField()

    @extend_schema_field(Ids)
    def get_households(self, row: PracticalMatter) -> list[str]:
        return [str(link.household_id) for link in row.household_links.all()]

    @extend_schema_field(Ids)
    def get_opinions(self, row: PracticalMatter) -> list[str]:
        return [str(link.opinion_id) for link in row.opinion_links.all()]

    @extend_schema_field(Ids)
    def get_photos(self, row: Any) -> list[str]:
        """Its evidence: its own photos, and those its task was finished with."""
        return list(dict.fromkeys([*row.evidence, *(str(photo.pk) for photo in row.photos.all())]))
