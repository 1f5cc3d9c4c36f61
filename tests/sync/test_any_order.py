"""In whichever order, in whatever batches and however often items arrive, the end is the same: rows, flags, summary."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fieldapi import clock, json
from fieldapi.calendar import Month, local_day
from fieldapi.ids import new_id
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter
from media.models import Photo
from opinions.models import Opinion, Reply
from sync.models import QuarantinedRow, WaitingRow
from tests import samples
from tests.conftest import Village
from tests.samples import PLACE
from tests.sync.flat import ms, opinion_row, push, visit_row
from visits.models import Amendment, Companion, Flag, Visit

LAST_MONTH = Month.of(clock.today()).preceding
COUNTED = {
    Visit: ("id", "household", "cadre", "post", "day", "occurred_at", "note", "withdrawn", "flagged", "unit"),
    Flag: ("visit", "code", "state", "evidence"),
    Opinion: ("id", "visit", "household", "day", "unit", "resolved_on", "replied_on"),
    Photo: ("id", "visit", "state", "unit"),
    PracticalMatter: ("id", "visit", "done_on", "unit"),
    MatterHousehold: ("matter", "household"),
    MatterOpinion: ("row_id", "matter", "opinion"),
    Companion: ("row_id", "visit", "user"),
    Reply: ("id", "opinion", "told_at"),
    Amendment: ("id", "visit"),
    WaitingRow: ("row_id",),
    QuarantinedRow: ("row_id", "code"),
}  # fmt: skip


def a_week(village: Village) -> list[tuple[str, dict[str, Any]]]:
    """What one phone recorded last month, in the order of its recording: (table, row)."""
    first = samples.at(f"{LAST_MONTH.first} 09:00")
    house, lin = village.house, str(village.lin.pk)
    started = [ms(first + timedelta(hours=hours)) for hours in (0, 1, 30)]
    near = visit_row(house, started_at=started[0], ended_at=started[0] + 1_800_000)
    far = visit_row(
        house, started_at=started[1], ended_at=started[1] + 60_000, lat=PLACE[0] + 3, lon=PLACE[1] + 3
    )
    late = visit_row(house, started_at=started[2], ended_at=None, lat=None, lon=None)
    told = [
        opinion_row(near),
        opinion_row(far),
        opinion_row(None, household=str(house.pk), made_at=started[2]),
    ]
    matter = {"id": str(new_id()), "visit": near["id"], "title": "换水管", "satisfaction": 5}
    later = ms(first + timedelta(days=3))
    return [
        ("visits", near),
        ("visits", far),
        ("visits", late),
        *(("opinions", opinion) for opinion in told),
        ("practical_matters", matter),
        ("matter_opinions", {"id": str(new_id()), "matter": matter["id"], "opinion": told[0]["id"]}),
        (
            "photos",
            {"id": str(new_id()), "visit": far["id"], "sha256": "a" * 64, "bytes": 9, "taken_at": later},
        ),
        ("visit_companions", {"id": str(new_id()), "visit": near["id"], "user": lin}),
        (
            "replies",
            {"id": str(new_id()), "opinion": told[1]["id"], "text": "已修", "how": "phone", "told_at": later},
        ),
        ("amendments", amendment(near, later, {"note": "先"})),
        ("amendments", amendment(near, later + 1000, {"note": "后"})),
        ("amendments", amendment(late, later, {"withdrawn": True})),
        ("visits", visit_row(samples.make_household("foreign"), started_at=started[0], ended_at=None)),
    ]


def amendment(visit: dict[str, Any], made_at: int, changes: dict[str, Any]) -> dict[str, Any]:
    said = json.dumps(changes).decode()
    return {"id": str(new_id()), "visit": visit["id"], "made_at": made_at, "reason": "改", "changes": said}


def end_state(village: Village) -> dict[str, Any]:
    """All that counts, and the month's figures."""
    rows: dict[str, Any] = {
        model.__name__: sorted(map(str, model.objects.values_list(*columns)))
        for model, columns in COUNTED.items()
    }
    figures = village.client("sun").get(f"summaries/monthly/?unit={samples.TOWN}&month={LAST_MONTH}")
    assert figures.status_code == 200
    return rows | {"summary": figures.json()}


@pytest.mark.django_db
def test_the_end_is_the_same_whatever_the_order_the_batches_and_the_repeats(village: Village):
    assert local_day(clock.now()) >= LAST_MONTH.last
    caller, items = village.client("gao"), a_week(village)
    assert village.sun
    with transaction.atomic():
        send(caller, [items])
        expected = end_state(village)
        transaction.set_rollback(True)
    assert expected["summary"]["visits"]["total"] == 2
    assert (len(expected["Flag"]) > 0, expected["WaitingRow"], len(expected["QuarantinedRow"])) == (
        True,
        [],
        1,
    )

    @settings(max_examples=15, database=None, derandomize=True, phases=[Phase.generate])
    @given(
        st.permutations(items),
        st.lists(st.integers(0, len(items)), max_size=5),
        st.lists(st.sampled_from(items)),
    )
    def in_any_way(order, cuts, repeats):
        with transaction.atomic():
            bounds = [0, *sorted(cuts), len(order)]
            send(caller, [order[a:b] for a, b in pairwise(bounds)] + [repeats])
            reached = end_state(village)
            transaction.set_rollback(True)
        assert reached == expected

    in_any_way()


def send(caller: samples.Caller, batches: list[list[tuple[str, dict[str, Any]]]]) -> None:
    for batch in batches:
        tables: dict[str, list[Any]] = {}
        for table, row in batch:
            tables.setdefault(table, []).append(row)
        push(caller, **tables)
