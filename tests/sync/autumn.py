"""What four cadres recorded in an autumn on three phones, and everything that came of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cadres.tokens import access_for
from fieldapi import clock, json
from fieldapi.ids import new_id
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter
from media.models import Photo
from opinions.models import Opinion, Reply
from sync.models import QuarantinedRow, WaitingRow
from tests import samples
from tests.conftest import Village
from tests.media.sending import JPEG, declared, work
from tests.samples import PLACE, TOWN, Caller, at
from tests.sync.flat import changes, ms, opinion_row, visit_row
from visits.models import Amendment, Companion, Flag, Visit

BEGIN = at("2026-11-20 12:00")
"""When the first of them has a network again; one day more for each batch that goes up."""
AHEAD, BEHIND = timedelta(days=2 * 365, hours=5), timedelta(hours=-7)
COUNTED = {
    Visit: ("id", "household", "cadre", "post", "day", "occurred_at", "note", "withdrawn", "flagged", "unit"),
    Flag: ("visit", "code", "state", "evidence"),
    Opinion: ("id", "visit", "household", "day", "unit", "resolved_on", "replied_on"),
    Photo: ("id", "visit", "state", "unit", "problem"),
    PracticalMatter: ("id", "visit", "done_on", "unit"),
    MatterHousehold: ("matter", "household"),
    MatterOpinion: ("row_id", "matter", "opinion"),
    Companion: ("row_id", "visit", "user"),
    Reply: ("id", "opinion", "told_at"),
    Amendment: ("id", "visit", "occurred_at"),
    WaitingRow: ("row_id",),
}


@dataclass(frozen=True, eq=False)
class Item:
    """A row on a phone, or the bytes of a photo; without a phone, a desk's hand-over of the house."""

    phone: str = ""
    table: str = ""
    row: dict[str, Any] = field(default_factory=dict)

    @property
    def is_row(self) -> bool:
        return self.table != "content"


