"""What goes over `/sync/`, for the API document. The columns of each table are at `/sync/schema/`."""

from typing import Any

import orjson
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.json import loads
from fieldapi.query import Opaque, QuerySerializer
from sync.feed.tables import TABLES

OUTCOMES = ("created", "same", "waiting", "conflict", "refused")


class TableChanges(serializers.Serializer):
    """Flat rows; `deleted` holds ids."""

    created = serializers.ListField(child=serializers.DictField(), required=False)
    updated = serializers.ListField(child=serializers.DictField(), required=False)
    deleted = serializers.ListField(child=serializers.CharField(), required=False)


class Pushed(serializers.Serializer):
    """`created` and `updated` are treated alike. `device`: `{id, app_version, clock_at}`, the clock as of now."""

    changes = serializers.DictField(child=TableChanges())
    device = serializers.DictField(required=False)


class RowVerdict(serializers.Serializer):
    table = serializers.CharField()
    id = serializers.JSONField(help_text="as it was sent")
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    problem = serializers.DictField(
        required=False, help_text="as a PUT would be answered, with `quarantine`: where the row is safe"
    )
    ignored_fields = serializers.ListField(child=serializers.CharField(), required=False)


class PushedVerdicts(serializers.Serializer):
    results = RowVerdict(many=True)
    experimentalRejectedIds = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField())
    )


@extend_schema_field({"type": "string", "enum": ["1", "0", "true", "false"]})
class Switch(serializers.Field):
    """`1` or `true`, `0` or `false`."""

    default_error_messages = {"invalid_choice": "1 / 0"}

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("1", "0", "true", "false"):
            self.fail("invalid_choice")
        return data in ("1", "true")


@extend_schema_field(OpenApiTypes.STR)
class Migration(serializers.Field):
    """`{"from", "tables": [...], "columns": [{"table", "columns"}]}` as JSON → the tables to send again, whole.

    Names the server does not know are passed over.
    """

    default_error_messages = {"invalid": "JSON: from, tables, columns"}

    def to_internal_value(self, data: Any) -> list[str]:
        try:
            said = loads(data) or {}
            tables = said.get("tables") or []
            named = [*tables, *(one["table"] for one in said.get("columns") or [])]
            return [name for name in dict.fromkeys(named) if name in TABLES]
        except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError):
            self.fail("invalid")


class PullQuery(QuerySerializer):
    last_pulled_at = Opaque(
        help_text="the last `timestamp`; empty, 0 or null the first time. One that is of no use gets everything anew"
    )
    schema_version = serializers.CharField(help_text="the phone's; said for the log's sake")
    migration = Migration(help_text="what the phone's schema has gained, as WatermelonDB says it")
    fresh = Switch(help_text="the whole working set anew")
    check = Switch(help_text="adds `holds`")
    cursor = serializers.CharField(help_text="of the next page")


class PulledTable(serializers.Serializer):
    """`created` is always empty: the app sets `sendCreatedAsUpdated`."""

    created = serializers.ListField(child=serializers.DictField())
    updated = serializers.ListField(child=serializers.DictField())
    deleted = serializers.ListField(child=serializers.CharField())


class Holding(serializers.Serializer):
    rows = serializers.IntegerField()
    sum = serializers.IntegerField(help_text="Σ crc32(`id:version`) mod 2³²")


class PulledChanges(serializers.Serializer):
    changes = serializers.DictField(child=PulledTable())
    timestamp = serializers.IntegerField(help_text="whole, never falling, opaque")
    more = serializers.BooleanField()
    cursor = serializers.CharField(required=False, help_text="good for 7 days, then 410 `cursor_gone`")
    experimentalStrategy = serializers.ChoiceField(choices=["replacement"], required=False)
    holds = serializers.DictField(child=Holding(), required=False)


class SchemaColumn(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=["string", "number", "boolean"])
    isOptional = serializers.BooleanField()
    holds = serializers.CharField(help_text="id, text, day, json, whole, number, instant (ms) or flag")
    owner = serializers.ChoiceField(choices=["phone", "server"])
    meaning = serializers.CharField(allow_blank=True)


class SchemaTable(serializers.Serializer):
    name = serializers.CharField()
    columns = SchemaColumn(many=True)
    written_by_phones = serializers.BooleanField()


class AppSchema(serializers.Serializer):
    version = serializers.IntegerField()
    tables = SchemaTable(many=True)
