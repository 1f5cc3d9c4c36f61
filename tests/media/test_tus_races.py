"""Uploads and the database's locks: two requests at the very same moment, and what waits for a storage."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from fieldapi.errors import Refused
from media import resume
from media.models import Upload
from tests.conftest import Village
from tests.media.pictures import encoded, scene
from tests.media.resuming import assert_stored, begun, patch
from tests.media.sending import declare
from tests.visits.test_races import real_village

__all__ = ["real_village"]
pytestmark = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer at a time, and no pool of connections"
)
PHOTO = encoded(scene(1)) + bytes(900_000)


class HeldUp:
    """Whoever changes the upload waits for this transaction, which stores 300 bytes once somebody waits."""

    def __init__(self, upload: Upload) -> None:
        self.upload, self.holds = upload, Event()
        self.thread = Thread(target=self._run)
        self.thread.start()
        assert self.holds.wait(20)

    def _run(self) -> None:
        try:
            with transaction.atomic():
                Upload.objects.filter(pk=self.upload.pk).update(offset=300)
                self.holds.set()
                while not somebody_waits():
                    pass
        finally:
            connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()), pg_sleep(0.01)"
        )
        waits: bool = cursor.fetchone()[0]
    return waits


def test_of_two_that_move_one_upload_at_the_very_same_moment_one_does(real_village: Village, disk):
    (photo,) = declare(real_village, PHOTO)
    begun(real_village.client("gao"), photo)
    slow = Upload.objects.select_related("photo", "device__user").get()
    faster = HeldUp(slow)
    with pytest.raises(Refused) as told:
        resume.append(slow, iter([PHOTO[:200]]))
    faster.thread.join()

    assert (told.value.code, told.value.facts) == ("offset_mismatch", {"offset": 300})
    assert Upload.objects.get().offset == 300


def test_the_last_bytes_hold_no_connection_while_the_parts_are_read(real_village: Village, disk, monkeypatch):
    (photo,) = declare(real_village, PHOTO)
    address = begun(real_village.client("gao"), photo)
    assert patch(address, 0, PHOTO[:600_000]).status_code == 204
    held = []
    read = resume.pieces_of
    monkeypatch.setattr(
        resume, "pieces_of", lambda *asked: held.append(connection.connection is not None) or read(*asked)
    )
    assert patch(address, 600_000, PHOTO[600_000:]).status_code == 204

    assert held == [False, False]
    assert_stored(photo, PHOTO)
