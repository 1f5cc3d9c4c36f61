"""The month as it is planned: who lives where, who calls on whom, what is said and done. No network here."""

import csv
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from tools.month import texts

COUNTY = "530626"
CHINA = timezone(timedelta(hours=8))
CADRES, HOUSEHOLDS, OPINIONS, MATTERS = 103, 184, 431, 168
VISITS, ALONE, ON_THE_SPOT = 244, 31, 108
CONFIRMED, DECLINED, LEFT_OPEN, REOPENED, ON_THE_DAY = MATTERS - ON_THE_SPOT, 5, 4, 3, 10
REPLIED = 200
KINDS = ("home", "home", "home", "field", "reception", "phone")
TITLES = ("更换水管", "修好路灯", "疏通水沟", "代办证件", "送药上门")


@dataclass
class Household:
    number: str
    unit: str
    a: str
    b: str
    lat: float
    lon: float


@dataclass
class Plan:
    """What will be played, and by whom (user names)."""

    towns: list[str]
    cadres: dict[str, str]  # user name → town
    households: list[Household]
    visits: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list
    )  # (user name, body without household's id)
    alone: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # photo id → (user name, bytes)

    def town_of(self, household: int) -> str:
        return self.households[household].unit[:9]

    def all_opinions(self) -> list[dict[str, Any]]:
        return [said for _, visit in self.visits for said in visit["opinions"]] + [
            said for _, said in self.alone
        ]


def make(data: Path | None, chance: Random) -> Plan:
    """The same plan for the same seed and data."""
    villages = _villages(texts.units(data))
    towns = sorted({code[:9] for code in villages})
    cadres = {f"cadre{n:03}": towns[n % len(towns)] for n in range(CADRES)}
    plan = Plan(towns, cadres, _households(villages, cadres, chance))
    _visits(plan, chance)
    _opinions(plan, texts.opinions(data, OPINIONS), chance)
    _matters(plan, chance)
    _pictures(plan, texts.pictures(data), chance)
    return plan


def new_id(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def moment(day: int, minutes: int) -> str:
    """A time of October 2026, `minutes` after eight in the morning."""
    return (datetime(2026, 10, day, 8, tzinfo=CHINA) + timedelta(minutes=minutes)).isoformat()


def day_of(visit: dict[str, Any]) -> int:
    return int(visit["started_at"][8:10])


def _villages(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            row["code"]
            for row in csv.DictReader(file)
            if row["code"].startswith(COUNTY) and len(row["code"]) == 12
        ]


def _households(villages: list[str], cadres: dict[str, str], chance: Random) -> list[Household]:
    """Each in a village, served by two cadres of its town."""
    serving = {
        town: cycle([name for name, unit in cadres.items() if unit == town]) for town in cadres.values()
    }
    rows = []
    for number, village in zip(range(HOUSEHOLDS), cycle(villages), strict=False):
        a, b = next(serving[village[:9]]), next(serving[village[:9]])
        lat, lon = round(28.6 + chance.random() / 20, 6), round(103.95 + chance.random() / 20, 6)
        rows.append(Household(f"H{number + 1:04}", village, a, b, lat, lon))
    return rows


def _visits(plan: Plan, chance: Random) -> None:
    """Every household at least once; each cadre's visits of a day follow each other by two hours."""
    taken: dict[tuple[str, int], int] = {}
    for number in range(VISITS):
        place = number % HOUSEHOLDS
        house, day = plan.households[place], 2 + chance.randrange(28)
        hour = taken[house.a, day] = taken.get((house.a, day), -1) + 1
        visit = {
            "id": new_id(chance),
            "place": place,
            "kind": KINDS[number % len(KINDS)],
            "started_at": moment(day, 120 * hour),
            "ended_at": moment(day, 120 * hour + 25),
            "people_met": 1 + number % 4,
            "companions": [house.b] if number % 4 == 0 else [],  # user names
            "location": {
                "lat": house.lat,
                "lon": house.lon,
                "accuracy_m": 12.0,
                "system": "wgs84",
                "mocked": False,
            },
            "note": "",
            "opinions": [],
            "matters": [],
            "photos": [],
        }
        plan.visits.append((house.a, visit))


def _opinions(plan: Plan, told: list[str], chance: Random) -> None:
    kinds = cycle(("request", "complaint", "suggestion", "request"))
    for text, (_, visit) in zip(told[: OPINIONS - ALONE], cycle(plan.visits), strict=False):
        visit["opinions"].append(
            {"id": new_id(chance), "text": text, "kind": next(kinds), "wants_reply": True}
        )
    for number, text in enumerate(told[OPINIONS - ALONE :]):
        house = plan.households[number]
        said = {
            "id": new_id(chance),
            "text": text,
            "kind": next(kinds),
            "place": number,
            "made_at": moment(5, number),
        }
        plan.alone.append((house.a, said))


def _matters(plan: Plan, chance: Random) -> None:
    """Done on the spot: one on each of the first visits, for its first opinion."""
    for number, (_, visit) in enumerate(plan.visits[:ON_THE_SPOT]):
        done = {
            "id": new_id(chance),
            "title": TITLES[number % len(TITLES)],
            "opinions": [visit["opinions"][0]["id"]],
        }
        visit["matters"].append(done | ({"satisfaction": 3 + number % 3} if number % 2 else {}))


def _pictures(plan: Plan, files: list[bytes], chance: Random) -> None:
    for content, (name, visit) in zip(files, plan.visits, strict=False):
        photo: dict[str, Any] = {
            "id": new_id(chance),
            "sha256": sha256(content).hexdigest(),
            "bytes": len(content),
            "caption": "现场",
        }
        visit["photos"].append(photo)
        plan.pictures[photo["id"]] = (name, content)
