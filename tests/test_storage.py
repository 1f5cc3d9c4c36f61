"""Files on a real S3-speaking server, through the settings a county would write."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from fieldapi import files
from fieldapi.s3 import trouble_is_oserror
from tools.postgres import free_port


def test_a_file_comes_back_as_it_was_stored(s3_files: Storage):
    content = bytes(range(256)) * 4096

    name = s3_files.save("photos/2026/11/one.jpg", ContentFile(content))

    assert name == "photos/2026/11/one.jpg"
    assert s3_files.exists(name)
    assert s3_files.size(name) == 1_048_576
    with s3_files.open(name) as stored:
        assert stored.read() == content


def test_a_deleted_file_is_gone_and_deleting_it_again_does_no_harm(s3_files: Storage):
    name = s3_files.save("two.txt", ContentFile(b"two"))

    s3_files.delete(name)
    s3_files.delete(name)

    assert not s3_files.exists(name)
    with pytest.raises(FileNotFoundError):
        s3_files.open(name)


def test_a_file_deleted_before_it_is_fetched_is_missing(s3_files: Storage):
    name = s3_files.save("short_lived.txt", ContentFile(b"seen"))
    seen = s3_files.bucket.Object(name)
    seen.load()
    s3_files.delete(name)

    with pytest.raises(FileNotFoundError), trouble_is_oserror():
        seen.get()


def test_a_file_of_the_same_name_takes_the_others_place(s3_files: Storage):
    s3_files.save("three.txt", ContentFile(b"first"))
    s3_files.save("three.txt", ContentFile(b"second"))

    with s3_files.open("three.txt") as stored:
        assert stored.read() == b"second"


def test_a_wrong_secret_is_trouble_with_the_storage(storage_server: str, s3_files: Storage, settings):
    user, _, rest = storage_server.partition("@")
    settings.STORAGES = settings.STORAGES | {"default": files.storage(f"{user}x@{rest}")}

    with pytest.raises(OSError, match="SignatureDoesNotMatch"):
        storages["default"].save("four.txt", ContentFile(b"four"))


def test_while_the_storage_does_not_answer_the_server_is_not_ready(client, db, settings):
    nobody = f"s3://key:secret@127.0.0.1:{free_port()}/bucket"
    settings.STORAGES = settings.STORAGES | {"default": files.storage(nobody)}

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert answer.headers["Retry-After"] == "5"
