"""Units, offices, people and absences over HTTP."""

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cadres import actions, examples
from cadres.models import Absence, Office, Unit, User
from cadres.serializers import (
    ROLES,
    AbsenceEdit,
    AbsenceShown,
    NewAbsence,
    NewOffice,
    NewUnit,
    NewUser,
    NewUserShown,
    OfficeEdit,
    OfficeShown,
    OneTimePassword,
    UnitEdit,
    UnitShown,
    UserPatch,
    UserShown,
)
from cadres.units import LEVELS, within
from fieldapi.access import allows
from fieldapi.api import Rows, etag, expected_version
from fieldapi.errors import Fault, Refused
from fieldapi.fields import DayField, IdField, PlainText
from fieldapi.query import QuerySerializer, UnitField, YesNo


class UnitQuery(QuerySerializer):
    under = UnitField(help_text="Units of this subtree, itself included.")
    level = serializers.ChoiceField(choices=list(LEVELS.values()))
    q = PlainText(100, help_text="Part of the name.")


@examples.shown(examples.UNIT)
class Units(Rows):
    """Administrative divisions of the own unit's subtree, by their codes."""

    resource = "units"
    rows = Unit.objects
    id_is_uuid = False
    ordering = ("code",)
    query = UnitQuery
    serializer_class = UnitShown

    def filtered(self, rows: models.QuerySet[Any], asked: dict[str, Any]) -> models.QuerySet[Any]:
        if "under" in asked:
            rows = rows.filter(**within(asked["under"], field="code"))
        if "level" in asked:
            rows = rows.filter(level=asked["level"])
        if "q" in asked:
            rows = rows.filter(name__contains=asked["q"])
        return rows

    @extend_schema(
        summary="Add a unit below one that is there",
        request=NewUnit,
        responses={201: UnitShown},
        examples=[examples.NEW_UNIT],
    )
    def create(self, request: Request) -> Response:
        """The level follows from the code, and so does the parent: the code's prefix."""
        return self.shown(actions.add_unit(by=self.by, **self.body(NewUnit)), status=201)

    @extend_schema(summary="Edit a unit", request=UnitEdit, responses=UnitShown)
    def partial_update(self, request: Request, pk: str) -> Response:
        version, values = expected_version(request), self.body(UnitEdit, partial=True)
        return self.shown(actions.edit_unit(by=self.by, unit=self.get_object(), version=version, **values))


class OfficeQuery(QuerySerializer):
    unit = UnitField()
    q = PlainText(100, help_text="Part of the name.")


@examples.shown(examples.OFFICE)
class Offices(Rows):
    """责任科室: departments of units that tasks can be given to."""

    resource = "offices"
    rows = Office.objects
    query = OfficeQuery
    serializer_class = OfficeShown

    def filtered(self, rows: models.QuerySet[Any], asked: dict[str, Any]) -> models.QuerySet[Any]:
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "q" in asked:
            rows = rows.filter(name__contains=asked["q"])
        return rows

    @extend_schema(
        summary="Add an office",
        request=NewOffice,
        responses={201: OfficeShown},
        examples=[examples.NEW_OFFICE],
    )
    def create(self, request: Request) -> Response:
        return self.shown(actions.add_office(by=self.by, **self.body(NewOffice)), status=201)

    @extend_schema(summary="Rename an office", request=OfficeEdit, responses=OfficeShown)
    def partial_update(self, request: Request, pk: str) -> Response:
        version, values = expected_version(request), self.body(OfficeEdit, partial=True)
        return self.shown(
            actions.edit_office(by=self.by, office=self.get_object(), version=version, **values)
        )


class UserQuery(QuerySerializer):
    unit = UnitField()
    office = IdField()
    role = serializers.ChoiceField(choices=ROLES)
    active = YesNo()
    may_serve = UnitField(
        help_text="Cadres who may be paired with households of this unit, wherever in the county or above"
        " they are from; for those who pair."
    )
    q = PlainText(100, help_text="Part of the name or the user name.")


