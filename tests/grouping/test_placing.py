"""The worker places what was collected: joined, suggested, or a group of its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi import clock
from fieldapi.models import JournalLine
from grouping import due
from grouping.models import Clue, Suggestion
from grouping.placing import AT_ONCE, TOGETHER, common_unit, place_in, place_new
from grouping.towns import Town
from opinions.models import Group, Opinion
from tests import samples
from tests.conftest import Village
from tests.matters.acting import make_task
from tests.samples import make_household, make_opinion

LAMP = "村口路灯坏了三个月"


def groups_of(*rows: Opinion) -> list[Any]:
    """The groups they are in, numbered as they are first met."""
    found = [Opinion.objects.get(pk=row.pk).group_id for row in rows]
    assert None not in found
    return [list(dict.fromkeys(found)).index(group) for group in found]


def test_what_surely_says_the_same_joins_what_says_something_else_does_not(village: Village):
    neighbour = make_household("2")
    lamp = make_opinion(village.house, village.gao, LAMP)
    water = make_opinion(village.house, village.gao, "自来水三天没来了")
    again = make_opinion(neighbour, village.lin, "村口的路燈壞了三個月了", on="2026-11-04")

    assert place_new() == 3

    assert groups_of(lamp, water, again) == [0, 1, 0]
    group = Group.objects.get(opinions=lamp)
    assert (group.title, group.unit_id, group.version) == (LAMP, "530626101201", 2)
    assert Opinion.objects.get(pk=again.pk).version == 2
    assert not Suggestion.objects.exists()


def test_a_join_is_in_the_journal_as_the_systems_own_act(village: Village):
    make_opinion(village.house, village.gao, LAMP)
    again = make_opinion(village.house, village.gao, LAMP, on="2026-11-04")

    place_new()

    line = JournalLine.objects.get(action="groups.join")
    assert (line.by, line.unit) == (None, "530626101201")
    assert str(again.pk) in line.detail


def test_what_perhaps_says_the_same_is_suggested(village: Village):
    lamp = make_opinion(village.house, village.gao, LAMP)
    dark = make_opinion(village.house, village.gao, "村口路灯不亮，老人晚上出门看不见", on="2026-11-04")

    place_new()

    assert groups_of(lamp, dark) == [0, 1]
    suggestion = Suggestion.objects.get()
    assert (suggestion.opinion, suggestion.group_id) == (dark, Group.objects.get(opinions=lamp).pk)
    assert 0.28 <= suggestion.score < 1


def test_the_same_words_from_another_village_or_another_town_do_not_join(village: Village):
    rows = [
        make_opinion(
            make_household(str(day), unit=unit), village.gao, "路灯坏了三个月没人修", on=f"2026-11-0{day}"
        )
        for day, unit in enumerate(("530626101201", "530626101202", "530626102", "530626101201"), start=1)
    ]

    place_new()

    assert groups_of(*rows) == [0, 1, 2, 0]
    assert Suggestion.objects.count() == 2  # between the two villages of one town, both ways


def test_opinions_from_two_villages_about_one_road_make_a_group_of_the_town(village: Village):
    one = make_opinion(village.house, village.gao, "沿江路的护栏被车撞坏了")
    other = make_opinion(make_household("2", unit="530626101202"), village.lin, "沿江路的护栏被车撞坏了")

    place_new()

    assert groups_of(one, other) == [0, 0]
    assert Group.objects.get().unit_id == "530626101"


@pytest.mark.parametrize(
    ("state", "joined"),
    [("open", True), ("in_progress", True), ("done", False), ("confirmed", False), ("declined", False)],
)
def test_a_group_takes_in_more_while_work_on_its_task_goes_on(village: Village, state: str, joined: bool):
    lamp = make_opinion(village.house, village.gao, LAMP)
    place_new()
    task = make_task(village, state, opinion=lamp)

    again = make_opinion(village.house, village.gao, LAMP, on="2026-11-04")
    place_new()

    assert (Opinion.objects.get(pk=again.pk).group_id == task.group_id) is joined


def test_what_was_resolved_on_the_spot_or_withdrawn_is_not_placed_and_meets_nobody(village: Village):
    visit = samples.make_visit(village.house, village.gao, withdrawn=True)
    make_opinion(village.house, village.gao, LAMP, resolved_on="2026-11-03")
    make_opinion(village.house, village.gao, LAMP, visit=visit, visit_withdrawn=True)

    assert place_new() == 0
    assert not Group.objects.exists()


def test_what_is_placed_is_never_moved_by_the_machine(village: Village):
    lamp = make_opinion(village.house, village.gao, LAMP)
    place_new()
    before = list(Opinion.objects.values())

    assert place_new() == 0
    make_opinion(village.house, village.gao, LAMP, on="2026-11-05")
    place_new()

    assert Opinion.objects.filter(pk=lamp.pk).values()[0] == before[0]


def test_the_same_order_gives_the_same_groups_however_the_runs_are_cut(village: Village):
    texts = [LAMP, "自来水三天没来了", "村口的路灯坏了三个月", "自来水三天没有来了", "村口路灯不亮"]
    start = clock.now() - timedelta(days=1)
    rows = [
        make_opinion(village.house, village.gao, text, received_at=start + timedelta(minutes=number))
        for number, text in enumerate(texts)
    ]
    place_new()
    at_once = groups_of(*rows)

    Opinion.objects.update(group=None)
    Suggestion.objects.all().delete()
    Group.objects.all().delete()
    Clue.objects.all().delete()
    for row in rows:
        assert place_in(Town.of("530626101"), [row.pk]) == 1

    assert groups_of(*rows) == at_once == [0, 1, 0, 1, 2]


def test_placing_one_costs_the_same_number_of_statements_whatever_is_stored(village: Village):
    def statements() -> int:
        make_opinion(village.house, village.gao, LAMP)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert place_new() == 1
        return len(seen)

    statements()
    few = statements()
    for number in range(30):
        make_opinion(village.house, village.gao, f"{LAMP}，{number}号")
    place_new()

    assert statements() == few == (15 if connection.vendor == "postgresql" else 14)


def test_a_run_takes_so_many_and_the_next_one_goes_on(village: Village, monkeypatch: pytest.MonkeyPatch):
    assert (AT_ONCE, TOGETHER) == (1000, 50)
    monkeypatch.setattr("grouping.placing.AT_ONCE", 3)
    monkeypatch.setattr("grouping.placing.TOGETHER", 2)
    for number in range(4):
        make_opinion(village.house, village.gao, LAMP, on=f"2026-11-0{number + 1}")

    due.place_new()
    assert Opinion.objects.filter(group=None).count() == 1
    due.place_new()
    assert Group.objects.count() == 1


@pytest.mark.parametrize("text", ["", " ", "。", "👍", "a" * 5000, "路" * 5000])
def test_any_text_is_placed(village: Village, text: str):
    row = make_opinion(village.house, village.gao, text)

    assert place_new() == 1
    assert groups_of(row) == [0]


def test_the_unit_of_a_group_is_the_lowest_that_holds_all():
    assert common_unit(["530626101201"]) == "530626101201"
    assert common_unit(["530626101201", "530626101202"]) == "530626101"
    assert common_unit(["530626101201", "530626"]) == "530626"
