"""WatermelonDB's own synchronize(), in Node, against the server: two phones and the server come to agree."""

from collections.abc import Iterator

import pytest

from fieldapi import clock
from fieldapi.ids import new_id
from sync import pages
from tests import samples
from tests.client.watermelon import Phone, PhoneFault, installed_node
from tests.conftest import Village
from tests.sync.flat import Mirror, ms, opinion_row, visit_row
from tests.visits.test_races import real_village
from visits.models import Visit

__all__ = ["installed_node", "real_village"]


@pytest.fixture
def phones(real_village: Village, live_server, installed_node: str) -> Iterator[dict[str, Phone]]:
    made = {
        name: Phone(installed_node, live_server.url, real_village.client(name))
        for name in ("gao", "chen", "lin")
    }
    for phone in made.values():
        phone.act("open")
        phone.sync()
    yield made
    for phone in made.values():
        phone.close()


def agree(village: Village, phones: dict[str, Phone]) -> None:
    """Each phone holds exactly what a first pull brings, and nothing is unsent.

    A sync pulls before it pushes: the server's columns of what it pushes come with the next one.
    """
    for phone in phones.values():
        phone.sync()
    for name, phone in phones.items():
        phone.sync()
        mirror = Mirror(village.client(name))
        mirror.pull()
        held = phone.act("rows")
        assert phone.unsent() == set(), name
        for table, rows in held.items():
            here = {row["id"]: row["version"] for row in rows}
            assert here == {key: row["version"] for key, row in mirror.rows.get(table, {}).items()}, (
                name,
                table,
            )


def test_what_is_recorded_offline_on_two_phones_stands_on_both_and_on_the_server(real_village, phones):
    gao, chen = phones["gao"], phones["chen"]
    visit = visit_row(real_village.house, note="老人在家", made_by=str(real_village.gao.pk))
    opinion = opinion_row(visit)
    gao.create(visits=[visit], opinions=[opinion])
    other = visit_row(real_village.house)
    along = {"id": str(new_id()), "visit": other["id"], "user": str(real_village.lin.pk)}
    chen.create(visits=[other], visit_companions=[along])
    gao.sync()
    chen.sync()
    agree(real_village, phones)

    assert set(chen.rows("visits")) == {visit["id"], other["id"]} == set(gao.rows("visits"))
    assert chen.rows("opinions")[opinion["id"]]["standing"] == "collected"
    assert set(gao.rows("visit_companions")) == {along["id"]}


def test_a_lost_answer_doubles_nothing(real_village, phones):
    gao = phones["gao"]
    visit = visit_row(real_village.house)
    gao.create(visits=[visit], opinions=[opinion_row(visit)])
    for lost in ("push", "push", "pull"):
        with pytest.raises(PhoneFault, match="lost"):
            gao.sync(loses=lost)
    assert visit["id"] in gao.unsent()
    assert {result["outcome"] for result in gao.sync()["results"]} == {"same"}
    agree(real_village, phones)

    assert Visit.objects.count() == 1


def test_a_refused_item_stays_on_the_phone_and_is_offered_again(real_village, phones):
    gao, house = phones["gao"], samples.make_household("9")
    refused, good = visit_row(house), visit_row(real_village.house)
    gao.create(visits=[refused, good])
    gao.sync()
    assert gao.unsent() == {refused["id"]}
    gao.sync()  # brings what quarantine has of it
    assert [entry["row_id"] for entry in gao.rows("quarantine").values()] == [refused["id"]]

    samples.make_pairing(house, real_village.gao)
    gao.sync()
    agree(real_village, phones)
    assert Visit.objects.filter(pk=refused["id"]).exists()


def test_a_discarded_item_leaves_the_phone(real_village, phones):
    gao, refused = phones["gao"], visit_row(real_village.house, kind="feast")
    gao.create(visits=[refused])
    entry = gao.sync()["results"][0]["problem"]["quarantine"]
    real_village.client("sun").post(f"quarantine/{entry}/discard/", {"reason": "试填"})
    gao.sync()
    agree(real_village, phones)

    assert gao.rows("visits") == {}


