"""What an import is asked and what it answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.fields import IdField, InstantField, StrictSerializer
from fieldapi.query import QuerySerializer, UnitField

KINDS = ("users", "households", "pairings")
FORMATS = ("xlsx", "csv")
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@extend_schema_field({"type": "string", "enum": list(WORDS)})
class DryRun(serializers.Field):
    """`true` or `false` in a form."""

    default_error_messages = {"invalid_choice": "true / false"}

    def to_internal_value(self, data: Any) -> bool:
        if data not in WORDS:
            self.fail("invalid_choice")
        return WORDS[data]


class UploadIn(StrictSerializer):
    file = serializers.FileField(help_text="CSV (UTF-8 or GB18030) or XLSX", max_length=200)
    unit = UnitField(required=False, help_text="where the names of villages are looked for; one's own unit")
    dry_run = DryRun(required=False, help_text="true where not given: nothing is stored, all is reported")


class FaultOut(serializers.Serializer):
    column = serializers.CharField()
    heading = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class RowOut(serializers.Serializer):
    line = serializers.IntegerField(help_text="as whoever opens the file sees it")
    outcome = serializers.ChoiceField(["created", "unchanged", "bad"])
    id = IdField(allow_null=True)
    faults = FaultOut(many=True)


class PasswordOut(serializers.Serializer):
    line = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()
    one_time_password = serializers.CharField()


class ImportOut(serializers.Serializer):
    id = IdField()
    kind = serializers.ChoiceField(KINDS)
    unit = serializers.CharField()
    file_name = serializers.CharField()
    dry_run = serializers.BooleanField()
    by = IdField(source="by_id")
    at = InstantField()
    undone_at = InstantField(allow_null=True)
    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    bad = serializers.IntegerField()


class ReportOut(ImportOut):
    unknown_headings = serializers.ListField(child=serializers.CharField(), source="facts.unknown_headings")
    unread_sheets = serializers.ListField(child=serializers.CharField(), source="facts.unread_sheets")
    rows = RowOut(many=True, source="facts.rows")


class TakenOut(ReportOut):
    passwords = PasswordOut(
        many=True, help_text="one-time passwords of new users: told here and nowhere else"
    )


class ImportQuery(QuerySerializer):
    kind = serializers.ChoiceField(KINDS)
    unit = UnitField()


class TemplateQuery(QuerySerializer):
    kind = serializers.ChoiceField(KINDS, default="households")
    format = serializers.ChoiceField(FORMATS, default="xlsx")


class FormatQuery(QuerySerializer):
    format = serializers.ChoiceField(FORMATS, default="xlsx")
