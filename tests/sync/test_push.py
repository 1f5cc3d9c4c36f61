"""`POST /sync/push/`: a verdict for each row, nothing lost, nothing twice."""

import gzip
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldapi import clock, json
from fieldapi.ids import new_id
from fieldapi.models import JournalLine
from matters.models import MatterHousehold, MatterOpinion, PracticalMatter
from media.models import Photo
from opinions.models import Opinion, Reply
from sync.models import QuarantinedRow, WaitingRow
from tests import samples
from tests.conftest import Village
from tests.samples import visit_body
from tests.sync.flat import changes, ms, opinion_row, outcomes, push, visit_row
from visits.models import Companion, Visit

ZERO = {"experimentalRejectedIds": {}}


def stored() -> tuple[int, ...]:
    models = (Visit, Opinion, Photo, PracticalMatter, Reply, Companion, QuarantinedRow, WaitingRow)
    return tuple(model.objects.count() for model in models)


def test_a_visit_with_what_came_with_it_is_stored_whole(village: Village):
    visit = visit_row(village.house, note="老人在家")
    opinion = opinion_row(visit)
    photo = {"id": str(new_id()), "visit": visit["id"], "sha256": "a" * 64, "bytes": 1000}
    matter = {"id": str(new_id()), "visit": visit["id"], "title": "换水管", "satisfaction": 5}
    link = {"id": str(new_id()), "matter": matter["id"], "opinion": opinion["id"]}
    along = {"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)}

    answer = push(
        village.client("gao"),
        visit_companions=[along],
        matter_opinions=[link],
        opinions=[opinion],
        practical_matters=[matter],
        photos=[photo],
        visits=[visit],
    )

    assert outcomes(answer) == [
        ("visit_companions", "created"),
        ("matter_opinions", "created"),
        ("opinions", "created"),
        ("practical_matters", "created"),
        ("photos", "created"),
        ("visits", "created"),
    ]
    assert answer["experimentalRejectedIds"] == {}
    row = Visit.objects.get(pk=visit["id"])
    assert (row.household, row.post, row.note, ms(row.started_at)) == (
        village.house,
        "A",
        "老人在家",
        visit["started_at"],
    )
    assert str(Companion.objects.get().row_id) == along["id"]
    assert str(MatterOpinion.objects.get().row_id) == link["id"]
    assert Opinion.objects.get().resolved_on == row.day
    assert row.accompanied


def test_it_is_the_same_row_that_a_put_would_have_made(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, visits=[visit])
    body = visit_body(village.house)
    body |= {
        "started_at": json.instant(Visit.objects.get().started_at),
        "ended_at": json.instant(Visit.objects.get().ended_at),
    }

    assert gao.put(f"visits/{visit['id']}/", body).status_code == 200


def test_the_same_push_again_writes_nothing(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    along = {"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)}
    rows = {
        "visits": [visit, visit_row(village.house, kind="feast")],
        "opinions": [opinion_row(visit), opinion_row({"id": str(new_id())})],
        "visit_companions": [along],
    }
    first = push(gao, **rows)
    before, lines = stored(), JournalLine.objects.count()
    again = push(gao, **rows)

    assert outcomes(first) == [
        ("visits", "created"),
        ("visits", "refused"),
        ("opinions", "created"),
        ("opinions", "waiting"),
        ("visit_companions", "created"),
    ]
    assert outcomes(again) == [
        ("visits", "same"),
        ("visits", "refused"),
        ("opinions", "same"),
        ("opinions", "waiting"),
        ("visit_companions", "same"),
    ]
    assert again["results"][1] == first["results"][1]
    assert (stored(), JournalLine.objects.count()) == (before, lines)


def test_a_push_with_the_clock_of_another_moment_is_the_same_content(village: Village):
    gao = village.client("gao")
    rows = changes(
        visits=[visit_row(village.house, kind="feast")], opinions=[opinion_row({"id": str(new_id())})]
    )
    for minute in (1, 2):
        said = {"clock_at": json.instant(clock.now() + timedelta(minutes=minute))}
        answer = gao.post("sync/push/", {"changes": rows, "device": said}).json()

    assert outcomes(answer) == [("visits", "refused"), ("opinions", "waiting")]
    assert (QuarantinedRow.objects.count(), WaitingRow.objects.count()) == (1, 1)


def test_one_bad_item_never_holds_back_the_others(village: Village):
    good, bad = visit_row(village.house), visit_row(village.house, people_met=-1)
    with_bad_part = visit_row(village.house)
    part = opinion_row(with_bad_part, text=5)

    answer = push(village.client("gao"), visits=[bad, good, with_bad_part], opinions=[part])

    assert outcomes(answer) == [
        ("visits", "refused"),
        ("visits", "created"),
        ("visits", "refused"),
        ("opinions", "refused"),
    ]
    assert answer["experimentalRejectedIds"] == {
        "visits": [bad["id"], with_bad_part["id"]],
        "opinions": [part["id"]],
    }
    told = [result.get("problem") for result in answer["results"]]
    assert [(fault["pointer"], fault["code"]) for fault in told[0]["errors"]] == [
        ("/people_met", "min_value")
    ]
    assert [(fault["pointer"], fault["code"]) for fault in told[3]["errors"]] == [("/text", "invalid")]
    kept = {str(entry.pk): json.loads(entry.body) for entry in QuarantinedRow.objects.all()}
    assert kept[told[0]["quarantine"]]["people_met"] == -1
    assert kept[told[3]["quarantine"]]["opinions"][0]["text"] == 5
    assert Visit.objects.count() == 1


def test_a_row_that_stands_with_other_content_is_a_conflict_kept_and_not_offered_again(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, visits=[visit])
    answer = push(gao, visits=[visit | {"note": "改了"}])

    assert outcomes(answer) == [("visits", "conflict")]
    assert answer["experimentalRejectedIds"] == {}
    assert (Visit.objects.get().note, json.loads(QuarantinedRow.objects.get().body)["note"]) == ("", "改了")


def test_an_opinion_that_stands_elsewhere_is_a_conflict_and_its_visit_waits_on_the_phone(village: Village):
    gao, first = village.client("gao"), visit_row(village.house)
    opinion = opinion_row(first)
    push(gao, visits=[first], opinions=[opinion])
    second = visit_row(village.house)

    answer = push(gao, visits=[second], opinions=[opinion | {"visit": second["id"]}])

    assert outcomes(answer) == [("visits", "refused"), ("opinions", "conflict")]
    assert answer["experimentalRejectedIds"] == {"visits": [second["id"]]}
    assert outcomes(push(gao, visits=[second])) == [("visits", "created")]


def test_phones_only_create(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, visits=[visit])
    answer = push(
        gao,
        deleted={"visits": [visit["id"], str(new_id())]},
        households=[{"id": str(village.house.pk), "note": "新"}],
    )

    assert outcomes(answer) == [("households", "conflict"), ("visits", "conflict"), ("visits", "same")]
    assert {result["problem"]["code"] for result in answer["results"][:2]} == {"phones_only_create"}
    assert QuarantinedRow.objects.count() == 2
    assert Visit.objects.count() == 1


def test_a_table_nobody_knows_is_refused_and_kept(village: Village):
    answer = push(village.client("gao"), songs=[{"id": "x", "text": "茉莉花"}])

    assert (outcomes(answer), answer["experimentalRejectedIds"]) == ([("songs", "refused")], {"songs": ["x"]})
    assert json.loads(QuarantinedRow.objects.get().body) == {"id": "x", "text": "茉莉花"}


def test_an_id_that_is_none_is_pointed_at(village: Village):
    answer = push(village.client("gao"), visits=[visit_row(village.house) | {"id": "ABC"}])

    (fault,) = answer["results"][0]["problem"]["errors"]
    assert (fault["pointer"], fault["code"]) == ("/id", "bad_id")


@pytest.mark.parametrize("row", [5, None, [], "x", {}, {"id": 7}, {"id": "ABC"}, {"id": "\x00"}])
def test_what_is_no_row_is_refused_and_kept(village: Village, row):
    answer = push(village.client("gao"), visits=[row])

    assert outcomes(answer) == [("visits", "refused")]
    assert QuarantinedRow.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ([], "", "bad_input"),
        ({}, "/changes", "bad_input"),
        ({"changes": 5}, "/changes", "bad_input"),
        ({"changes": {"visits": []}}, "/changes/visits", "bad_input"),
        ({"changes": {"visits": {"created": {}}}}, "/changes/visits/created", "not_a_list"),
        ({"changes": {"visits": {"updated": True}}}, "/changes/visits/updated", "not_a_list"),
        ({"changes": {"visits": {"deleted": 5}}}, "/changes/visits/deleted", "not_a_list"),
    ],
)
def test_what_is_no_push_is_refused(village: Village, body, pointer, code):
    answer = village.client("gao").post("sync/push/", body)

    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    words = {"bad_input": "提交的内容有误", "not_a_list": "应为列表"}[code]
    assert (fault["pointer"], fault["code"], fault["detail"]) == (pointer, code, words)


def test_at_most_two_thousand_rows_go_at_once(village: Village):
    answer = village.client("gao").post("sync/push/", {"changes": changes(visits=[{}] * 2001)})

    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_many_rows", 2000)
    assert stored() == (0,) * 8


def test_a_push_may_be_packed(village: Village):
    packed = gzip.compress(json.dumps({"changes": changes(visits=[visit_row(village.house)])}))
    answer = village.client("gao").send("POST", "sync/push/", packed, **{"Content-Encoding": "gzip"})

    assert (answer.status_code, Visit.objects.count()) == (200, 1)


def test_rows_may_come_in_any_order_and_in_any_number_of_pushes(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    opinion = opinion_row(visit)
    reply = {
        "id": str(new_id()),
        "opinion": opinion["id"],
        "text": "已修",
        "how": "phone",
        "told_at": ms(clock.now()),
    }
    change = {"id": str(new_id()), "visit": visit["id"], "made_at": ms(clock.now()), "reason": "漏写",
              "changes": '{"note": "补记"}'}  # fmt: skip
    along = {"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)}
    matter = {"id": str(new_id()), "title": "修灯", "done_on": "2026-11-01"}
    helped = {"id": str(new_id()), "matter": matter["id"], "household": str(village.house.pk)}
    for table, row in (
        ("replies", reply),
        ("amendments", change),
        ("visit_companions", along),
        ("matter_households", helped),
        ("opinions", opinion),
    ):
        assert outcomes(push(gao, **{table: [row]})) == [(table, "waiting")]
    push(gao, visits=[visit], practical_matters=[matter])

    assert WaitingRow.objects.count() == 0
    assert (Visit.objects.get().note, Visit.objects.get().accompanied) == ("补记", True)
    assert str(Reply.objects.get().opinion_id) == opinion["id"]
    assert MatterHousehold.objects.get().household == village.house
    for table, row in (("visit_companions", along), ("matter_households", helped), ("replies", reply)):
        assert outcomes(push(gao, **{table: [row]})) == [(table, "same")]


def test_a_matter_that_waits_for_an_opinion_keeps_its_link(village: Village):
    gao = village.client("gao")
    matter = {"id": str(new_id()), "title": "换水管", "done_on": "2026-11-01"}
    link = {"id": str(new_id()), "matter": matter["id"], "opinion": str(new_id())}
    first = push(gao, practical_matters=[matter], matter_opinions=[link])
    again = push(gao, practical_matters=[matter], matter_opinions=[link])
    push(gao, opinions=[opinion_row(id=link["opinion"], household=str(village.house.pk))])

    assert outcomes(first) == [("practical_matters", "waiting"), ("matter_opinions", "waiting")]
    assert outcomes(again) == outcomes(first)
    assert str(MatterOpinion.objects.get().row_id) == link["id"]


@pytest.mark.parametrize("first", ["alone", "with its link"])
def test_a_matter_that_waits_is_the_same_with_and_without_its_links(village: Village, first: str):
    gao, visit = village.client("gao"), visit_row(village.house)
    said = opinion_row(visit)
    matter = {"id": str(new_id()), "visit": visit["id"], "title": "换水管"}
    link = {"id": str(new_id()), "matter": matter["id"], "opinion": said["id"]}
    ways = [
        {"practical_matters": [matter]},
        {"practical_matters": [matter], "matter_opinions": [link]},
    ]
    for sent in ways if first == "alone" else reversed(ways):
        assert {outcome for _, outcome in outcomes(push(gao, **sent))} == {"waiting"}
    push(gao, visits=[visit], opinions=[said])

    assert (str(MatterOpinion.objects.get().row_id), WaitingRow.objects.count()) == (link["id"], 0)
    assert QuarantinedRow.objects.count() == 0
    everything = {"visits": [visit], "opinions": [said], **ways[1]}
    assert {outcome for _, outcome in outcomes(push(gao, **everything))} == {"same"}


def test_a_matter_that_waits_stands_when_it_comes_with_its_visit_and_its_links(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    said = opinion_row(visit)
    matter = {"id": str(new_id()), "visit": visit["id"], "title": "换水管"}
    link = {"id": str(new_id()), "matter": matter["id"], "opinion": said["id"]}
    push(gao, practical_matters=[matter])
    push(gao, visits=[visit], opinions=[said], practical_matters=[matter], matter_opinions=[link])

    assert (MatterOpinion.objects.count(), WaitingRow.objects.count()) == (1, 0)
    assert QuarantinedRow.objects.count() == 0


def test_a_visit_again_without_its_companions_is_the_same_visit(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    along = {"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)}
    push(gao, visits=[visit], visit_companions=[along])

    assert outcomes(push(gao, visits=[visit])) == [("visits", "same")]


def test_a_companion_that_comes_after_a_visit_in_the_same_push_again_is_stored(village: Village):
    gao, visit = village.client("gao"), visit_row(village.house)
    push(gao, visits=[visit])
    along = {"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)}
    twin = along | {"id": str(new_id())}

    answer = push(gao, visits=[visit], visit_companions=[along])

    assert outcomes(answer) == [("visits", "same"), ("visit_companions", "created")]
    assert Companion.objects.get().user == village.lin
    assert outcomes(push(gao, visit_companions=[twin])) == [("visit_companions", "conflict")]


def test_nobody_adds_companions_to_the_visit_of_somebody_else(village: Village):
    visit = visit_row(village.house)
    push(village.client("gao"), visits=[visit])
    along = {"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)}

    assert outcomes(push(village.client("chen"), visit_companions=[along])) == [
        ("visit_companions", "refused")
    ]
    assert Companion.objects.count() == 0


def test_a_row_that_comes_twice_in_one_push_is_stored_once(village: Village):
    visit = visit_row(village.house)
    answer = push(village.client("gao"), visits=[visit, dict(visit), visit | {"note": "另"}])

    assert outcomes(answer) == [("visits", "created"), ("visits", "same"), ("visits", "conflict")]
    assert Visit.objects.get().note == ""


def test_a_refused_row_is_taken_once_the_reason_is_gone(village: Village):
    house = samples.make_household("9")
    gao, visit = village.client("gao"), visit_row(house)
    assert village.house
    assert outcomes(push(gao, visits=[visit])) == [("visits", "refused")]
    samples.make_pairing(house, village.gao)

    assert outcomes(push(gao, visits=[visit])) == [("visits", "created")]
    assert QuarantinedRow.objects.get().state == "replayed"


def test_what_another_user_recorded_on_a_shared_phone_goes_through_when_that_one_signs_in(village: Village):
    visit = visit_row(village.house, made_by=str(village.gao.pk))
    answer = push(village.client("chen"), visits=[visit])

    assert answer["results"][0]["problem"]["code"] == "other_user"
    assert outcomes(push(village.client("gao"), visits=[visit])) == [("visits", "created")]


def test_fields_the_server_does_not_know_are_named_and_kept(village: Village):
    visit = visit_row(village.house, mood="好", cadre="?", _status="created", _changed="")
    answer = push(village.client("gao"), visits=[visit])

    assert answer["results"][0]["ignored_fields"] == ["mood"]
    assert json.loads(Visit.objects.get().ignored) == {"mood": "好"}


def statements_of(gao, **rows) -> int:
    with CaptureQueriesContext(connection) as queries:
        push(gao, **rows)
    return len(queries)


def many() -> int:
    """SQLite takes only so many values in one statement."""
    return 100 if connection.vendor == "postgresql" else 12


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(village: Village):
    gao = village.client("gao")
    assert village.house

    def statements(count: int) -> int:
        visits = [
            visit_row(village.house, started_at=ms(clock.now() - timedelta(hours=24 + 3 * n)), ended_at=None)
            for n in range(1, count + 1)
        ]
        opinions = [opinion_row(visit) for visit in visits for _ in range(2)]
        photos = [
            {"id": str(new_id()), "visit": visit["id"], "sha256": "a" * 64, "bytes": 9} for visit in visits
        ]
        refused = [visit_row(village.house, kind="feast") for _ in range(count)]
        early = [opinion_row({"id": str(new_id())}) for _ in range(count)]
        return statements_of(gao, visits=visits + refused, opinions=opinions + early, photos=photos)

    statements(1)
    assert statements(many()) == statements(2)


def test_nor_where_many_stored_visits_must_be_judged_again(village: Village):
    """Each new visit comes between two that stand, far from both, which makes travel impossible."""
    gao = village.client("gao")
    there = [visit_row(village.house, started_at=at, ended_at=None) for at in half_hours(0, many() + 1)]
    push(gao, visits=there)
    elsewhere = {"lat": 29.9, "ended_at": None}

    def statements(first: int, last: int) -> int:
        between = [visit_row(village.house, started_at=at, **elsewhere) for at in half_hours(first, last)]
        return statements_of(
            gao, visits=[{**one, "started_at": one["started_at"] + 900_000} for one in between]
        )

    two = statements(0, 2)
    assert statements(3, many()) == two
    assert Visit.objects.filter(flagged=True, lat__lt=29).count() > many() - 3


def half_hours(first: int, last: int) -> list[int]:
    midnight = clock.now() - timedelta(days=3)
    return [ms(midnight + timedelta(minutes=30 * n)) for n in range(first, last)]


def test_nor_on_that_of_replies_and_rows_that_wait_already_or_hang_on_the_visit_of_a_companion(
    village: Village,
):
    gao, lin = village.client("gao"), village.client("lin")
    visits = [visit_row(village.house) for _ in range(many())]
    along = [{"id": str(new_id()), "visit": visit["id"], "user": str(village.lin.pk)} for visit in visits]
    opinions = [opinion_row(visit) for visit in visits]
    push(gao, visits=visits, visit_companions=along, opinions=opinions)
    waiting = [opinion_row({"id": str(new_id())}) for _ in visits]
    push(lin, opinions=waiting)

    def statements(some: slice) -> int:
        replies = [
            {
                "id": str(new_id()),
                "opinion": opinion["id"],
                "text": "已修",
                "how": "phone",
                "told_at": ms(clock.now()),
            }
            for opinion in opinions[some]
        ]
        with CaptureQueriesContext(connection) as queries:
            push(gao, replies=replies)
            push(lin, opinions=[opinion_row(visit) for visit in visits[some]] + waiting[some])
        return len(queries)

    two = statements(slice(0, 2))
    assert statements(slice(2, None)) == two
    assert Opinion.objects.filter(replied_on__isnull=False).count() == many()
    assert Opinion.objects.filter(by=village.lin).count() == many()


def test_an_id_that_waits_in_one_table_is_free_in_another(village: Village):
    gao, opinion = village.client("gao"), opinion_row({"id": str(new_id())})
    assert outcomes(push(gao, opinions=[opinion])) == [("opinions", "waiting")]
    matter = {"id": opinion["id"], "title": "修灯", "done_on": "2026-11-01"}

    assert outcomes(push(gao, practical_matters=[matter])) == [("practical_matters", "created")]


def test_a_visitor_without_a_household_is_received(village: Village):
    visit = visit_row("", kind="reception", visitor_name="过路人", visitor_address="镇上")
    answer = push(village.client("gao"), visits=[visit])

    assert outcomes(answer) == [("visits", "created")]
    assert Visit.objects.get().visitor == {"name": "过路人", "address": "镇上"}


def test_ids_come_back_letter_for_letter(village: Village):
    visit = visit_row(village.house)
    answer = push(village.client("gao"), visits=[visit])

    assert answer["results"] == [{"table": "visits", "id": visit["id"], "outcome": "created"}]
    assert Visit.objects.get().pk == UUID(visit["id"])


def test_a_row_without_a_place_has_none_whatever_else_its_columns_hold(village: Village):
    visit = visit_row(village.house, lat=None, lon=None, accuracy_m=None)
    answer = push(village.client("gao"), visits=[visit])

    assert outcomes(answer) == [("visits", "created")]
    assert Visit.objects.get().location is None
