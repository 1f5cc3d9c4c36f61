"""What a photo looks like in an answer. Never anything of its EXIF."""

from rest_framework import serializers

from fieldapi.fields import IdField, InstantField
from fieldapi.query import QuerySerializer, UnitField
from media.models import Photo
from media.serve import SIZES


class PhotoShown(serializers.Serializer):
    """It belongs to exactly one of visit, task and matter."""

    id = IdField()
    visit = IdField(source="visit_id", allow_null=True)
    task = IdField(source="task_id", allow_null=True)
    matter = IdField(source="matter_id", allow_null=True)
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()
    taken_at = InstantField(allow_null=True)
    caption = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(
        choices=Photo.State.choices, help_text="`stored`: the phone may delete its copy"
    )
    problem = serializers.CharField(
        allow_blank=True, help_text="why it was refused, or why a stored file has no picture to show; a code"
    )
    width = serializers.IntegerField(allow_null=True, help_text="of the upright original, once developed")
    height = serializers.IntegerField(allow_null=True)
    media_type = serializers.CharField(allow_blank=True, help_text="of the stored original, by its content")
    version = serializers.IntegerField()


class PhotoQuery(QuerySerializer):
    """Which photos a list shows."""

    unit = UnitField()
    visit = IdField()
    task = IdField()
    matter = IdField()
    state = serializers.ChoiceField(choices=Photo.State.choices)


class PictureQuery(QuerySerializer):
    """Which size of a photo."""

    size = serializers.ChoiceField(
        choices=list(SIZES), default="full", help_text="the longest side is at most 2560, 1280 or 320 pixels"
    )
