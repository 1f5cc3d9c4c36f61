"""Who works here: units, offices, users, the phones they use, and the days they are away."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from cadres.units import LEVELS, ancestors, county_of, within
from fieldapi.access import Role
from fieldapi.calendar import start_of
from fieldapi.ids import new_id
from fieldapi.models import Identified, Versioned
from fieldapi.secrets import BlindIndexField, SecretField


class Located(models.Model):
    """Something that may have a place on the map."""

    lat = models.FloatField(null=True)  # WGS-84
    lon = models.FloatField(null=True)

    class Meta:
        abstract = True

    @property
    def point(self) -> tuple[float, float] | None:
        """(lat, lon) in WGS-84."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Everybody sees the divisions of their own unit's subtree."""
        return self.within(user.unit_id)

    def within(self, code: str) -> Self:
        return self.filter(**within(code, field="code"))


class Unit(Located, Versioned):
    """An administrative division, from province down to the villagers' group."""

    code = models.CharField(max_length=15, primary_key=True)
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=[(level, level) for level in LEVELS.values()])
    far_m = models.PositiveIntegerField(null=True)  # its own threshold for the flag `far`, in metres

    objects = UnitQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class OfficeQuerySet(models.QuerySet["Office"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        return self.filter(Q(**within(user.unit_id)) | Q(pk=user.office_id))


class Office(Identified, Versioned):
    """责任科室: a department of a unit that tasks can be given to."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="offices", db_column="unit")
    name = models.CharField(max_length=100)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="office_name_once_in_a_unit")]


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Everybody sees the people of their own unit's subtree (phones masked), so that tasks can name them."""
        return self.filter(Q(**within(user.unit_id)) | Q(pk=user.pk))

    def may_serve(self, unit: str) -> Self:
        """Active cadres who may be paired with households of `unit`: of its county, or of a unit above it."""
        near = Q(**within(county_of(unit))) | Q(unit__in=ancestors(unit))
        return self.filter(near, active=True, role=Role.CADRE)


class Users(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a base made at run time
    pass


class User(Located, AbstractBaseUser, Versioned):
    """A cadre, supervisor, leader or admin. `username` is trimmed, width- and case-folded.

    Its place is where pairing suggestions count from.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    username = models.CharField(max_length=150, unique=True)
    full_name = models.CharField(max_length=100)
    phone = SecretField(default="")
    phone_index = BlindIndexField(of="phone", db_index=True)
    role = models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="users", db_column="unit")
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="users")
    active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    objects = Users()

    class Meta:
        indexes = [models.Index(fields=["unit", "role"], name="users_of_unit")]

    @property
    def sees_subtree(self) -> bool:
        """Desks see their unit's subtree; a cadre sees a working set."""
        return self.role != Role.CADRE

    def governs(self, unit: str) -> bool:
        """`unit` (a code) lies in this user's subtree."""
        return unit.startswith(self.unit_id)


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        """Own devices; an admin also those of the subtree's people, a supervisor those of its cadres."""
        subtree = Q(**within(user.unit_id, field="user__unit"))
        if user.role == Role.ADMIN:
            return self.filter(Q(user=user) | subtree)
        if user.role == Role.SUPERVISOR:
            return self.filter(Q(user=user) | subtree & Q(user__role=Role.CADRE))
        return self.filter(user=user)

    def not_synced_since(self, day: date) -> Self:
        """Devices that exchanged no rows on `day` or later, those included that never did."""
        return self.filter(Q(last_synced_at=None) | Q(last_synced_at__lt=start_of(day)))


class Device(Identified):
    """A phone (or browser) as one user uses it, with that user's session on it.

    Signing in again on the same phone begins a new session and ends the one before. `generation` is the highest
    generation of refresh token that was ever presented (see `sessions.py`).
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    phone_id = models.CharField(max_length=64, default="")  # the phone's own id; "" for a browser or curl
    name = models.CharField(max_length=100, default="")
    platform = models.CharField(max_length=40, default="")
    app_version = models.CharField(max_length=40, default="")
    session = models.UUIDField(unique=True, default=new_id)
    generation = models.PositiveIntegerField(default=0)
    generation_at = models.DateTimeField()
    signed_in_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField()
    last_synced_at = models.DateTimeField(null=True)  # rows were last pushed, pulled or PUT
    unsent = models.PositiveIntegerField(null=True)
    clock_offset_ms = models.BigIntegerField(
        null=True
    )  # the phone's clock less the server's, when last measured

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "phone_id"], condition=~Q(phone_id=""), name="a_phone_once_per_user"
            )
        ]
        indexes = [models.Index(fields=["user", "last_seen_at"], name="devices_of_user")]


class SignInFailure(models.Model):
    """One wrong password. Kept for the lock's window, then deleted by `run_due`."""

    username = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["username", "at"], name="failures_of_account"),
            models.Index(fields=["address", "at"], name="failures_from_address"),
        ]


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, user: User, *, today: date) -> Self:
        if user.sees_subtree:
            return self.filter(**within(user.unit_id, field="cadre__unit"))
        return self.filter(cadre=user)

    def on(self, day: date) -> Self:
        """Absences that cover `day`; both ends are days away."""
        return self.filter(started_on__lte=day, ended_on__gte=day)


class Absence(Identified, Versioned):
    """Days a cadre is away: the other post covers (顶岗)."""

    cadre = models.ForeignKey(User, models.PROTECT, related_name="absences")
    started_on = models.DateField()
    ended_on = models.DateField()
    reason = models.CharField(max_length=500)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on")), name="absence_ends_after_it_starts"
            )
        ]
        indexes = [models.Index(fields=["cadre", "started_on"], name="absences_of_cadre")]


class AbsenceChange(models.Model):
    """An absence of a cadre was entered, changed or taken back: who covers, or covered, is to be judged anew."""

    cadre = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)


class ClosedMonth(models.Model):
    """A month that was closed for a unit, alone or with the unit above it. Late rows look here (`months.py`)."""

    unit = models.CharField(max_length=15)
    month = models.DateField()  # its first day
    closed_at = models.DateTimeField()
    closed_by = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "month"], name="a_month_closes_once_per_unit")]
