"""Every list of people, places and papers: fifty rows unless told otherwise, two queries however long."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi import clock
from fieldapi.journal import note_down
from households.models import ImportBatch
from tests.conftest import Village
from tests.samples import VILLAGE, make_device, make_office, make_unit


def add_import(village: Village, number: int) -> None:
    ImportBatch.objects.create(kind="users", unit=VILLAGE, file_name="x", by=village.zheng, at=clock.now())


MAKE: dict[str, Callable[[Village, int], object]] = {
    "devices": lambda village, number: make_device(village.gao),
    "offices": lambda village, number: make_office(f"办{number}"),
    "units": lambda village, number: make_unit(f"{VILLAGE}{number:03}"),
    "journal": lambda village, number: note_down(village.gao, "units.create", number, unit=VILLAGE),
    "imports": add_import,
}


@pytest.mark.parametrize("resource", MAKE)
def test_a_list_costs_two_queries_for_one_row_and_for_twenty(village, resource):
    zheng = village.client("zheng")
    costs, lengths = [], []
    for numbers in (range(1), range(1, 20)):
        for number in numbers:
            MAKE[resource](village, number)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            lengths.append(len(zheng.get(f"{resource}/?limit=500").json()["results"]))
        costs.append(len(asked))

    assert costs == [2, 2]
    assert lengths[1] - lengths[0] == 19


def test_a_page_has_fifty_rows_unless_told_otherwise(village):
    for number in range(51):
        make_office(f"办{number}")
    zheng = village.client("zheng")

    page = zheng.get("offices/").json()
    assert len(page["results"]) == 50
    rest = zheng.get(page["next"].partition("/api/v1/")[2]).json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
