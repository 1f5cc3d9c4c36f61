"""What desks do with units, offices, people and absences. Each is one transaction with its journal line.

Nobody reaches beyond the own unit's subtree: a unit out there is `unit_unknown`, like one that does not exist.
"""

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction

from cadres.models import Absence, AbsenceChange, Office, Unit, User
from cadres.passwords import one_time_password, refuse_weak
from cadres.sessions import end_all_of
from cadres.units import level_of, parent_of
from cadres.usernames import folded, may_be_given
from fieldapi import clock
from fieldapi.access import Role
from fieldapi.api import change
from fieldapi.errors import Faults, Refused
from fieldapi.ids import new_id
from fieldapi.journal import note_down

UNTOLD = frozenset({"phone"})  # the journal says that it changed, not what it was
Place = tuple[float, float] | None
Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def add_unit(*, by: User, code: str, name: str, place: Place = None, far_m: int | None = None) -> Unit:
    """A unit below one that is there. Refuses unit_unknown, already_exists."""
    parent = parent_of(code)
    if not by.governs(code) or not (parent is None or Unit.objects.filter(pk=parent).exists()):
        raise Refused("unit_unknown", "/code")
    row = Unit(code=code, name=name, level=level_of(code), far_m=far_m, changed_at=clock.now(), **_at(place))
    _insert(row, {"/code": {"pk": code}})
    note_down(by, "units.create", code, unit=code, name=name)
    return row


def edit_unit(*, by: User, unit: Unit, version: int, **values: Any) -> Unit:
    """Change name, place or far_m. Refuses version_stale."""
    return _edit(by, "units", unit, version, values, code=unit.pk)


@transaction.atomic
def add_office(*, by: User, unit: str, name: str, id: UUID | None = None) -> Office:
    """Refuses unit_unknown, already_exists."""
    faults = Faults()
    _judge_unit(by, unit, faults)
    faults.refuse_if_any()
    row = Office(pk=id or new_id(), unit_id=unit, name=name, changed_at=clock.now())
    _insert(row, {"/id": {"pk": row.pk}, "/name": {"unit": unit, "name": name}})
    note_down(by, "offices.create", row.pk, unit=unit, name=name)
    return row


def edit_office(*, by: User, office: Office, version: int, **values: Any) -> Office:
    """Refuses version_stale, already_exists."""
    try:
        return _edit(by, "offices", office, version, values, code=office.unit_id)
    except IntegrityError as fault:
        raise Refused("already_exists", "/name") from fault


@transaction.atomic
def add_user(
    *,
    by: User,
    username: str,
    full_name: str,
    role: Role,
    unit: str,
    office: UUID | None = None,
    phone: str = "",
    place: Place = None,
    id: UUID | None = None,
) -> tuple[User, str]:
    """A new user and the one-time password, which is told nowhere else.

    Refuses bad_username, unit_unknown, office_unknown, already_exists.
    """
    name = folded(username)
    faults = Faults()
    if not may_be_given(name):
        faults.add("/username", "bad_username")
    _judge_unit(by, unit, faults)
    _judge_office(by, office, faults)
    faults.refuse_if_any()
    password, hashed = one_time_password()
    row = User(
        pk=id or new_id(),
        username=name,
        full_name=full_name,
        phone=phone,
        role=role,
        unit_id=unit,
        office_id=office,
        password=hashed,
        must_change_password=True,
        changed_at=clock.now(),
        **_at(place),
    )
    _insert(row, {"/id": {"pk": row.pk}, "/username": {"username": name}})
    note_down(by, "users.create", row.pk, unit=unit, username=name, role=role)
    return row, password


@transaction.atomic
def add_first_admin(*, username: str, full_name: str, unit: str, password: str) -> User:
    """An admin with a password chosen at the machine itself, where nobody is signed in.

    Refuses bad_username, unit_unknown, weak_password, already_exists.
    """
    row = User(
        username=folded(username),
        full_name=full_name or username,
        role=Role.ADMIN,
        unit=Unit.objects.filter(pk=unit).first(),
        changed_at=clock.now(),
    )
    faults = Faults()
    if not may_be_given(row.username):
        faults.add("/username", "bad_username")
    if row.unit_id is None:
        faults.add("/unit", "unit_unknown")
    faults.refuse_if_any()
    refuse_weak(password, row, pointer="/password")
    row.password = make_password(password)
    _insert(row, {"/username": {"username": row.username}})
    note_down(None, "users.create", row.pk, unit=unit, username=row.username, role=row.role)
    return row


