"""What a visit looks like in an answer."""

from typing import Any

from rest_framework import serializers

from fieldapi.fields import IdField, InstantField, PlainText, StrictSerializer
from fieldapi.query import MomentField, QuerySerializer, UnitField, YesNo
from visits.models import Flag, Visit
from visits.presence import CODES
from visits.shown import shown


class EvidenceShown(serializers.Serializer):
    measured = serializers.FloatField()
    threshold = serializers.FloatField()
    photo = IdField(required=False, help_text="the visit's photo that gave it")
    other = IdField(required=False, help_text="the visit or earlier photo compared with")


class FlagShown(serializers.Serializer):
    code = serializers.ChoiceField(choices=CODES)
    state = serializers.ChoiceField(choices=Flag.State.choices)
    evidence = EvidenceShown(many=True)


class PointShown(serializers.Serializer):
    lat = serializers.FloatField()
    lon = serializers.FloatField()


class LocationShown(serializers.Serializer):
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    accuracy_m = serializers.FloatField(required=False)
    system = serializers.CharField(required=False)
    mocked = serializers.BooleanField(required=False)
    fixed_at = InstantField(required=False)


class VisitorShown(serializers.Serializer):
    name = serializers.CharField()
    address = serializers.CharField(required=False)


class VisitOpinionShown(serializers.Serializer):
    id = IdField()
    text = serializers.CharField()
    kind = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    wants_reply = serializers.BooleanField()
    group = IdField(allow_null=True)
    version = serializers.IntegerField()


class VisitMatterShown(serializers.Serializer):
    id = IdField()
    title = serializers.CharField()
    satisfaction = serializers.IntegerField(allow_null=True)
    opinions = serializers.ListField(child=IdField())
    households = serializers.ListField(child=IdField())
    version = serializers.IntegerField()


class VisitPhotoShown(serializers.Serializer):
    id = IdField()
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()
    taken_at = InstantField(allow_null=True)
    caption = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=["awaiting", "stored", "refused"])
    problem = serializers.CharField(allow_blank=True)


class AmendmentShown(serializers.Serializer):
    id = IdField()
    made_at = InstantField()
    occurred_at = InstantField(help_text="`made_at` less the phone's clock offset: the greatest wins.")
    reason = serializers.CharField()
    changes = serializers.JSONField()
    received_at = InstantField()


class VisitShown(serializers.Serializer):
    """The phone's columns as they now count, and the server's beside them."""

    id = IdField()
    household = IdField(allow_null=True)
    visitor = VisitorShown(allow_null=True, help_text="who came, where it was no household")
    kind = serializers.ChoiceField(choices=Visit.Kind.choices)
    started_at = InstantField()
    ended_at = InstantField(allow_null=True)
    people_met = serializers.IntegerField(allow_null=True)
    location = LocationShown(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    companions = serializers.ListField(child=IdField())
    tasks = serializers.ListField(child=IdField())
    opinions = VisitOpinionShown(many=True)
    matters = VisitMatterShown(many=True)
    photos = VisitPhotoShown(many=True)
    cadre = IdField()
    unit = serializers.CharField()
    post = serializers.ChoiceField(choices=["A", "B"], allow_null=True)
    cover = serializers.BooleanField()
    occurred_at = InstantField()
    received_at = InstantField()
    point = PointShown(allow_null=True)
    distance_m = serializers.FloatField(allow_null=True)
    flags = FlagShown(many=True)
    complete = serializers.BooleanField(help_text="no photo awaits its bytes")
    withdrawn = serializers.BooleanField()
    amendments = AmendmentShown(many=True)
    version = serializers.IntegerField()
    ignored_fields = serializers.ListField(child=serializers.CharField(), required=False)
    waiting_for = serializers.ListField(child=IdField(), required=False)

    def to_representation(self, visit: Visit) -> dict[str, Any]:
        return shown(visit)


class FlagReview(StrictSerializer):
    state = serializers.ChoiceField(choices=["dismissed", "upheld"])
    reason = PlainText(500)


class VisitQuery(QuerySerializer):
    unit = UnitField()
    household = IdField()
    cadre = IdField()
    kind = serializers.ChoiceField(choices=Visit.Kind.choices)
    occurred_after = MomentField()
    occurred_before = MomentField()
    flag = serializers.ChoiceField(choices=CODES)
    flag_state = serializers.ChoiceField(choices=Flag.State.choices)
    complete = YesNo()
    withdrawn = YesNo()
