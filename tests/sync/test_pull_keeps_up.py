"""Whatever happens between two pulls, a phone ends with exactly the rows that a first pull of that moment brings."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from cadres.models import Unit
from fieldapi import clock
from fieldapi.ids import new_id
from grouping.placing import place_new
from matters.cards import issue_fallen, take_back
from matters.models import Task
from notices.due import forget_old as forget_old_notices
from opinions.models import Category, Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import make_task
from tests.sync.flat import Mirror, ms, opinion_row, outcomes, push, visit_row
from visits.models import Visit

WATCHED = ("gao", "chen", "lin", "qian")


class Everybody:
    """A phone for each of the cast, all up to date."""

    def __init__(self, village: Village):
        assert village.house
        self.village = village
        self.callers = {name: village.client(name) for name in WATCHED}
        self.phones = {name: Mirror(caller) for name, caller in self.callers.items()}
        for phone in self.phones.values():
            phone.pull()

    def keep_up(self) -> None:
        """Every phone pulls what changed, which leaves it as a new phone would be."""
        for name, phone in self.phones.items():
            phone.pull()
            new = Mirror(self.callers[name])
            told = new.pull(**({"check": 1} if name == "gao" else {})).get("holds")
            assert {table: rows for table, rows in phone.rows.items() if rows} == {
                table: rows for table, rows in new.rows.items() if rows
            }, name
            assert told is None or {table: told[table] for table in phone.rows} == phone.holds()

    def push(self, name: str, **tables):
        return push(self.callers[name], **tables)


@pytest.fixture(autouse=True)
def that_autumn() -> Iterator[None]:
    """Rows of fixed days are on phones for a year."""
    with time_machine.travel(samples.at("2026-11-20 12:00")):
        yield


@pytest.fixture
def everybody(village: Village) -> Everybody:
    return Everybody(village)


def visited(everybody: Everybody, name: str = "gao", **columns):
    """A visit with an opinion, a matter, a photo, a companion: all of them rows."""
    village = everybody.village
    visit = visit_row(village.house, **columns)
    opinion = opinion_row(visit)
    matter = {"id": str(new_id()), "visit": visit["id"], "title": "换水管"}
    everybody.push(
        name,
        visits=[visit],
        opinions=[opinion, other := opinion_row(visit)],
        practical_matters=[matter],
        matter_opinions=[{"id": str(new_id()), "matter": matter["id"], "opinion": other["id"]}],
        photos=[{"id": str(new_id()), "visit": visit["id"], "sha256": "a" * 64, "bytes": 9}],
        visit_companions=[{"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)}],
    )
    return visit, opinion, matter


def pairing_of(village: Village, name: str):
    return village.house.pairings.get(cadre=getattr(village, name), ended_on=None)


def test_a_visit_and_what_is_done_to_it(everybody: Everybody):
    visit, opinion, _ = visited(everybody, lat=samples.PLACE[0] + 0.01)
    everybody.keep_up()
    assert len(everybody.phones["chen"].rows["flags"]) == 1

    everybody.village.client("sun").post(
        f"visits/{visit['id']}/flags/far/", {"state": "dismissed", "reason": "院子"}
    )
    everybody.keep_up()

    reply = {
        "id": str(new_id()),
        "opinion": opinion["id"],
        "text": "已报",
        "how": "phone",
        "told_at": ms(clock.now()),
    }
    everybody.push("chen", replies=[reply])
    everybody.keep_up()
    assert reply["id"] in everybody.phones["gao"].ids("replies")

    change = {"id": str(new_id()), "visit": visit["id"], "made_at": ms(clock.now()), "reason": "错",
              "changes": '{"withdrawn": true}'}  # fmt: skip
    everybody.push("gao", amendments=[change])
    everybody.keep_up()
    assert everybody.phones["chen"].rows["opinions"][opinion["id"]]["standing"] == "withdrawn"


def test_what_came_with_a_withdrawn_visit_is_withdrawn_on_the_phones_and_has_a_new_version(
    everybody: Everybody,
):
    visit, opinion, matter = visited(everybody)
    everybody.keep_up()
    phone = everybody.phones["chen"]
    before = phone.holds()

    change = {"id": str(new_id()), "visit": visit["id"], "made_at": ms(clock.now()), "reason": "错",
              "changes": '{"withdrawn": true}'}  # fmt: skip
    everybody.push("gao", amendments=[change])
    everybody.keep_up()
    told = phone.rows["opinions"][opinion["id"]], phone.rows["practical_matters"][matter["id"]]
    assert (told[0]["standing"], told[1]["withdrawn"]) == ("withdrawn", True)
    changed = {table for table, held in phone.holds().items() if held != before[table]}
    assert {"visits", "opinions", "practical_matters"} <= changed


def test_a_visit_moved_to_another_household_leaves_the_phones_of_the_first(everybody: Everybody):
    village = everybody.village
    other = samples.make_household("2")
    samples.make_pairing(other, village.gao)
    visit, _, _ = visited(everybody)
    everybody.keep_up()
    change = {"id": str(new_id()), "visit": visit["id"], "made_at": ms(clock.now()), "reason": "错户",
              "changes": f'{{"household": "{other.pk}"}}'}  # fmt: skip
    assert outcomes(everybody.push("gao", amendments=[change])) == [("amendments", "created")]
    everybody.keep_up()

    assert visit["id"] in everybody.phones["gao"].ids("visits")
    assert visit["id"] not in everybody.phones["chen"].ids("visits")


def test_a_household_that_a_visit_was_not_made_at_after_all_leaves_as_a_label_too(everybody: Everybody):
    """Of the phone that made the visit, and of the one that works on what was said there."""
    village = everybody.village
    other = samples.make_household("2")
    pairing = samples.make_pairing(other, village.gao)
    visit = visit_row(other)
    opinion = opinion_row(visit)
    everybody.push("gao", visits=[visit], opinions=[opinion])
    end = {"on": clock.today().isoformat(), "reason": "调离"}
    assert village.client("sun").post(f"pairings/{pairing.pk}/end/", end).status_code == 200
    task = {"title": "路灯", "opinions": [opinion["id"]]}
    told = village.client("sun").post("tasks/", task).json()
    village.client("sun").post(f"tasks/{told['id']}/assign/", {"handler": str(village.lin.pk)})
    everybody.keep_up()
    holders = [name for name in WATCHED if str(other.pk) in everybody.phones[name].ids("households")]
    assert holders == ["gao", "lin"]

    change = {"id": str(new_id()), "visit": visit["id"], "made_at": ms(clock.now()), "reason": "错户",
              "changes": f'{{"household": "{village.house.pk}"}}'}  # fmt: skip
    assert outcomes(everybody.push("gao", amendments=[change])) == [("amendments", "created")]
    everybody.keep_up()
    assert not any(str(other.pk) in phone.ids("households") for phone in everybody.phones.values())


def test_a_hand_over_takes_the_household_away_and_brings_it_with_its_history(everybody: Everybody):
    village, house = everybody.village, str(everybody.village.house.pk)
    visit, _, _ = visited(everybody, "chen")
    mine, _, _ = visited(everybody, "gao")
    everybody.keep_up()
    today = clock.today().isoformat()
    body = {"to": str(village.lin.pk), "on": today, "reason": "轮换"}
    assert (
        village.client("sun").post(f"pairings/{pairing_of(village, 'gao').pk}/hand-over/", body).status_code
        == 201
    )
    everybody.keep_up()

    gao, lin = everybody.phones["gao"], everybody.phones["lin"]
    assert {visit["id"], mine["id"]} <= lin.ids("visits")
    assert lin.rows["households"][house]["head_name"] == "户主"
    assert (visit["id"] in gao.ids("visits"), mine["id"] in gao.ids("visits")) == (False, True)
    label = gao.rows["households"][house]
    assert (label["served"], label["address"], label["label"]) == (False, None, "1 户主")


def test_a_pairing_that_ends_without_records_leaves_nothing(everybody: Everybody):
    village = everybody.village
    visited(everybody, "gao")
    everybody.keep_up()
    end = {"on": clock.today().isoformat(), "reason": "调离"}
    assert (
        village.client("sun").post(f"pairings/{pairing_of(village, 'chen').pk}/end/", end).status_code == 200
    )
    everybody.keep_up()

    chen = everybody.phones["chen"]
    tables = ("households", "visits", "opinions", "pairings", "photos")
    assert {table: len(chen.ids(table)) for table in tables} == dict.fromkeys(tables, 0)


def test_what_begins_and_ends_by_date_comes_and_goes_at_midnight(everybody: Everybody):
    village = everybody.village
    visit, _, _ = visited(everybody, "gao")
    tomorrow = clock.today() + timedelta(days=1)
    body = {"to": str(village.lin.pk), "on": tomorrow.isoformat(), "reason": "轮换"}
    village.client("sun").post(f"pairings/{pairing_of(village, 'chen').pk}/hand-over/", body)
    everybody.keep_up()
    assert visit["id"] in everybody.phones["chen"].ids("visits")
    assert visit["id"] not in everybody.phones["lin"].ids("visits")

    with time_machine.travel(samples.at(f"{tomorrow} 00:00"), tick=True):
        everybody = with_new_tokens(everybody)
        everybody.keep_up()
    assert visit["id"] not in everybody.phones["chen"].ids("visits")
    assert visit["id"] in everybody.phones["lin"].ids("visits")


def with_new_tokens(everybody: Everybody) -> Everybody:
    """Access tokens live a quarter of an hour."""
    for name in WATCHED:
        everybody.callers[name] = everybody.village.client(name)
        everybody.phones[name].caller = everybody.callers[name]
    return everybody


def test_history_older_than_a_year_leaves_but_for_ones_own(everybody: Everybody):
    village = everybody.village
    old = samples.make_visit(village.house, village.chen, on=str(clock.today() - timedelta(days=364)))
    said = samples.make_opinion(village.house, village.chen, on=str(old.day), visit=old)
    everybody.keep_up()
    assert str(old.pk) in everybody.phones["gao"].ids("visits")

    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        with_new_tokens(everybody).keep_up()
    assert str(old.pk) not in everybody.phones["gao"].ids("visits")
    assert str(said.pk) not in everybody.phones["gao"].ids("opinions")
    assert str(old.pk) in everybody.phones["chen"].ids("visits")


def test_a_task_from_its_opening_to_its_end(everybody: Everybody):
    village, sun = everybody.village, everybody.village.client("sun")
    foreign = samples.make_household("7")
    zhao = samples.make_user("zhao")
    samples.make_pairing(foreign, zhao)
    opinion = samples.make_opinion(foreign, zhao)
    office = samples.make_office()
    made = sun.post(
        "tasks/", {"title": "修路灯", "opinions": [str(opinion.pk)], "due_on": "2099-01-01"}
    ).json()
    everybody.keep_up()
    task = f"tasks/{made['id']}"

    assert sun.post(f"{task}/assign/", {"handler": str(village.lin.pk)}).status_code == 200
    everybody.keep_up()
    lin = everybody.phones["lin"]
    assert (made["id"] in lin.ids("tasks"), str(opinion.pk) in lin.ids("opinions")) == (True, True)
    assert lin.rows["households"][str(foreign.pk)]["served"] is False

    reply = {
        "id": str(new_id()),
        "opinion": str(opinion.pk),
        "text": "在修",
        "how": "phone",
        "told_at": ms(clock.now()),
    }
    everybody.push("lin", replies=[reply])
    everybody.keep_up()

    fixed = {
        "handler": str(village.gao.pk),
        "office": str(office.pk),
        "plan": "换灯",
        "closing_standard": "亮",
    }
    assert sun.post(f"{task}/assign/", fixed).status_code == 200
    everybody.keep_up()
    assert (made["id"] in lin.ids("tasks"), str(opinion.pk) in lin.ids("opinions")) == (False, False)
    assert made["id"] in everybody.phones["gao"].ids("tasks")

    for verb, body in (("start", {}), ("finish", {"outcome": "好了"}), ("confirm", {"reason": "满意"}),
                       ("reopen", {"reason": "又坏"}), ("decline", {"reason": "不归我管"})):  # fmt: skip
        answer = sun.post(f"{task}/{verb}/", body)
        assert answer.status_code == 200, answer.content
        everybody.keep_up()
    assert made["id"] not in everybody.phones["gao"].ids("tasks")


def test_cards_fall_on_a_phones_tasks_and_one_that_had_not_fallen_goes(everybody: Everybody):
    village = everybody.village
    today = clock.today()
    task = make_task(
        village,
        "in_progress",
        handler=village.lin,
        due_on=today - timedelta(days=1),
        yellow_on=today - timedelta(days=4),
        red_on=today,
    )
    everybody.keep_up()

    issue_fallen()
    everybody.keep_up()
    assert [len(everybody.phones[name].ids("cards")) for name in ("lin", "gao", "qian")] == [2, 2, 0]

    take_back(task.cards.filter(colour="red"), at=clock.now())
    everybody.keep_up()
    assert [len(everybody.phones[name].ids("cards")) for name in ("lin", "gao")] == [1, 1]


def test_a_joint_review_is_on_the_phones_of_the_task_and_of_the_offices_asked(everybody: Everybody):
    village, sun, leader = everybody.village, everybody.village.client("sun"), everybody.village.client("wu")
    task = make_task(village, "in_progress", handler=village.chen)
    asked, other = samples.make_office("水利站"), samples.make_office("交通站")
    village.lin.office = asked
    village.lin.save()
    everybody.keep_up()

    body = {"offices": [str(asked.pk), str(other.pk)], "reason": "涉及两家"}
    assert sun.post(f"tasks/{task.pk}/request-review/", body).status_code == 200
    everybody.keep_up()
    shown = {name: len(everybody.phones[name].ids("reviews")) for name in WATCHED}
    assert shown == {"gao": 2, "chen": 2, "lin": 1, "qian": 0}
    assert str(task.pk) not in everybody.phones["lin"].ids("tasks")

    for view in ("同意", "同意，但须招标"):
        answer = everybody.callers["lin"].post(f"tasks/{task.pk}/review/", {"view": view})
        assert answer.status_code == 200
        everybody.keep_up()
    views = [row["view"] for row in everybody.phones["gao"].rows["reviews"].values()]
    assert sorted(views) == ["", "同意，但须招标"]

    assert leader.post(f"tasks/{task.pk}/decide/", {"decision": "照办"}).status_code == 200
    everybody.keep_up()
    decided = everybody.phones["gao"].rows["reviews"].values()
    assert {(row["decision"], row["decided_by"]) for row in decided} == {("照办", str(village.wu.pk))}
    assert everybody.phones["lin"].ids("reviews") == set()


@pytest.mark.parametrize("verb", ["decline", "merge"])
def test_an_office_is_asked_no_more_about_a_task_that_ends_without_a_decision(
    everybody: Everybody, verb: str
):
    village, sun = everybody.village, everybody.village.client("sun")
    task, other = make_task(village, "in_progress"), make_task(village, "in_progress")
    village.qian.office = samples.make_office("水利站")
    village.qian.save()
    body = {"offices": [str(village.qian.office_id)], "reason": "涉及两家"}
    assert sun.post(f"tasks/{task.pk}/request-review/", body).status_code == 200
    everybody.keep_up()
    assert len(everybody.phones["qian"].ids("reviews")) == 1

    told = {"decline": {"reason": "不办"}, "merge": {"into": str(other.pk)}}[verb]
    assert sun.post(f"tasks/{task.pk}/{verb}/", told).status_code == 200
    everybody.keep_up()
    assert everybody.phones["qian"].ids("reviews") == set()


def test_what_an_office_is_asked_comes_and_goes_with_its_people_and_with_the_task(everybody: Everybody):
    village, sun = everybody.village, everybody.village.client("sun")
    task = make_task(village, "in_progress", handler=village.chen)
    office = samples.make_office("水利站")
    body = {"offices": [str(office.pk)], "reason": "涉及两家"}
    assert sun.post(f"tasks/{task.pk}/request-review/", body).status_code == 200
    village.qian.office = office
    village.qian.save()
    everybody.keep_up()
    assert len(everybody.phones["qian"].ids("reviews")) == 1

    assert sun.post(f"tasks/{task.pk}/assign/", {"handler": str(village.lin.pk)}).status_code == 200
    village.qian.office = None
    village.qian.save()
    everybody.keep_up()
    assert [len(everybody.phones[name].ids("reviews")) for name in ("lin", "qian")] == [1, 0]

    assert sun.post(f"tasks/{task.pk}/decline/", {"reason": "不办"}).status_code == 200
    everybody.keep_up()
    assert [len(everybody.phones[name].ids("reviews")) for name in ("lin", "gao")] == [0, 1]


def test_every_verb_is_on_the_phones_with_what_it_did(everybody: Everybody):
    village, sun = everybody.village, everybody.village.client("sun")
    office = samples.make_office()
    task = make_task(village, "assigned", handler=village.lin)
    for verb, body in (
        ("assign", {"office": str(office.pk), "plan": "改用太阳能灯"}),
        ("start", {}),
        ("pause", {"reason": "户主外出"}),
        ("resume", {"reason": "回来了"}),
        ("extend", {"due_on": "2099-01-01", "reason": "缺货"}),
        ("escalate", {"reason": "须县里立项", "due_on": "2099-02-01"}),
    ):
        answer = sun.post(f"tasks/{task.pk}/{verb}/", body)
        assert answer.status_code == 200, answer.content
        everybody.keep_up()
    for name in ("lin", "gao"):
        row = everybody.phones[name].rows["tasks"][str(task.pk)]
        assert (row["state"], row["plan"], row["due_on"]) == ("in_progress", "改用太阳能灯", "2099-02-01")
        assert (row["office_name"], row["extended"], row["paused"]) == (office.name, True, False)
        assert row["escalated_to"] == samples.TOWN
        assert len(everybody.phones[name].ids("task_actions")) == 6


def test_the_categories_suggested_for_an_opinion_come_once_it_is_placed(everybody: Everybody):
    village = everybody.village
    opinion = samples.make_opinion(village.house, village.gao, "村口路灯坏了三个月")
    everybody.keep_up()
    assert place_new() == 1
    everybody.keep_up()

    row = everybody.phones["gao"].rows["opinions"][str(opinion.pk)]
    suggested = json.loads(row["suggested_categories"])
    assert len(suggested) == 3
    assert set(suggested[0]) == {"code", "score"}
    assert row["group"] in everybody.phones["gao"].ids("groups")


def test_what_a_user_is_told_is_on_their_own_phones_until_it_is_old(everybody: Everybody):
    village = everybody.village
    with time_machine.travel(clock.now() - timedelta(days=89, hours=23), tick=False):
        task = make_task(village)
        sun = village.client("sun")
        assert sun.post(f"tasks/{task.pk}/assign/", {"handler": str(village.lin.pk)}).status_code == 200
    everybody.keep_up()
    assert {name: len(everybody.phones[name].ids("notices")) for name in WATCHED} == {
        "gao": 0, "chen": 0, "lin": 1, "qian": 0,
    }  # fmt: skip
    (row,) = everybody.phones["lin"].rows["notices"].values()
    assert (row["kind"], row["resource"], row["row_id"]) == ("task_given", "tasks", str(task.pk))
    assert (row["title"], row["read_at"], row["version"]) == ("路灯", None, 1)

    assert everybody.callers["lin"].post(f"notices/{row['id']}/read/").status_code == 200
    everybody.keep_up()
    (row,) = everybody.phones["lin"].rows["notices"].values()
    assert (row["read_at"] is not None, row["version"]) == (True, 2)

    forget_old_notices()
    everybody.keep_up()
    assert len(everybody.phones["lin"].ids("notices")) == 1
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        forget_old_notices()
    everybody.keep_up()
    assert everybody.phones["lin"].ids("notices") == set()


def test_opinions_that_are_joined_and_tasks_that_are_merged(everybody: Everybody):
    village, sun = everybody.village, everybody.village.client("sun")
    visited(everybody)
    one, two = make_task(village, handler=village.lin), make_task(village, "assigned")
    everybody.keep_up()
    answer = sun.post(f"tasks/{one.pk}/merge/", {"into": str(two.pk)})
    assert answer.status_code == 200, answer.content
    everybody.keep_up()
    Opinion.objects.filter(group=two.group_id).update(group=None)
    everybody.keep_up()
    Task.objects.filter(pk=two.pk).update(office=samples.make_office("民政办2"))
    village.lin.office_id = Task.objects.get(pk=two.pk).office_id
    village.lin.save()
    everybody.keep_up()


def test_households_that_change_move_split_merge_and_end(everybody: Everybody):
    village, sun = everybody.village, everybody.village.client("sun")
    visited(everybody)
    address = f"households/{village.house.pk}"
    everybody.keep_up()
    assert (
        sun.patch(f"{address}/", {"head_name": "新户主", "phone": "13800000000"}, version=1).status_code
        == 200
    )
    everybody.keep_up()
    assert everybody.phones["gao"].rows["households"][str(village.house.pk)]["phone"] == "13800000000"

    split = sun.post(f"{address}/split/", {"reason": "分户", "number": "1-2", "head_name": "儿子"})
    assert split.status_code == 201, split.content
    everybody.keep_up()
    move = {"unit": "530626101202", "reason": "搬家"}
    assert sun.post(f"{address}/move/", move).status_code == 200
    everybody.keep_up()
    merged = sun.post(
        f"households/{split.json()['id']}/merge/", {"into": str(village.house.pk), "reason": "并户"}
    )
    assert merged.status_code == 200, merged.content
    everybody.keep_up()
    assert sun.post(f"{address}/end/", {"reason": "迁出"}).status_code == 200
    everybody.keep_up()


def test_people_divisions_and_categories(everybody: Everybody):
    village = everybody.village
    samples.make_category()
    everybody.keep_up()
    Category.objects.filter(pk="lighting").update(name="路灯", version=2)
    Unit.objects.filter(pk=samples.VILLAGE).update(name="田坝", version=2)
    village.lin.full_name = "改名"
    village.lin.save()
    everybody.keep_up()
    assert everybody.phones["gao"].rows["households"][str(village.house.pk)]["unit_name"] == "田坝"
    assert everybody.phones["gao"].rows["units"][samples.VILLAGE]["name"] == "田坝"
    samples.make_user("hu", unit=samples.VILLAGE)
    stranger = samples.make_user("bureau", unit=samples.COUNTY)
    samples.make_pairing(samples.make_household("3"), stranger)
    everybody.keep_up()
    pairing_of(village, "chen").delete()
    samples.make_pairing(village.house, stranger, post="B")
    everybody.keep_up()
    assert str(stranger.pk) in everybody.phones["gao"].ids("people")
    stranger.full_name = "局里的人"
    stranger.save()
    everybody.keep_up()
    village.gao.unit_id = samples.OTHER_TOWN
    village.gao.save()
    everybody.keep_up()
    assert everybody.phones["gao"].ids("units") == {samples.OTHER_TOWN, samples.OTHER_VILLAGE}


def test_photos_with_their_bytes(everybody: Everybody):
    village = everybody.village
    task = make_task(village, "in_progress")
    photo = {"id": str(new_id()), "task": str(task.pk), "sha256": "a" * 64, "bytes": 9}
    everybody.push("gao", photos=[photo])
    everybody.keep_up()
    assert photo["id"] in everybody.phones["lin"].ids("photos")


def test_what_was_turned_away_is_told_to_its_phone(everybody: Everybody):
    bad = visit_row(everybody.village.house, kind="feast")
    everybody.push("gao", visits=[bad])
    everybody.keep_up()

    entry = next(iter(everybody.phones["gao"].rows["quarantine"].values()))
    assert (entry["row_id"], entry["state"]) == (bad["id"], "kept")
    assert everybody.phones["chen"].ids("quarantine") == set()


def test_a_changed_row_of_the_phone_gives_way_to_the_servers(everybody: Everybody):
    visit, _, _ = visited(everybody)
    everybody.keep_up()
    phone = everybody.phones["gao"]
    phone.rows["visits"][visit["id"]] |= {"note": "手机上改的"}
    everybody.push("gao", visits=[visit | {"note": "手机上改的"}])
    phone.pull()

    assert phone.rows["visits"][visit["id"]]["note"] == ""


def test_a_row_under_the_id_of_a_strangers_row_is_deleted_from_the_phone(everybody: Everybody):
    village = everybody.village
    foreign = samples.make_household("8")
    theirs = samples.make_visit(foreign, village.lin)
    visit = visit_row(village.house, id=str(theirs.pk))
    assert outcomes(everybody.push("gao", visits=[visit])) == [("visits", "conflict")]

    assert everybody.phones["gao"].pull()["changes"]["visits"] == {"updated": [], "deleted": [str(theirs.pk)]}
    assert Visit.objects.get(pk=theirs.pk).household == foreign


def test_a_visit_whose_opinion_stands_elsewhere_stays_on_the_phone(everybody: Everybody):
    village = everybody.village
    foreign = samples.make_opinion(samples.make_household("8"), village.lin)
    visit = visit_row(village.house)
    everybody.push("gao", visits=[visit], opinions=[opinion_row(visit, id=str(foreign.pk))])
    changes = everybody.phones["gao"].pull()["changes"]

    assert (changes["visits"]["deleted"], changes["opinions"]["deleted"]) == ([], [str(foreign.pk)])
