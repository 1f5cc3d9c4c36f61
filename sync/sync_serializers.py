"""What goes over `/sync/`, for the API document. The columns of each table are at `/sync/schema/`."""

from rest_framework import serializers

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
