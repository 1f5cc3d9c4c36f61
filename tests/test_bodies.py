"""What comes in and goes out: bounded, readable, or refused with a reason."""

import gzip
import zlib

import orjson
import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from cadres.models import Unit
from fieldapi.json import loads_with_halves
from fieldapi.middleware import TellTheLength
from tests.samples import OTHER_TOWN, TOWN, VILLAGE

BODY = b'{"code": "530626101201001", "name": "\xe4\xb8\x80\xe7\xbb\x84"}'
PACKED = gzip.compress(BODY, mtime=0)
BIGGEST = 8 * 1024 * 1024


def add(village, body, **headers):
    return village.client("zheng").post("units/", body, **headers)


def test_a_gzipped_body_is_read(village):
    assert add(village, PACKED, **{"Content-Encoding": "gzip"}).status_code == 201
    assert Unit.objects.get(pk="530626101201001").name == "一组"


def test_a_body_that_inflates_beyond_bounds_is_refused_before_it_is_in_memory(village):
    bomb = gzip.compress(b'{"name": "' + b"x" * (BIGGEST * 20) + b'"}')
    assert len(bomb) < 300_000

    answer = add(village, bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "too_large", BIGGEST)


@pytest.mark.parametrize("excess", [0, 1])
def test_eight_megabytes_are_taken_and_one_byte_more_is_not(village, excess):
    body = b'{"code": "", "name": "' + b"x" * (BIGGEST + excess - 24) + b'"}'
    assert len(body) == BIGGEST + excess

    answer = add(village, body)
    assert answer.json()["code"] == ("too_large" if excess else "bad_input")


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"not gzip", "gzip", 400),
        (PACKED[:-9], "gzip", 400),
        (zlib.compress(BODY), "deflate", 415),
        (BODY, "br", 415),
        (BODY, "identity", 201),
        (PACKED, "GZIP", 201),
    ],
)
def test_only_gzip_is_taken_and_only_whole(village, body, encoding, status):
    before = Unit.objects.count()

    answer = add(village, body, **{"Content-Encoding": encoding})
    assert answer.status_code == status
    assert Unit.objects.count() == before + (status == 201)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"code": "530626101201001", "name": ',
        b"\xff\xfe{}",
        b'{"name": "\xe4\xb8"}',
        b'{"name": "\xed\xa0\x80"}',
        b"{'code': 1}",
        b'{"code": NaN}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
def test_what_is_no_json_is_unreadable(village, body):
    answer = add(village, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert Unit.objects.count() == 8


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"7", b"null", b"true", b"[[[[[[]]]]]]"])
def test_a_body_that_is_no_object_is_refused(village, body):
    answer = add(village, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert Unit.objects.count() == 8


@pytest.mark.parametrize("name", ["a\0b", "\0"])
def test_a_null_character_is_refused_where_it_stands(village, name):
    answer = add(village, {"code": "530626101201001", "name": name})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/name"
    assert Unit.objects.count() == 8


def test_a_null_character_in_address_or_query_is_refused(village):
    zheng = village.client("zheng")

    assert zheng.get("units/?q=%00").status_code == 400
    assert zheng.get("units/?level=%00").status_code == 400
    assert zheng.get("units/%00/").status_code == 404
    assert zheng.get("users/%00/").status_code == 404
    assert zheng.post("users/%00/password/", {}, **{"Idempotency-Key": "a"}).status_code == 404
    assert zheng.get("units/?limit=%00").status_code == 400
    assert zheng.get("units/?%00=1").status_code == 400


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"\ud83d", "�"),
        (rb"\ude00", "�"),
        (rb"\ud83d\ud83d\ude00", "�😀"),
        (rb"\ud83dx\\ud83d\n", "�x\\ud83d\n"),
        (rb"\uD83D\u8def", "�路"),
        (rb"\ud83d\ude00", "😀"),
    ],
)
def test_half_a_character_as_javascript_cuts_it_is_read_as_one_that_is_unknown(written, read):
    assert loads_with_halves(b'["' + written + b'"]') == [read]


