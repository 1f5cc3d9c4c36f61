from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from media.darkroom import FULL, LARGE, THUMB, Developed
from media.develop import UPRIGHT, Undecodable, develop
from tests.media.pictures import (
    chunk,
    corners_of,
    encoded,
    oriented,
    png_header,
    scene,
    wide_gamut,
    with_corners,
)

TURNED_BACK = UPRIGHT | {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
SHOWN = ["red", "green", "blue", "white"]


@pytest.fixture
def developed(tmp_path):
    def developed(content: bytes) -> Developed:
        (tmp_path / "stored").write_bytes(content)
        return develop(tmp_path / "stored", tmp_path)

    return developed


def sizes_in(folder: Path) -> list[tuple[int, int]]:
    return [Image.open(folder / name).size for name in (FULL, LARGE, THUMB)]


def full_colour(folder: Path, at: tuple[int, int] = (10, 10)) -> tuple[int, ...]:
    return Image.open(folder / FULL).convert("RGB").getpixel(at)


def close_to(*levels: int) -> object:
    return pytest.approx(levels, abs=3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(developed, tmp_path, kind, orientation):
    upright = with_corners(80, 40)
    stored = upright.transpose(TURNED_BACK[orientation]) if orientation > 1 else upright

    result = developed(encoded(stored, kind, exif=oriented(orientation)))

    assert (result.width, result.height) == (80, 40)
    assert sizes_in(tmp_path) == [(80, 40)] * 3
    assert [corners_of(tmp_path / name) for name in (FULL, LARGE, THUMB)] == [SHOWN] * 3


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_heic_is_turned_once_and_not_twice(developed, tmp_path, orientation):
    upright = with_corners(160, 80)
    stored = upright.transpose(TURNED_BACK[orientation]) if orientation > 1 else upright
    content = encoded(stored, "HEIF", quality=90, exif=oriented(orientation).tobytes())

    result = developed(content)

    assert (b"irot" in content) == (orientation > 1)
    assert (result.width, result.height) == (160, 80)
    assert corners_of(tmp_path / FULL) == SHOWN


def test_the_first_picture_of_a_multi_picture_file_is_shown(developed, tmp_path):
    result = developed(
        encoded(with_corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (90, 90))])
    )

    assert (result.width, result.height) == (80, 40)
    assert corners_of(tmp_path / FULL) == SHOWN


@pytest.mark.parametrize(
    ("taken", "sizes"),
    [
        ((100, 60), [(100, 60), (100, 60), (100, 60)]),
        ((3000, 2000), [(2560, 1707), (1280, 854), (320, 214)]),
        ((4032, 3024), [(2016, 1512), (1008, 756), (252, 189)]),
        ((3000, 4), [(2560, 3), (1280, 2), (320, 1)]),
        ((65_000, 1), [(2560, 1), (1280, 1), (320, 1)]),
    ],
)
def test_three_sizes_are_written_and_none_is_enlarged(developed, tmp_path, taken, sizes):
    result = developed(encoded(Image.new("RGB", taken, "grey")))

    assert (result.width, result.height) == taken
    assert sizes_in(tmp_path) == sizes


@pytest.mark.parametrize("profile", [None, wide_gamut()], ids=["sRGB", "wide gamut"])
def test_nothing_private_is_left_in_the_sizes(developed, tmp_path, profile):
    notes = oriented(1)
    notes.get_ifd(0x8769)[0x9003] = "2026:11:03 09:12:44"
    content = encoded(
        scene(1), exif=notes, comment=b"private", xmp=b"private", icc_profile=profile, dpi=(300, 300)
    )

    result = developed(content)

    assert result.exif_at == datetime.fromisoformat("2026-11-03T09:12:44")
    for name in (FULL, LARGE, THUMB):
        assert set(segments((tmp_path / name).read_bytes())) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}  # only JFIF


