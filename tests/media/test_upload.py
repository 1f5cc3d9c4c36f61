"""PUT /photos/{id}/content/: stored whole and verified, or still awaited, or refused for good."""

import gzip

import pytest
from django_tasks_db.models import DBTaskResult

from fieldapi.models import JournalLine
from media.models import Photo
from tests.conftest import Village
from tests.media.pictures import encoded, png_header, scene
from tests.media.sending import JPEG, declare, files_in, send
from visits.models import Visit

TEXT = b"this is no picture at all" * 10


def test_the_declared_bytes_are_stored_and_the_phone_is_told(village: Village, anywhere):
    (photo,) = declare(village, JPEG)
    answer = send(village.client("gao"), photo)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(photo.pk),
        "visit": str(photo.visit_id),
        "task": None,
        "matter": None,
        "sha256": photo.sha256,
        "bytes": len(JPEG),
        "taken_at": None,
        "caption": "",
        "state": "stored",
        "problem": "",
        "width": None,
        "height": None,
        "media_type": "image/jpeg",
        "version": 2,
    }
    assert answer.headers["ETag"] == '"2"'
    name = f"photos/{photo.received_at:%Y-%m}/{str(photo.pk)[-2:]}/{photo.pk}"
    with anywhere.open(name) as file:
        assert file.read() == JPEG


def test_a_visit_is_complete_once_its_last_photo_is_stored(village: Village):
    one, two = declare(village, JPEG, encoded(scene(1)))
    gao = village.client("gao")
    address = f"visits/{one.visit_id}/"
    before = gao.get(address)
    send(gao, one)
    between = gao.get(address)
    send(gao, two, encoded(scene(1)))
    after = gao.get(address)

    assert [answer.json()["complete"] for answer in (before, between, after)] == [False, False, True]
    assert [answer.headers["ETag"] for answer in (before, between, after)] == ['"1"', '"2"', '"3"']


def test_the_upload_stands_in_the_journal_and_before_the_worker(village: Village):
    (photo,) = declare(village, JPEG)
    send(village.client("gao"), photo)

    line = JournalLine.objects.get(action="photos.upload")
    assert (line.row_id, line.by_name, line.unit) == (str(photo.pk), "gao", "530626101201")
    job = DBTaskResult.objects.get()
    assert (job.task_path, job.args_kwargs["args"]) == ("media.tasks.develop_photo", [str(photo.pk)])


def test_sent_again_it_is_200_and_nothing_happens_twice(village: Village, disk):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    first, again = send(gao, photo), send(gao, photo)

    assert (again.status_code, again.json()) == (200, first.json())
    assert DBTaskResult.objects.count() == JournalLine.objects.filter(action="photos.upload").count() == 1
    assert len(files_in(disk)) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [(JPEG[:-1] + b"x", "hash_mismatch"), (JPEG[:-1], "length_mismatch"), (JPEG + b"x", "length_mismatch")],
)
def test_other_bytes_than_declared_leave_the_photo_awaited(village: Village, disk, content, code):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    answer = send(gao, photo, content)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert_untouched(photo)
    assert files_in(disk) == []
    assert send(gao, photo).json()["state"] == "stored"


def test_what_is_no_picture_is_refused_for_good(village: Village, disk):
    (photo,) = declare(village, TEXT)
    gao = village.client("gao")
    first, again = send(gao, photo, TEXT), send(gao, photo, TEXT)

    assert [(a.status_code, a.json()["code"]) for a in (first, again)] == [(400, "not_a_picture")] * 2
    told = gao.get(f"photos/{photo.pk}/").json()
    assert (told["state"], told["problem"], told["version"]) == ("refused", "not_a_picture", 2)
    assert gao.get(f"visits/{photo.visit_id}/").json()["complete"] is True
    assert files_in(disk) == []
    assert not DBTaskResult.objects.exists()


def test_a_pixel_bomb_is_refused(village: Village, disk):
    bomb = png_header(60_000, 60_000)
    (photo,) = declare(village, bomb)
    answer = send(village.client("gao"), photo, bomb)

    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_pixels")
    assert files_in(disk) == []


