"""`GET /sync/pull/`: the working set, and what changes in it. Every pull and push is a transaction of its own."""

from datetime import timedelta
from io import StringIO
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from fieldapi import clock, json
from fieldapi.ids import new_id
from households.models import Household
from matters.models import MatterHousehold, Task
from sync import pages
from sync.due import forget_changes
from sync.feed.position import MOST, Position
from sync.feed.tables import TABLES
from sync.feed.told import TOLD
from sync.feed.triggers import install
from sync.models import Change, FeedDay, PullPage
from tests import samples
from tests.conftest import Village
from tests.matters.acting import make_task
from tests.sync.flat import Mirror, ms, opinion_row, outcomes, push, visit_row
from tests.visits.test_races import real_village

__all__ = ["real_village"]


@pytest.fixture
def phone(real_village: Village) -> Mirror:
    """`gao`'s, up to date."""
    mirror = Mirror(real_village.client("gao"))
    mirror.pull()
    return mirror


def changed(answer):
    """How many rows were news to the phone, by table. What an open transaction anywhere makes come again is none."""
    return {
        table: {name: len(rows) for name, rows in change.items() if rows}
        for table, change in answer["news"].items()
        if any(change.values())
    }


def forget() -> None:
    """Take away what other tests' open transactions would make come again."""
    Change.objects.all().delete()


def visited(village: Village, name: str = "chen") -> dict:
    visit = visit_row(village.house)
    push(village.client(name), visits=[visit], opinions=[opinion_row(visit)])
    return visit


def test_a_first_pull_brings_the_served_household_whole(real_village: Village):
    visit = visited(real_village, "gao")
    phone = Mirror(real_village.client("chen"))
    answer = phone.pull()

    assert "experimentalStrategy" not in answer
    assert phone.ids("households") == {str(real_village.house.pk)}
    assert phone.ids("visits") == {visit["id"]}
    row = phone.rows["visits"][visit["id"]]
    assert {name: row[name] for name in visit if name != "note"} == {
        k: v for k, v in visit.items() if k != "note"
    }
    assert (row["post"], row["point_lat"], row["version"], row["complete"]) == (
        "A",
        samples.PLACE[0],
        1,
        True,
    )
    assert set(phone.caller.get("sync/pull/").json()["changes"]) == set(TABLES)


def test_nothing_new_costs_four_statements_and_says_nothing(phone: Mirror):
    forget()
    with CaptureQueriesContext(connection) as queries:
        answer = phone.pull()

    assert not any(any(change.values()) for change in answer["changes"].values())
    assert len([q for q in queries if q["sql"] not in ("BEGIN", "BEGIN DEFERRED", "COMMIT")]) <= 4


def test_what_one_phone_pushes_the_other_pulls_and_nothing_else(phone: Mirror, real_village: Village):
    before = phone.timestamp
    visited(real_village)

    assert changed(phone.pull()) == {"visits": {"updated": 1}, "opinions": {"updated": 1}}
    assert before <= phone.timestamp < MOST
    assert changed(phone.pull()) == {}


def test_a_pull_costs_by_tables_not_by_rows(phone: Mirror, real_village: Village):
    def statements(visits: int) -> int:
        forget()
        rows = [visit_row(real_village.house) for _ in range(visits)]
        push(real_village.client("chen"), visits=rows, opinions=[opinion_row(row) for row in rows])
        with CaptureQueriesContext(connection) as queries:
            assert changed(phone.pull())["visits"] == {"updated": visits}
        return len(queries)

    assert statements(30) == statements(1)


def rows_written() -> int:
    """By this connection, triggers included: on PostgreSQL in this transaction, on SQLite since it was opened."""
    if connection.vendor == "sqlite":
        return connection.connection.total_changes
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])


def test_a_hand_over_writes_as_little_for_a_long_history_as_for_none(real_village: Village):
    sun = real_village.client("sun")
    assert real_village.lin

    def written(visits: int) -> tuple[int, int]:
        house = samples.make_household(f"h{visits}")
        pairing = samples.make_pairing(house, real_village.gao)
        for _ in range(visits):
            samples.make_visit(house, real_village.gao)
        body = {"to": str(real_village.lin.pk), "on": clock.today().isoformat(), "reason": "轮换"}
        with transaction.atomic():
            rows, entries = rows_written(), Change.objects.count()
            answer = sun.post(f"pairings/{pairing.pk}/hand-over/", body)
            assert answer.status_code == 201
            return rows_written() - rows, Change.objects.count() - entries

    rows, entries = written(40)
    assert (rows, entries) == written(0)
    assert entries == (5 if connection.vendor == "postgresql" else 10)
    assert rows > entries


@pytest.mark.parametrize("said", ["", "0", "null", None])
def test_a_phone_that_never_pulled_gets_everything(phone: Mirror, said):
    answer = phone.caller.get("sync/pull/" if said is None else f"sync/pull/?last_pulled_at={said}").json()

    assert len(answer["changes"]["households"]["updated"]) == 1
    assert "experimentalStrategy" not in answer


