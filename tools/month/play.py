"""The month, played: set up, walked, followed up, summed up."""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from tools.month import check, texts
from tools.month import plan as p
from tools.month.phone import Phone, Refusal
from tools.month.plan import Plan
from tools.month.server import Server

SEED = 20261001
AT_ONCE = 6
PASSWORD = "walk-the-hills-2026"
OFFICE = "民政办"


def play(folder: Path, database_url: str, data: Path | None) -> list[str]:
    """Play the month on one database; what was wrong, one line each."""
    chance = Random(SEED)
    month = Month(Server(folder, database_url), p.make(data, chance), chance)
    try:
        return month.run(data)
    except Refusal as refusal:
        return [str(refusal), *month.server.last_words()]
    finally:
        month.server.stop()


class Month:
    """The people, their phones, and what has happened so far."""

    def __init__(self, server: Server, plan: Plan, chance: Random):
        self.server, self.plan, self.chance = server, plan, chance
        self.phones: dict[str, Phone] = {}
        self.ids: list[str] = []  # of the households, in the plan's order
        self.benefited = {visit["place"] for _, visit in plan.visits if visit["matters"]}
        self.asked = [
            done["satisfaction"]
            for _, visit in plan.visits
            for done in visit["matters"]
            if "satisfaction" in done
        ]
        self.extra: list[tuple[str, int]] = []

    def run(self, data: Path | None) -> list[str]:
        self.server.start("2026-10-01T08:00:00+08:00")
        self.set_up(texts.units(data))
        self.server.move_clock("2026-10-16T19:00:00+08:00")
        self.hand_over_and_absence()
        self.send_visits(1, 15, kill=False)
        self.server.move_clock("2026-10-31T19:00:00+08:00")
        self.send_visits(16, 31, kill=True)
        self.send_alone()
        self.send_pictures()
        self.cover()
        self.server.run_due()  # every opinion is in its group before a supervisor joins some by hand
        self.follow_up()
        self.reply()
        self.server.move_clock("2026-11-02T09:00:00+08:00")
        self.send_late_predecessor()
        return list(self.close_and_check())

    # 1 October: the county is set up

    def set_up(self, units: Path) -> None:
        self.server.manage("import_units", str(units))
        self.server.manage("create_admin", "--username", "admin", "--unit", p.COUNTY, said=PASSWORD)
        admin = self.phones["admin"] = Phone(self.server.port, "admin", PASSWORD)
        admin.sign_in()
        self._users(admin)
        self._households(admin)
        for town in self.plan.towns:
            self.phones["admin"].send("POST", "offices/", {"unit": town, "name": OFFICE})

    def _users(self, admin: Phone) -> None:
        rows = [("用户名", "姓名", "角色", "单位")]
        rows += [(name, f"干部{name[-3:]}", "干部", town) for name, town in self.plan.cadres.items()]
        rows += [(f"sup{town}", f"主管{town[-3:]}", "主管", town) for town in self.plan.towns]
        rows += [("countysup", "县主管", "主管", p.COUNTY), ("leader", "县领导", "领导", p.COUNTY)]
        report = upload(admin, "users/import/", rows)
        for row in report["passwords"]:
            self.phones[row["username"]] = Phone(self.server.port, row["username"], row["one_time_password"])

        def begin(phone: Phone) -> None:
            phone.sign_in()
            phone.change_password(PASSWORD)

        at_once(begin, [phone for name, phone in self.phones.items() if name != "admin"])

    def _households(self, admin: Phone) -> None:
        houses = self.plan.households
        rows: list[Sequence[str]] = [("户编号", "户主", "所属村", "纬度", "经度", "标签")]
        for place, house in enumerate(houses):
            tag = "老年人" if place % 3 == 0 else ""
            rows.append((house.number, f"户主{place + 1}", house.unit, str(house.lat), str(house.lon), tag))
        upload(admin, "households/import/", rows)
        known = {(row["unit"], row["number"]): row["id"] for row in admin.every("households/")}
        self.ids = [known[house.unit, house.number] for house in houses]
        pairs: list[Sequence[str]] = [("户编号", "所属村", "干部", "岗位", "开始日期")]
        for house in houses:
            pairs.append((house.number, house.unit, house.a, "A", "2026-10-01"))
            pairs.append((house.number, house.unit, house.b, "B", "2026-10-01"))
        upload(admin, "pairings/import/", pairs)

    # the month: every visit twice, in any order

    def send_visits(self, first: int, last: int, *, kill: bool) -> None:
        """Visits made from `first` to `last` of October. With `kill` the server dies in the middle, by -9."""
        batch = [pair for pair in self.plan.visits if first <= p.day_of(pair[1]) <= last]
        twice = [*batch, *batch]
        self.chance.shuffle(twice)
        sent = 0
        rising: Future[None] | None = None
        counting = threading.Lock()

        def send(pair: tuple[str, dict[str, Any]]) -> None:
            nonlocal sent, rising
            name, visit = pair
            self.phones[name].send("PUT", f"visits/{visit['id']}/", self.body(visit))
            with counting:
                sent += 1
                if kill and sent > len(twice) // 2 and not rising:
                    rising = aside.submit(self._die_and_rise)

        with ThreadPoolExecutor(1) as aside:
            at_once(send, twice, by=lambda pair: pair[0])
        if rising:
            rising.result()

    def _die_and_rise(self) -> None:
        self.server.kill()
        self.server.start("2026-10-31T20:00:00+08:00")

    def body(self, visit: dict[str, Any]) -> dict[str, Any]:
        said = {name: value for name, value in visit.items() if name not in ("id", "place")}
        along = [self.phones[name].user["id"] for name in visit["companions"]]
        return {**said, "household": self.ids[visit["place"]], "companions": along}

    def send_alone(self) -> None:
        def send(pair: tuple[str, dict[str, Any]]) -> None:
            name, said = pair
            body = {key: value for key, value in said.items() if key not in ("id", "place")}
            self.phones[name].send(
                "PUT", f"opinions/{said['id']}/", {**body, "household": self.ids[said["place"]]}
            )

        at_once(send, [*self.plan.alone, *self.plan.alone], by=lambda pair: pair[0])

    def send_pictures(self) -> None:
        for photo, (name, content) in self.plan.pictures.items():
            answer = self.phones[name].send(
                "PUT",
                f"photos/{photo}/content/",
                raw=content,
                headers={"Content-Type": "application/octet-stream"},
            )
            if answer["state"] != "stored":
                raise SystemExit(f"picture {photo} is {answer['state']}: {answer['problem']}")

    # who serves changes in the middle

    def hand_over_and_absence(self) -> None:
        """The last household goes from A to another cadre of the town on the 16th; its B stays."""
        self.handed = self.plan.households[-1]
        town = self.handed.unit[:9]
        self.heir = next(
            name
            for name, unit in self.plan.cadres.items()
            if unit == town and name not in (self.handed.a, self.handed.b)
        )
        supervisor = self.phones[f"sup{town}"]
        pairings = supervisor.every(f"pairings/?household={self.ids[-1]}")
        post_a = next(row for row in pairings if row["post"] == "A" and row["ended_on"] is None)
        said = {"to": self.phones[self.heir].user["id"], "on": "2026-10-16", "reason": "岗位调整"}
        supervisor.send("POST", f"pairings/{post_a['id']}/hand-over/", said)
        away = self.plan.households[0]
        said = {
            "cadre": self.phones[away.a].user["id"],
            "started_on": "2026-10-20",
            "ended_on": "2026-10-24",
            "reason": "培训",
        }
        self.phones[f"sup{away.unit[:9]}"].send("POST", "absences/", said)

    def cover(self) -> None:
        """B calls on the 22nd, while A is away."""
        answer = self._extra_visit(self.plan.households[0].b, 0, "2026-10-22T10:00:00+08:00")
        if (answer["post"], answer["cover"]) != ("B", True):
            raise SystemExit(
                f"a visit by B while A was away came out as {answer['post']}, cover {answer['cover']}"
            )

    def send_late_predecessor(self) -> None:
        """A visit of before the hand-over, sent in November: it counts for who made it."""
        answer = self._extra_visit(self.handed.a, len(self.ids) - 1, "2026-10-09T17:00:00+08:00")
        if answer["post"] != "A":
            raise SystemExit(f"a visit of before the hand-over came out in post {answer['post']}")

    def _extra_visit(self, name: str, place: int, started_at: str, **more: Any) -> dict[str, Any]:
        house = self.plan.households[place]
        body = {
            "household": self.ids[place],
            "kind": "home",
            "started_at": started_at,
            "people_met": 1,
            "location": {"lat": house.lat, "lon": house.lon, "accuracy_m": 12.0, "system": "wgs84"},
            **more,
        }
        self.extra.append((name, 1))
        visit: dict[str, Any] = self.phones[name].send("PUT", f"visits/{uuid4()}/", body)
        return visit

    # 31 October: tasks are opened, worked, confirmed

    def follow_up(self) -> None:
        """Two opinions make a task; some are declined, some left open, some reopened on the way."""
        done_on_the_spot = {
            key for _, visit in self.plan.visits for done in visit["matters"] for key in done["opinions"]
        }
        rest = [
            (visit["place"], said["id"])
            for _, visit in self.plan.visits
            for said in visit["opinions"]
            if said["id"] not in done_on_the_spot
        ]
        by_town: dict[str, list[tuple[int, str]]] = {}
        for place, key in rest:
            by_town.setdefault(self.plan.town_of(place), []).append((place, key))
        pairs = [
            (town, told[start : start + 2])
            for town, told in sorted(by_town.items())
            for start in range(0, len(told) - 1, 2)
        ]
        offices = {row["unit"]: row["id"] for row in self.phones["admin"].every("offices/")}
        for number, (town, told) in enumerate(pairs[: p.CONFIRMED]):
            self._confirmed_task(number, town, told, offices[town])
        for number, (town, told) in enumerate(pairs[p.CONFIRMED : p.CONFIRMED + p.DECLINED]):
            task = self._opened(town, told[:1], f"不予受理{number}", "2026-11-20")
            self._act(town, task, "decline", reason="不属于本级职责")
        for number, (town, told) in enumerate(pairs[p.CONFIRMED + p.DECLINED :][: p.LEFT_OPEN]):
            self._opened(town, told, f"待办{number}", "2026-11-20")

    def _confirmed_task(self, number: int, town: str, told: list[tuple[int, str]], office: str) -> None:
        due = "2026-10-31" if number < p.ON_THE_DAY else "2026-11-20"
        task = self._opened(town, told, f"任务{number}", due)
        place = told[0][0]
        handler = self._server_of(place)
        self._act(
            town, task, "assign",
            office=office, handler=self.phones[handler].user["id"], plan="现场处理", closing_standard="群众认可",
        )  # fmt: skip
        self._act(handler, task, "start")
        self._act(handler, task, "finish", outcome="已办结")
        if number < p.REOPENED:
            self._act(town, task, "reopen", reason="群众不满意")
            self._act(handler, task, "finish", outcome="已重新办结")
        satisfaction = 3 + number % 3
        self._act(handler, task, "confirm", household=self.ids[place], satisfaction=satisfaction)
        self.asked.append(satisfaction)
        self.benefited |= {place for place, _ in told}

    def _server_of(self, place: int) -> str:
        """Who serves a household at the end of the month."""
        house = self.plan.households[place]
        return self.heir if house is self.handed else house.a

    def _opened(self, town: str, told: list[tuple[int, str]], title: str, due: str) -> str:
        body = {"title": title, "opinions": [key for _, key in told], "due_on": due}
        task: str = self.phones[f"sup{town}"].send(
            "POST", "tasks/", body, headers={"Idempotency-Key": str(uuid4())}
        )["id"]
        return task

    def _act(self, who: str, task: str, verb: str, **args: Any) -> None:
        phone = self.phones.get(who) or self.phones[f"sup{who}"]
        phone.send("POST", f"tasks/{task}/{verb}/", args)

    def reply(self) -> None:
        """The first opinions are answered by who took them down."""
        told = [(name, said["id"]) for name, visit in self.plan.visits for said in visit["opinions"]][
            : p.REPLIED
        ]

        def send(pair: tuple[str, str]) -> None:
            body = {"text": "已答复", "how": "in_person", "told_at": "2026-10-30T16:00:00+08:00"}
            self.phones[pair[0]].send("PUT", f"opinions/{pair[1]}/replies/{uuid4()}/", body)

        at_once(send, told, by=lambda pair: pair[0])

    # 2 November: the month is closed, and stays as it is

    def close_and_check(self) -> Iterable[str]:
        leader = self.phones["leader"]
        self.phones["countysup"].send(
            "POST", "summaries/monthly/close/", {"unit": p.COUNTY, "month": "2026-10"}
        )
        closed = self._summary("2026-10")
        wanted = check.expected(self.plan, self.benefited, self.asked, self.extra)
        yield from check.faults(leader, closed, wanted)
        if closed["state"] != "closed":
            yield f"the month is {closed['state']}"
        told = {"id": str(uuid4()), "text": "关账后才传上来的意见", "kind": "request"}
        self._extra_visit(self.plan.households[5].a, 5, "2026-10-30T15:00:00+08:00", opinions=[told])
        if self._summary("2026-10") != closed:
            yield "a late visit changed the closed month"
        added = self._summary("2026-11")["added_after_closing"]
        if added != {"visits": 1, "opinions": 1, "practical_matters": 0, "corrections": 0}:
            yield f"added after closing: {added}"
        print(json.dumps(closed, ensure_ascii=False, indent=1))

    def _summary(self, month: str) -> dict[str, Any]:
        summary: dict[str, Any] = self.phones["leader"].send(
            "GET", f"summaries/monthly/?unit={p.COUNTY}&month={month}"
        )
        return summary