@transaction.atomic
def edit_user(*, by: User, user: User, version: int, **values: Any) -> User:
    """Change names, phone, role, unit, office, place or active; `unit` and `office` by code and id.

    A new role and the end of `active` end the user's sessions. Refuses version_stale, unit_unknown, office_unknown.
    """
    faults = Faults()
    if "unit" in values:
        values["unit_id"] = values.pop("unit")
        _judge_unit(by, values["unit_id"], faults)
    if "office" in values:
        values["office_id"] = values.pop("office")
        _judge_office(by, values["office_id"], faults)
    faults.refuse_if_any()
    ends = values.get("role", user.role) != user.role or values.get("active") is False
    row = _edit(by, "users", user, version, values, code=values.get("unit_id", user.unit_id))
    if ends:
        end_all_of(user)
    return row


@transaction.atomic
def renew_password(*, by: User, user: User) -> str:
    """A one-time password in place of the present one; the user's sessions end."""
    password, hashed = one_time_password()
    row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    change(row, row.version, password=hashed, must_change_password=True)
    ended = end_all_of(row)
    note_down(by, "users.password", row.pk, unit=row.unit_id, sessions_ended=ended)
    return password


@transaction.atomic
def record_absence(
    *, by: User, cadre: UUID, started_on: date, ended_on: date, reason: str, id: UUID | None = None
) -> Absence:
    """Days a cadre is away, both included. Refuses user_unknown, not_a_cadre, ends_before_start, already_exists."""
    faults = Faults()
    found = User.objects.visible_to(by, today=clock.today()).filter(pk=cadre).first()
    if found is None:
        faults.add("/cadre", "user_unknown")
    elif found.role != Role.CADRE:
        faults.add("/cadre", "not_a_cadre")
    if ended_on < started_on:
        faults.add("/ended_on", "ends_before_start")
    faults.refuse_if_any()
    row = Absence(
        pk=id or new_id(),
        cadre=found,
        started_on=started_on,
        ended_on=ended_on,
        reason=reason,
        recorded_by=by,
        changed_at=clock.now(),
    )
    _insert(row, {"/id": {"pk": row.pk}})
    _tell_of_change(row)
    note_down(by, "absences.create", row.pk, unit=row.cadre.unit_id, **_days(row))
    return row


@transaction.atomic
def edit_absence(*, by: User, absence: Absence, version: int, **values: Any) -> Absence:
    """Change its days or the reason. Refuses version_stale, ends_before_start."""
    if values.get("ended_on", absence.ended_on) < values.get("started_on", absence.started_on):
        raise Refused("ends_before_start", "/ended_on")
    _tell_of_change(absence)
    return _edit(by, "absences", absence, version, values, code=absence.cadre.unit_id)


@transaction.atomic
def remove_absence(*, by: User, absence: Absence) -> None:
    """Take back an absence; the journal keeps what it was."""
    if not Absence.objects.filter(pk=absence.pk).delete()[0]:
        raise Refused("not_found")  # somebody else took it back
    _tell_of_change(absence)
    note_down(by, "absences.destroy", absence.pk, unit=absence.cadre.unit_id, **_days(absence))


def _tell_of_change(absence: Absence) -> None:
    """Visits that have come already are judged by it too."""
    AbsenceChange.objects.create(cadre_id=absence.cadre_id, at=clock.now())


def _days(absence: Absence) -> dict[str, Any]:
    return {
        "cadre": absence.cadre_id,
        "started_on": absence.started_on,
        "ended_on": absence.ended_on,
        "reason": absence.reason,
    }


@transaction.atomic
def _edit(by: User, resource: str, row: Row, version: int, values: dict[str, Any], *, code: str) -> Row:
    """Write `values` (`place` as lat and lon) and a line telling what each changed column was and is."""
    if "place" in values:
        values |= _at(values.pop("place"))
    was = {name: getattr(row, name) for name in values}
    changed: Row = change(row, version, **values)
    told = {
        name: None if name in UNTOLD else [was[name], value]
        for name, value in values.items()
        if value != was[name]
    }
    note_down(by, f"{resource}.partial_update", row.pk, unit=code, changed=told)
    return changed


def _insert(row: models.Model, unique: dict[str, dict[str, Any]]) -> None:
    """Insert; where the database finds it there already, refuse already_exists at the pointer that stands."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as fault:
        for pointer, same in unique.items():
            if type(row)._default_manager.filter(**same).exists():
                raise Refused("already_exists", pointer) from fault
        raise


def _judge_unit(by: User, code: str, faults: Faults) -> None:
    if not Unit.objects.within(by.unit_id).filter(pk=code).exists():
        faults.add("/unit", "unit_unknown")


def _judge_office(by: User, office: UUID | None, faults: Faults) -> None:
    if office and not Office.objects.visible_to(by, today=clock.today()).filter(pk=office).exists():
        faults.add("/office", "office_unknown")


def _at(place: Place) -> dict[str, float | None]:
    lat, lon = place or (None, None)
    return {"lat": lat, "lon": lon}
