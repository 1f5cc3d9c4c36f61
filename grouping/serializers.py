"""Groups as they are shown, asked for and decided about."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.fields import IdField, InstantField, PlainText, StrictSerializer
from fieldapi.query import QuerySerializer, UnitField, YesNo
from opinions.models import Group


class GroupQuery(QuerySerializer):
    unit = UnitField()
    category = serializers.CharField()
    task = IdField()
    has_task = YesNo()
    has_suggestions = YesNo(help_text="opinions that perhaps belong to it wait for an answer")
    is_empty = YesNo(
        help_text="its opinions are all in other groups by now; without this, only groups that hold some"
    )


class OpinionScore(serializers.Serializer):
    opinion = IdField(source="opinion_id")
    score = serializers.FloatField()


class GroupSerializer(serializers.Serializer):
    """Opinions about the same thing."""

    id = IdField()
    unit = serializers.CharField(source="unit_id")
    title = serializers.CharField()
    category = serializers.CharField(source="category_id", allow_null=True)
    opinions = serializers.SerializerMethodField()
    households = serializers.SerializerMethodField()
    task = serializers.SerializerMethodField()
    suggestions = OpinionScore(many=True)
    merged_into = IdField(
        source="merged_into_id", allow_null=True, help_text="the group that took the last of its opinions"
    )
    opened_at = InstantField()
    version = serializers.IntegerField()

    @extend_schema_field(serializers.ListField(child=IdField()))
    def get_opinions(self, row: Group) -> list[str]:
        return [str(opinion.pk) for opinion in row.opinions.all()]

    @extend_schema_field(serializers.ListField(child=IdField()))
    def get_households(self, row: Group) -> list[str]:
        return list(dict.fromkeys(str(o.household_id) for o in row.opinions.all() if o.household_id))

    @extend_schema_field(IdField(allow_null=True))
    def get_task(self, row: Group) -> str | None:
        task: Any = getattr(row, "task", None)
        return str(task.pk) if task else None


class Reasoned(StrictSerializer):
    reason = PlainText(500, required=False, allow_blank=True, default="")


class SomeOpinions(Reasoned):
    opinions = serializers.ListField(child=IdField(), max_length=500)


class OtherGroup(Reasoned):
    group = IdField()


class GroupChange(StrictSerializer):
    title = PlainText(200, required=False)
    category = PlainText(40, required=False, allow_null=True)
