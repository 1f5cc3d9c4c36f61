"""How an opinion's whole way is answered."""

from rest_framework import serializers

from fieldapi.fields import DayField, IdField, InstantField
from matters.models import Task
from matters.serializers import PracticalMatterSerializer, TaskActionSerializer, TaskWithHistory
from opinions.serializers import OpinionSerializer
from visits.models import Visit


class WayVisit(serializers.Serializer):
    """The visit it was said on: by whom and when."""

    id = IdField()
    kind = serializers.ChoiceField(choices=Visit.Kind.choices)
    household = IdField(source="household_id", allow_null=True)
    cadre = IdField(source="cadre_id")
    post = serializers.SerializerMethodField()
    cover = serializers.BooleanField(help_text="made by post B while A was away")
    day = DayField()
    occurred_at = InstantField()
    withdrawn = serializers.BooleanField()

    def get_post(self, row: Visit) -> str | None:
        """A, B, or null where the cadre was not paired that day."""
        return row.post or None


class WayGroup(serializers.Serializer):
    """The opinions about the same thing that it is one of."""

    id = IdField()
    unit = serializers.CharField(source="unit_id")
    title = serializers.CharField()
    category = serializers.CharField(source="category_id", allow_null=True)
    opened_at = InstantField()


class DeclineSerializer(serializers.Serializer):
    reason = serializers.CharField()
    day = DayField()
    told_at = InstantField(allow_null=True, help_text="null while nobody has told the household")


class EarlierTask(serializers.Serializer):
    """A task it was in before: declined and taken up anew, merged into another, or left for another group."""

    id = IdField(source="task.pk")
    title = serializers.CharField(source="task.title")
    state = serializers.ChoiceField(source="task.state", choices=Task.State.choices)
    opened_at = InstantField(source="task.opened_at")
    left_at = InstantField(help_text="when the opinion went on to another")
    merged_into = IdField(source="task.merged_into_id", allow_null=True)
    declined = DeclineSerializer(allow_null=True)


class WaySerializer(serializers.Serializer):
    """Everything that became of one opinion."""

    opinion = OpinionSerializer(help_text="with its replies, and where it stands")
    visit = WayVisit(allow_null=True)
    group = WayGroup(allow_null=True)
    others = serializers.IntegerField(help_text="opinions that its group holds besides")
    task = TaskWithHistory(allow_null=True)
    earlier = EarlierTask(many=True, help_text="the tasks it was in before, first to last")
    reopenings = TaskActionSerializer(many=True, help_text="when somebody was not satisfied, and why")
    declined = DeclineSerializer(allow_null=True)
    matters = PracticalMatterSerializer(many=True, help_text="the withdrawn ones too")