def test_an_edited_row_gives_way_to_the_servers(real_village, phones):
    gao, visit = phones["gao"], visit_row(real_village.house, note="一")
    gao.create(visits=[visit])
    gao.sync()
    gao.act("update", table="visits", id=visit["id"], values={"note": "二"})
    assert [result["outcome"] for result in gao.sync()["results"]] == ["conflict"]
    agree(real_village, phones)

    assert gao.rows("visits")[visit["id"]]["note"] == "一"


def test_a_hand_over_between_pulls_moves_the_household(real_village, phones):
    visit = visit_row(real_village.house)
    phones["chen"].create(visits=[visit])
    agree(real_village, phones)
    pairing = real_village.house.pairings.get(cadre=real_village.gao, ended_on=None)
    unsent = visit_row(real_village.house)
    phones["gao"].create(visits=[unsent])
    body = {"to": str(real_village.lin.pk), "on": clock.today().isoformat(), "reason": "轮换"}
    assert real_village.client("sun").post(f"pairings/{pairing.pk}/hand-over/", body).status_code == 201
    phones["gao"].sync()
    agree(real_village, phones)

    assert set(phones["lin"].rows("visits")) == {visit["id"], unsent["id"]}
    assert set(phones["gao"].rows("visits")) == {unsent["id"]}


def test_pages_are_joined_and_fresh_keeps_what_is_unsent(real_village, phones, monkeypatch):
    monkeypatch.setattr(pages, "ROWS", 7)
    for _ in range(10):
        samples.make_visit(real_village.house, real_village.chen)
    visit = visit_row(real_village.house)
    phones["gao"].create(visits=[visit])
    assert phones["gao"].sync(fresh=True)["pages"] > 2
    agree(real_village, phones)

    assert visit["id"] in phones["gao"].rows("visits")
    assert len(phones["gao"].rows("visits")) == 11


def test_a_phone_whose_schema_grows_gets_the_table_it_has_gained(
    real_village, phones, live_server, installed_node
):
    opinion = samples.make_opinion(real_village.house, real_village.chen)
    old = Phone(installed_node, live_server.url, real_village.client("gao"))
    old.act("open", version=1, without=["replies"])
    told = {"text": "已修", "how": "phone", "told_at": ms(clock.now()), "opinion": str(opinion.pk)}
    reply = {"id": str(new_id()), **told}
    phones["chen"].create(replies=[reply])
    phones["chen"].sync()
    old.sync()
    old.act("open", version=2, gained={"tables": ["replies"], "columns": {}})
    migration = old.sync()["migration"]
    try:
        assert migration == {"from": 1, "tables": ["replies"], "columns": []}
        assert set(old.rows("replies")) == {reply["id"]}
    finally:
        old.close()


def test_a_phone_whose_table_grows_gets_the_new_columns_of_all_its_rows(
    real_village, phones, live_server, installed_node
):
    visit = samples.make_visit(real_village.house, real_village.chen)
    unsent = visit_row(real_village.house)
    old = Phone(installed_node, live_server.url, real_village.client("gao"))
    old.act("open", version=1, lacks={"visits": ["post", "occurred_at"]})
    old.sync()
    old.create(visits=[unsent])
    try:
        assert "post" not in old.rows("visits")[str(visit.pk)]
        old.act("open", version=2, gained={"tables": [], "columns": {"visits": ["post", "occurred_at"]}})
        migration = old.sync()["migration"]
        assert migration["columns"] == [{"table": "visits", "columns": ["post", "occurred_at"]}]
        told = old.rows("visits")
        assert (told[str(visit.pk)]["post"], told[str(visit.pk)]["occurred_at"]) == (
            "A",
            ms(visit.occurred_at),
        )
        old.sync()  # brings what the server made of the one just pushed
        assert old.rows("visits")[unsent["id"]]["post"] == "A"
    finally:
        old.close()
