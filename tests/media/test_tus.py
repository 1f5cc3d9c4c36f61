"""tus 1.0.0 at /uploads/: begun with a token, gone on with by its secret, at its end a photo like any other."""

import hashlib
import re
from base64 import b64encode
from datetime import timedelta

import pytest
import time_machine

from cadres.models import Device
from fieldapi.ids import new_id
from fieldapi.models import JournalLine, RememberedAnswer
from media import resume
from media.models import Photo, Upload
from media.storage import original
from tests.conftest import Village
from tests.media.pictures import encoded, png_header, scene
from tests.media.resuming import (
    NOBODY,
    OCTETS,
    VERSION,
    begin,
    beginning,
    begun,
    head,
    offset_of,
    patch,
    terminate,
    words_about,
)  # fmt: skip
from tests.media.sending import JPEG, declare, files_in, send
from tests.samples import Caller, at

PHOTO = encoded(scene(1)) + bytes(600_000)
HALF = 300_000


def checksum(content: bytes, name: str = "sha256") -> dict[str, str]:
    return {"Upload-Checksum": f"{name} {b64encode(hashlib.new(name, content).digest()).decode()}"}


def code_of(answer) -> tuple[int, str]:
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    return answer.status_code, answer.json()["code"]


def assert_stored(photo: Photo, content: bytes, storage) -> None:
    photo.refresh_from_db()
    assert (photo.state, photo.media_type) == ("stored", "image/jpeg")
    with storage.open(original(photo)) as file:
        assert file.read() == content


def test_what_the_server_can_do_is_told_to_anybody(village: Village):
    stale = Caller(None, Authorization="Bearer stale")
    for caller in (NOBODY, stale):
        answer = caller.send("OPTIONS", "uploads/", b"")
        assert answer.status_code == 204
        assert {name: value for name, value in answer.headers.items() if name.startswith("Tus-")} == {
            "Tus-Resumable": "1.0.0",
            "Tus-Version": "1.0.0",
            "Tus-Extension": "creation,creation-with-upload,checksum,expiration,termination",
            "Tus-Max-Size": "20971520",
            "Tus-Checksum-Algorithm": "sha1,sha256",
        }


def test_a_photo_sent_in_pieces_without_a_token_is_stored(village: Village, anywhere):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    assert re.fullmatch(r"/api/v1/uploads/[0-9a-f]{32}/", address)
    assert offset_of(address) == 0
    first = patch(address, 0, PHOTO[:HALF])
    between = head(address)
    last = patch(address, HALF, PHOTO[HALF:])

    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(HALF))
    assert between.status_code == 200
    assert between.headers["Upload-Offset"] == str(HALF)
    assert between.headers["Upload-Length"] == str(len(PHOTO))
    assert between.headers["Upload-Metadata"] == words_about(photo)
    assert between.headers["Cache-Control"] == "no-store"
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(PHOTO)))
    assert_stored(photo, PHOTO, anywhere)
    line = JournalLine.objects.get(action="photos.upload")
    assert (line.row_id, line.by_name) == (str(photo.pk), "gao")
    assert anywhere.listdir("uploads")[0] == []


def test_pieces_of_any_size_make_the_same_photo_in_few_parts(village: Village, anywhere, monkeypatch):
    monkeypatch.setattr(resume, "STEP", 1000)
    content = encoded(scene(1))[:3000]
    (photo,) = declare(village, content)
    address = begun(village.client("gao"), photo)
    at = 0
    for size in (1, 2, 998, 1, 1000, 3, 500, len(content)):
        answer = patch(address, at, content[at : at + size])
        at = min(at + size, len(content))
        assert answer.headers["Upload-Offset"] == str(at)
        if upload := Upload.objects.filter(offset=at).first():
            assert len(upload.parts) <= 1 + at // 1000
    assert_stored(photo, content, anywhere)


def test_the_first_bytes_may_come_with_the_beginning(village: Village, disk, anywhere):
    one, two = declare(village, PHOTO, JPEG)
    gao = village.client("gao")
    half = begin(gao, one, PHOTO[:HALF])
    whole = begin(gao, two, JPEG, **checksum(JPEG))

    assert (half.status_code, half.headers["Upload-Offset"]) == (201, str(HALF))
    assert patch(half.headers["Location"], HALF, PHOTO[HALF:]).status_code == 204
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, str(len(JPEG)))
    assert_stored(one, PHOTO, anywhere)
    assert_stored(two, JPEG, anywhere)


def test_elsewhere_than_where_it_stands_is_409_and_tells_where(village: Village):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    patch(address, 0, PHOTO[:HALF])
    for wrong in (0, HALF - 1, HALF + 1):
        answer = patch(address, wrong, b"x")
        assert code_of(answer) == (409, "offset_mismatch")
        assert answer.json()["offset"] == HALF
    assert offset_of(address) == HALF


