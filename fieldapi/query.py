"""What a list is asked for: its query parameters, checked, and refused by name where unknown.

A list's parameters are a serializer, which the API document shows too (`parameters=[OpinionQuery]`).
"""

from datetime import datetime
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from fieldapi.calendar import start_of
from fieldapi.errors import Fault, Refused, faults_of
from fieldapi.fields import DayField, InstantField

PAGING = frozenset({"limit", "cursor"})
BROKEN = "\ufffd"  # what Django puts where percent-encoded bytes are no UTF-8; nobody searches for it


class QuerySerializer(serializers.Serializer):
    """A list's parameters; each is optional."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


@extend_schema_field({"type": "string"})
class Opaque(serializers.Field):
    """What only its reader can judge: no text is a fault."""

    def to_internal_value(self, data: Any) -> str:
        return str(data)


Q = TypeVar("Q", bound=QuerySerializer)


def asked_for(request: Request, serializer: type[Q]) -> dict[str, Any]:
    """The parameters that were given, as Python values; an empty one counts as not given.

    Refuses `bad_query` with a fault at `?name` for each that is unknown or cannot be read.
    """
    given = {
        name: value for name, value in request.query_params.items() if name not in PAGING and value != ""
    }
    asked = serializer(data=given)
    faults = [Fault(f"?{name}", "unknown_parameter") for name in given if name not in asked.fields]
    faults += [
        Fault(f"?{name}", "not_utf8")
        for name, value in given.items()
        if BROKEN in value and not isinstance(asked.fields.get(name), Opaque)
    ]
    if not asked.is_valid():
        faults += [
            Fault(f"?{fault.pointer[1:]}", fault.code, fault.detail) for fault in faults_of(asked.errors)
        ]
    if faults:
        raise Refused("bad_query", errors=faults)
    return dict(asked.validated_data)


@extend_schema_field({"type": "string", "enum": ["yes", "no"]})
class YesNo(serializers.Field):
    """`yes` → True, `no` → False."""

    default_error_messages = {"invalid_choice": "yes / no"}

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("yes", "no"):
            self.fail("invalid_choice")
        return bool(data == "yes")


@extend_schema_field(
    {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
)
class MomentField(InstantField):
    """An instant, or a day for the midnight at which it begins; a space is the `+` it was."""

    def to_internal_value(self, data: Any) -> datetime:
        if isinstance(data, str) and len(data) == 10:
            return start_of(DayField().to_internal_value(data))
        return super().to_internal_value(data.replace(" ", "+") if isinstance(data, str) else data)


UNIT_CODE = "^(?:[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})"


@extend_schema_field({"type": "string", "pattern": f"{UNIT_CODE}$", "example": "530626101"})
class UnitField(serializers.RegexField):
    """A unit's code: rows of its whole subtree are meant."""

    def __init__(self, **kwargs: Any):
        super().__init__(rf"{UNIT_CODE}\Z", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))
