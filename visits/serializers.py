"""What a visit looks like in an answer."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from fieldapi.fields import IdField, InstantField, PlainText, StrictSerializer
from fieldapi.query import MomentField, QuerySerializer, UnitField, YesNo
from visits.models import Amendment, Flag, Visit
from visits.presence import CODES


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
    reason = serializers.CharField()
    changes = serializers.JSONField()
    received_at = InstantField()


class VisitShown(serializers.Serializer):
    """The phone's columns as they now count, and the server's beside them."""

    id = IdField()
    household = IdField()
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


def with_parts(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Everything a visit is shown with, in a constant number of queries."""
    return visits.prefetch_related(
        "companions",
        "worked_on",
        "flags",
        "photos",
        "matters__opinion_links",
        "matters__household_links",
        Prefetch("opinions"),
        Prefetch("amendments", Amendment.objects.order_by("made_at", "id")),
    )


def shown(visit: Visit) -> dict[str, Any]:
    """A visit as JSON. Its parts are reached through the visit: their apps stand above this one."""
    parts: Any = visit
    photos = list(parts.photos.all())
    return {
        "id": str(visit.pk),
        "household": str(visit.household_id),
        "kind": visit.kind,
        "started_at": visit.started_at,
        "ended_at": visit.ended_at,
        "people_met": visit.people_met,
        "location": visit.location,
        "note": visit.note,
        "companions": [str(one.user_id) for one in visit.companions.all()],
        "tasks": [str(one.task_id) for one in parts.worked_on.all()],
        "opinions": [
            {
                "id": str(one.pk),
                "text": one.text,
                "kind": one.kind,
                "category": one.category_id,
                "wants_reply": one.wants_reply,
                "group": one.group_id and str(one.group_id),
                "version": one.version,
            }
            for one in parts.opinions.all()
        ],
        "matters": [
            {
                "id": str(one.pk),
                "title": one.title,
                "satisfaction": one.satisfaction,
                "opinions": [str(link.opinion_id) for link in one.opinion_links.all()],
                "households": [str(link.household_id) for link in one.household_links.all()],
                "version": one.version,
            }
            for one in parts.matters.all()
        ],
        "photos": [
            {
                "id": str(one.pk),
                "sha256": one.sha256,
                "bytes": one.bytes,
                "taken_at": one.taken_at,
                "caption": one.caption,
                "state": one.state,
                "problem": one.problem,
            }
            for one in photos
        ],
        "cadre": str(visit.cadre_id),
        "unit": visit.unit_id,
        "post": visit.post or None,
        "cover": visit.cover,
        "occurred_at": visit.occurred_at,
        "received_at": visit.received_at,
        "point": {"lat": visit.lat, "lon": visit.lon} if visit.point else None,
        "distance_m": visit.distance_m,
        "flags": [
            {"code": one.code, "state": one.state, "evidence": one.evidence}
            for one in sorted(visit.flags.all(), key=lambda flag: CODES.index(flag.code))
        ],
        "complete": all(one.state != "awaiting" for one in photos),
        "withdrawn": visit.withdrawn,
        "amendments": [
            {
                "id": str(one.pk),
                "made_at": one.made_at,
                "reason": one.reason,
                "changes": one.changes,
                "received_at": one.received_at,
            }
            for one in visit.amendments.all()
        ],
        "version": visit.version,
    }


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
