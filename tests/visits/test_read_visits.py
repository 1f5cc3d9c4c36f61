"""GET /visits/ and the review of flags."""

from fieldapi.ids import new_id
from tests import samples
from tests.conftest import Village

FAR = {"lat": 28.61, "lon": 103.95, "accuracy_m": 10, "system": "wgs84"}


def test_who_sees_a_visit(village: Village):
    visit_id = village.client("gao").put_visit(village.house).json()["id"]
    seen = {
        name: village.client(name).get(f"visits/{visit_id}/").status_code
        for name in ("gao", "chen", "qian", "lin")
    }
    desks = {
        name: village.client(name).get(f"visits/{visit_id}/").status_code
        for name in ("sun", "zhou", "wu", "zheng")
    }

    assert seen == {"gao": 200, "chen": 200, "qian": 404, "lin": 404}
    assert desks == {"sun": 200, "zhou": 404, "wu": 200, "zheng": 200}


def test_a_list_takes_the_same_queries_for_one_visit_and_for_twenty(
    village: Village, django_assert_num_queries
):
    gao, sun = village.client("gao"), village.client("sun")
    told = {"text": "路灯坏了", "kind": "request"}
    gao.put_visit(village.house, opinions=[{"id": str(new_id()), **told}])
    with django_assert_num_queries(9):
        assert len(sun.get("visits/").json()["results"]) == 1
    for _ in range(19):
        gao.put_visit(village.house, opinions=[{"id": str(new_id()), **told}])
    with django_assert_num_queries(9):
        assert len(sun.get("visits/").json()["results"]) == 20


def test_lists_are_narrowed(village: Village):
    gao, sun = village.client("gao"), village.client("sun")
    gao.put_visit(village.house)
    gao.put_visit(village.house, location=FAR, kind="door_service")

    def found(query: str) -> int:
        answer = sun.get(f"visits/?{query}")
        assert answer.status_code == 200, answer.json()
        return len(answer.json()["results"])

    assert found("kind=door_service") == 1
    assert found("flag=far") == 1
    assert found("flag=far&flag_state=dismissed") == 0
    assert found(f"unit={samples.VILLAGE}") == 2
    assert found(f"unit={samples.OTHER_TOWN}") == 0
    assert found(f"cadre={village.gao.pk}&household={village.house.pk}") == 2
    assert found("occurred_after=2020-01-01&occurred_before=2020-02-01") == 0
    assert found("complete=yes") == 2
    assert sun.get("visits/?colour=red").json()["errors"][0]["code"] == "unknown_parameter"


def test_a_supervisor_dismisses_a_flag_and_new_evidence_raises_it_again(village: Village):
    gao, sun, visit_id = village.client("gao"), village.client("sun"), new_id()
    gao.put_visit(village.house, visit_id, location=FAR)
    said = sun.post(f"visits/{visit_id}/flags/far/", {"state": "dismissed", "reason": "院子在山坡另一侧"})
    assert (said.status_code, said.json()["flags"][0]["state"]) == (200, "dismissed")

    farther = {
        "made_at": "2026-11-03T20:00:00+08:00",
        "reason": "改",
        "changes": {"location": {**FAR, "lat": 28.62}},
    }
    now = gao.put(f"visits/{visit_id}/amendments/{new_id()}/", farther).json()
    assert now["flags"][0]["state"] == "raised"


def test_only_a_supervisor_of_the_subtree_reviews_flags(village: Village):
    visit_id = village.client("gao").put_visit(village.house, location=FAR).json()["id"]
    said = {"state": "dismissed", "reason": "理由"}
    answers = {
        name: village.client(name).post(f"visits/{visit_id}/flags/far/", said).status_code
        for name in ("gao", "chen", "lin", "zhou", "wu", "zheng")
    }

    assert answers == {"gao": 403, "chen": 403, "lin": 403, "zhou": 404, "wu": 403, "zheng": 403}
    assert village.client("sun").get(f"visits/{visit_id}/").json()["flags"][0]["state"] == "raised"


def test_quarantine_is_seen_by_the_sender_and_the_desks_above(village: Village):
    village.client("gao").put_visit(village.house, kind="feast")
    seen = {name: len(village.client(name).get("quarantine/").json()["results"]) for name in village.CAST}

    assert seen == {
        "gao": 1,
        "chen": 0,
        "qian": 0,
        "lin": 0,
        "sun": 1,
        "zhou": 0,
        "wu": 0,
        "zheng": 1,
        "tang": 0,
    }
    entry = village.client("sun").get("quarantine/").json()["results"][0]
    assert (entry["table"], entry["state"], entry["body"]["kind"]) == ("visits", "kept", "feast")
    assert entry["problem"]["errors"][0]["pointer"] == "/kind"


def test_what_came_with_a_visit_is_shown_in_the_order_in_which_it_was_sent(village: Village):
    gao, ids = village.client("gao"), sorted((str(new_id()) for _ in range(9)), reverse=True)
    told = [{"id": key, "text": "路灯坏了", "kind": "request"} for key in ids[:3]]
    done = [{"id": key, "title": "换灯泡", "opinions": ids[:3]} for key in ids[3:6]]
    taken = [{"id": key, "sha256": "0" * 64, "bytes": 10} for key in ids[6:]]
    people = sorted((str(user.pk) for user in (village.chen, village.lin, village.sun)), reverse=True)
    sent = gao.put_visit(village.house, opinions=told, matters=done, photos=taken, companions=people).json()
    added = {"id": str(new_id()), "visit": sent["id"], "text": "还有水管", "kind": "request"}
    assert gao.put(f"opinions/{added['id']}/", added).status_code == 201

    read = gao.get(f"visits/{sent['id']}/").json()
    assert [one["id"] for one in sent["opinions"]] == ids[:3]
    assert [one["id"] for one in read["opinions"]] == [*ids[:3], added["id"]]
    assert [one["id"] for one in read["matters"]] == ids[3:6]
    assert [one["opinions"] for one in read["matters"]] == [ids[:3]] * 3
    assert [one["id"] for one in read["photos"]] == ids[6:]
    assert read["companions"] == people