@examples.shown(examples.USER)
class People(Rows):
    """The people of the own unit's subtree."""

    resource = "users"
    rows = User.objects
    ordering = ("username",)
    query = UserQuery
    serializer_class = UserShown

    def filtered(self, rows: models.QuerySet[Any], asked: dict[str, Any]) -> models.QuerySet[Any]:
        if "may_serve" in asked:
            rows = self.may_serve(asked["may_serve"])
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"]))
        if "q" in asked:
            words = models.Q(full_name__contains=asked["q"]) | models.Q(username__contains=asked["q"].lower())
            rows = rows.filter(words)
        return rows.filter(**{name: asked[name] for name in ("office", "role", "active") if name in asked})

    def may_serve(self, unit: str) -> models.QuerySet[User]:
        """Whom one may pair there: a bureau's cadres too, whom one does not see otherwise."""
        if not allows(self.by.role, "pairings.create"):
            raise Refused("permission_denied")
        if not Unit.objects.within(self.by.unit_id).filter(pk=unit).exists():
            raise Refused("bad_query", errors=[Fault("?may_serve", "unit_unknown")])
        return User.objects.may_serve(unit)

    @extend_schema(
        summary="Add a user",
        request=NewUser,
        responses={201: NewUserShown},
        examples=[examples.NEW_USER],
    )
    def create(self, request: Request) -> Response:
        """The answer tells a one-time password, which must be changed at first sign-in."""
        row, password = actions.add_user(by=self.by, **self.body(NewUser))
        shown = {**self.get_serializer(row).data, "one_time_password": password}
        return Response(shown, status=201, headers=etag(row))

    @extend_schema(summary="Edit a user", request=UserPatch, responses=UserShown)
    def partial_update(self, request: Request, pk: str) -> Response:
        """A new role and the end of `active` end the user's sessions at once."""
        version, values = expected_version(request), self.body(UserPatch, partial=True)
        return self.shown(actions.edit_user(by=self.by, user=self.get_object(), version=version, **values))

    @extend_schema(summary="Give a new one-time password", request=None, responses={200: OneTimePassword})
    def password(self, request: Request, pk: str) -> Response:
        """It takes the place of the present password; the user's sessions end at once."""
        password = actions.renew_password(by=self.by, user=self.get_object())
        return Response({"one_time_password": password})


class AbsenceQuery(QuerySerializer):
    cadre = IdField()
    unit = UnitField()
    on = DayField(help_text="Absences that cover this day.")


@examples.shown(examples.ABSENCE)
class Absences(Rows):
    """Days cadres are away: the other post of their households covers (顶岗)."""

    resource = "absences"
    rows = Absence.objects
    ordering = ("-started_on", "-id")
    query = AbsenceQuery
    serializer_class = AbsenceShown

    def get_queryset(self) -> models.QuerySet[Absence]:
        return super().get_queryset().select_related("cadre")

    def filtered(self, rows: Any, asked: dict[str, Any]) -> models.QuerySet[Any]:
        if "cadre" in asked:
            rows = rows.filter(cadre=asked["cadre"])
        if "unit" in asked:
            rows = rows.filter(**within(asked["unit"], field="cadre__unit"))
        return rows.on(asked["on"]) if "on" in asked else rows

    @extend_schema(
        summary="Record an absence",
        request=NewAbsence,
        responses={201: AbsenceShown},
        examples=[examples.NEW_ABSENCE],
    )
    def create(self, request: Request) -> Response:
        return self.shown(actions.record_absence(by=self.by, **self.body(NewAbsence)), status=201)

    @extend_schema(summary="Edit an absence", request=AbsenceEdit, responses=AbsenceShown)
    def partial_update(self, request: Request, pk: str) -> Response:
        version, values = expected_version(request), self.body(AbsenceEdit, partial=True)
        absence = self.get_object()
        return self.shown(actions.edit_absence(by=self.by, absence=absence, version=version, **values))

    @extend_schema(summary="Take back an absence", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        actions.remove_absence(by=self.by, absence=self.get_object())
        return Response(status=204)
