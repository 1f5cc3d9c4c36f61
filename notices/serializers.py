"""How notices are listed and marked."""

from rest_framework import serializers

from fieldapi.fields import DayField, IdField, InstantField, StrictSerializer
from fieldapi.query import MomentField, QuerySerializer, YesNo
from notices.environment import CHANNELS
from notices.kinds import KINDS, name_of
from notices.models import Delivery, Notice

MOST = 500


class NoticeQuery(QuerySerializer):
    unread = YesNo()
    kind = serializers.ChoiceField(choices=list(KINDS))


class NoticesRead(StrictSerializer):
    """Own notices to be marked as read."""

    notices = serializers.ListField(child=IdField(), min_length=1, max_length=MOST)


class MarkedSerializer(serializers.Serializer):
    read = serializers.IntegerField(help_text="how many of them were unread until now")


class NoticeSerializer(serializers.Serializer):
    """One thing one is told of."""

    id = IdField()
    kind = serializers.ChoiceField(choices=list(KINDS))
    name = serializers.SerializerMethodField(help_text="of the kind, in the language of the request")
    resource = serializers.CharField(help_text="what it is about: `tasks`, `groups` or `opinions`")
    row_id = IdField()
    unit = serializers.CharField()
    title = serializers.CharField(
        help_text="of the task it concerns, or of the group while there is none, as it was called then"
    )
    day = DayField(allow_null=True, help_text="the due day, where there is one")
    at = InstantField()
    read_at = InstantField(allow_null=True)
    version = serializers.IntegerField()

    def get_name(self, notice: Notice) -> str:
        return name_of(notice.kind)


class DeliveryQuery(QuerySerializer):
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    channel = serializers.ChoiceField(choices=CHANNELS)
    person = IdField()
    made_after = MomentField(help_text="Of letters written then or later.")
    made_before = MomentField(help_text="Of letters written before.")


class DeliverySerializer(serializers.Serializer):
    """A letter about one or more notices to one person, on its way by one channel."""

    id = IdField(help_text="by which the receiver knows a repeated one")
    person = IdField(source="letter.person_id")
    unit = serializers.CharField(source="letter.person.unit_id", help_text="the person's")
    channel = serializers.ChoiceField(choices=CHANNELS)
    digest = serializers.BooleanField(
        source="letter.digest", help_text="the day's, or one that goes out at once"
    )
    notices = serializers.IntegerField(help_text="how many it tells of")
    state = serializers.ChoiceField(
        choices=Delivery.State.choices, help_text="`failed`: given up, until somebody restarts it"
    )
    tries = serializers.IntegerField()
    made_at = InstantField(source="letter.made_at")
    next_at = InstantField(help_text="when it is tried (again), while it is waiting")
    sent_at = InstantField(allow_null=True)
    receipt = serializers.CharField(help_text="the receiver's own word for it")
    problem = serializers.CharField(help_text="of the last try")