def test_a_photo_declared_too_large_is_refused_before_a_byte_is_sent(village: Village, settings):
    settings.MAX_PHOTO_BYTES = len(JPEG) - 1
    (photo,) = declare(village, JPEG)
    answer = send(village.client("gao"), photo)

    assert (photo.state, photo.problem) == ("refused", "too_large")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["limit"] == len(JPEG) - 1


def test_more_bytes_than_the_limit_are_413_and_leave_the_photo_awaited(village: Village, settings):
    (photo,) = declare(village, JPEG)
    settings.MAX_PHOTO_BYTES = len(JPEG)
    answer = send(village.client("gao"), photo, JPEG + b"x")

    assert (answer.status_code, answer.json()["limit"]) == (413, len(JPEG))
    assert_untouched(photo)


@pytest.mark.parametrize("kind", ["image/heic", "application/octet-stream", "image/jpeg; name=x", ""])
def test_any_image_type_will_do_since_the_content_tells(village: Village, kind):
    (photo,) = declare(village, JPEG)

    assert send(village.client("gao"), photo, content_type=kind).json()["media_type"] == "image/jpeg"


@pytest.mark.parametrize("headers", [{"content_type": "text/plain"}, {"Content-Encoding": "br"}])
def test_other_types_are_415(village: Village, headers):
    (photo,) = declare(village, JPEG)
    answer = send(village.client("gao"), photo, **headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert_untouched(photo)


def test_without_a_length_it_is_411(village: Village):
    (photo,) = declare(village, JPEG)
    answer = send(village.client("gao"), photo, b"")

    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_a_packed_body_is_inflated(village: Village):
    (photo,) = declare(village, JPEG)
    answer = send(village.client("gao"), photo, gzip.compress(JPEG), **{"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["state"]) == (200, "stored")


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (gzip.compress(bytes(50_000_000)), "length_mismatch"),
        (gzip.compress(JPEG)[:-9], "unreadable"),
        (b"no gzip", "unreadable"),
    ],
)
def test_a_packed_body_that_is_damaged_or_a_bomb_leaves_the_photo_awaited(
    village: Village, disk, packed, code
):
    (photo,) = declare(village, JPEG)
    answer = send(village.client("gao"), photo, packed, **{"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert_untouched(photo)
    assert files_in(disk) == []


@pytest.mark.parametrize("name", ["chen", "qian", "lin", "sun", "zhou"])
def test_only_who_declared_a_photo_sends_its_bytes(village: Village, disk, name):
    (photo,) = declare(village, JPEG)
    nowhere = village.client(name).put("photos/0199d2a0-3333-7000-8000-000000000001/content/", JPEG)
    answer = send(village.client(name), photo)

    assert (answer.status_code, answer.json()) == (404, nowhere.json())
    assert_untouched(photo)
    assert files_in(disk) == []


@pytest.mark.parametrize("name", ["wu", "zheng"])
def test_leaders_and_admins_send_no_photos(village: Village, name):
    (photo,) = declare(village, JPEG)

    assert send(village.client(name), photo).status_code == 403
    assert_untouched(photo)


def test_nobody_sends_no_photos(village: Village):
    (photo,) = declare(village, JPEG)

    assert send(village.client(None), photo).status_code == 401
    assert_untouched(photo)


def test_an_upload_costs_so_many_queries(village: Village, django_assert_num_queries):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    # session, photo, then in a savepoint: photo, visit, journal, job
    with django_assert_num_queries(8):
        assert send(gao, photo).status_code == 200
    with django_assert_num_queries(2):
        assert send(gao, photo).status_code == 200


def assert_untouched(photo: Photo) -> None:
    now = Photo.objects.get(pk=photo.pk)
    assert (now.state, now.version, now.problem, now.media_type) == ("awaiting", 1, "", "")
    assert Visit.objects.get(pk=photo.visit_id).version == 1
    assert not JournalLine.objects.filter(action="photos.upload").exists()
    assert not DBTaskResult.objects.exists()