class Autumn:
    """`items` are all there is to send. `shared` is the phone of gao and chen, and years ahead; `new` gao's next one;
    `old` her predecessor's, hours behind.
    """

    months = ("2026-10", "2026-11")

    def __init__(self, village: Village):
        self.village = village
        self.desk = village.client("sun")
        self.pairing = village.house.pairings.get(cadre=village.gao)
        self.callers = {
            "shared": [village.client("gao"), village.client("chen")],
            "new": [village.client("gao")],
            "old": [village.client("qian")],
        }
        self.ahead = {"shared": AHEAD, "new": timedelta(), "old": BEHIND}
        self.items = [*self._of_gao_and_chen(), *self._of_qian(), Item()]
        self.handed_over = False

    def _of_gao_and_chen(self) -> list[Item]:
        gao, chen = (str(user.pk) for user in (self.village.gao, self.village.chen))
        near = self._visit("shared", "2026-10-25 09:00", made_by=gao)
        far = self._visit("shared", "2026-10-25 10:00", 1, made_by=gao, lat=PLACE[0] + 3, lon=PLACE[1] + 3)
        late = self._visit("shared", "2026-10-26 15:00", None, made_by=gao, lat=None, lon=None)
        hers = self._visit("shared", "2026-10-27 09:00", made_by=chen)
        foreign = self._visit(
            "shared", "2026-10-27 11:00", made_by=gao, house=samples.make_household("foreign")
        )
        told = [opinion_row(near, made_by=gao), opinion_row(hers, made_by=chen)]
        alone = opinion_row(
            None,
            household=str(self.village.house.pk),
            made_at=self.at("shared", "2026-10-28 09:00"),
            made_by=gao,
        )
        matter = {
            "id": str(new_id()),
            "visit": near["id"],
            "title": "换水管",
            "satisfaction": 5,
            "made_by": gao,
        }
        resolves = {"id": str(new_id()), "matter": matter["id"], "opinion": told[0]["id"], "made_by": gao}
        photo = declared(visit=far["id"], made_by=gao)
        along = {"id": str(new_id()), "visit": near["id"], "user": str(self.village.lin.pk), "made_by": gao}
        replies = [
            self._reply(told[0], "2026-11-02 10:00", made_by=chen),
            self._reply(told[1], "2026-10-30 10:00", made_by=gao),
        ]
        first = self._amendment("shared", near, "2026-10-28 10:00", {"note": "先"}, made_by=gao)
        second = self._amendment("shared", near, "2026-10-28 10:01", {"note": "后"}, made_by=gao)
        withdrawn = self._amendment("shared", late, "2026-10-29 10:00", {"withdrawn": True}, made_by=gao)
        last = self._amendment("new", near, "2026-11-05 10:00", {"note": "末"}, made_by=gao)
        moved = {"started_at": "2026-11-03T09:00:00+08:00", "ended_at": None}
        to_november = self._amendment("shared", hers, "2026-11-04 10:00", moved, made_by=chen)
        november = self._visit("new", "2026-11-14 09:00", made_by=gao)
        rows = {
            "visits": [near, far, late, hers, foreign],
            "opinions": [*told, alone],
            "practical_matters": [matter],
            "matter_opinions": [resolves],
            "photos": [photo],
            "visit_companions": [along],
            "replies": replies,
            "amendments": [first, second, withdrawn, to_november],
        }
        return [
            *(Item("shared", table, row) for table, listed in rows.items() for row in listed),
            Item("shared", "content", photo),
            Item("new", "amendments", last),
            Item("new", "visits", november),
        ]

    def _of_qian(self) -> list[Item]:
        first = self._visit("old", "2026-10-08 03:00")  # by her phone the day before
        second = self._visit("old", "2026-10-09 09:00")
        november = self._visit("old", "2026-11-01 02:00")  # by her phone in October
        photo = declared(visit=second["id"])
        said = opinion_row(november)
        rows = [
            ("visits", first),
            ("visits", second),
            ("visits", november),
            ("photos", photo),
            ("opinions", said),
        ]
        return [*(Item("old", table, row) for table, row in rows), Item("old", "content", photo)]

    def at(self, phone: str, moment: str) -> int:
        """A moment as that phone writes it."""
        return ms(at(moment) + self.ahead[phone])

    def _visit(self, phone: str, moment: str, minutes: int | None = 30, **columns: Any) -> dict[str, Any]:
        started = self.at(phone, moment)
        ended = None if minutes is None else started + minutes * 60_000
        house = columns.pop("house", self.village.house)
        return visit_row(house, **({"started_at": started, "ended_at": ended} | columns))

    def _reply(self, opinion: dict[str, Any], moment: str, **columns: Any) -> dict[str, Any]:
        said = {
            "opinion": opinion["id"],
            "text": "已修",
            "how": "phone",
            "told_at": self.at("shared", moment),
        }
        return {"id": str(new_id()), **said, **columns}

    def _amendment(
        self, phone: str, visit: dict[str, Any], moment: str, what: dict[str, Any], **columns: Any
    ) -> dict[str, Any]:
        said = {"visit": visit["id"], "reason": "改", "changes": json.dumps(what).decode()}
        return {"id": str(new_id()), "made_at": self.at(phone, moment), **said, **columns}

    # what happens

    def send(self, batch: list[Item], second_user: bool) -> None:
        """Each phone pushes what of the batch is on it, then sends bytes; on the shared one one of the two is signed
        in. The hand-over happens after that, if it is in the batch, once."""
        for phone, users in self.callers.items():
            held = [item for item in batch if item.phone == phone]
            if held:
                self.sync(phone, users[second_user and len(users) > 1], held)
        if not self.handed_over and any(not item.phone for item in batch):
            self.hand_over()

    def sync(self, phone: str, caller: Caller, held: list[Item]) -> None:
        """Bytes of photos that are not declared yet go another time."""
        tables: dict[str, list[Any]] = {}
        for item in held:
            if item.is_row:
                tables.setdefault(item.table, []).append(item.row)
        device = {"clock_at": json.instant(clock.now() + self.ahead[phone])}
        answer = self.speak(caller).post("sync/push/", {"changes": changes(**tables), "device": device})
        assert answer.status_code == 200, answer.content
        for item in held:
            if not item.is_row:
                address = f"photos/{item.row['id']}/content/"
                answer = caller.put(address, JPEG, content_type="image/jpeg")
                assert answer.status_code in (200, 404), answer.content

    def send_the_rest(self) -> None:
        """Everything once more, under each user of each phone: what was refused to one goes through for the other."""
        for phone, users in self.callers.items():
            for caller in users:
                self.sync(phone, caller, [item for item in self.items if item.phone == phone])
        if not self.handed_over:
            self.hand_over()
        work()

    def hand_over(self) -> None:
        self.handed_over = True
        body = {"to": str(self.village.lin.pk), "on": "2026-11-15", "reason": "轮换"}
        answer = self.speak(self.desk).post(f"pairings/{self.pairing.pk}/hand-over/", body)
        assert answer.status_code == 201, answer.content

    def speak(self, caller: Caller) -> Caller:
        """With an access token of now."""
        caller.headers["Authorization"] = f"Bearer {access_for(caller.device)}"
        return caller

    def end_state(self) -> dict[str, Any]:
        """All that counts, what nobody would take, and the figures of the months.

        What one user of a shared phone was refused of the other's is in quarantine in as many parts as it was sent in.
        """
        rows: dict[str, Any] = {
            model.__name__: sorted(map(str, model.objects.values_list(*columns)))
            for model, columns in COUNTED.items()
        }
        refused = QuarantinedRow.objects.exclude(code="other_user").filter(state="kept")
        rows["refused"] = sorted(refused.values_list("row_id", "code"))
        rows["codes"] = Counter(Flag.objects.values_list("code", flat=True))
        rows["notes"] = list(Visit.objects.exclude(note="").values_list("note", flat=True))
        for month in self.months:
            asked = f"summaries/monthly/?unit={TOWN}&month={month}&include=by_cadre"
            figures = self.speak(self.desk).get(asked)
            assert figures.status_code == 200
            rows[month] = figures.json()
        return rows


def moments(begin: datetime = BEGIN) -> Any:
    """A day later each time."""
    while True:
        yield begin
        begin += timedelta(days=1)
