"""Lists in pages, walked to the end and back."""

import base64
from itertools import chain
from urllib.parse import urlsplit

import pytest

from cadres.models import Absence, Unit
from fieldapi import clock, json
from tests.samples import TOWN


def follow(caller, link: str):
    return caller.get(f"{urlsplit(link).path}?{urlsplit(link).query}")


@pytest.fixture
def absences(village):
    """Twenty-three on three days: a page boundary always falls among rows with equal days."""
    Absence.objects.bulk_create(
        Absence(
            cadre=village.gao,
            started_on=f"2026-11-0{number % 3 + 1}",
            ended_on="2026-11-09",
            reason=str(number),
            recorded_by=village.sun,
            changed_at=clock.now(),
        )
        for number in range(23)
    )
    return [str(pk) for pk in Absence.objects.order_by("-started_on", "-id").values_list("pk", flat=True)]


def walk(caller, link: str, direction: str) -> list[list[str]]:
    pages = []
    while link:
        body = follow(caller, link).json()
        pages.append([row["id"] for row in body["results"]])
        link = body[direction]
        assert len(pages) < 10, "it goes round in circles"
    return pages


def test_a_list_is_walked_to_its_end_and_back_without_doubling_or_skipping(village, absences):
    sun = village.client("sun")

    there = walk(sun, "/api/v1/absences/?limit=5", "next")
    assert [len(page) for page in there] == [5, 5, 5, 5, 3]
    assert [*chain.from_iterable(there)] == absences

    last = sun.get("absences/?limit=20").json()
    back = walk(sun, follow(sun, last["next"]).json()["previous"], "previous")
    assert [*chain.from_iterable(reversed(back))] == absences[:20]


def test_the_first_page_has_no_previous_and_the_last_no_next(village, absences):
    sun = village.client("sun")

    whole = sun.get("absences/").json()
    assert (whole["next"], whole["previous"], len(whole["results"])) == (None, None, 23)
    exact = sun.get("absences/?limit=23").json()
    assert exact["next"] is None


def test_what_is_added_or_gone_in_between_moves_no_boundary(village, absences):
    sun = village.client("sun")
    first = sun.get("absences/?limit=5").json()
    Absence.objects.filter(pk__in=absences[3:7]).delete()

    second = follow(sun, first["next"]).json()
    assert [row["id"] for row in second["results"]] == absences[7:12]


def test_links_keep_the_limit_and_the_filters(village, absences):
    first = village.client("sun").get(f"absences/?limit=2&cadre={village.gao.pk}&on=2026-11-09").json()

    query = urlsplit(first["next"]).query
    assert "limit=2" in query
    assert f"cadre={village.gao.pk}" in query
    assert "on=2026-11-09" in query


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", "", "1e2", "²", "9" * 50])
def test_a_limit_outside_one_to_five_hundred_is_refused(village, limit):
    answer = village.client("sun").get(f"units/?limit={limit}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_limit")
    assert answer.json()["errors"][0]["pointer"] == "?limit"
    assert answer.json()["most"] == 500


def cursor(*values) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values))).decode()


@pytest.mark.parametrize(
    "made_up",
    [
        "x",
        "é",
        "====",
        cursor(),
        cursor("n"),
        cursor("n", "2026-11-01"),
        cursor("n", "2026-11-01", "x"),
        cursor("n", "2026-13-01", "01926b3c-0000-7000-8000-000000000002"),
        cursor("n", None, None),
        cursor("n", [], {}),
        cursor("n", "2026-11-01", "01926b3c-0000-7000-8000-000000000002", 1),
        cursor("up", "2026-11-01", "01926b3c-0000-7000-8000-000000000002"),
        base64.urlsafe_b64encode(b'{"n": 1}').decode(),
    ],
)
def test_a_made_up_cursor_is_refused(village, made_up):
    answer = village.client("sun").get(f"absences/?cursor={made_up}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
    assert answer.json()["errors"][0]["pointer"] == "?cursor"


@pytest.mark.parametrize("made_up", [cursor("n", "\0"), cursor("n", 7.5), cursor("p", "x" * 5000)])
def test_a_made_up_cursor_of_the_right_shape_does_no_harm(village, made_up):
    assert village.client("sun").get(f"units/?cursor={made_up}").status_code in (200, 400)


@pytest.mark.parametrize("rows", [1, 400])
def test_a_page_costs_two_queries_however_long_the_list(village, django_assert_num_queries, rows):
    Unit.objects.bulk_create(
        Unit(code=f"{TOWN}{number:03}", name="村", level="village", changed_at=clock.now())
        for number in range(300, 300 + rows)
    )
    sun = village.client("sun")

    with django_assert_num_queries(2):
        sun.get("units/?limit=500")