@pytest.mark.parametrize("body", [rb'["\ud83d"', rb'["\ud83"]', rb'["\ud83d\x"]', b'["\xed\xa0\xbd"]'])
def test_what_is_no_json_stays_unreadable(body):
    with pytest.raises(orjson.JSONDecodeError):
        loads_with_halves(body)


def test_emoji_and_rare_characters_are_kept(village):
    answer = add(village, {"code": "530626101201001", "name": "𠮷野家👨‍👩‍👧 组"})

    assert answer.json()["name"] == "𠮷野家👨‍👩‍👧 组"


def test_another_content_type_is_refused(village):
    for kind in (
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "",
    ):
        answer = add(village, BODY, content_type=kind)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), kind
    assert Unit.objects.count() == 8


def test_only_json_is_answered(village):
    answer = village.client("zheng").get("units/", Accept="application/xml")

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_faults_speak_chinese_unless_english_is_preferred(village):
    body = {"code": VILLAGE, "name": "又一个"}

    def title(**headers: str) -> str:
        return add(village, body, **headers).json()["title"]

    assert title() == "已存在相同的记录"
    assert title(**{"Accept-Language": "de"}) == "已存在相同的记录"
    assert title(**{"Accept-Language": "en-GB,zh;q=0.5"}) == "Such a row is already there"
    assert title(**{"Accept-Language": "zh-TW,en;q=0.5"}) == "已存在相同的记录"


def test_the_same_language_names_the_faults_of_fields(village):
    body = {"code": "530626101201001"}

    chinese = add(village, body).json()["errors"]
    english = add(village, body, **{"Accept-Language": "en"}).json()["errors"]
    assert chinese == [{"pointer": "/name", "code": "required", "detail": "该字段是必填项。"}]
    assert english == [{"pointer": "/name", "code": "required", "detail": "This field is required."}]


def test_a_text_answer_is_compressed_when_asked_for(village):
    zheng = village.client("zheng")

    packed = zheng.get("units/", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = zheng.get("units/")
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_the_version_of_a_compressed_row_counts_like_the_plain_one(village):
    zheng = village.client("zheng")
    zheng.patch(f"units/{OTHER_TOWN}/", {"name": "南岸" * 40}, version=1)

    packed = zheng.get(f"units/{OTHER_TOWN}/", **{"Accept-Encoding": "gzip"})
    assert packed.headers["ETag"] == 'W/"2"'
    edited = zheng.patch(f"units/{OTHER_TOWN}/", {"name": "南岸镇"}, **{"If-Match": packed.headers["ETag"]})
    assert edited.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_there_is_405(village, method):
    answer = village.client("zheng").send(method, f"units/{TOWN}/", {})

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, PATCH, HEAD"


def test_a_fault_is_told_in_whole_sentences(village):
    answer = village.client("zheng").get("units/?limit=0", **{"Accept-Language": "en"}).json()

    assert answer["title"] == "limit must be from 1 to 500"
    assert answer["errors"] == [
        {"pointer": "?limit", "code": "bad_limit", "detail": "limit must be from 1 to 500"}
    ]


def test_answers_are_kept_in_no_cache_and_known_to_depend_on_the_language(village):
    zheng = village.client("zheng")

    for answer in (
        zheng.get("units/"),
        zheng.get(f"units/{TOWN}/"),
        zheng.get("nothing/"),
        zheng.post("units/"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Accept-Language" in answer.headers["Vary"]
    assert "Cache-Control" not in zheng.get("/healthz").headers


def test_head_tells_the_length_and_sends_nothing():
    answer = TellTheLength(lambda request: HttpResponse(b"whole"))(RequestFactory().head("/"))

    assert (answer.content, answer.headers["Content-Length"]) == (b"", "5")
