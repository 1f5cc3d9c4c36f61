"""Whatever a phone sends is a 4xx with code and pointer, writes no domain row, and is kept."""

import gzip

import pytest

from fieldapi import json
from fieldapi.ids import new_id
from opinions.models import Opinion
from sync.models import QuarantinedRow
from tests.conftest import Village
from tests.samples import visit_body
from tests.sync.flat import push
from visits.models import Visit

HERE = {"lat": 28.6, "lon": 103.95}
SOME = "0199d2a0-0000-7000-8000-000000000001"  # fixed: pytest names its cases by it
FAULTS = [
    ({"household": 5}, "/household", "bad_id"),
    ({"household": "ABCDEF00-0000-4000-8000-000000000000"}, "/household", "bad_id"),
    ({"household": None}, "/household", "required"),
    ({"kind": ["home"]}, "/kind", "invalid_choice"),
    ({"kind": {"a": 1}}, "/kind", "invalid_choice"),
    ({"started_at": "2026-02-30T09:00:00+08:00"}, "/started_at", "bad_instant"),
    ({"started_at": "2026-11-03T09:00:00"}, "/started_at", "bad_instant"),
    ({"started_at": 1762131600}, "/started_at", "bad_instant"),
    ({"started_at": "9999-12-31T23:59:59Z"}, "/started_at", "impossible_time"),
    ({"started_at": "0001-01-01T00:00:00Z"}, "/started_at", "impossible_time"),
    ({"ended_at": "x" * 100_000}, "/ended_at", "bad_instant"),
    ({"people_met": "2"}, "/people_met", "invalid"),
    ({"people_met": True}, "/people_met", "invalid"),
    ({"people_met": -1}, "/people_met", "min_value"),
    ({"people_met": 1e30}, "/people_met", "invalid"),
    ({"companions": "gao"}, "/companions", "not_a_list"),
    ({"companions": ["gao"]}, "/companions/0", "bad_id"),
    ({"companions": [SOME]}, "/companions/0", "user_unknown"),
    ({"tasks": [SOME]}, "/tasks/0", "task_unknown"),
    ({"location": []}, "/location", "invalid"),
    ({"location": {"lat": 91, "lon": 0}}, "/location/lat", "max_value"),
    ({"location": {"lat": 0, "lon": -180.1}}, "/location/lon", "min_value"),
    ({"location": {"lat": "28.6", "lon": 103}}, "/location/lat", "invalid"),
    ({"location": {"lat": 28.6}}, "/location/lon", "required"),
    ({"location": {**HERE, "system": "mars"}}, "/location/system", "invalid_choice"),
    ({"location": {**HERE, "accuracy_m": -1}}, "/location/accuracy_m", "min_value"),
    ({"location": {**HERE, "mocked": "no"}}, "/location/mocked", "invalid"),
    ({"note": 5}, "/note", "invalid"),
    ({"note": "长" * 10_001}, "/note", "max_length"),
    ({"note": "a\x00b"}, "/note", "bad_character"),
    ({"opinions": {}}, "/opinions", "not_a_list"),
    ({"opinions": [5]}, "/opinions/0/id", "bad_id"),
    ({"opinions": [{"text": "a", "kind": "request"}]}, "/opinions/0/id", "bad_id"),
    ({"opinions": [{"id": SOME, "kind": "request"}]}, "/opinions/0/text", "required"),
    ({"opinions": [{"id": SOME, "kind": "request", "text": " \n"}]}, "/opinions/0/text", "blank"),
    ({"matters": [{"id": SOME, "title": "t" * 201}]}, "/matters/0/title", "max_length"),
    ({"matters": [{"id": SOME, "title": "t", "satisfaction": 6}]}, "/matters/0/satisfaction", "max_value"),
    ({"photos": [{"id": SOME, "bytes": 5}]}, "/photos/0/sha256", "required"),
    ({"id": SOME}, "/id", "bad_id"),
    ({"made_by": "me"}, "/made_by", "bad_id"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "pointer", "code"), FAULTS)
