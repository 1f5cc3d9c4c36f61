"""Who and what the demo begins with: a small county with real division names and invented people."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from cadres.models import Office, Unit, User
from cadres.units import level_of
from fieldapi import clock
from households.models import Household, Pairing

UNITS = Path(__file__).with_name("units.csv")
COUNTY, TOWN, OTHER_TOWN = "530626", "530626101", "530626102"
VILLAGES = ("530626101201", "530626101202", "530626101203")
OTHER_VILLAGES = ("530626102202", "530626102203")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
TAGS = ("", "|elderly|", "", "|low_income|", "", "|disabled|", "", "|elderly|left_behind|")

ACCOUNTS = {
    "admin": ("admin", COUNTY, "县管理员"),
    "leader": ("leader", COUNTY, "县领导"),
    "supervisor": ("supervisor", TOWN, "中城镇主管"),
    "supervisor2": ("supervisor", OTHER_TOWN, "南岸镇主管"),
    "cadre1": ("cadre", TOWN, "干部一"),
    "cadre2": ("cadre", TOWN, "干部二"),
    "cadre3": ("cadre", TOWN, "干部三"),
    "cadre4": ("cadre", OTHER_TOWN, "干部四"),
    "cadre5": ("cadre", OTHER_TOWN, "干部五"),
    "cadre6": ("cadre", TOWN, "干部六"),
}
"""User name → (role, unit, full name). `cadre6` is paired with nobody."""


def are_here() -> bool:
    """The database holds the demo."""
    return User.objects.filter(username__in=ACCOUNTS).count() == len(ACCOUNTS)


def make_units() -> None:
    with UNITS.open(encoding="utf-8", newline="") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    now = clock.now()
    Unit.objects.bulk_create(
        (Unit(code=code, name=name, level=level_of(code), changed_at=now) for code, name in rows),
        ignore_conflicts=True,
    )


def make_users(password: str) -> dict[str, User]:
    """One hash serves all accounts: they share the password."""
    now, hashed = clock.now(), make_password(password)
    office = Office.objects.create(unit_id=TOWN, name="民政办", changed_at=now)
    Office.objects.create(unit_id=OTHER_TOWN, name="公共事务办", changed_at=now)
    users = [
        User(username=name, role=role, unit_id=unit, full_name=full_name, password=hashed, changed_at=now)
        for name, (role, unit, full_name) in ACCOUNTS.items()
    ]
    for user in users:
        if user.username == "cadre1":
            user.office = office
    User.objects.bulk_create(users)
    return {user.username: user for user in users}


def make_households(users: dict[str, User], since: date) -> list[Household]:
    """Twelve in each town; those of the first town are served by cadre1 (A) and cadre2 (B), or the other way round."""
    now, rows, pairings = clock.now(), [], []
    for place in range(24):
        villages, posts, by = _served(place, users)
        household = Household(
            unit_id=villages[place % len(villages)],
            number=f"{place + 1:03}",
            head_name=f"{SURNAMES[place]}某",
            phone=f"000{place:08}",
            address=f"{'一二三四'[place % 4]}组",
            lat=round(28.6 + place / 500, 6),
            lon=round(103.95 + place % 5 / 400, 6),
            location_source="surveyed",
            tags=TAGS[place % len(TAGS)],
            size=2 + place % 4,
            changed_at=now,
        )
        rows.append(household)
        pairings += [_pairing(household, users[name], post, since, by) for post, name in posts.items()]
    Household.objects.bulk_create(rows)
    Pairing.objects.bulk_create(pairings)
    return rows


def _served(place: int, users: dict[str, User]) -> tuple[tuple[str, ...], dict[str, str], User]:
    if place >= 12:
        return OTHER_VILLAGES, {"A": "cadre4", "B": "cadre5"}, users["supervisor2"]
    posts = ({"A": "cadre1", "B": "cadre2"}, {"A": "cadre2", "B": "cadre3"}, {"A": "cadre3", "B": "cadre1"})
    return VILLAGES, posts[place % 3], users["supervisor"]


def _pairing(household: Household, cadre: User, post: str, since: date, by: User) -> Any:
    return Pairing(
        household=household, cadre=cadre, post=post, started_on=since, assigned_by=by, changed_at=clock.now()
    )