@pytest.mark.parametrize("version", ["", "0.2.2", "1.0.1"])
def test_another_version_is_412_and_tells_ours(village: Village, version):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    address = begun(gao, photo)
    spoken = {"Tus-Resumable": version} if version else {"X": "y"}
    others = {key: value for key, value in beginning(photo).items() if key != "Tus-Resumable"}
    answers = [
        gao.send("POST", "uploads/", b"", **others, **spoken),
        NOBODY.send("PATCH", address, JPEG, content_type=OCTETS, **{"Upload-Offset": "0"}, **spoken),
        NOBODY.send("DELETE", address, b"", **spoken),
    ]

    assert [code_of(answer) for answer in answers] == [(412, "tus_version")] * 3
    assert {answer.headers["Tus-Version"] for answer in answers} == {"1.0.0"}
    assert NOBODY.send("HEAD", address, b"", **spoken).status_code == 412
    assert Upload.objects.get().offset == 0


def test_another_content_type_or_coding_is_415(village: Village):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    address = begun(gao, photo)
    answers = [
        patch(address, 0, JPEG, content_type="image/jpeg"),
        patch(address, 0, JPEG, **{"Content-Encoding": "gzip"}),
        gao.send("POST", "uploads/", JPEG, content_type="image/jpeg", **beginning(photo)),
    ]

    assert [code_of(answer) for answer in answers] == [(415, "unsupported_media_type")] * 3
    assert offset_of(address) == 0


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_with_a_checksum_a_piece_counts_whole_or_not_at_all(village: Village, anywhere, name):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    wrong = patch(address, 0, PHOTO[:HALF], **checksum(b"other", name))
    assert code_of(wrong) == (460, "checksum_mismatch")
    assert offset_of(address) == 0

    assert patch(address, 0, PHOTO[:HALF], **checksum(PHOTO[:HALF], name)).status_code == 204
    wrong = patch(address, HALF, PHOTO[HALF:], **checksum(PHOTO[:HALF], name))
    assert (code_of(wrong), offset_of(address)) == ((460, "checksum_mismatch"), HALF)
    assert patch(address, HALF, PHOTO[HALF:], **checksum(PHOTO[HALF:], name)).status_code == 204
    assert_stored(photo, PHOTO, anywhere)


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Checksum": "md4 AAAA"},
        {"Upload-Checksum": "sha1 ?"},
        {"Upload-Checksum": ""},
        {"Upload-Offset": "-1"},
        {"Upload-Offset": "1e3"},
        {"Upload-Offset": ""},
    ],
)
def test_headers_that_cannot_be_read_are_400_and_named(village: Village, headers):
    (photo,) = declare(village, JPEG)
    address = begun(village.client("gao"), photo)
    answer = patch(address, 0, JPEG, **headers)

    assert code_of(answer) == (400, "bad_upload_header")
    assert answer.json()["header"] == next(iter(headers))
    assert offset_of(address) == 0


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"Upload-Length": "x"}, (400, "bad_upload_header")),
        ({"Upload-Length": ""}, (400, "bad_upload_header")),
        ({"Upload-Metadata": ""}, (400, "bad_upload_header")),
        ({"Upload-Metadata": "photo ?"}, (400, "bad_upload_header")),
        ({"Upload-Metadata": "name eA=="}, (400, "bad_upload_header")),
        ({"Upload-Metadata": "photo eA==,photo eA=="}, (400, "bad_upload_header")),
        ({"Upload-Metadata": "photo eA=="}, (400, "bad_id")),
        ({"Upload-Metadata": "photo /w=="}, (400, "bad_id")),
        ({"Upload-Metadata": words_about(new_id()) + ",名 eA=="}, (400, "bad_upload_header")),
        ({"Upload-Metadata": words_about(new_id()) + ",a\0 eA=="}, (400, "bad_upload_header")),
        ({"Upload-Metadata": words_about(new_id()) + ",binary /w==,bare"}, (404, "photo_undeclared")),
        ({"Upload-Metadata": words_about(new_id())}, (404, "photo_undeclared")),
        ({"Upload-Length": "1"}, (400, "length_mismatch")),
        ({"Upload-Length": "0"}, (400, "length_mismatch")),
        ({"Upload-Length": "20971521"}, (413, "too_large")),
        ({"Upload-Defer-Length": "1", "Upload-Length": ""}, (400, "bad_upload_header")),
    ],
)
def test_a_beginning_with_a_fault_is_refused_and_nothing_stands(village: Village, headers, told):
    (photo,) = declare(village, JPEG)
    answer = begin(village.client("gao"), photo, **headers)

    assert code_of(answer) == told
    assert not Upload.objects.exists()
    if told[0] == 413:
        assert answer.json()["limit"] == 20_971_520


