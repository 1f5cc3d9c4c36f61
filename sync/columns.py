"""The columns phones own, table by table, and how a row is read.

Absent, null and "" are the same. What the server does not know is kept beside the row, with its pointer;
columns of the server's own are passed over.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, cast

from django.core.exceptions import ValidationError
from rest_framework import serializers

from fieldapi.coordinates import SYSTEMS
from fieldapi.errors import words
from fieldapi.fields import Count, DayField, IdField, InstantField, Number, PlainObject, PlainText, Whether
from fieldapi.json import instant
from opinions.models import Opinion, Reply
from visits.amend import MAY_BE_EMPTIED
from visits.models import Visit
from visits.presence import FOR_ANYBODY

MOST_NESTED = 500
MOST_TEXT = 10_000
IGNORED = "ignored"


class Typed(PlainText):
    """Text as it was typed, blanks at its ends included; where it may be left out, it may be all blanks."""

    def __init__(self, max_length: int, **kwargs: Any):
        needed = kwargs.get("required", True)
        super().__init__(max_length, allow_blank=not needed, trim_whitespace=needed, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


Check = Callable[[Any], Any]


def shortcut(field: serializers.Field) -> Check:
    """What `run_validation` makes of a good value that is neither null nor "". Raises for others, whose faults
    `run_validation` words.
    """
    read, validators = field.to_internal_value, cast(Sequence[Check], tuple(field.validators))
    if isinstance(field, (Count, Number)) and field.min_value is not None and field.max_value is not None:
        return partial(_within, read, field.min_value, field.max_value)
    if isinstance(field, serializers.CharField):
        return partial(_text, read, validators, not field.allow_blank)
    if type(field).run_validation is serializers.Field.run_validation:
        return partial(_plain, read, validators) if validators else read
    return cast(Check, field.run_validation)


def _within(read: Check, least: float, most: float, data: Any) -> Any:
    value = read(data)
    if not least <= value <= most:
        raise serializers.ValidationError
    return value


def _plain(read: Check, validators: Sequence[Check], data: Any) -> Any:
    value = read(data)
    for validate in validators:
        validate(value)
    return value


def _text(read: Check, validators: Sequence[Check], needed: bool, data: Any) -> Any:
    text = _plain(read, validators, data)
    if needed and (not text or text.isspace()):
        raise serializers.ValidationError
    return text


def _checked(field: serializers.Field, check: Check, data: Any) -> Any:
    try:
        return check(data)
    except (serializers.ValidationError, ValidationError):
        return field.run_validation(data)


class PhoneRow(serializers.Serializer):
    """One row as a phone sends it. `validated_data` holds every column, and `ignored`: {pointer: value}."""

    null_is_absent = True
    servers: frozenset[str] = frozenset(
        {"id", "version", "received_at", "occurred_at", "device", "state", "unit_name"}
    )

    @cached_property
    def own(self) -> dict[str, tuple[serializers.Field, Check, Check | None]]:
        """Each column, its shortcut, and what else is asked of its value."""
        return {
            name: (field, shortcut(field), getattr(self, f"validate_{name}", None))
            for name, field in self.fields.items()
        }

    @cached_property
    def known(self) -> frozenset[str]:
        return self.servers.union(self.own)

    @cached_property
    def inner(self) -> dict[str, Collection[str]]:
        """Columns that hold a row of their own, with that one's columns."""
        return {name: field.own for name, (field, _, _) in self.own.items() if isinstance(field, PhoneRow)}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As DRF would, but for what was not sent, which most columns are, there is nothing to do."""
        if not isinstance(data, dict):
            return super().to_internal_value(data)
        row: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for name, (field, check, also) in self.own.items():
            sent = data.get(name)
            is_sent = sent is not None and sent != ""
            row[name] = None
            if not is_sent and not field.required:
                continue
            try:
                value = _checked(field, check, sent) if is_sent else field.run_validation()
                row[name] = also(value) if also else value
            except serializers.ValidationError as fault:
                faults[name] = fault.detail
        if faults:
            raise serializers.ValidationError(faults)
        row[IGNORED] = self._unknown(data)
        return row

    def run_validators(self, value: Any) -> None:
        """A row has none of its own."""

    def _unknown(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """What it does not know in `said` and, one level down, in the rows that stand in it: {pointer: value}."""
        unknown = {
            step(name): value
            for name, value in said.items()
            if name not in self.known and value is not None and value != ""
        }
        for name, known in self.inner.items():
            for key, value in (said.get(name) or {}).items():
                if key not in known:
                    unknown[f"{name}/{step(key)}"] = value
        return unknown


def step(name: str) -> str:
    """A name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent of a row that stands in another, as it is stored and answered."""
    return {name: value for name, value in row.items() if value is not None and name != IGNORED}


class Location(PhoneRow):
    """Where the phone was. `accuracy_m` metres, `system` the coordinates' own."""

    lat = Number(min_value=-90, max_value=90)
    lon = Number(min_value=-180, max_value=180)
    accuracy_m = Number(min_value=0, max_value=1e7, required=False)
    system = serializers.ChoiceField(choices=SYSTEMS, required=False)
    mocked = Whether(required=False)
    fixed_at = InstantField(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As it is stored and answered: what was sent, the time written with +08:00."""
        row = super().to_internal_value(data)
        if row["fixed_at"] is not None:
            row["fixed_at"] = instant(row["fixed_at"])
        return told(row)


class Visitor(PhoneRow):
    """Who came, where it was no household here."""

    name = PlainText(100)
    address = PlainText(300, required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        return told(super().to_internal_value(data))


class DeviceSaid(PhoneRow):
    """What the phone says of itself beside a row."""

    clock_at = InstantField(required=False)
    app_version = PlainText(40, required=False)


class LinkIds(serializers.DictField):
    """Ids of the rows that link this one with others, by the other's id: where a phone keeps such rows itself."""

    child = IdField()


class OpinionColumns(PhoneRow):
    servers = PhoneRow.servers | {
        "suggested_categories", "group", "task", "replies", "standing", "day", "by", "ignored_fields",
        "resolved_on", "declined_on", "replied_on",
    }  # fmt: skip

    visit = IdField(required=False)
    household = IdField(required=False)
    unit = PlainText(15, required=False)
    voice = Typed(200, required=False)
    made_at = InstantField(required=False)
    text = Typed(MOST_TEXT)
    kind = serializers.ChoiceField(choices=Opinion.Kind.choices)
    category = PlainText(40, required=False)
    wants_reply = Whether(required=False)
    made_by = IdField(required=False)


class MatterColumns(PhoneRow):
    servers = PhoneRow.servers | {"unit", "task", "photos", "recorded_by", "withdrawn_at", "ignored_fields"}

    visit = IdField(required=False)
    title = Typed(200)
    done_on = DayField(required=False)
    households = serializers.ListField(child=IdField(), required=False, max_length=MOST_NESTED)
    opinions = serializers.ListField(child=IdField(), required=False, max_length=MOST_NESTED)
    satisfaction = Count(min_value=1, max_value=5, required=False)
    link_ids = LinkIds(required=False)
    made_by = IdField(required=False)


class PhotoColumns(PhoneRow):
    servers = PhoneRow.servers | {
        "problem",
        "stored_at",
        "width",
        "height",
        "media_type",
        "by",
        "ignored_fields",
    }

    visit = IdField(required=False)
    task = IdField(required=False)
    matter = IdField(required=False)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z")
    bytes = Count(min_value=1, max_value=2**53)
    taken_at = InstantField(required=False)
    caption = Typed(500, required=False)
    made_by = IdField(required=False)


class VisitColumns(PhoneRow):
    servers = PhoneRow.servers | {
        "cadre", "unit", "post", "cover", "point", "distance_m", "flags", "complete", "withdrawn", "amendments",
        "amended", "day", "ignored_fields",
    }  # fmt: skip

    household = IdField(required=False)
    visitor = Visitor(required=False)
    kind = serializers.ChoiceField(choices=Visit.Kind.choices)
    started_at = InstantField()
    ended_at = InstantField(required=False)
    people_met = Count(min_value=0, max_value=100_000, required=False)
    companions = serializers.ListField(child=IdField(), required=False, max_length=MOST_NESTED)
    tasks = serializers.ListField(child=IdField(), required=False, max_length=MOST_NESTED)
    location = Location(required=False)
    note = Typed(MOST_TEXT, required=False)
    opinions = serializers.ListField(required=False, max_length=MOST_NESTED)
    matters = serializers.ListField(required=False, max_length=MOST_NESTED)
    photos = serializers.ListField(required=False, max_length=MOST_NESTED)
    link_ids = LinkIds(required=False)
    made_by = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A household; or, where the kind is for anybody, a visitor."""
        if attrs["household"] is None and (attrs["visitor"] is None or attrs["kind"] not in FOR_ANYBODY):
            missing = "visitor" if attrs["kind"] in FOR_ANYBODY else "household"
            raise serializers.ValidationError(
                {missing: self.fields[missing].error_messages["required"]}, code="required"
            )
        return attrs


class ReplyColumns(PhoneRow):
    servers = PhoneRow.servers | {"opinion", "by", "ignored_fields"}

    text = Typed(MOST_TEXT)
    how = serializers.ChoiceField(choices=Reply.How.choices)
    told_at = InstantField()
    made_by = IdField(required=False)


class Changes(PhoneRow):
    """What an amendment sets. A field not sent stays; one sent as null is emptied, where it may be."""

    null_is_absent = False

    note = Typed(MOST_TEXT, required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=Visit.Kind.choices, required=False)
    household = IdField(required=False)
    started_at = InstantField(required=False)
    ended_at = InstantField(required=False, allow_null=True)
    location = Location(required=False, allow_null=True)
    withdrawn = Whether(required=False)


class AmendmentColumns(PhoneRow):
    servers = PhoneRow.servers | {"visit", "by", "ignored_fields"}

    made_at = InstantField()
    reason = Typed(500)
    changes = PlainObject()
    made_by = IdField(required=False)

    def _unknown(self, said: Mapping[str, Any]) -> dict[str, Any]:
        changes = {
            f"changes/{step(name)}": value
            for name, value in said["changes"].items()
            if name not in Changes._declared_fields
        }
        return super()._unknown(said) | changes

    def validate_changes(self, value: dict[str, Any]) -> dict[str, Any]:
        """Checked, and kept as sent."""
        if not any(name in Changes._declared_fields for name in value):
            raise serializers.ValidationError(words("nothing_to_change"), code="nothing_to_change")
        Changes(data=value).is_valid(raise_exception=True)
        emptied = {name for name, said in value.items() if said is None or said == ""}
        if kept := emptied & Changes._declared_fields.keys() - MAY_BE_EMPTIED.keys():
            raise serializers.ValidationError({name: words("required") for name in sorted(kept)}, "required")
        return value


class TaskActionColumns(PhoneRow):
    servers = PhoneRow.servers | {"by", "was", "became", "ignored_fields"}

    task = IdField()
    verb = PlainText(20)
    args = PlainObject(required=False)
    made_at = InstantField()
    made_by = IdField(required=False)


class CompanionColumns(PhoneRow):
    visit = IdField()
    user = IdField()
    made_by = IdField(required=False)


class VisitTaskColumns(PhoneRow):
    visit = IdField()
    task = IdField()
    made_by = IdField(required=False)


class MatterHouseholdColumns(PhoneRow):
    matter = IdField()
    household = IdField()
    made_by = IdField(required=False)


class MatterOpinionColumns(PhoneRow):
    matter = IdField()
    opinion = IdField()
    made_by = IdField(required=False)