def elsewhere(phone: Mirror) -> list[object]:
    here = Position.of(phone.timestamp)
    return [
        "rubbish", "\x00", b"\xff", "-5", "1.5", "9" * 30, "１２", 5,
        Position(here.generation, here.day, here.place + 10_000).timestamp,
        Position(here.generation, here.day + timedelta(days=1), here.place).timestamp,
        Position(here.generation, here.day - timedelta(days=91), here.place).timestamp,
        Position(here.generation + 1, here.day, here.place).timestamp,
    ]  # fmt: skip


def test_where_the_server_cannot_go_on_from_the_phone_begins_anew(phone: Mirror):
    for said in elsewhere(phone):
        answer = phone.caller.get("sync/pull/?" + urlencode({"last_pulled_at": said})).json()

        assert (said, answer["experimentalStrategy"]) == (said, "replacement")
        assert len(answer["changes"]["households"]["updated"]) == 1


def test_fresh_brings_everything_in_place_of_what_the_phone_has(phone: Mirror):
    phone.rows["visits"] = {"ghost": {"id": "ghost", "version": 1}}
    answer = phone.pull(fresh=1)

    assert answer["experimentalStrategy"] == "replacement"
    assert phone.ids("visits") == set()


def test_a_restored_backup_makes_every_phone_begin_anew(phone: Mirror):
    call_command("begin_anew", stdout=StringIO())
    before = phone.timestamp

    assert phone.pull()["experimentalStrategy"] == "replacement"
    assert phone.timestamp > before
    assert changed(phone.pull()) == {}


def test_check_tells_what_a_phone_should_hold(phone: Mirror, real_village: Village):
    visited(real_village)
    told = phone.pull(check=1)["holds"]

    assert set(told) == set(TABLES)
    assert {table: told[table] for table in phone.rows} == phone.holds()
    assert told["visits"]["rows"] == 1


def test_a_migration_brings_the_tables_a_phone_has_gained(phone: Mirror, real_village: Village):
    visited(real_village)
    phone.pull()
    gained = {
        "from": 1,
        "tables": ["opinions", "songs"],
        "columns": [{"table": "visits", "columns": ["post"]}],
    }
    answer = phone.pull(migration=json.dumps(gained).decode(), schema_version=2)

    assert [len(answer["changes"][table]["updated"]) for table in ("visits", "opinions")] == [1, 1]


@pytest.mark.parametrize("said", ["null", ""])
def test_no_migration_is_none(phone: Mirror, said):
    assert changed(phone.pull(migration=said)) == {}


@pytest.mark.parametrize(
    "query",
    [
        "migration=x",
        "migration=5",
        "fresh=2",
        "check=ja",
        "song=1",
        "migration={%22columns%22:[5]}",
    ],
)
def test_what_is_no_question_is_refused(phone: Mirror, query):
    answer = phone.caller.get(f"sync/pull/?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")


def test_pages_are_one_snapshot_and_name_each_id_once(real_village: Village, monkeypatch):
    monkeypatch.setattr(pages, "ROWS", 7)
    rows = [visit_row(real_village.house) for _ in range(20)]
    push(real_village.client("chen"), visits=rows)
    gao = real_village.client("gao")
    page = gao.get("sync/pull/").json()
    late = visited(real_village)
    seen, stamps = [], {page["timestamp"]}
    while True:
        seen += [row["id"] for change in page["changes"].values() for row in change["updated"]]
        stamps.add(page["timestamp"])
        if not page["more"]:
            break
        page = gao.get(f"sync/pull/?cursor={page['cursor']}").json()

    assert len(seen) == len(set(seen)) > 28
    assert {row["id"] for row in rows} <= set(seen)
    assert late["id"] not in seen
    assert len(stamps) == 1
    monkeypatch.undo()
    following = gao.get(f"sync/pull/?last_pulled_at={page['timestamp']}").json()
    assert late["id"] in {row["id"] for row in following["changes"]["visits"]["updated"]}


def test_a_cursor_is_the_users_own_and_good_for_a_week(real_village: Village, monkeypatch):
    monkeypatch.setattr(pages, "ROWS", 3)
    gao, chen = real_village.client("gao"), real_village.client("chen")
    assert real_village.house
    cursor = gao.get("sync/pull/").json()["cursor"]

    assert gao.get(f"sync/pull/?cursor={cursor}").status_code == 200
    assert gao.get(f"sync/pull/?cursor={cursor}").status_code == 200
    for caller, asked in ((chen, cursor), (gao, str(new_id())), (gao, "x")):
        answer = caller.get(f"sync/pull/?cursor={asked}")
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_gone")
    PullPage.objects.update(made_at=clock.now() - timedelta(days=7))
    assert gao.get(f"sync/pull/?cursor={cursor}").status_code == 410


def test_every_table_of_the_feed_has_its_triggers(real_village: Village):
    before = CaptureQueriesContext(connection)
    with before:
        install(connection)

    assert len(before) == 1  # nothing was missing
    fed = {table.model._meta.db_table for table in TABLES.values()}
    assert fed <= set(TOLD)