def test_a_fault_is_pointed_at(village: Village, columns, pointer, code):
    answer = village.client("gao").put(f"visits/{new_id()}/", visit_body(village.house) | columns)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    assert (Visit.objects.count(), Opinion.objects.count(), QuarantinedRow.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize("body", [[], "text", 5, None, True, [[[[]]]]])
def test_a_body_that_is_no_row_is_refused_and_kept(village: Village, body):
    answer = village.client("gao").send("PUT", f"visits/{new_id()}/", json.dumps(body))

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert QuarantinedRow.objects.get().body == json.dumps(body).decode()


@pytest.mark.parametrize(
    ("raw", "headers", "status", "code"),
    [
        (b'{"kind": "home"', {}, 400, "unreadable"),
        (b'{"note": "\xff\xfe"}', {}, 400, "unreadable"),
        (b'{"note": "\xed\xa0\x80"}', {}, 400, "unreadable"),
        (b"[" * 100_000, {}, 400, "unreadable"),
        (b"{" * 2000, {}, 400, "unreadable"),
        (b"NaN", {}, 400, "unreadable"),
        (b'{"a": "' + b"x" * 10_000_000 + b'"}', {}, 413, "too_large"),
        (b"kind=home", {"content_type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        (b"{}", {"Content-Encoding": "br"}, 415, "unsupported_media_type"),
        (b"not gzip", {"Content-Encoding": "gzip"}, 400, "unreadable"),
        (gzip.compress(b"{}", mtime=0)[:-4], {"Content-Encoding": "gzip"}, 400, "unreadable"),
        (gzip.compress(b" " * 50_000_000, mtime=0), {"Content-Encoding": "gzip"}, 413, "too_large"),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_not_kept(village: Village, raw, headers, status, code):
    answer = village.client("gao").send("PUT", f"visits/{new_id()}/", raw, **headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (Visit.objects.count(), QuarantinedRow.objects.count()) == (0, 0)


def test_half_a_character_is_taken_as_one_that_is_unknown_and_is_the_same_when_sent_again(village: Village):
    """`JSON.stringify` writes it for a text that was cut in the middle of an emoji."""
    row = {**visit_body(village.house), "id": str(new_id()), "note": "路HALF"}
    body, gao = json.dumps(row).replace(b"HALF", rb"\ud83d"), village.client("gao")

    answers = [gao.put(f"visits/{row['id']}/", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert [answer.json()["note"] for answer in answers] == ["路�", "路�"]


def test_emoji_and_rare_characters_come_back_as_sent(village: Village):
    note = "👍🏽 𠮷野家 \u2028 ﷽ e\u0301"
    answer = village.client("gao").put_visit(village.house, note=note)

    assert answer.json()["note"] == note
    assert Visit.objects.get().note == note


def test_what_was_typed_comes_back_with_the_blanks_at_its_ends(village: Village):
    opinion = {"id": str(new_id()), "text": "\n 路灯坏了 ", "kind": "request"}
    first = village.client("gao").put_visit(village.house, note="  ", opinions=[opinion])

    assert (first.status_code, first.json()["note"]) == (201, "  ")
    assert first.json()["opinions"][0]["text"] == "\n 路灯坏了 "


def test_what_nests_as_deep_as_may_be_is_kept_with_the_row_and_one_deeper_is_unreadable(village: Village):
    gao, address = village.client("gao"), f"visits/{new_id()}/"
    inside = json.dumps(visit_body(village.house))[:-1] + b', "form": '

    deeper = gao.send("PUT", address, inside + b"[" * 64 + b"]" * 64 + b"}")
    deep = gao.send("PUT", address, inside + b"[" * 63 + b"]" * 63 + b"}")

    assert (deeper.status_code, deeper.json()["code"]) == (400, "unreadable")
    assert (deep.status_code, deep.json()["ignored_fields"]) == (201, ["/form"])


def test_a_gzip_body_is_read(village: Village):
    packed = gzip.compress(json.dumps(visit_body(village.house, note="压缩")))
    answer = village.client("gao").send("PUT", f"visits/{new_id()}/", packed, **{"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["note"]) == (201, "压缩")


@pytest.mark.parametrize("row_id", ["x" * 5000, "ABCDEF00-0000-4000-8000-000000000000", "%00", "💥"])
def test_any_id_is_kept_with_what_was_sent_under_it(village: Village, row_id):
    answer = village.client("gao").put(f"visits/{row_id}/", visit_body(village.house))

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_id")
    assert QuarantinedRow.objects.count() == 1


@pytest.mark.parametrize("table", ["", "\x00", "visits\x00", "x" * 31, "表" * 3000])
def test_rows_of_a_table_of_any_name_are_kept_once_and_the_name_is_told_whole(village: Village, table: str):
    row = {"id": str(new_id()), "note": "路灯"}
    answers = [push(village.client("gao"), **{table: [row]}) for _ in range(2)]

    (first,), (again,) = (answer["results"] for answer in answers)
    assert (first["table"], first["outcome"]) == (table, "refused")
    assert (first["problem"]["code"], first["problem"]["table"]) == ("table_unknown", table)
    assert again["problem"]["quarantine"] == first["problem"]["quarantine"]
    kept = QuarantinedRow.objects.get()
    assert (json.loads(kept.body), json.loads(kept.problem)["table"]) == (row, table)
