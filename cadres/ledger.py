"""台账: the journal over HTTP, for reading."""

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from cadres.examples import LINE
from cadres.units import within
from fieldapi import json
from fieldapi.api import Rows
from fieldapi.fields import IdField, InstantField, PlainText
from fieldapi.models import JournalLine
from fieldapi.query import MomentField, QuerySerializer, UnitField


class LineShown(serializers.Serializer):
    """Who did what to what, when."""

    id = serializers.IntegerField()
    at = InstantField()
    by = IdField(allow_null=True, help_text="The acting user; null for the system itself.")
    by_name = serializers.CharField(allow_blank=True)
    action = serializers.CharField(help_text="`resource.verb`, as in the access table.")
    resource = serializers.CharField()
    row_id = serializers.CharField()
    unit = serializers.CharField(help_text="The row's unit as of then.")
    detail = serializers.SerializerMethodField()

    def get_detail(self, line: JournalLine) -> dict[str, Any]:
        detail: dict[str, Any] = json.loads(line.detail)
        return detail


class LineQuery(QuerySerializer):
    resource = PlainText(40)
    action = PlainText(60)
    row_id = PlainText(64)
    by = IdField(help_text="Who acted.")
    unit = UnitField(help_text="Rows of this subtree.")
    after = MomentField(help_text="From this time on.")
    before = MomentField(help_text="Up to this time, which is not included.")


@extend_schema_view(list=extend_schema(examples=[LINE]))
class Journal(Rows):
    """The journal of the own unit's subtree, newest first. It is only ever added to."""

    resource = "journal"
    ordering = ("-id",)
    query = LineQuery
    serializer_class = LineShown

    def get_queryset(self) -> models.QuerySet[JournalLine]:
        return JournalLine.objects.filter(**within(self.by.unit_id))

    def filtered(self, rows: models.QuerySet[Any], asked: dict[str, Any]) -> models.QuerySet[Any]:
        same = {name: asked[name] for name in ("resource", "action", "row_id", "by") if name in asked}
        rows = rows.filter(**same)
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "after" in asked:
            rows = rows.filter(at__gte=asked["after"])
        if "before" in asked:
            rows = rows.filter(at__lt=asked["before"])
        return rows