def test_the_schema_names_every_table_and_type(phone: Mirror):
    told = phone.caller.get("sync/schema/").json()
    tables = {
        table["name"]: {column["name"]: column["type"] for column in table["columns"]}
        for table in told["tables"]
    }

    assert set(tables) == set(TABLES)
    assert (
        tables["visits"] | {"started_at": "number", "mocked": "boolean", "note": "string"} == tables["visits"]
    )
    kinds = {"string": str, "number": (int, float), "boolean": bool}
    for table, rows in phone.rows.items():
        for row in rows.values():
            for name, value in row.items():
                if name != "id" and value is not None:
                    assert isinstance(value, kinds[tables[table][name]]), (table, name)


def test_changes_of_long_ago_are_forgotten_and_phones_from_then_begin_anew(
    phone: Mirror, real_village: Village
):
    forget_changes()
    visited(real_village)
    assert Change.objects.exists()
    with time_machine.travel(clock.now() + timedelta(days=1), tick=True):
        forget_changes()
    with time_machine.travel(clock.now() + timedelta(days=92), tick=True):
        forget_changes()
        noted = FeedDay.objects.order_by("day").first()
        assert noted.day == clock.today() - timedelta(days=91)
        assert not Change.objects.filter(at__lt=noted.position).exists()
        phone.caller = real_village.client("gao")
        assert phone.pull()["experimentalStrategy"] == "replacement"
        assert len(phone.ids("visits")) == 1


def agrees(phone: Mirror) -> bool:
    """After a pull the phone holds what the server says it does, and what a new phone would get."""
    told, anew = phone.pull(check=1)["holds"], Mirror(phone.caller)
    anew.pull()
    return told == phone.holds() and anew.rows == phone.rows


def test_whom_else_a_matter_helped_comes_as_a_label_and_what_others_said_does_not(real_village: Village):
    other = samples.make_household("9", phone="13900000000")
    samples.make_pairing(other, real_village.gao)
    chen = Mirror(real_village.client("chen"))
    chen.pull()
    said = {"id": str(new_id()), "household": str(other.pk), "made_at": ms(clock.now())}
    matter = {"id": str(new_id()), "title": "接通自来水", "made_by": str(real_village.gao.pk)}
    helped = [
        {"id": str(new_id()), "matter": matter["id"], "household": str(house.pk)}
        for house in (real_village.house, other)
    ]
    link = {"id": str(new_id()), "matter": matter["id"], "opinion": said["id"]}
    answer = push(
        real_village.client("gao"),
        opinions=[opinion_row(None, **said)],
        practical_matters=[matter],
        matter_households=helped,
        matter_opinions=[link],
    )
    assert {outcome for _, outcome in outcomes(answer)} == {"created"}

    assert agrees(chen)
    assert chen.ids("matter_households") == {row["id"] for row in helped}
    label = chen.rows["households"][str(other.pk)]
    assert (label["label"], label["served"], label["phone"]) == ("9 户主", False, None)
    assert chen.ids("opinions") == chen.ids("matter_opinions") == set()

    Household.objects.filter(pk=other.pk).update(head_name="新户主", version=2)
    assert agrees(chen)
    assert chen.rows["households"][str(other.pk)]["label"] == "9 新户主"

    pairing = samples.make_pairing(other, real_village.chen, post="B")
    assert agrees(chen)
    assert (chen.ids("opinions"), chen.ids("matter_opinions")) == ({said["id"]}, {link["id"]})

    pairing.delete()
    assert agrees(chen)
    assert chen.ids("matter_opinions") == set()

    MatterHousehold.objects.filter(household=other).delete()
    assert agrees(chen)
    assert chen.ids("households") == {str(real_village.house.pk)}


def test_what_a_visit_worked_on_comes_once_the_phone_holds_that_task(real_village: Village):
    task = make_task(real_village, "assigned", opinion=samples.make_opinion(None, real_village.lin))
    chen = Mirror(real_village.client("chen"))
    chen.pull()
    visit = visit_row(real_village.house)
    link = {"id": str(new_id()), "visit": visit["id"], "task": str(task.pk)}
    push(real_village.client("gao"), visits=[visit], visit_tasks=[link])
    gao = Mirror(real_village.client("gao"))

    assert agrees(chen)
    assert agrees(gao)
    assert (chen.ids("visits"), chen.ids("visit_tasks")) == ({visit["id"]}, set())
    assert gao.ids("visit_tasks") == {link["id"]}

    Task.objects.filter(pk=task.pk).update(handler=real_village.chen, version=2)
    assert agrees(chen)
    assert chen.ids("visit_tasks") == {link["id"]}

    Task.objects.filter(pk=task.pk).update(handler=real_village.lin, version=3)
    assert agrees(chen)
    assert (chen.ids("visits"), chen.ids("visit_tasks")) == ({visit["id"]}, set())
