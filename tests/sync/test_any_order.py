"""In whichever order, in whatever batches and however often items arrive, the end is the same: rows, flags, summary.

Weeks late, by clocks hours and years wrong, from a phone that two users share, before and after a hand-over.
"""

from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Village
from tests.sync.autumn import BEGIN, Autumn, moments

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
            reached = autumn.end_state()
        autumn.handed_over = False
        transaction.set_rollback(True)
    return reached


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
    assert (expected["WaitingRow"], [code for _, code in expected["refused"]]) == ([], ["household_unknown"])
    assert expected["notes"] == ["末"]

    @settings(max_examples=12, database=None, derandomize=True, phases=[Phase.generate])
    @given(
        st.permutations(autumn.items),
        st.lists(st.integers(0, len(autumn.items)), max_size=5),
        st.lists(st.sampled_from(autumn.items)),
        st.lists(st.booleans(), min_size=8, max_size=8),
    )
    def in_any_way(order, cuts, repeats, second_user):
        bounds = [0, *sorted(cuts), len(order)]
        batches = [order[a:b] for a, b in pairwise(bounds)] + [repeats]
        reached = what_comes_of(autumn, batches, second_user)
        for name, rows in expected.items():
            assert reached[name] == rows, name

    in_any_way()
