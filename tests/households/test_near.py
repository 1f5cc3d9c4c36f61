"""The rough box never cuts the circle it stands for."""

from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapi.coordinates import distance_m
from households.near import Box, boxes_around

RADIUS = 6_371_000


def on_circle(lat, lon, metres, bearing):
    """The point `metres` away on a sphere."""
    angle, north = metres / RADIUS, radians(lat)
    there = asin(sin(north) * cos(angle) + cos(north) * sin(angle) * cos(bearing))
    turn = atan2(sin(bearing) * sin(angle) * cos(north), cos(angle) - sin(north) * sin(there))
    return degrees(there), (lon + degrees(turn) + 540) % 360 - 180


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    radius=st.floats(1, 20_000),
    share=st.floats(0, 1),
    bearing=st.floats(0, 6.283),
)
def test_every_point_within_the_radius_lies_in_a_box(lat, lon, radius, share, bearing):
    there = on_circle(lat, lon, radius * share, bearing)
    if distance_m((lat, lon), there) > radius:
        return

    boxes = boxes_around((lat, lon), radius)

    assert any(box.south <= there[0] <= box.north and box.west <= there[1] <= box.east for box in boxes)


def test_a_box_is_little_larger_than_its_circle():
    (box,) = boxes_around((28.6, 103.95), 1000)

    assert distance_m((28.6, box.west), (28.6, box.east)) == pytest.approx(2000, abs=20)
    assert distance_m((box.south, 103.95), (box.north, 103.95)) == pytest.approx(2000, abs=20)


def test_at_a_pole_every_longitude_is_near():
    assert boxes_around((89.9999, 10), 1000) == [Box(pytest.approx(89.99, abs=0.001), 90, -180, 180)]
