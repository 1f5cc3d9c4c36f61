"""What four cadres recorded in an autumn on three phones, and everything that came of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine

from cadres.tokens import access_for
from fieldapi import clock, json
from fieldapi.ids import new_id
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter, Task, TaskAction
from media.models import Photo
from opinions.models import Opinion, Reply
from sync.models import QuarantinedRow, WaitingRow
from tests import samples
from tests.conftest import Village
from tests.media.sending import JPEG, declared, work
from tests.reports.october import ids, records, summary
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
    PracticalMatter: ("title", "visit", "task", "done_on", "unit", "satisfaction", "evidence"),
    MatterHousehold: ("matter__title", "household"),
    MatterOpinion: ("matter__title", "opinion"),
    Companion: ("row_id", "visit", "user"),
    Reply: ("id", "opinion", "told_at"),
    Amendment: ("id", "visit", "occurred_at"),
    Task: ("id", "title", "state", "paused", "handler", "outcome", "finished_on", "closed_on", "due_on"),
    TaskAction: ("task", "verb", "day", "by", "was", "became", "due_on"),
    WaitingRow: ("row_id",),
}
WHEREVER_IT_COUNTS = (
    "Photo",
    "MatterHousehold",
    "MatterOpinion",
    "Companion",
    "Reply",
    "Task",
    "WaitingRow",
    "refused",
)
"""What stands in the end is the same whether a month was closed before it came or after."""
TOLD = {"reason": "户主外出"}


@dataclass(frozen=True, eq=False)
class Item:
    """A row on a phone, or the bytes of a photo; without a phone, what a desk does, named as a method of Autumn."""

    phone: str = ""
    table: str = ""
    row: dict[str, Any] = field(default_factory=dict)

    @property
    def is_row(self) -> bool:
        return self.table != "content"


HAND_OVER, OPEN_TASK, CLOSE_OCTOBER = "hand_over", "open_task", "close_october"
RECORDS = ("visits.total", "opinions.collected", "practical_matters.completed")


class Autumn:
    """`items` are all there is to send. `shared` is the phone of gao and chen, and years ahead; `new` gao's next one;
    `old` her predecessor's, hours behind; `handler` that of lin, who works on two tasks that were opened in October.
    """

    months = ("2026-10", "2026-11")

    def __init__(self, village: Village):
        self.village = village
        self.desk = village.client("sun")
        self.pairing = village.house.pairings.get(cadre=village.gao)
        self.callers = {
            "handler": [village.client("lin")],
            "shared": [village.client("gao"), village.client("chen")],
            "new": [village.client("gao")],
            "old": [village.client("qian")],
        }
        self.ahead = {"handler": timedelta(hours=3), "shared": AHEAD, "new": timedelta(), "old": BEHIND}
        self.light, self.water = self._opened("路灯"), self._opened("水管")
        desk = [Item(table=act) for act in (HAND_OVER, OPEN_TASK)]
        self.items = [*self._of_gao_and_chen(), *self._of_qian(), *self._verbs(), *desk]
        self.done: set[str] = set()

    def _of_gao_and_chen(self) -> list[Item]:
        gao, chen = (str(user.pk) for user in (self.village.gao, self.village.chen))
        near = self._visit("shared", "2026-10-25 09:00", made_by=gao)
        far = self._visit("shared", "2026-10-25 10:00", 1, made_by=gao, lat=PLACE[0] + 3, lon=PLACE[1] + 3)
        self.late = late = self._visit("shared", "2026-10-26 15:00", None, made_by=gao, lat=None, lon=None)
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
        self.alone, self.of_alone = alone["id"], str(new_id())
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

    def _verbs(self) -> list[Item]:
        """What lin and gao did to the tasks in the field: each possible only after the one before, and one never."""
        photo = declared(task=self.light)
        outcome = {"outcome": "已更换", "evidence": [photo["id"]]}
        satisfied = {"household": str(self.village.house.pk), "satisfaction": 5}
        by_lin = [
            self._verb("handler", self.light, "start", "2026-10-23 09:00"),
            self._verb("handler", self.light, "finish", "2026-10-26 17:00", outcome),
            self._verb("handler", self.water, "start", "2026-10-24 09:00"),
            self._verb("handler", self.water, "pause", "2026-10-27 09:00", TOLD),
            self._verb("handler", self.water, "resume", "2026-11-02 09:00", TOLD),
        ]
        by_gao = [
            self._verb("shared", self.light, "confirm", "2026-10-30 09:00", satisfied, made_by=self.gao),
            self._verb("shared", self.water, "decline", "2026-10-31 09:00", TOLD, made_by=self.gao),
        ]
        return [
            Item("handler", "photos", photo),
            *(Item("handler", "task_actions", row) for row in by_lin),
            *(Item("shared", "task_actions", row) for row in by_gao),
        ]

    @property
    def gao(self) -> str:
        return str(self.village.gao.pk)

    def _opened(self, title: str) -> str:
        """A task about an opinion of the house, which lin is given at once."""
        opinion = samples.make_opinion(self.village.house, self.village.gao, on="2026-10-20")
        with time_machine.travel(at("2026-10-22 09:00"), tick=False):
            desk = self.speak(self.desk)
            task = desk.post("tasks/", {"title": title, "opinions": [str(opinion.pk)]}).json()["id"]
            office = str(samples.make_office(f"{title}办").pk)
            given = {"handler": str(self.village.lin.pk), "office": office, "plan": "更换",
                     "due_on": "2026-11-30", "closing_standard": "好用"}  # fmt: skip
            assert desk.post(f"tasks/{task}/assign/", given).status_code == 200
        return str(task)

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

    def _verb(
        self,
        phone: str,
        task: str,
        verb: str,
        moment: str,
        args: dict[str, Any] | None = None,
        **columns: Any,
    ) -> dict[str, Any]:
        said = {"task": task, "verb": verb, "args": json.dumps(args or {}).decode()}
        return {"id": str(new_id()), "made_at": self.at(phone, moment), **said, **columns}

    # what happens

    def send(self, batch: list[Item], second_user: bool) -> None:
        """Each phone pushes what of the batch is on it, then sends bytes; on the shared one one of the two is signed
        in. What the desks do happens after that, once."""
        for phone, users in self.callers.items():
            held = [item for item in batch if item.phone == phone]
            if held:
                self.sync(phone, users[second_user and len(users) > 1], held)
        self.act_at_desks(batch)

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
        self.act_at_desks(self.items)
        assert {item.table for item in self.items if not item.phone} <= self.done
        work()

    def act_at_desks(self, batch: list[Item]) -> None:
        for act in [item.table for item in batch if not item.phone and item.table not in self.done]:
            if getattr(self, act)():
                self.done.add(act)

    def open_task(self) -> bool:
        """Of the opinion that gao recorded alone, once it is there."""
        body = {"id": self.of_alone, "title": "公布电话", "opinions": [self.alone], "due_on": "2026-12-31"}
        answer = self.speak(self.desk).post("tasks/", body)
        assert answer.status_code in (201, 400), answer.content
        return bool(answer.status_code == 201)

    def close_october(self) -> bool:
        """With what it counted until then kept in `october`."""
        self.october = self.summary("2026-10"), self.counted()["2026-10"]
        body = {"unit": TOWN, "month": "2026-10"}
        answer = self.speak(self.desk).post("summaries/monthly/close/", body)
        assert answer.status_code == 200, answer.content
        return True

    def hand_over(self) -> bool:
        body = {"to": str(self.village.lin.pk), "on": "2026-11-15", "reason": "轮换"}
        answer = self.speak(self.desk).post(f"pairings/{self.pairing.pk}/hand-over/", body)
        assert answer.status_code == 201, answer.content
        return True

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
        rows["states"] = dict(Task.objects.values_list("title", "state"))
        rows["notes"] = list(Visit.objects.exclude(note="").values_list("note", flat=True))
        rows |= {month: self.summary(month) for month in self.months}
        return rows

    def summary(self, month: str) -> dict[str, Any]:
        return summary(self.speak(self.desk), f"unit={TOWN}&month={month}&include=by_cadre,year_to_date")

    def counted(self) -> dict[str, dict[str, list[Any]]]:
        """Of each month, and of what November has as added after closing: the ids behind the figures of RECORDS."""
        desk, november = self.speak(self.desk), f"unit={TOWN}&month=2026-11"
        added = {figure: f"added_after_closing.{figure.split('.')[0]}" for figure in RECORDS}
        return {
            "2026-10": {name: ids(records(desk, name, f"unit={TOWN}&month=2026-10")) for name in RECORDS},
            "2026-11": {name: ids(records(desk, name, november)) for name in RECORDS},
            "added": {name: ids(records(desk, added[name], november)) for name in RECORDS},
        }


def moments(begin: datetime = BEGIN) -> Any:
    """A day later each time."""
    while True:
        yield begin
        begin += timedelta(days=1)