def segments(content: bytes) -> list[int]:
    """The markers of a JPEG up to the picture itself."""
    at, markers = 2, []
    while not markers or markers[-1] != 0xDA:
        markers.append(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return markers


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_wide_gamut_colours_become_srgb(developed, tmp_path, kind):
    content = encoded(Image.new("RGB", (64, 64), (200, 100, 50)), kind, icc_profile=wide_gamut(), quality=95)

    developed(content)

    assert full_colour(tmp_path) == close_to(216, 93, 24)  # by matrix and gamma, worked out by hand


def test_a_damaged_profile_leaves_the_colours_as_they_are(developed, tmp_path):
    developed(encoded(Image.new("RGB", (64, 64), (200, 100, 50)), icc_profile=b"no profile at all"))

    assert full_colour(tmp_path) == close_to(200, 100, 50)


@pytest.mark.parametrize(
    ("image", "kind", "colour"),
    [
        (Image.new("L", (64, 64), 90), "JPEG", (90, 90, 90)),
        (Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", (254, 0, 0)),
        (Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (64, 64), (0, 0, 0, 128)), "WEBP", (127, 127, 127)),
        (Image.new("LA", (64, 64), (0, 0)), "PNG", (255, 255, 255)),
        (Image.new("P", (64, 64), 0), "PNG", (0, 0, 0)),
        (Image.new("1", (64, 64), 1), "PNG", (255, 255, 255)),
        (Image.new("I;16", (64, 64), 40_000), "PNG", (156, 156, 156)),
        (Image.new("RGBA", (64, 64), (200, 100, 50, 255)), "HEIF", (200, 100, 50)),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else None,
)
def test_every_kind_of_pixel_becomes_plain_colour(developed, tmp_path, image, kind, colour):
    developed(encoded(image, kind))

    assert full_colour(tmp_path) == close_to(*colour)


def test_a_jpeg_that_breaks_off_is_shown_as_far_as_it_goes(developed, tmp_path):
    content = encoded(with_corners(800, 400), quality=95)

    result = developed(content[: len(content) * 3 // 4])

    assert (result.width, result.height) == (800, 400)
    assert corners_of(tmp_path / FULL)[:2] == ["red", "green"]


def test_a_png_that_breaks_off_is_shown_as_far_as_it_goes(developed, tmp_path):
    content = encoded(with_corners(800, 400), "PNG", compress_level=0)

    result = developed(content[: len(content) * 3 // 4])

    assert (result.width, result.height) == (800, 400)
    assert corners_of(tmp_path / FULL)[:2] == ["red", "green"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_header_without_any_picture_is_undecodable(developed, tmp_path, kind):
    content = encoded(scene(1, 320, 240), kind)
    last = {"JPEG": b"\xff\xda", "PNG": b"IDAT", "HEIF": b"mdat"}[kind]

    with pytest.raises((Undecodable, OSError)):
        developed(content[: content.index(last) + 14])
    assert not (tmp_path / FULL).exists()


def test_damaged_notes_do_not_cost_the_picture(developed, tmp_path):
    content = encoded(with_corners(), exif=b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * 60)

    with pytest.warns(UserWarning, match="EXIF|Tag"):
        result = developed(content)

    assert (result.width, result.exif_at, result.exif_point) == (80, None, None)
    assert corners_of(tmp_path / FULL) == SHOWN


def test_notes_behind_the_picture_of_a_png_count(developed, tmp_path):
    content = encoded(with_corners().transpose(Image.Transpose.ROTATE_180), "PNG")
    end = chunk(b"IEND", b"")

    developed(content.replace(end, chunk(b"eXIf", oriented(3).tobytes()[6:]) + end))

    assert corners_of(tmp_path / FULL) == SHOWN


def test_a_bomb_is_not_even_begun(developed, tmp_path):
    with pytest.raises(MemoryError):
        developed(png_header(60_000, 60_000))
    assert not (tmp_path / FULL).exists()


def test_a_missing_folder_is_the_disks_fault_and_not_the_pictures(tmp_path):
    (tmp_path / "stored").write_bytes(encoded(scene(1)))

    with pytest.raises(FileNotFoundError):
        develop(tmp_path / "stored", tmp_path / "nowhere")
