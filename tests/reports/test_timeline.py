"""GET /households/{id}/timeline/: everything that happened there, newest first."""

from fieldapi.ids import new_id
from tests.conftest import Village
from tests.samples import at


def told(village: Village, name: str, query: str = ""):
    return village.client(name).get(f"households/{village.house.pk}/timeline/{query}")


def visit_with_everything(village: Village) -> None:
    opinion = {"id": str(new_id()), "text": "水管漏水", "kind": "request"}
    matter = {"id": str(new_id()), "title": "换水管", "opinions": [opinion["id"]]}
    gao = village.client("gao")
    gao.put_visit(village.house, opinions=[opinion], matters=[matter])
    reply = {"text": "已修好", "how": "in_person", "told_at": "2026-11-10T16:00:00+08:00"}
    gao.put(f"opinions/{opinion['id']}/replies/{new_id()}/", reply)


def test_it_tells_visits_opinions_replies_matters_and_pairings(village: Village):
    visit_with_everything(village)
    rows = told(village, "gao").json()["results"]

    assert sorted(row["type"] for row in rows) == [
        "matter", "opinion", "pairing", "pairing", "pairing", "pairing_ended", "reply", "visit",
    ]  # fmt: skip
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert {row["title"] for row in rows} >= {"水管漏水", "已修好", "换水管", "home", "A", "B"}


def test_pages_join_to_the_whole(village: Village):
    for _ in range(3):
        visit_with_everything(village)
    whole = told(village, "gao", "?limit=500").json()["results"]
    pages, answer = [], told(village, "gao", "?limit=1").json()
    while True:
        pages += answer["results"]
        if answer["next"] is None:
            break
        answer = village.client("gao").get("/" + answer["next"].split("/", 3)[3]).json()

    assert pages == whole
    assert len(whole) == 16


def test_pages_go_back_as_they_came(village: Village):
    for _ in range(3):
        visit_with_everything(village)
    gao, answer = village.client("gao"), told(village, "gao", "?limit=3").json()
    pages = [answer["results"]]
    assert answer["previous"] is None
    while answer["next"]:
        answer = gao.get("/" + answer["next"].split("/", 3)[3]).json()
        pages.append(answer["results"])
    walked = [pages[-1]]
    while answer["previous"]:
        answer = gao.get("/" + answer["previous"].split("/", 3)[3]).json()
        walked.append(answer["results"])

    assert len(pages) == 6
    assert walked == pages[::-1]


def test_it_is_seen_by_whom_the_household_is_seen(village: Village):
    assert village.house
    seen = {name: told(village, name).status_code for name in village.CAST}

    assert seen == {
        "gao": 200, "chen": 200, "qian": 404, "lin": 404, "sun": 200, "zhou": 404, "wu": 200, "zheng": 200,
        "tang": 404,
    }  # fmt: skip


def test_it_takes_the_same_queries_for_little_and_for_much(village: Village, django_assert_num_queries):
    gao = village.client("gao")
    gao.put_visit(village.house)
    with django_assert_num_queries(8):
        gao.get(f"households/{village.house.pk}/timeline/")
    for _ in range(5):
        gao.put_visit(village.house, started_at=at("2026-11-03 09:00").isoformat(), ended_at=None)
    with django_assert_num_queries(8):
        gao.get(f"households/{village.house.pk}/timeline/")


def test_a_cursor_that_is_none_is_refused(village: Village):
    answer = told(village, "gao", "?cursor=x")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