def test_more_than_declared_is_refused_before_it_is_read(village: Village):
    (photo,) = declare(village, JPEG)
    address = begun(village.client("gao"), photo)

    assert code_of(patch(address, 0, JPEG + b"x")) == (400, "length_mismatch")
    assert offset_of(address) == 0


def test_another_address_is_nobodys(village: Village):
    for secret in ("0" * 32, "x", str(new_id()), "A" * 32):
        assert code_of(patch(f"uploads/{secret}/", 0, b"x")) == (404, "not_found")
        assert head(f"uploads/{secret}/").status_code == 404
        assert code_of(terminate(f"uploads/{secret}/")) == (404, "not_found")


@pytest.mark.parametrize("name", ["chen", "qian", "lin", "sun", "zhou"])
def test_only_who_declared_a_photo_begins_its_upload(village: Village, name):
    (photo,) = declare(village, JPEG)
    nowhere = begin(village.client(name), Photo(pk=new_id(), bytes=len(JPEG)))
    answer = begin(village.client(name), photo)

    assert (answer.status_code, answer.json()) == (404, nowhere.json())
    assert not Upload.objects.exists()


def test_other_bytes_than_declared_end_the_upload_and_the_photo_still_awaits(village: Village, disk):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    address = begun(gao, photo)
    patch(address, 0, PHOTO[:HALF])
    answer = patch(address, HALF, bytes(len(PHOTO) - HALF - 1) + b"x")

    assert code_of(answer) == (400, "hash_mismatch")
    assert head(address).status_code == 404
    photo.refresh_from_db()
    assert (photo.state, files_in(disk)) == ("awaiting", [])
    again = begun(gao, photo)
    assert patch(again, 0, PHOTO).status_code == 204


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no picture" * 99, "not_a_picture"), (png_header(60_000, 60_000), "too_many_pixels")],
)
def test_what_is_no_picture_is_refused_for_good(village: Village, disk, content, code):
    (photo,) = declare(village, content)
    gao = village.client("gao")
    address = begun(gao, photo)

    assert code_of(patch(address, 0, content)) == (400, code)
    assert head(address).status_code == 410
    assert code_of(begin(gao, photo)) == (400, code)
    photo.refresh_from_db()
    assert (photo.state, photo.problem) == ("refused", code)


def test_a_photo_declared_too_large_is_413(village: Village, settings):
    settings.MAX_PHOTO_BYTES = len(JPEG) - 1
    (photo,) = declare(village, JPEG)
    answer = begin(village.client("gao"), photo)

    assert (code_of(answer), answer.json()["limit"]) == ((413, "too_large"), len(JPEG) - 1)


def test_whose_last_answer_was_lost_is_told_that_all_is_stored(village: Village, disk):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    address = begun(gao, photo)
    patch(address, 0, JPEG)
    end = len(JPEG)

    assert offset_of(address) == end
    assert code_of(patch(address, 0, JPEG)) == (409, "offset_mismatch")
    assert code_of(patch(address, end, b"x")) == (400, "length_mismatch")
    assert patch(address, end, b"").status_code == 204
    again = begin(gao, photo)
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, str(end))
    assert offset_of(again.headers["Location"]) == end
    assert begin(gao, photo, JPEG).headers["Upload-Offset"] == str(end)
    assert JournalLine.objects.filter(action="photos.upload").count() == 1
    assert files_in(disk) == [original(photo)]


def test_a_photo_stored_in_another_way_ends_its_upload(village: Village):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    address = begun(gao, photo)
    patch(address, 0, JPEG[:99])
    send(gao, photo)

    assert offset_of(address) == len(JPEG)
    assert code_of(patch(address, 99, JPEG[99:])) == (409, "offset_mismatch")


def test_of_more_than_five_uploads_from_one_phone_the_longest_silent_ends(village: Village):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    addresses = []
    for minute in range(6):
        with time_machine.travel(at(f"2026-11-03 09:0{minute}"), tick=False):
            if addresses:
                patch(addresses[0], minute - 1, JPEG[minute - 1 : minute])
            addresses.append(begin(gao, photo).headers.get("Location", ""))
    with time_machine.travel(at("2026-11-03 09:10"), tick=False):
        other = begun(village.client("gao"), photo)
        told = [head(address).status_code for address in (*addresses, other)]

    assert told == [200, 404, 200, 200, 200, 200, 200]


