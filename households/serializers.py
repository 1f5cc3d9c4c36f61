"""Households as they travel. Numbers of phone and identity leave masked, unless the view says whose they are."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fieldapi.coordinates import SYSTEMS, to_wgs84
from fieldapi.fields import (
    Count,
    DayField,
    IdentityField,
    IdField,
    Number,
    PhoneField,
    PlainText,
    StrictSerializer,
)
from fieldapi.query import QuerySerializer, UnitField, YesNo
from fieldapi.secrets import masked
from households.actions import NO_LOCATION
from households.models import TAGS, Household

MOST_RADIUS_M = 20_000
NUMBERS = ("phone", "id_number")


class LocationOut(serializers.Serializer):
    """WGS-84."""

    lat = serializers.FloatField()
    lon = serializers.FloatField()
    accuracy_m = serializers.FloatField(allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]  # DRF takes declared fields out of the class
        source="location_source", help_text="surveyed, geocoded:<name>, …"
    )


class LocationIn(StrictSerializer):
    """A point as given, in `system`; WGS-84 is what is stored."""

    lat = Number(min_value=-90, max_value=90)
    lon = Number(min_value=-180, max_value=180)
    accuracy_m = Number(required=False, allow_null=True, default=None, min_value=0, max_value=1e7)
    source = PlainText(  # type: ignore[assignment]  # as above
        required=False, default="surveyed", max_length=40
    )
    system = serializers.ChoiceField(required=False, default="wgs84", choices=SYSTEMS)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """A point is given whole, also in a partial edit of its household."""
        if self.parent is None or data in (None, serializers.empty):
            return super().run_validation(data)
        return LocationIn().run_validation(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        lat, lon = to_wgs84(attrs["lat"], attrs["lon"], attrs["system"])
        return {
            "lat": lat,
            "lon": lon,
            "accuracy_m": attrs["accuracy_m"],
            "location_source": attrs["source"],
        }


class HouseholdOut(serializers.Serializer):
    id = IdField()
    unit = serializers.CharField(source="unit_id")
    number = serializers.CharField(help_text="unique in its unit")
    head_name = serializers.CharField()
    phone = serializers.SerializerMethodField(help_text="clear to the cadres paired today, else masked")
    id_number = serializers.SerializerMethodField(help_text="always masked")
    address = serializers.CharField()
    location = serializers.SerializerMethodField()
    tags = serializers.ListField(child=serializers.ChoiceField(TAGS), source="tag_list")
    size = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    state = serializers.ChoiceField(Household.State.values)
    ended_on = DayField(allow_null=True)
    merged_into = IdField(source="merged_into_id", allow_null=True)
    version = serializers.IntegerField()

    def get_phone(self, row: Household) -> str:
        return row.phone if self.context.get("phone_is_clear") else masked(row.phone)

    def get_id_number(self, row: Household) -> str:
        return masked(row.id_number)

    @extend_schema_field(LocationOut(allow_null=True))
    def get_location(self, row: Household) -> Any:
        return LocationOut(row).data if row.point else None


class NearHouseholdOut(HouseholdOut):
    distance_m = serializers.FloatField(required=False, help_text="with `near`: from that point")


class ChangeOut(serializers.Serializer):
    verb = serializers.ChoiceField(["move", "merge", "split", "end"])
    on = DayField()
    reason = serializers.CharField()
    was_unit = serializers.CharField()
    other = IdField(source="other_id", allow_null=True, help_text="merged into, or split off")
    by = IdField(source="by_id")


class HouseholdDetail(HouseholdOut):
    changes = ChangeOut(many=True, help_text="how it moved, merged, split and ended, oldest first")


class HouseholdFields(StrictSerializer):
    """What a desk writes. `validated_data` has the model's columns."""

    number = PlainText(max_length=40)
    head_name = PlainText(max_length=100)
    phone = PhoneField(required=False)
    id_number = IdentityField(required=False)
    address = PlainText(max_length=300, required=False, allow_blank=True)
    location = LocationIn(required=False, allow_null=True)
    tags = serializers.ListField(child=serializers.ChoiceField(TAGS), required=False, max_length=50)
    size = Count(required=False, allow_null=True, min_value=0, max_value=1_000)
    note = PlainText(max_length=10_000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        columns = dict(attrs)
        if "location" in columns:
            columns |= columns.pop("location") or NO_LOCATION
        if "tags" in columns:
            columns["tags"] = Household.joined(columns["tags"])
        return columns


class HouseholdIn(HouseholdFields):
    id = IdField(required=False)
    unit = UnitField(help_text="a unit of one's subtree")


class HouseholdChangeIn(HouseholdFields):
    """A household goes to another unit by `move`, which keeps its history."""


class ReasonIn(StrictSerializer):
    on = DayField(required=False, help_text="today where not given; not a day to come")
    reason = PlainText(max_length=500)


class MoveIn(ReasonIn):
    unit = UnitField()
    number = PlainText(max_length=40, required=False, help_text="its number there; the same where not given")


class MergeIn(ReasonIn):
    into = IdField()


class SplitIn(HouseholdFields):
    on = DayField(required=False)
    reason = PlainText(max_length=500)


class RevealIn(StrictSerializer):
    fields_ = serializers.ListField(
        child=serializers.ChoiceField(NUMBERS), allow_empty=False, min_length=1, max_length=2
    )
    reason = PlainText(max_length=500)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        return {name.rstrip("_"): field for name, field in fields.items()}


class RevealOut(serializers.Serializer):
    phone = serializers.CharField(required=False)
    id_number = serializers.CharField(required=False)


UP_TO_90 = r"-?(?:90(?:\.0+)?|[1-8]?[0-9](?:\.[0-9]+)?)"
UP_TO_180 = r"-?(?:180(?:\.0+)?|(?:1[0-7][0-9]|[1-9]?[0-9])(?:\.[0-9]+)?)"


@extend_schema_field({"type": "string", "pattern": f"^{UP_TO_90},{UP_TO_180}$", "example": "28.6,103.95"})
class PointField(serializers.Field):
    """`lat,lon` in WGS-84."""

    default_error_messages = {"invalid": "lat,lon"}

    def to_internal_value(self, data: Any) -> tuple[float, float]:
        parts = str(data).split(",")
        try:
            lat, lon = (float(part) for part in parts)
        except ValueError:
            self.fail("invalid")
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            self.fail("invalid")
        return lat, lon


class PhoneSought(PlainText):
    """A space it begins with is the `+` it was."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(f"+{data[1:]}" if data.startswith(" ") else data)


class HouseholdQuery(QuerySerializer):
    unit = UnitField(help_text="households of this unit's subtree")
    number = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=100, help_text="part of the head's name")
    q = serializers.CharField(max_length=100, help_text="part of name, number or address")
    tag = serializers.ChoiceField(TAGS)
    phone = PhoneSought(max_length=40, help_text="the whole number, however written; desks only")
    id_number = PlainText(max_length=40, help_text="the whole number, however written; desks only")
    state = serializers.ChoiceField(Household.State.values)
    cadre = IdField(help_text="paired with this cadre today")
    unpaired = YesNo(help_text="nobody in post A today")
    not_visited_since = DayField(help_text="no visit on this day or later")
    near = PointField(help_text="nearest first, with distance_m")
    radius_m = serializers.IntegerField(min_value=1, max_value=MOST_RADIUS_M, help_text="of `near`: 1000")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "radius_m" in attrs and "near" not in attrs:
            raise serializers.ValidationError({"radius_m": "near=lat,lon"}, code="required")
        return attrs
