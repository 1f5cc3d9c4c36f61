"""Rows and bodies tests begin with. Real division names, invented people."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.test import Client

from cadres.models import Device, Office, Unit, User
from cadres.tokens import access_for
from cadres.units import level_of
from fieldapi import clock, json
from fieldapi.calendar import SHANGHAI
from fieldapi.ids import new_id
from households.models import Household, Pairing
from opinions.models import Category, Opinion
from visits.models import Visit

SHARED = Path(os.environ.get("FIELDAPI_SHARED") or Path(__file__).resolve().parents[2] / "shared")
"""Data that only some machines have: tests that need them are skipped elsewhere."""
UNITS = {
    "53": "云南省",
    "5306": "昭通市",
    "530626": "绥江县",
    "530626101": "中城镇",
    "530626101201": "田坝村民委员会",
    "530626101202": "大沙村民委员会",
    "530626102": "南岸镇",
    "530626102202": "团结村民委员会",
}
COUNTY, TOWN, VILLAGE = "530626", "530626101", "530626101201"
OTHER_TOWN, OTHER_VILLAGE = "530626102", "530626102202"
PLACE = (28.6, 103.95)  # (lat, lon), WGS-84: where the house stands


def at(text: str) -> datetime:
    """`2026-11-03 09:12` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def make_units() -> None:
    Unit.objects.bulk_create(
        Unit(code=code, name=name, level=level_of(code), changed_at=clock.now())
        for code, name in UNITS.items()
    )


def make_unit(code: str, name: str = "别处", **columns: Any) -> Unit:
    return Unit.objects.create(code=code, name=name, level=level_of(code), changed_at=clock.now(), **columns)


def make_user(username: str, role: str = "cadre", unit: str = TOWN, **columns: Any) -> User:
    """A user without a password: tests sign in by a session made directly, unless sign-in is their subject."""
    defaults = {"full_name": username.title(), "password": "!", "changed_at": clock.now()}
    return User.objects.create(username=username, role=role, unit_id=unit, **(defaults | columns))


def make_office(name: str = "民政办", unit: str = TOWN) -> Office:
    return Office.objects.create(name=name, unit_id=unit, changed_at=clock.now())


def make_household(number: str = "1", unit: str = VILLAGE, **columns: Any) -> Household:
    defaults = {"head_name": "户主", "lat": PLACE[0], "lon": PLACE[1], "location_source": "surveyed"}
    return Household.objects.create(
        number=number, unit_id=unit, changed_at=clock.now(), **(defaults | columns)
    )


def make_pairing(household: Household, cadre: User, post: str = "A", **columns: Any) -> Pairing:
    defaults = {"started_on": "2026-01-01", "assigned_by": cadre, "changed_at": clock.now()}
    return Pairing.objects.create(household=household, cadre=cadre, post=post, **(defaults | columns))


def make_device(user: User, phone_id: str = "") -> Device:
    now = clock.now()
    seen = dict.fromkeys(("generation_at", "signed_in_at", "last_seen_at", "last_synced_at"), now)
    return Device.objects.create(user=user, phone_id=phone_id, **seen)


def visit_body(household: Household | UUID, **columns: Any) -> dict[str, Any]:
    """A home visit of an hour ago, on the doorstep, as a phone sends it (without id)."""
    started = clock.now() - timedelta(hours=1)
    return {
        "household": str(getattr(household, "pk", household)),
        "kind": "home",
        "started_at": json.instant(started),
        "ended_at": json.instant(started + timedelta(minutes=28)),
        "people_met": 2,
        "location": {
            "lat": PLACE[0],
            "lon": PLACE[1],
            "accuracy_m": 12.5,
            "system": "wgs84",
            "mocked": False,
        },
        "note": "",
        **columns,
    }


def make_category(code: str = "lighting", name: str = "路灯照明") -> Category:
    """One of the starter categories, also where a test of threads has emptied the table."""
    return Category.objects.get_or_create(code=code, defaults={"name": name, "changed_at": clock.now()})[0]


def make_visit(household: Household, cadre: User, on: str = "2026-11-03", **columns: Any) -> Visit:
    """A home visit at ten in the morning of a day."""
    started = at(f"{on} 10:00")
    defaults = {
        "kind": "home",
        "started_at": started,
        "occurred_at": started,
        "day": started.date(),
        "received_at": started + timedelta(hours=1),
        "unit_id": household.unit_id,
        "post": "A",
        "changed_at": clock.now(),
    }
    return Visit.objects.create(
        **({"id": new_id(), "household": household, "cadre": cadre} | defaults | columns)
    )


def make_opinion(
    household: Household | None,
    by: User,
    text: str = "村口路灯坏了三个月",
    on: str = "2026-11-03",
    **columns: Any,
) -> Opinion:
    """What a household said at ten in the morning of a day, recorded alone unless `visit` is given."""
    said = at(f"{on} 10:00")
    defaults = {
        "made_at": None if columns.get("visit") else said,
        "visit_withdrawn": bool(columns.get("visit") and columns["visit"].withdrawn),
        "kind": "request",
        "unit_id": household.unit_id if household else by.unit_id,
        "occurred_at": said,
        "day": said.date(),
        "received_at": said + timedelta(hours=1),
        "changed_at": clock.now(),
    }
    return Opinion.objects.create(
        **({"id": new_id(), "household": household, "by": by, "text": text} | defaults | columns)
    )


class Caller:
    """Speaks HTTP as one user on one phone, with that user's real token (or none)."""

    def __init__(self, user: User | None, **headers: str):
        self.user = user
        self.device = make_device(user) if user else None
        self.headers = dict(headers)
        if self.device:
            self.headers["Authorization"] = f"Bearer {access_for(self.device)}"
        self.client = Client(raise_request_exception=False)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`path` below /api/v1/ unless it begins with a slash; the body goes as JSON, bytes go as they are."""
        address = path if path.startswith("/") else f"/api/v1/{path}"
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        content_type = headers.pop("content_type", "application/json")
        return self.client.generic(method, address, raw, content_type, headers=self.headers | headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, version: int | None = None, **headers: str) -> Any:
        named = {} if version is None else {"If-Match": f'"{version}"'}
        return self.send("PATCH", path, body, **named, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("DELETE", path, **headers)

    def put_visit(self, household: Household, visit_id: UUID | None = None, **columns: Any) -> Any:
        return self.put(f"visits/{visit_id or new_id()}/", visit_body(household, **columns))