def upload(phone: Phone, path: str, rows: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Send a table as a CSV file, for good; every row must be taken."""
    with closing(io.StringIO(newline="")) as text:
        csv.writer(text).writerows(rows)
        content = text.getvalue().encode("utf-8-sig")
    mark = uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="dry_run"\r\n\r\nfalse\r\n',
        f'--{mark}\r\nContent-Disposition: form-data; name="unit"\r\n\r\n{p.COUNTY}\r\n',
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="rows.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n",
    ]
    raw = "".join(parts).encode() + content + f"\r\n--{mark}--\r\n".encode()
    report: dict[str, Any] = phone.send(
        "POST", path, raw=raw, headers={"Content-Type": f"multipart/form-data; boundary={mark}"}
    )
    if bad := [row for row in report["rows"] if row["outcome"] == "bad"]:
        raise SystemExit(f"{path}: {bad[:3]}")
    return report


def at_once(
    call: Callable[[Any], None], items: Iterable[Any], by: Callable[[Any], Any] | None = None
) -> None:
    """Call with every item, a few at a time; items of one phone (`by`) one after another, in their order.

    The first failure is raised, and what has not begun by then is left out.
    """
    lines: dict[Any, list[Any]] = {}
    for number, item in enumerate(items):
        lines.setdefault(by(item) if by else number, []).append(item)

    def run(line: list[Any]) -> None:
        for item in line:
            call(item)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(run, line) for line in lines.values()]
        try:
            for done in as_completed(running):
                done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
