"""Uploads when disk and storage fail, when another request is faster, and when nobody comes back."""

import errno
import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from fieldapi import files
from fieldapi.due import run_due
from media import resume
from media.due import free_uploads
from media.models import Photo, Upload
from media.storage import original
from tests.conftest import Village
from tests.media.pictures import encoded, scene
from tests.media.resuming import begin, begun, head, offset_of, patch
from tests.media.sending import JPEG, declare, files_in, send
from tools.postgres import free_port

PHOTO = encoded(scene(1)) + bytes(900_000)
STEP = resume.STEP


def no_room_after(monkeypatch, step: str, times: int) -> None:
    """A disk on which `step` goes well so many times, and then there is no room."""
    real, left = getattr(os, step), [times]

    def act(*args: object, **kwargs: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(os, step, act)


def assert_busy(answer) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert answer.headers["Retry-After"] == "5"


def assert_stored(photo: Photo, content: bytes, storage) -> None:
    photo.refresh_from_db()
    assert photo.state == "stored"
    with storage.open(original(photo)) as file:
        assert file.read() == content


@pytest.mark.parametrize(("step", "times", "kept"), [("replace", 0, 0), ("replace", 2, 2), ("fsync", 5, 1)])
def test_on_a_full_disk_what_was_stored_before_is_kept(
    village: Village, disk, monkeypatch, step, times, kept
):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    with monkeypatch.context() as full:
        no_room_after(full, step, times)
        assert_busy(patch(address, 0, PHOTO))

    at = offset_of(address)
    assert at // STEP == kept
    assert patch(address, at, PHOTO[at:]).status_code == 204
    assert (disk / original(photo)).read_bytes() == PHOTO


def test_when_the_whole_photo_cannot_be_stored_its_parts_stay_and_the_end_is_tried_again(
    village: Village, disk, monkeypatch
):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    whole_steps = len(PHOTO) // STEP
    with monkeypatch.context() as full:
        no_room_after(full, "replace", whole_steps)
        assert_busy(patch(address, 0, PHOTO))
    photo.refresh_from_db()
    assert photo.state == "awaiting"

    at = offset_of(address)
    assert at // STEP == whole_steps
    assert at < len(PHOTO)
    assert patch(address, at, PHOTO[at:]).status_code == 204
    assert (disk / original(photo)).read_bytes() == PHOTO


def test_while_the_storage_does_not_answer_all_up_to_the_offset_is_kept(
    village: Village, s3_files, settings, tmp_path
):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    address = begun(gao, photo)
    patch(address, 0, PHOTO[:STEP])
    there = settings.STORAGES
    nobody = f"s3://key:secret@127.0.0.1:{free_port()}/bucket"
    settings.STORAGES = there | {"default": files.storage(nobody)}
    assert_busy(patch(address, STEP, PHOTO[STEP:]))
    settings.STORAGES = there

    assert offset_of(address) == STEP
    assert patch(address, STEP, PHOTO[STEP:]).status_code == 204
    assert_stored(photo, PHOTO, s3_files)
    assert files_in(tmp_path) == []


def test_on_a_slow_line_parts_are_stored_by_time(village: Village, disk, monkeypatch):
    monkeypatch.setattr(resume, "STEP_SECONDS", -1)
    seen = []
    kept = resume.keep_part
    monkeypatch.setattr(resume, "keep_part", lambda *args: seen.append(args[0].offset) or kept(*args))
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    patch(address, 0, PHOTO[:30_000])

    assert seen == [0, 8192, 16384, 24576]
    assert len(Upload.objects.get().parts) == 1
    assert patch(address, 30_000, PHOTO[30_000:]).status_code == 204
    assert (disk / original(photo)).read_bytes() == PHOTO


def test_of_two_that_send_the_same_bytes_the_slower_is_told_where_to_go_on(village: Village, anywhere):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    slow = Upload.objects.select_related("photo", "device__user").get()
    patch(address, 0, PHOTO[:300])
    with pytest.raises(resume.Refused) as told:
        resume.append(slow, iter([PHOTO[:500]]))

    assert (told.value.code, told.value.facts) == ("offset_mismatch", {"offset": 300})
    assert patch(address, 300, PHOTO[300:]).status_code == 204
    assert_stored(photo, PHOTO, anywhere)


def test_of_two_that_send_the_last_bytes_the_photo_is_stored_once(village: Village, anywhere):
    (photo,) = declare(village, JPEG)
    address = begun(village.client("gao"), photo)
    patch(address, 0, JPEG[:300])
    slow = Upload.objects.select_related("photo", "device__user").get()
    patch(address, 300, JPEG[300:])
    with pytest.raises(resume.Refused) as told:
        resume.append(slow, iter([JPEG[300:]]))

    assert (told.value.code, told.value.facts) == ("offset_mismatch", {"offset": len(JPEG)})
    assert offset_of(address) == len(JPEG)
    photo.refresh_from_db()
    assert (photo.state, photo.version) == ("stored", 2)


def test_parts_that_do_not_count_any_more_take_no_room(village: Village, anywhere):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    slow = Upload.objects.select_related("photo", "device__user").get()
    for at in range(0, 5000, 1000):
        patch(address, at, PHOTO[at : at + 1000])
    with pytest.raises(resume.Refused):
        resume.append(slow, iter([PHOTO[:500]]))

    (upload,) = Upload.objects.all()
    assert [name for _, name in upload.parts] == anywhere.listdir(f"uploads/{upload.pk}")[1]
    assert len(upload.parts) == 1


def test_an_upload_that_ends_while_bytes_come_takes_none_of_them(village: Village, anywhere):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    begun(gao, photo)
    upload = Upload.objects.select_related("photo", "device__user").get()

    def sent():
        yield PHOTO[:STEP]
        village.client("sun").delete(f"devices/{gao.device.pk}/")
        yield PHOTO[STEP:]

    with pytest.raises(resume.Refused) as told:
        resume.append(upload, sent())
    assert told.value.code == "upload_ended"
    photo.refresh_from_db()
    assert photo.state == "awaiting"


def test_an_upload_whose_parts_were_lost_ends_and_can_be_begun_anew(village: Village, anywhere):
    photo, other = declare(village, PHOTO, JPEG)
    gao = village.client("gao")
    address = begun(gao, photo)
    patch(address, 0, PHOTO[:1000])
    folder = f"uploads/{Upload.objects.get().pk}"
    (part,) = anywhere.listdir(folder)[1]
    for name in (f"{folder}/{part}", folder):
        anywhere.delete(name)
    assert_busy(patch(address, 1000, PHOTO[1000:]))  # not a part of anybody's: the storage may be away
    assert offset_of(address) == 1000
    patch(begun(gao, other), 0, JPEG[:1])
    answer = patch(address, 1000, PHOTO[1000:])

    assert (answer.status_code, answer.json()["code"]) == (410, "upload_ended")
    assert head(address).status_code == 404
    assert patch(begun(gao, photo), 0, PHOTO).status_code == 204
    assert_stored(photo, PHOTO, anywhere)


def test_abandoned_parts_are_freed_and_nothing_else(village: Village, anywhere, settings):
    photos = declare(village, *(encoded(scene(number)) + bytes(1000) for number in range(5)))
    gao, other = village.client("gao"), village.client("gao")
    callers = {"living": gao, "removed": other, "forgotten": gao, "refused": gao}
    addresses = dict(
        zip(callers, (begun(who, photos[at]) for at, who in enumerate(callers.values())), strict=True)
    )
    for address in addresses.values():
        patch(address, 0, b"\xff\xd8" + bytes(998))
    village.client("sun").delete(f"devices/{other.device.pk}/")
    Photo.objects.filter(pk=photos[3].pk).update(state="refused", problem="not_a_picture")
    month_ago = Upload.objects.get(photo=photos[2]).last_byte_at - timedelta(days=30, seconds=1)
    Upload.objects.filter(photo=photos[2]).update(last_byte_at=month_ago)
    anywhere.save("uploads/0000/00000000-left", ContentFile(b"by a killed process"))
    (living,) = Upload.objects.filter(photo=photos[0])
    anywhere.save(f"uploads/{living.pk}/00000000-loser", ContentFile(b"of two"))
    send(gao, photos[4], encoded(scene(4)) + bytes(1000))
    for _ in range(2):
        free_uploads()

    assert anywhere.listdir("uploads")[0] == [living.pk]
    assert list(Upload.objects.all()) == [living]
    assert {name: head(address).status_code for name, address in addresses.items()} == {
        "living": 200, "removed": 404, "forgotten": 404, "refused": 404,
    }  # fmt: skip
    assert_stored(photos[4], encoded(scene(4)) + bytes(1000), anywhere)
    assert offset_of(addresses["living"]) == 1000


def test_run_due_forgets_a_finished_upload_a_month_later_and_keeps_the_photo(
    village: Village, disk, settings
):
    (photo,) = declare(village, JPEG)
    address = begin(village.client("gao"), photo, JPEG).headers["Location"]
    settings.DATA_DIR.mkdir(exist_ok=True)
    run_due()
    assert offset_of(address) == len(JPEG)
    settings.CLOCK_OFFSET = timedelta(days=31)
    run_due()

    assert head(address).status_code == 404
    assert (disk / original(photo)).read_bytes() == JPEG
