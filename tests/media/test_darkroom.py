import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from media.darkroom import FULL, LARGE, THUMB, Darkroom, Developed, Problem
from media.develop import develop
from tests.media.pictures import SAMPLES, encoded, needs_samples, png_header, scene


@pytest.fixture(scope="module")
def darkroom():
    with Darkroom() as darkroom:
        yield darkroom


@pytest.fixture
def stored(tmp_path):
    def stored(content: bytes) -> Path:
        path = tmp_path / "stored"
        path.write_bytes(content)
        return path

    return stored


def endless_scans() -> bytes:
    """A JPEG of a few hundred kilobytes whose last pass over 20 megapixels is repeated a thousand times."""
    content = encoded(Image.new("L", (5000, 4000)), progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * 1000 + content[-2:]


def test_what_comes_back_is_what_the_picture_showed(darkroom, stored, tmp_path):
    notes = Image.Exif()
    notes.get_ifd(0x8769).update({0x9003: "2026:11:03 09:12:44", 0x9011: "+08:00"})
    notes.get_ifd(0x8825).update({1: "N", 2: (28, 36, 18), 3: "E", 4: (103, 57, 0)})
    path = stored(encoded(scene(1), exif=notes))

    result = darkroom.develop(path, tmp_path)

    assert result == develop(path, tmp_path)
    assert result.exif_at.isoformat() == "2026-11-03T09:12:44+08:00"
    assert result.exif_point == (28.605, 103.95)
    assert all((tmp_path / name).stat().st_size > 500 for name in (FULL, LARGE, THUMB))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        encoded(scene(1), "WEBP")[:500],
        encoded(scene(1), "HEIF")[:500],
        encoded(scene(1))[:200],
        b"\x89PNG\r\n\x1a\n" + bytes(100),
    ],
)
def test_a_damaged_file_is_undecodable_and_the_next_one_is_developed(darkroom, stored, tmp_path, content):
    assert darkroom.develop(stored(content), tmp_path) is Problem.UNDECODABLE
    assert list(tmp_path.iterdir()) == [tmp_path / "stored"]
    assert darkroom.develop(stored(encoded(scene(1))), tmp_path).width == 640


def test_a_file_that_takes_too_much_cpu_is_given_up(stored, tmp_path):
    with Darkroom(cpu_seconds=1) as darkroom:
        assert darkroom.develop(stored(endless_scans()), tmp_path) is Problem.TOO_SLOW
        assert darkroom.develop(stored(encoded(scene(1))), tmp_path).width == 640


def test_a_file_that_only_keeps_waiting_is_given_up(stored, tmp_path):
    os.mkfifo(tmp_path / "endless")
    with Darkroom(wall_seconds=0.5) as darkroom:
        assert darkroom.develop(tmp_path / "endless", tmp_path) is Problem.TOO_SLOW


def test_a_file_that_takes_too_much_memory_is_given_up(stored, tmp_path):
    with Darkroom(memory_bytes=1 << 27) as darkroom:
        large = stored(encoded(Image.new("P", (8000, 6000)), "PNG"))
        assert darkroom.develop(large, tmp_path) is Problem.TOO_LARGE_IN_MEMORY
        assert darkroom.develop(stored(encoded(scene(1))), tmp_path).width == 640


def test_a_bomb_is_too_large(darkroom, stored, tmp_path):
    assert darkroom.develop(stored(png_header(60_000, 60_000)), tmp_path) is Problem.TOO_LARGE_IN_MEMORY


def test_fifty_megapixels_fit(darkroom, stored, tmp_path):
    result = darkroom.develop(stored(encoded(Image.new("L", (8192, 6144), 77))), tmp_path)

    assert (result.width, result.height) == (8192, 6144)
    assert Image.open(tmp_path / FULL).size == (2048, 1536)


def test_the_darkroom_opens_again_when_its_process_was_killed(stored, tmp_path):
    with Darkroom() as darkroom:
        darkroom.develop(stored(encoded(scene(2))), tmp_path)
        os.kill(darkroom._process.pid, signal.SIGKILL)
        assert darkroom.develop(stored(encoded(scene(1))), tmp_path).width == 640


def test_no_photo_pays_for_a_process_that_was_killed_before_its_first(stored, tmp_path):
    with Darkroom() as darkroom:
        darkroom._process.kill()
        darkroom._process.wait()
        assert darkroom.develop(stored(encoded(scene(1))), tmp_path).width == 640


def test_a_missing_file_is_the_disks_fault_and_not_the_pictures(darkroom, tmp_path):
    with pytest.raises(FileNotFoundError):
        darkroom.develop(tmp_path / "nowhere", tmp_path)


def test_no_secret_is_in_the_darkroom(monkeypatch):
    monkeypatch.setenv("FIELDAPI_SECRET_KEY", "not-for-decoders")
    with Darkroom() as darkroom:
        environment = Path(f"/proc/{darkroom._process.pid}/environ").read_bytes()

    assert b"MALLOC_ARENA_MAX=2" in environment
    assert b"not-for-decoders" not in environment


@needs_samples
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_camera_picture_is_developed(darkroom, tmp_path, path):
    result = darkroom.develop(path, tmp_path)

    assert isinstance(result, Developed)
    full, thumb = (Image.open(tmp_path / name) for name in (FULL, THUMB))
    assert full.width / full.height == pytest.approx(result.width / result.height, rel=0.01)
    assert max(thumb.size) <= 320


@needs_samples
def test_the_camera_pictures_come_out_upright(darkroom, tmp_path):
    upright = {"landscape_6.jpg": (600, 450), "portrait_8.jpg": (450, 600), "IMG_5195.HEIC": (2566, 3313)}
    results = {path.name: darkroom.develop(path, tmp_path) for path in SAMPLES if path.name in upright}

    assert {name: (result.width, result.height) for name, result in results.items()} == upright
