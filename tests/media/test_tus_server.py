"""Uploads to the real web processes: killed, raced, measured, and watched for what they log."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from fieldapi import clock
from media.models import Upload
from media.parts import pieces_of
from tests.conftest import Village
from tests.media.pictures import encoded, scene
from tests.media.resuming import OCTETS, VERSION, Sending, assert_stored, beginning, begun
from tests.media.sending import declare
from tests.serving.live import Server, serving

PHOTO = encoded(scene(1)) + bytes(range(256)) * 4000  # a megabyte


@pytest.fixture
def village(transactional_db: None) -> Village:
    village = Village()
    assert village.house
    return village


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest) -> str:
    """FIELDAPI_STORAGE_URL of the servers; this process uses the same storage."""
    if request.param == "disk":
        return ""
    request.getfixturevalue("s3_files")
    return str(request.getfixturevalue("storage_server"))


@pytest.fixture
def server(village: Village, tmp_path: Path, storage: str) -> Iterator[Server]:
    with serving(tmp_path, storage=storage) as server:
        yield server


def ask_offset(server: Server, address: str) -> int:
    asking = server.connect()
    asking.request("HEAD", address, headers=VERSION)
    with asking.getresponse() as answer:
        assert answer.status == 200
        return int(answer.headers["Upload-Offset"])


def test_of_a_server_killed_at_any_byte_what_it_then_reports_is_truly_kept(
    village: Village, tmp_path: Path, storage: str
):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    at = 0
    for sent, known in ((1, 0), (700_000, 400_000), (10_000, 0), (len(PHOTO), 0)):
        with serving(tmp_path, storage=storage) as server:
            kept = ask_offset(server, address)
            upload = Upload.objects.get()
            assert kept == upload.offset >= at
            assert b"".join(pieces_of(upload, upload.parts)) == PHOTO[:kept]
            sending = Sending(server, address, PHOTO[kept:], kept)
            sending.send(sent)
            wait_for_bytes(known)
            server.kill()
        at = max(kept, known)
    with serving(tmp_path, storage=storage) as server:
        kept = ask_offset(server, address)
        assert at <= kept <= len(PHOTO)
        assert Sending(server, address, PHOTO[kept:], kept).finish() == 204
    assert_stored(photo, PHOTO)


def wait_for_bytes(count: int) -> None:
    """Until the server has told the database of so many."""
    deadline = clock.now() + timedelta(seconds=20)
    while Upload.objects.get().offset < count:
        assert clock.now() < deadline


def test_of_many_that_send_the_same_bytes_at_once_one_goes_through(village: Village, server: Server):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    sending = [Sending(server, address, PHOTO[:600_000]) for _ in range(6)]
    for one in sending:
        one.send(200_000)
    assert sorted(together(sending)) == [204, 409, 409, 409, 409, 409]
    assert ask_offset(server, address) == 600_000

    last = [Sending(server, address, PHOTO[600_000:], 600_000) for _ in range(4)]
    for one in last:
        one.send(100_000)
    told = together(last)
    assert 204 in told
    assert set(told) <= {204, 409}
    assert ask_offset(server, address) == len(PHOTO)
    assert_stored(photo, PHOTO)
    assert photo.version == 2


def together(sending: list[Sending]) -> list[int]:
    with ThreadPoolExecutor(len(sending)) as threads:
        return list(threads.map(Sending.finish, sending))


def test_memory_stays_flat_however_long_the_photo_is(
    village: Village, tmp_path: Path, storage: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    long = encoded(scene(2)) + bytes(20_000_000)
    short, photo = declare(village, PHOTO, long)
    gao = village.client("gao")
    with serving(tmp_path, storage=storage) as server:
        assert Sending(server, begun(gao, short), PHOTO).finish() == 204
        before = peak(server)
        assert Sending(server, begun(gao, photo), long).finish() == 204
        grown = peak(server) - before

    assert_stored(photo, long)
    assert grown < 6_000_000


def peak(server: Server) -> int:
    """The most memory its web process has ever had, in bytes."""
    master = server.process.pid
    (child,) = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    told = Path(f"/proc/{child}/status").read_text()
    return int(told.split("VmHWM:")[1].split()[0]) * 1024


def test_the_secret_stands_in_no_log(village: Village, tmp_path: Path, disk: Path):
    (photo,) = declare(village, PHOTO)
    gao = village.client("gao")
    address = begun(gao, photo)
    log = tmp_path / "log"
    everything = "%(r)s %(U)s %({location}o)s %({raw_uri}e)s"
    more = ["--access-logfile", "-", "--access-logformat", everything, "--log-level", "debug"]
    with serving(tmp_path, *more, log=log) as server:
        assert Sending(server, address, PHOTO[:500_000]).finish() == 204
        assert Sending(server, address, PHOTO[:500_000]).finish() == 409
        disk.rename(tmp_path / "away")
        disk.write_text("no folder")
        assert Sending(server, address, PHOTO[500_000:], 500_000).finish() == 503
        asking = server.connect()
        asking.request("POST", "/api/v1/uploads/", headers=beginning(photo) | gao.headers)
        another = asking.getresponse().headers["Location"]

    told = log.read_text()
    assert "PATCH /api/v1/uploads/…" in told
    assert "Service Unavailable: /api/v1/uploads/…/" in told
    assert [one for one in (address, another) if one.split("/")[-2] in told] == []


def test_bytes_sent_in_chunks_count(village: Village, tmp_path: Path):
    (photo,) = declare(village, PHOTO)
    address = begun(village.client("gao"), photo)
    with serving(tmp_path) as server:
        sending = server.connect()
        headers = VERSION | {"Upload-Offset": "0", "Content-Type": OCTETS}
        sending.request("PATCH", address, iter([PHOTO[:7000], PHOTO[7000:]]), headers, encode_chunked=True)
        assert sending.getresponse().status == 204
    assert_stored(photo, PHOTO)
