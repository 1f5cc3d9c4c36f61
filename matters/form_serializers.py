"""How a task's history and the forms of its verbs are answered."""

from rest_framework import serializers

from fieldapi.fields import IdField, InstantField
from matters.acts import Part
from matters.forms import KINDS
from matters.models import Fixing, Task
from matters.serializers import TaskActionSerializer


class BlankSerializer(serializers.Serializer):
    """One member of a verb's body."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=list(KINDS.values()))
    of = serializers.CharField(allow_null=True, help_text="the collection its ids come from")
    needed = serializers.BooleanField()
    least = serializers.IntegerField(
        allow_null=True, help_text="of a number; of characters, of ids in a list"
    )
    most = serializers.IntegerField(allow_null=True)
    value = serializers.CharField(allow_null=True, help_text="what stands now")
    suggested = serializers.CharField(
        allow_null=True,
        help_text="a handler: who is on post at the household that raised it first (A, or B while A is away);"
        " `assign` takes that person where no office and no handler is named and none stands",
    )
    choices = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="null: not a choice among few"
    )


class FormSerializer(serializers.Serializer):
    """A verb that the task's state and one's part in it allow now."""

    verb = serializers.CharField()
    zh = serializers.CharField()
    meaning = serializers.CharField()
    part = serializers.ChoiceField(choices=[part.value for part in Part])
    blocked = serializers.CharField(
        allow_null=True, help_text="the code it would be refused with, whatever it is told"
    )
    body = BlankSerializer(many=True, help_text="one for each member")


class FixingSerializer(serializers.Serializer):
    """One value of a fixing."""

    value = serializers.CharField()
    verb = serializers.CharField(
        help_text="that set it; `open` with the task, `recount` when a calendar changed"
    )
    by = IdField(source="by_id", allow_null=True, help_text="null for the system itself")
    set_at = InstantField()


class FixingHistory(serializers.Serializer):
    """One of the five, in their order."""

    name = serializers.ChoiceField(choices=Fixing.Name.choices)
    present = FixingSerializer(allow_null=True, help_text="null while it is missing")
    earlier = FixingSerializer(many=True, help_text="what stood before, latest first")


class TaskHistory(serializers.Serializer):
    """The five fixings with all they ever said, and every act in the order it took effect."""

    id = IdField()
    version = serializers.IntegerField()
    fixings = FixingHistory(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="names of those not set yet")
    actions = TaskActionSerializer(many=True)


class TaskForms(serializers.Serializer):
    """What one may do to a task now."""

    id = IdField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Task.State.choices)
    paused = serializers.BooleanField()
    under_review = serializers.BooleanField()
    verbs = FormSerializer(many=True)
