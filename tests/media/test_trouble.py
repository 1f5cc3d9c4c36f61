"""Disk and storage in trouble: 503, the phone sends it again, and nothing half-written stays."""

import errno
import os
import time

import pytest

from fieldapi import files
from media import storage
from media.due import sweep_drafts
from media.models import Photo
from tests.conftest import Village
from tests.media.sending import JPEG, declare, files_in, send, work
from tools.postgres import free_port


@pytest.mark.parametrize("step", ["fsync", "replace", "mkdir"])
def test_on_a_full_disk_the_photo_still_awaits_and_is_stored_once_there_is_room(
    village: Village, disk, monkeypatch, step
):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")

    def no_room(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, step, no_room)
        answer = send(gao, photo)

    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert answer.headers["Retry-After"] == "5"
    assert Photo.objects.get().state == "awaiting"
    assert files_in(disk) == []
    assert send(gao, photo).json()["state"] == "stored"


def test_while_the_storage_does_not_answer_the_photo_still_awaits(village: Village, settings, tmp_path):
    (photo,) = declare(village, JPEG)
    nobody = f"s3://key:secret@127.0.0.1:{free_port()}/bucket"
    settings.STORAGES = settings.STORAGES | {"default": files.storage(nobody)}
    answer = send(village.client("gao"), photo)

    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert Photo.objects.get().state == "awaiting"
    assert files_in(tmp_path) == []


def test_with_files_elsewhere_nothing_of_them_stays_on_this_machine(village: Village, s3_files, tmp_path):
    (photo,) = declare(village, JPEG)
    send(village.client("gao"), photo)

    assert work() == ["SUCCESSFUL"]
    assert files_in(tmp_path) == []


def test_a_picture_that_the_storage_does_not_give_is_503_not_404(village: Village, disk):
    (photo,) = declare(village, JPEG)
    gao = village.client("gao")
    send(gao, photo)
    work()
    for name in files_in(disk):
        (disk / name).unlink()

    answer = gao.get(f"photos/{photo.pk}/content/")
    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")


def test_what_killed_workers_and_uploads_left_is_swept_after_an_hour_and_nothing_else(disk):
    drafts = storage.drafts()
    for age, name in ((3500, "young"), (3700, "old")):
        (drafts / name).write_bytes(JPEG)
        (drafts / f"{name} bench").mkdir()
        (drafts / f"{name} bench" / "full.jpg").write_bytes(JPEG)
        then = time.time() - age
        os.utime(drafts / name, (then, then))
        os.utime(drafts / f"{name} bench", (then, then))
    sweep_drafts()

    assert files_in(disk) == ["drafts/young", "drafts/young bench/full.jpg"]
