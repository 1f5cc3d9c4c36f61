"""Whether two pictures are nearly the same: re-encoded, scaled or turned on the way, but one photograph.

A likeness is one number below 2**61. For an ordinary picture, 60 bits are the signs of the lowest frequencies
of its brightness (a cosine transform of 32 x 32 cells). A picture all of one colour has no such frequencies:
bit 60 is set, and the rest is its colour. In between, and in the dark of a pocket, nothing is comparable.

Measured on fifteen camera pictures, re-encoded down to quality 10, halved by any filter, turned, or without their
colour profile: at most 4 bits from themselves, and all found; at least 20 from each other, in any turn.
"""

import math
from functools import cache
from operator import mul

THRESHOLD = 5  # bits: two pictures at most so far apart are nearly the same
FOUND_SURELY = 3  # bits: so few errors leave one of the four bands whole; 4 or 5 do in 91 % and 77 % of cases

CELLS, WAVES = 32, 8
PLACES = [(v, u) for v in range(WAVES) for u in range(WAVES) if 0 < u + v <= 12]  # closed under turning
EXCHANGED = [PLACES.index((u, v)) for v, u in PLACES]
BITS = len(PLACES)  # 60
NOTABLE = 2.0  # a frequency this strong (an eighth of a grey level) keeps its sign when re-encoded
ENOUGH = 40  # so many of the 60 must be notable

ONE_COLOUR = 1 << BITS
BANDS, BAND_BITS = 4, 15
BAND = (1 << BAND_BITS) - 1
COLOUR_STEP = 8  # levels of 256; the four bands hold the colour on grids a quarter of a step apart
PITCH_DARK, GLARING = 16, 239


def likeness_of(brightness: bytes, colour: tuple[int, int, int]) -> int | None:
    """The likeness of an upright picture (0.5 ms); None if it is too plain to compare.

    `brightness` are the mean levels of its 32 x 32 cells, row by row; `colour` is its mean red, green and blue.
    """
    waves = _waves(brightness)
    notable = sum(abs(wave) >= NOTABLE for wave in waves)
    if notable >= ENOUGH:
        return sum((wave > 0) << place for place, wave in enumerate(waves))
    return _likeness_of_colour(colour) if notable == 0 else None


def distance(one: int, other: int) -> int:
    """Bits between two likenesses, 0–60, the other one turned as fits best; nearly the same up to THRESHOLD.

    Pictures all of one colour are at 0 where it is the same (surely within 2 levels of 256, never beyond 7),
    and at 60 from everything else.
    """
    if (one | other) & ONE_COLOUR:
        return 0 if bands(one) & bands(other) else BITS
    return min((one ^ turned).bit_count() for turned in _turns(other))


def bands(likeness: int) -> set[str]:
    """Four texts such as `2:1f0a`, to be stored and indexed beside the likeness."""
    colour = (likeness & ONE_COLOUR) >> (BITS - BAND_BITS)  # a colour's bands are none of a picture's
    pieces = [likeness >> (at * BAND_BITS) & BAND for at in range(BANDS)]
    return {f"{at}:{colour | piece:04x}" for at, piece in enumerate(pieces)}


def bands_to_search(likeness: int) -> set[str]:
    """The stored bands, up to sixteen, of which a picture nearly the same has one.

    Whatever is within FOUND_SURELY bits, in any turn, is found so; ask `distance` about each likeness found.
    """
    return set().union(*map(bands, _turns(likeness)))


def _waves(brightness: bytes) -> list[float]:
    cosines = _cosines()
    across = [
        [sum(map(mul, wave, brightness[row : row + CELLS])) for wave in cosines]
        for row in range(0, CELLS * CELLS, CELLS)
    ]
    return [sum(wave * row[u] for wave, row in zip(cosines[v], across, strict=True)) for v, u in PLACES]


@cache
def _cosines() -> list[list[float]]:
    return [
        [
            math.sqrt((2 if wave else 1) / CELLS) * math.cos(math.pi * wave * (2 * cell + 1) / (2 * CELLS))
            for cell in range(CELLS)
        ]
        for wave in range(WAVES)
    ]


def _turns(likeness: int) -> list[int]:
    """The likenesses of the same picture turned by no, one, two and three quarters, with no picture at hand.

    A quarter turn exchanges a wave's directions and changes the sign of the odd ones.
    """
    if likeness & ONE_COLOUR:
        return [likeness]
    turns = [likeness]
    for _ in range(3):
        bits = [(turns[-1] >> place & 1) ^ (u & 1) for place, (_, u) in zip(EXCHANGED, PLACES, strict=True)]
        turns.append(sum(bit << place for place, bit in enumerate(bits)))
    return turns


def _likeness_of_colour(colour: tuple[int, int, int]) -> int | None:
    if not PITCH_DARK <= sum(colour) / 3 <= GLARING:
        return None
    likeness = ONE_COLOUR
    for at in range(BANDS):
        shift = at * COLOUR_STEP // BANDS
        for channel, level in enumerate(colour):
            cell = min(31, (level + shift) // COLOUR_STEP)
            likeness |= cell << (at * BAND_BITS + channel * 5)
    return likeness
