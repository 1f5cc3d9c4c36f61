import random
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media.darkroom import Darkroom, Developed
from media.likeness import BITS, FOUND_SURELY, THRESHOLD, bands, bands_to_search, distance, likeness_of
from tests.media.pictures import SAMPLES, needs_samples, scene

LIKENESSES = st.integers(0, (1 << BITS) - 1)


@pytest.fixture(scope="module")
def darkroom():
    with Darkroom() as darkroom:
        yield darkroom


@pytest.fixture
def likeness_in(darkroom, tmp_path):
    def developed(image: Image.Image | Path, **options: object) -> int | None:
        path = image
        if isinstance(image, Image.Image):
            path = tmp_path / "picture.jpg"
            image.convert("RGB").save(path, **options)
        result = darkroom.develop(path, tmp_path)
        assert isinstance(result, Developed), result
        return result.likeness

    return developed


def found(one: int, other: int) -> bool:
    """What the index finds and the distance confirms."""
    return not bands(one).isdisjoint(bands_to_search(other)) and distance(one, other) <= THRESHOLD


def half(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2))


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_is_known_again_however_it_was_passed_on(likeness_in, seed):
    image = scene(seed, 1200, 900)
    first = likeness_in(image, quality=92)

    assert found(first, likeness_in(image, quality=60))
    assert found(first, likeness_in(half(image), quality=92))
    assert found(first, likeness_in(half(image), quality=60))
    assert found(first, likeness_in(image.rotate(90, expand=True)))
    assert found(first, likeness_in(image.rotate(180)))


def test_no_two_different_pictures_match(likeness_in):
    seen = [likeness_in(scene(seed)) for seed in range(12)]

    assert min(distance(one, other) for one, other in combinations(seen, 2)) > 2 * THRESHOLD


@given(LIKENESSES, st.sets(st.integers(0, BITS - 1), max_size=FOUND_SURELY))
def test_few_wrong_bits_are_always_found_by_a_band(likeness, wrong):
    other = likeness
    for bit in wrong:
        other ^= 1 << bit

    assert distance(likeness, other) <= len(wrong)
    assert bands(likeness) & bands_to_search(other)


@given(LIKENESSES, LIKENESSES)
def test_the_distance_is_the_same_from_either_side(one, other):
    assert distance(one, other) == distance(other, one)
    assert distance(one, one) == 0


def noisy(level: int, noise: int, seed: int) -> Image.Image:
    dice = random.Random(seed)
    pixels = bytes(max(0, min(255, level + dice.randint(-noise, noise))) for _ in range(320 * 240))
    return Image.frombytes("L", (320, 240), pixels)


def test_the_dark_of_a_pocket_and_a_plain_wall_are_like_nothing(likeness_in):
    black, white = Image.new("RGB", (320, 240)), Image.new("RGB", (320, 240), "white")
    wall = Image.linear_gradient("L").resize((320, 240)).point(lambda level: 150 + level // 10)

    assert [likeness_in(plain) for plain in (black, white, noisy(6, 6, 1), wall)] == [None] * 4


def test_a_picture_all_of_one_colour_is_known_by_its_colour_alone(likeness_in):
    grey = likeness_in(Image.new("RGB", (640, 320), (137, 137, 137)))

    assert found(grey, likeness_in(Image.new("RGB", (320, 160), (137, 137, 137)), quality=60))
    assert found(grey, likeness_in(Image.new("RGB", (640, 320), (139, 135, 138))))
    assert not found(grey, likeness_in(Image.new("RGB", (640, 320), (147, 137, 137))))
    assert not found(grey, likeness_in(scene(1)))


LEVELS = st.integers(25, 230)


@given(st.tuples(LEVELS, LEVELS, LEVELS), st.tuples(*[st.integers(-9, 9)] * 3))
def test_colours_match_surely_within_two_levels_and_never_beyond_seven(colour, change):
    near = tuple(level + by for level, by in zip(colour, change, strict=True))
    one, other = (likeness_of(bytes([130]) * 1024, each) for each in (colour, near))

    if max(map(abs, change)) <= 2:
        assert found(one, other)
    if max(map(abs, change)) > 7:
        assert distance(one, other) == BITS


@needs_samples
def test_each_camera_picture_is_found_again_and_no_two_match(likeness_in):
    first = {path.name: likeness_in(path) for path in SAMPLES}
    again = {}
    for path in SAMPLES:
        image = Image.open(path).convert("RGB")  # EXIF and with it the orientation is lost
        again[path.name] = [likeness_in(image, quality=60), likeness_in(half(image), quality=90)]

    assert all(found(first[name], each) for name in first for each in again[name])
    assert max(distance(first[name], each) for name in first for each in again[name]) <= FOUND_SURELY
    assert min(distance(first[one], first[other]) for one, other in combinations(first, 2)) >= 4 * THRESHOLD
