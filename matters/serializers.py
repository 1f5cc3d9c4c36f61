"""How tasks and practical matters are read and answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.fields import DayField, IdField, InstantField, PlainText, StrictSerializer
from fieldapi.query import MomentField, QuerySerializer, UnitField, YesNo
from matters.joining import HIGH, NORMAL
from matters.models import PracticalMatter, Task

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
    closing_standard = serializers.CharField()
    priority = serializers.ChoiceField(choices=(HIGH, NORMAL))
    paused = serializers.BooleanField()
    extended = serializers.BooleanField()
    under_review = serializers.SerializerMethodField()
    escalated_to = serializers.SerializerMethodField()
    cards = serializers.SerializerMethodField()
    remaining_working_days = serializers.SerializerMethodField()
    reviews = serializers.SerializerMethodField()
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

    def get_under_review(self, row: Task) -> bool:
        return False

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_escalated_to(self, row: Task) -> None:
        return None

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_cards(self, row: Task) -> list[Any]:
        return []

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_remaining_working_days(self, row: Task) -> None:
        return None

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_reviews(self, row: Task) -> list[Any]:
        return []


class TaskActionSerializer(serializers.Serializer):
    """One verb that was done to a task."""

    id = IdField()
    verb = serializers.CharField()
    args = serializers.DictField()
    made_at = InstantField()
    day = DayField()
    by = IdField(source="by_id")
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
