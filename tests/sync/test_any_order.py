"""In whichever order, in whatever batches and however often items arrive, the end is the same: rows, flags, summary.

Weeks late, by clocks hours and years wrong, from a phone that two users share, before and after a hand-over; verbs of
two people on a task, and a month that is closed in between.
"""

from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Village
from tests.sync.autumn import (
    BEGIN,
    CLOSE_OCTOBER,
    RECORDS,
    WHEREVER_IT_COUNTS,
    Autumn,
    Item,
    moments,
)

DAYS = 12  # more than there are batches: the end is read at the same time after each


def what_comes_of(autumn: Autumn, batches: list[Any], second_user: list[bool]) -> dict[str, Any]:
    """The end state after the batches and the rest; everything is as before then."""
    days = moments()
    with transaction.atomic():
        for batch, second in zip(batches, second_user, strict=False):
            with time_machine.travel(next(days), tick=False):
                autumn.send(batch, second)
        with time_machine.travel(next(days), tick=False):
            autumn.send_the_rest()
        with time_machine.travel(at_the_end(), tick=False):
            reached = autumn.end_state() | {"counted": autumn.counted()}
        autumn.done.clear()
        transaction.set_rollback(True)
    return reached


def in_batches(order: list[Any], cuts: list[int]) -> list[Any]:
    bounds = [0, *sorted(cuts), len(order)]
    return [order[a:b] for a, b in pairwise(bounds)]


def at_the_end() -> Any:
    days = moments()
    return [next(days) for _ in range(DAYS)][-1]


@pytest.mark.django_db
def test_the_end_is_the_same_whatever_the_order_the_batches_and_the_repeats():
    with time_machine.travel(BEGIN, tick=False):
        autumn = Autumn(Village())
    expected = what_comes_of(autumn, [], [])
    assert {month: expected[month]["visits"]["total"] for month in autumn.months} == {
        "2026-10": 4,
        "2026-11": 3,
    }
    assert expected["codes"] == {
        "clock_off": 6,
        "far": 1,
        "impossible_travel": 2,
        "not_paired": 1,
        "photo_seen_before": 1,
        "short_stay": 1,
    }
    assert expected["WaitingRow"] == []
    assert sorted(code for _, code in expected["refused"]) == ["household_unknown", "permission_denied"]
    assert expected["states"] == {"路灯": "confirmed", "水管": "in_progress", "公布电话": "open"}
    assert expected["notes"] == ["末"]

    @settings(max_examples=10, database=None, derandomize=True, phases=[Phase.generate])
    @given(
        st.permutations(autumn.items),
        st.lists(st.integers(0, len(autumn.items)), max_size=5),
        st.lists(st.sampled_from(autumn.items)),
        st.lists(st.booleans(), min_size=8, max_size=8),
    )
    def in_any_way(order, cuts, repeats, second_user):
        reached = what_comes_of(autumn, [*in_batches(order, cuts), repeats], second_user)
        for name in expected.keys() - {"counted"}:  # a task's matter has another id each time
            assert reached[name] == expected[name], name

    in_any_way()


@pytest.mark.django_db
def test_a_month_closed_in_between_stands_still_and_what_comes_later_counts_once():
    with time_machine.travel(BEGIN, tick=False):
        autumn = Autumn(Village())
    never_closed = what_comes_of(autumn, [], [])
    closing, count = Item(table=CLOSE_OCTOBER), len(autumn.items)
    late = UUID(autumn.late["id"])  # withdrawn later on

    @settings(max_examples=6, database=None, derandomize=True, phases=[Phase.generate])
    @given(
        st.permutations(autumn.items), st.integers(1, count - 1), st.lists(st.integers(0, count), max_size=3)
    )
    def at_any_time(order, place, cuts):
        batches = [order[:place], [closing], *in_batches(order[place:], cuts)]
        reached = what_comes_of(autumn, batches, [False] * len(batches))
        figures, october = autumn.october
        assert reached["2026-10"] == figures | {"state": "closed"}
        assert reached["counted"]["2026-10"] == october
        for name in WHEREVER_IT_COUNTS:
            assert reached[name] == never_closed[name], name
        for figure in RECORDS:
            once = [key for part in reached["counted"].values() for key in part[figure]]
            ever = [key for part in never_closed["counted"].values() for key in part[figure]]
            assert len(once) == len(set(once)), figure
            assert len(set(once) - {late}) == len(ever), figure
            assert (late in once) == (late in october[figure]), figure
            section, name = figure.split(".")
            assert reached["2026-11"]["year_to_date"][section][name] == len(once), figure

    at_any_time()