def test_a_terminated_upload_is_gone_with_its_parts(village: Village, anywhere):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    patch(address, 0, PHOTO[:HALF])
    folder = f"uploads/{Upload.objects.get().pk}"
    assert len(anywhere.listdir(folder)[1]) >= 1

    assert terminate(address).status_code == 204
    assert terminate(address).status_code == 404
    assert head(address).status_code == 404
    assert anywhere.listdir("uploads")[0] == []
    photo.refresh_from_db()
    assert photo.state == "awaiting"


def test_to_terminate_a_finished_upload_leaves_the_photo(village: Village, anywhere):
    (photo,) = declare(village, JPEG)
    address = begun(village.client("gao"), photo)
    patch(address, 0, JPEG)

    assert terminate(address).status_code == 204
    assert_stored(photo, JPEG, anywhere)


def test_it_goes_on_days_after_the_token_has_expired(village: Village, anywhere, settings):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    address = begun(gao, photo)
    patch(address, 0, PHOTO[:HALF])
    settings.CLOCK_OFFSET = timedelta(days=29)

    assert gao.get("me/").json()["code"] == "token_expired"
    assert patch(address, HALF, PHOTO[HALF:], caller=gao).status_code == 204
    assert_stored(photo, PHOTO, anywhere)


def test_it_expires_thirty_days_after_the_last_byte(village: Village):
    (photo,) = declare(village, PHOTO)
    with time_machine.travel(at("2026-11-03 09:00"), tick=False):
        address = begun(village.client("gao"), photo)
        assert head(address).headers["Upload-Expires"] == "Thu, 03 Dec 2026 01:00:00 GMT"
    with time_machine.travel(at("2026-12-03 09:00"), tick=False):
        answer = patch(address, 0, PHOTO[:HALF])
        assert answer.headers["Upload-Expires"] == "Sat, 02 Jan 2027 01:00:00 GMT"
    with time_machine.travel(at("2027-01-02 09:00"), tick=False):
        assert offset_of(address) == HALF
    with time_machine.travel(at("2027-01-02 09:01"), tick=False):
        assert head(address).status_code == 410
        assert code_of(patch(address, HALF, PHOTO[HALF:])) == (410, "upload_ended")


def test_it_ends_with_the_session_of_its_phone(village: Village):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    address = begun(gao, photo)
    patch(address, 0, PHOTO[:HALF])
    assert village.client("sun").delete(f"devices/{gao.device.pk}/").status_code == 204

    assert head(address).status_code == 410
    assert code_of(patch(address, HALF, PHOTO[HALF:])) == (410, "upload_ended")
    assert code_of(terminate(address)) == (410, "upload_ended")
    photo.refresh_from_db()
    assert photo.state == "awaiting"
    assert Device.objects.get(pk=gao.device.pk).ended_at is not None


def test_methods_may_be_told_in_a_header(village: Village, anywhere):
    (photo,) = declare(village, JPEG)
    address = begun(village.client("gao"), photo)
    told = NOBODY.send("POST", address, b"", **VERSION, **{"X-HTTP-Method-Override": "HEAD"})
    sent = NOBODY.send(
        "POST", address, JPEG, content_type=OCTETS,
        **VERSION, **{"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"},
    )  # fmt: skip

    assert (told.status_code, told.headers["Upload-Offset"]) == (200, "0")
    assert sent.status_code == 204
    assert_stored(photo, JPEG, anywhere)


def test_other_methods_are_405(village: Village):
    (photo,) = declare(village, JPEG)
    address = begun(village.client("gao"), photo)

    assert code_of(NOBODY.send("GET", address, b"")) == (405, "method_not_allowed")
    assert code_of(NOBODY.send("PUT", "uploads/", b"")) == (405, "method_not_allowed")


def test_the_secret_stands_nowhere(village: Village, disk, caplog):
    (photo,) = declare(village, PHOTO)
    address = begin(village.client("gao"), photo, **{"Idempotency-Key": "k"}).headers["Location"]
    secret = address.split("/")[-2]
    patch(address, 0, PHOTO[:HALF])
    refused = [
        patch(address, 0, PHOTO),
        head(address, **{"Tus-Resumable": "2"}),
        patch(address, HALF, b"", **{"X": "y"}),
    ]

    rows = [str(list(model.objects.values_list())) for model in (Upload, JournalLine, RememberedAnswer)]
    told = [answer.content.decode() for answer in refused]
    assert [text for text in (*rows, *told, *files_in(disk)) if secret in text] == []
    assert not RememberedAnswer.objects.exists()


def test_an_upload_costs_so_many_queries(village: Village, django_assert_num_queries):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    with django_assert_num_queries(6):  # session, photo, in a savepoint: the earlier ones, this one
        address = begun(gao, photo)
    with django_assert_num_queries(1):
        head(address)
    with django_assert_num_queries(3):  # the upload; two parts
        assert patch(address, 0, PHOTO[:HALF]).status_code == 204
