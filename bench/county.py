"""A county to measure in: cadres with phones, the households they serve, and the visits they send."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from bench.load import request
from cadres.models import Device, Unit, User
from cadres.tokens import access_for
from demo import people
from fieldapi import clock, json
from fieldapi.ids import new_id
from households.models import Household, Pairing
from opinions.models import Category

CODE = people.COUNTY
CADRES = 2_000
EACH = 2  # households a cadre serves, as A
ROUND = timedelta(minutes=30)  # from one door to the next
LAMP = "村口路灯坏了三个月，晚上老人出门看不见路，孩子放学也要摸黑走，希望尽快派人来修好"
WATER = "自来水这几天又停了，只能到邻居家的水井去挑，老人挑不动，请有关单位查一查水管"
NOTE = (
    "入户走访，了解家庭近况。老人身体尚可，按时吃药；外出务工子女上月来过电话。已讲解医保缴费办法，留下联系电话。"
    * 3
)


@dataclass(frozen=True)
class Beat:
    """One cadre with phone, and the households served."""

    cadre: User
    device: Device
    households: list[Household]


@dataclass(frozen=True)
class County:
    """Who is there: a beat for each cadre, and the desk that sees the whole county."""

    beats: list[Beat]
    leader: Device

    def reads(self, path: str) -> bytes:
        """A request of the leader's, good for a quarter of an hour."""
        return request("GET", f"/api/v1/{path}", access_for(self.leader))


def settle(cadres_count: int) -> County:
    """The people and households, once."""
    people.make_units()
    Category.objects.get_or_create(code="lighting", defaults={"name": "路灯", "changed_at": clock.now()})
    now = clock.now()
    villages = list(Unit.objects.filter(level="village").order_by("code"))
    cadres = [
        User(username=f"bench{n}", role="cadre", unit_id=villages[n % len(villages)].code[:9],
             full_name=f"干部{n}", password="!", changed_at=now)
        for n in range(cadres_count)
    ]  # fmt: skip
    leader = User(username="bench-leader", role="leader", unit_id=CODE, full_name="领导", password="!",
                  changed_at=now)  # fmt: skip
    devices = [
        Device(
            user=user,
            phone_id=f"phone-{user.username}",
            generation_at=now,
            signed_in_at=now,
            last_seen_at=now,
            last_synced_at=now,
            clock_offset_ms=0,  # it has sent before
        )
        for user in (*cadres, leader)
    ]
    households = [_household(n, villages[n // EACH % len(villages)], now) for n in range(cadres_count * EACH)]
    User.objects.bulk_create([*cadres, leader])
    Device.objects.bulk_create(devices)
    Household.objects.bulk_create(households)
    Pairing.objects.bulk_create(_pairings(cadres, households, now))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    beats = [
        Beat(cadre, device, households[n * EACH : (n + 1) * EACH])
        for n, (cadre, device) in enumerate(zip(cadres, devices, strict=False))
    ]
    return County(beats, devices[-1])


def _household(n: int, village: Unit, now: datetime) -> Household:
    return Household(
        unit=village, number=f"{n:05}", head_name="户主", phone=f"000{n:08}", changed_at=now,
        lat=28.6 + n % 1000 / 5000, lon=103.95 + n // 1000 / 5000, location_source="surveyed",
    )  # fmt: skip


def _pairings(cadres: list[User], households: list[Household], now: datetime) -> Iterator[Pairing]:
    """Each household has its cadre as A and the next one as B, for a year."""
    since = now.date() - timedelta(days=365)
    for n, household in enumerate(households):
        for post, place in (("A", n // EACH), ("B", n // EACH + 1)):
            cadre = cadres[place % len(cadres)]
            yield Pairing(
                household=household,
                cadre=cadre,
                post=post,
                started_on=since,
                assigned_by=cadre,
                changed_at=now,
            )


def visits(beats: list[Beat], count: int) -> list[bytes]:
    """Requests that send so many new visits with two opinions, cadre after cadre, each going back in time from now."""
    tokens = {beat.cadre.pk: access_for(beat.device) for beat in beats}
    now = clock.now()
    requests = []
    for n in range(count):
        turn, beat = n // len(beats), beats[n % len(beats)]
        visit_id = str(new_id())
        body = visit_body(visit_id, beat, beat.households[turn % EACH], now - (turn + 1) * ROUND)
        requests.append(request("PUT", f"/api/v1/visits/{visit_id}/", tokens[beat.cadre.pk], body))
    return requests


def visit_body(visit_id: str, beat: Beat, household: Household, started: datetime) -> bytes:
    """About 1.5 KB, like api.md's."""
    return json.dumps(
        {
            "id": visit_id,
            "household": str(household.pk),
            "kind": "home",
            "started_at": started,
            "ended_at": started + timedelta(minutes=20),
            "people_met": 2,
            "companions": [],
            "tasks": [],
            "location": {"lat": household.lat, "lon": household.lon, "accuracy_m": 12.5, "system": "wgs84",
                         "mocked": False, "fixed_at": started},
            "note": NOTE,
            "opinions": [
                {"id": str(new_id()), "text": text, "kind": kind, "category": category, "wants_reply": True}
                for text, kind, category in ((LAMP, "request", "lighting"), (WATER, "complaint", None))
            ],
            "matters": [],
            "photos": [],
            "made_by": str(beat.cadre.pk),
            "device": {"id": str(beat.device.pk), "app_version": "1.4.0", "clock_at": clock.now()},
        }
    )  # fmt: skip
