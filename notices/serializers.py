"""How notices are listed and marked."""

from rest_framework import serializers

from fieldapi.fields import DayField, IdField, InstantField, StrictSerializer
from fieldapi.query import QuerySerializer, YesNo
from notices.kinds import KINDS, name_of
from notices.models import Notice

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
