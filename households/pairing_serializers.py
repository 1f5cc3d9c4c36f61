"""Pairings as they travel."""

from typing import Any

from rest_framework import serializers

from fieldapi.fields import Count, DayField, IdField, PlainText, StrictSerializer
from fieldapi.query import QuerySerializer, UnitField
from households.models import Pairing

MOST = 5_000


class PostField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any):
        super().__init__(choices=Pairing.Post.values, **{"help_text": "A: primary, B: backup", **kwargs})


class PairingOut(serializers.Serializer):
    id = IdField()
    household = IdField(source="household_id")
    cadre = IdField(source="cadre_id")
    post = PostField()
    started_on = DayField()
    ended_on = DayField(allow_null=True, help_text="the first day no longer served")
    reason = serializers.CharField(help_text="why it ended")
    assigned_by = IdField(source="assigned_by_id")
    version = serializers.IntegerField()


class NewPairingIn(StrictSerializer):
    id = IdField(required=False)
    household = IdField()
    cadre = IdField()
    post = PostField()
    started_on = DayField(required=False, help_text="today where not given")
    ended_on = DayField(required=False, allow_null=True)


class BulkIn(StrictSerializer):
    pairings = serializers.ListField(child=NewPairingIn(), allow_empty=False, min_length=1, max_length=MOST)


class BulkOut(serializers.Serializer):
    created = serializers.IntegerField()
    pairings = PairingOut(many=True)


class HandOverIn(StrictSerializer):
    to = IdField(help_text="the cadre who takes over")
    on = DayField(help_text="the new pairing's first day")
    reason = PlainText(max_length=500)


class EndIn(StrictSerializer):
    on = DayField(help_text="the first day no longer served")
    reason = PlainText(max_length=500)


class SuggestIn(StrictSerializer):
    unit = UnitField(
        help_text="households of its subtree; the cadres are the unit's, for a village its town's"
    )
    max_per_cadre = Count(min_value=1, max_value=1_000, help_text="those served already included")
    post = PostField(required=False, help_text="A where not given")
    started_on = DayField(required=False, help_text="today where not given")


class ProposedOut(serializers.Serializer):
    id = IdField()
    household = IdField()
    cadre = IdField()
    post = PostField()
    started_on = DayField()


class DistanceOut(serializers.Serializer):
    household = IdField()
    distance_m = serializers.FloatField()


class LoadOut(serializers.Serializer):
    cadre = IdField()
    load = serializers.FloatField(help_text="households served already and proposed, weighted")


class ProposalOut(serializers.Serializer):
    pairings = ProposedOut(many=True, help_text="as `/pairings/bulk/` takes them")
    left_over = serializers.ListField(child=IdField(), help_text="households nobody has room for")
    distances = DistanceOut(many=True)
    loads = LoadOut(many=True)
    total_m = serializers.FloatField()
    baseline_m = serializers.FloatField(help_text="households by number, each to the nearest cadre with room")


class PairingQuery(QuerySerializer):
    household = IdField()
    cadre = IdField()
    post = PostField()
    on = DayField(help_text="in force on this day")
    unit = UnitField(help_text="of households in this unit's subtree")
