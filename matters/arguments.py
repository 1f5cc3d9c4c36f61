"""What each verb must be told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from fieldapi.errors import Refused, faults_of
from fieldapi.fields import Count, DayField, IdField, PlainText, StrictSerializer
from fieldapi.ids import SHAPE

MOST_TEXT = 5000
MOST_PHOTOS = 50
MOST_OFFICES = 50


class Fixings(StrictSerializer):
    """Any of the five fixings (五定).

    The handler stays as named, also while away. To assign without office and handler where neither stands makes the
    handler who is on post at the household that raised it first: post A, or B while A is away.
    """

    office = IdField(required=False)
    handler = IdField(required=False)
    plan = PlainText(MOST_TEXT, required=False)
    due_on = DayField(required=False)
    closing_standard = PlainText(MOST_TEXT, required=False)


class Extension(StrictSerializer):
    due_on = DayField()
    reason = PlainText(MOST_TEXT)


class Escalation(StrictSerializer):
    reason = PlainText(MOST_TEXT)
    due_on = DayField(required=False)


class Offices(StrictSerializer):
    """The offices whose view is asked for, and why."""

    offices = serializers.ListField(child=IdField(), min_length=1, max_length=MOST_OFFICES)
    reason = PlainText(MOST_TEXT)


class View(StrictSerializer):
    view = PlainText(MOST_TEXT)


class Decision(StrictSerializer):
    decision = PlainText(MOST_TEXT)


class Reason(StrictSerializer):
    reason = PlainText(MOST_TEXT)


class Outcome(StrictSerializer):
    """What was done about it; `evidence` names photos of the task, or of visits made to work on it."""

    outcome = PlainText(MOST_TEXT)
    evidence = serializers.ListField(child=IdField(), required=False, max_length=MOST_PHOTOS)


class HouseholdSatisfied(StrictSerializer):
    """A household that raised it is content; `satisfaction` from 1 to 5 where it was asked."""

    household = IdField()
    satisfaction = Count(min_value=1, max_value=5, required=False, allow_null=True)


class Into(StrictSerializer):
    """The live task that takes the opinions over."""

    into = IdField()


def understood(serializer: type[StrictSerializer], args: Any, *, from_phone: bool) -> dict[str, Any]:
    """The arguments as Python values, or `bad_input`. A phone's null, "" and unknown names count as absent."""
    if from_phone and isinstance(args, Mapping):
        known = serializer().fields
        args = {name: value for name, value in args.items() if name in known and value not in (None, "")}
    asked = serializer(data=args)
    if not asked.is_valid():
        raise Refused("bad_input", errors=faults_of(asked.errors))
    return dict(asked.validated_data)


def photos_named(verb: str, args: Any) -> list[UUID]:
    """The photos given as evidence that a task is finished, as far as they can be read."""
    named = args.get("evidence") if verb == "finish" and isinstance(args, Mapping) else None
    listed = named if isinstance(named, list) else []
    return [UUID(one) for one in listed if isinstance(one, str) and SHAPE.fullmatch(one)]


def tasks_named(args: Any) -> list[UUID]:
    """Other tasks the arguments speak of, so that all can be locked in order before anything is judged."""
    named = args.get("into") if isinstance(args, Mapping) else None
    return [UUID(named)] if isinstance(named, str) and SHAPE.fullmatch(named) else []
