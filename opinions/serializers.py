"""How opinions, groups and categories are read and answered."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.fields import Count, DayField, IdField, InstantField, PlainText, StrictSerializer, Whether
from fieldapi.query import MomentField, QuerySerializer, UnitField, YesNo
from opinions.models import DaysOf, Opinion, Reply

MOST_DAYS = 366  # of a deadline
STANDINGS = ("collected", "in_task", "resolved", "declined", "withdrawn")


class OpinionQuery(QuerySerializer):
    """Which opinions a list shows. Without `withdrawn=yes` those of withdrawn visits are left out."""

    unit = UnitField()
    category = serializers.CharField(max_length=40)
    has_category = YesNo()
    kind = serializers.ChoiceField(choices=Opinion.Kind.choices)
    q = serializers.CharField(max_length=100, help_text="words that must all stand in the text")
    household = IdField()
    by = IdField()
    group = IdField()
    task = IdField()
    has_task = YesNo()
    wants_reply = YesNo()
    answered = YesNo(help_text="told the household, or ended where no reply was wanted")
    decline_told = YesNo(help_text="declined, and told something since; `no`: still to be told why")
    standing = serializers.ChoiceField(choices=STANDINGS)
    older_than_days = serializers.IntegerField(min_value=0, max_value=36500)
    after = MomentField(help_text="collected at this moment or later")
    before = MomentField(help_text="collected before this moment")


class ReplySerializer(serializers.Serializer):
    id = IdField()
    text = serializers.CharField()
    how = serializers.ChoiceField(choices=Reply.How.choices)
    told_at = InstantField()
    by = IdField(source="by_id")


class Score(serializers.Serializer):
    code = serializers.CharField()
    score = serializers.FloatField()


class OpinionSerializer(serializers.Serializer):
    """What a household said, and where it stands."""

    id = IdField()
    visit = IdField(source="visit_id", allow_null=True)
    made_at = InstantField(allow_null=True)
    household = IdField(source="household_id", allow_null=True)
    unit = serializers.SerializerMethodField()
    voice = serializers.CharField()
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=Opinion.Kind.choices)
    category = serializers.CharField(source="category_id", allow_null=True)
    suggested_categories = Score(source="suggested", many=True)
    group = IdField(source="group_id", allow_null=True)
    task = serializers.SerializerMethodField()
    wants_reply = serializers.BooleanField()
    replies = ReplySerializer(many=True)
    standing = serializers.ChoiceField(choices=STANDINGS)
    answered = serializers.BooleanField(source="is_answered")
    resolved_on = DayField(allow_null=True)
    declined_on = DayField(allow_null=True)
    replied_on = DayField(allow_null=True)
    by = IdField(source="by_id")
    day = DayField()
    occurred_at = InstantField()
    received_at = InstantField()
    version = serializers.IntegerField()

    def get_unit(self, row: Opinion) -> str:
        """The code the phone gave, else the unit it counts in."""
        return row.unit_sent or row.unit_id

    @extend_schema_field(IdField(allow_null=True))
    def get_task(self, row: Opinion) -> str | None:
        task = row.task
        return str(task.pk) if task else None


class CategoryQuery(QuerySerializer):
    active = YesNo()


class CategorySerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    active = serializers.BooleanField()
    deadline_days = serializers.IntegerField(
        allow_null=True, help_text="of a task, after the day it was opened; null: its due day is typed in"
    )
    deadline_in = serializers.ChoiceField(choices=DaysOf.choices)
    needs_review = serializers.BooleanField(help_text="its tasks end only after a joint review")
    version = serializers.IntegerField()


class NewCategory(StrictSerializer):
    code = serializers.RegexField(r"^[a-z][a-z0-9_]{0,39}\Z")
    name = PlainText(100)
    name_en = PlainText(100, required=False, allow_blank=True, default="")
    deadline_days = Count(min_value=1, max_value=MOST_DAYS, required=False, allow_null=True)
    deadline_in = serializers.ChoiceField(choices=DaysOf.choices, required=False)
    needs_review = Whether(required=False)


class CategoryChange(StrictSerializer):
    name = PlainText(100, required=False)
    name_en = PlainText(100, required=False, allow_blank=True)
    active = Whether(required=False)
    deadline_days = Count(min_value=1, max_value=MOST_DAYS, required=False, allow_null=True)
    deadline_in = serializers.ChoiceField(choices=DaysOf.choices, required=False)
    needs_review = Whether(required=False)
