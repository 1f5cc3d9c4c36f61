"""Pairings as they travel."""

from typing import Any

from rest_framework import serializers

from fieldapi.fields import DayField, IdField, PlainText, StrictSerializer
from fieldapi.query import QuerySerializer, UnitField
from households.models import Pairing

MOST = 5_000


class PostField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any):
        super().__init__(choices=Pairing.Post.values, help_text="A: primary, B: backup", **kwargs)


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
    pairings = serializers.ListField(child=NewPairingIn(), allow_empty=False, max_length=MOST)


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


class PairingQuery(QuerySerializer):
    household = IdField()
    cadre = IdField()
    post = PostField()
    on = DayField(help_text="in force on this day")
    unit = UnitField(help_text="of households in this unit's subtree")
