"""Serializer fields of the contract: strict ids, instants with an offset, days, months, text."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.validators import MaxLengthValidator
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from fieldapi.calendar import Month, start_of
from fieldapi.errors import words
from fieldapi.ids import SHAPE, as_id
from fieldapi.tables import Unreadable, id_number, phone

FIRST_DAY, END_OF_DAYS = date(1970, 1, 1), date(2100, 1, 1)
EARLIEST, LATEST = (start_of(day).astimezone(UTC) for day in (FIRST_DAY, END_OF_DAYS))
NO_OFFSET, FARTHEST = timedelta(), timedelta(hours=15, minutes=59)
"""RFC 3339 writes offsets up to 23:59, PostgreSQL reads them up to 15:59; no place is further off than 14 hours."""
MOST_EXACT = 2**53  # beyond it a JSON number with a point does not say which whole number is meant


@extend_schema_field(OpenApiTypes.UUID)
class IdField(serializers.Field):
    """A lower-case hyphenated UUID."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not SHAPE.fullmatch(data):
            raise serializers.ValidationError(words("bad_id"), code="bad_id")
        return as_id(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field):
    """RFC 3339 with an offset, kept in whole milliseconds, from 1970 to 2100; or what a push has made an instant."""

    def to_internal_value(self, data: Any) -> datetime:
        moment = data if isinstance(data, datetime) else _parsed(data)
        if moment is None or moment.tzinfo is None:
            raise serializers.ValidationError(words("bad_instant"), code="bad_instant")
        if not EARLIEST <= moment < LATEST:
            raise serializers.ValidationError(words("impossible_time"), code="impossible_time")
        if abs(moment.utcoffset() or NO_OFFSET) > FARTHEST:
            moment = moment.astimezone(UTC)
        beyond = moment.microsecond % 1000
        return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment

    def to_representation(self, value: datetime) -> datetime:
        return value


def _parsed(text: Any) -> datetime | None:
    try:
        return parse_datetime(text) if isinstance(text, str) and len(text) <= 40 else None
    except ValueError:
        return None


@extend_schema_field(OpenApiTypes.DATE)
class DayField(serializers.Field):
    """`YYYY-MM-DD`, a day in Asia/Shanghai, from 1900 to 2100."""

    def to_internal_value(self, data: Any) -> date:
        try:
            day = date.fromisoformat(data) if isinstance(data, str) and len(data) == 10 else None
        except ValueError:
            day = None
        if day is None or not 1900 <= day.year < 2100:
            raise serializers.ValidationError(words("bad_day"), code="bad_day")
        return day

    def to_representation(self, value: date) -> str:
        return value.isoformat()


@extend_schema_field(
    {
        "type": "string",
        "pattern": "^(?:19[7-9][0-9]|20[0-9]{2})-(?:0[1-9]|1[0-2])$",
        "example": "2026-10",
    }
)
class MonthField(serializers.Field):
    """`YYYY-MM`, a month in Asia/Shanghai, from 1970 to 2099."""

    def to_internal_value(self, data: Any) -> Month:
        try:
            month = Month.parse(data) if isinstance(data, str) else None
        except ValueError:
            month = None
        if month is None or not FIRST_DAY <= month.first < END_OF_DAYS:
            raise serializers.ValidationError(words("bad_month"), code="bad_month")
        return month

    def to_representation(self, value: Month) -> str:
        return str(value)


class PlainText(serializers.CharField):
    """Text as typed, of at most `max_length` characters; numbers and booleans are no text."""

    def __init__(self, max_length: int, **kwargs: Any):
        super().__init__(max_length=max_length, **kwargs)
        self.validators = [Fits(max_length, self.validators)]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data.strip() if self.trim_whitespace else data


class Fits(MaxLengthValidator):
    """No text too long, none that a database cannot hold. Nearly all are good: the others' faults are worded by DRF's
    own validators, which look at one character after the other.
    """

    def __init__(self, max_length: int, wording: Sequence[Callable[..., None]]):
        super().__init__(max_length)
        self.most, self.wording = max_length, wording

    def __call__(self, text: str) -> None:
        if len(text) > self.most or "\x00" in text or not _is_unicode(text):
            for validate in self.wording:
                validate(text)


def _is_unicode(text: str) -> bool:
    """Without halves of characters (surrogates)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class NumberField(PlainText):
    """A number as people type it, brought to one form; `""` for none. A masked one cannot be written."""

    def __init__(self, **kwargs: Any):
        super().__init__(max_length=40, allow_blank=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return self.in_one_form(text) if text else ""
        except Unreadable as fault:
            raise serializers.ValidationError(words(fault.code), code=fault.code) from fault

    def in_one_form(self, typed: str) -> str:
        """Raises Unreadable."""
        raise NotImplementedError


class PhoneField(NumberField):
    def in_one_form(self, typed: str) -> str:
        return phone(typed)


class IdentityField(NumberField):
    def in_one_form(self, typed: str) -> str:
        return id_number(typed)


class StrictSerializer(serializers.Serializer):
    """A desk's body: fields it does not know are refused by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            told = ErrorDetail(words("unknown_field"), code="unknown_field")
            raise serializers.ValidationError({str(name): [told] for name in unknown})
        return super().to_internal_value(data)


class Count(serializers.IntegerField):
    """A whole number, also written `4.0` as some clients do; booleans and texts are none."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer() and abs(data) <= MOST_EXACT:
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A number of JSON; booleans and texts are none."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data)


class Whether(serializers.BooleanField):
    """`true` or `false`, nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class _Place(StrictSerializer):
    lat = Number(min_value=-90, max_value=90)
    lon = Number(min_value=-180, max_value=180)


@extend_schema_field(
    {
        "type": "object",
        "description": "A point in WGS-84.",
        "required": ["lat", "lon"],
        "additionalProperties": False,
        "properties": {
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "lon": {"type": "number", "minimum": -180, "maximum": 180},
        },
    }
)
class PlaceField(serializers.Field):
    """`{"lat", "lon"}` ↔ (lat, lon) in WGS-84. Always both, also in a partial edit."""

    def to_internal_value(self, data: Any) -> tuple[float, float]:
        place = _Place(data=data)
        place.is_valid(raise_exception=True)
        return place.validated_data["lat"], place.validated_data["lon"]

    def to_representation(self, value: tuple[float, float]) -> dict[str, float]:
        return {"lat": value[0], "lon": value[1]}


class PlainObject(serializers.DictField):
    """Any JSON object without NUL characters, which a database's text cannot hold."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        said = dict(super().to_internal_value(data))
        if told := _nul_in(said):
            raise serializers.ValidationError(told)
        return said


def _nul_in(value: Any) -> Any:
    """DRF's error detail for the first NUL in a value of JSON, nested as the value is; None without one."""
    if isinstance(value, str):
        told = ErrorDetail(words("bad_character"), code="bad_character")
        return [told] if "\x00" in value else None
    if not isinstance(value, dict | list):
        return None
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if told := _nul_in(str(name)):
            return told
        if told := _nul_in(inner):
            return {str(name): told}
    return None
