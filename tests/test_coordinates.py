"""Coordinates against published reference points; latitude first, in degrees.

Sources:
- AMap: its web service documentation, "coordinate/convert", example answers for coordsys=gps, and one more
  answer of that service noted in public code for a point in Shenzhen.
- Baidu: the example coordinate of its web service documentation, "geoconv/v1"; the answers for to=3 and to=5
  as noted in public code.
- Alibaba Cloud: address service documentation, TransferCoord, example answer. Only its GCJ-02 and BD-09 are
  used: its WGS-84 is the one-step estimate, 1.7 m beside the point that its own GCJ-02 comes from.
- Yiweihang: map service documentation, SE_SH, example answers, six digits.
- eviltransform: its test points in go/transform_test.go.
- gcoord: its test points in test/fixtures/china-cities.json, seven digits.
"""

import pytest
from geopy.distance import geodesic
from hypothesis import example, given
from hypothesis import strategies as st

from fieldapi.coordinates import SYSTEMS, distance_m, from_wgs84, to_wgs84

REFERENCE = [
    ("AMap, Beijing", (39.990475, 116.481499), "gcj02", (39.991754014757, 116.487585177952)),
    ("AMap, Beijing, 11 m on", (39.990375, 116.481499), "gcj02", (39.991653917101, 116.487585177952)),
    ("AMap, Shenzhen", (22.62, 114.07), "gcj02", (22.61731092, 114.07513075)),
    ("Baidu, Hubei", (29.575429778924, 114.21892734521), "gcj02", (29.57284912109375, 114.22430528428819)),
    ("Baidu, Hubei", (29.575429778924, 114.21892734521), "bd09", (29.57908428837437, 114.2307519546763)),
    ("Yiweihang, Beijing", (39.95094, 116.36657), "gcj02", (39.952320, 116.372789)),
    ("Yiweihang, Hebei", (38.95032, 115.21657), "gcj02", (38.951179, 115.222782)),
    ("eviltransform, Shanghai", (31.1774276, 121.5272106), "gcj02", (31.17530398364597, 121.531541859215)),
    ("eviltransform, Shenzhen", (22.543847, 113.912316), "gcj02", (22.540796131694766, 113.9171764808363)),
    ("eviltransform, Beijing", (39.911954, 116.377817), "gcj02", (39.91334545536069, 116.38404722455657)),
    ("gcoord, Zhumadian", (33.0133556, 114.0164322), "gcj02", (33.0115324, 114.022306)),
    ("gcoord, Zhumadian", (33.0133556, 114.0164322), "bd09", (33.0176697, 114.0287781)),
    ("gcoord, Nagqu", (31.4784436, 92.0499619), "gcj02", (31.4762063, 92.0512438)),
    ("gcoord, Nagqu", (31.4784436, 92.0499619), "bd09", (31.4824421, 92.0576832)),
    ("gcoord, Changji", (44.0098727, 87.3051259), "gcj02", (44.0111892, 87.308234)),
    ("gcoord, Changji", (44.0098727, 87.3051259), "bd09", (44.0169423, 87.3148362)),
    ("gcoord, Haikou", (20.046109, 110.1939936), "gcj02", (20.0440074, 110.1983008)),
    ("gcoord, Haikou", (20.046109, 110.1939936), "bd09", (20.049869, 110.2048302)),
    ("gcoord, Shenyang", (41.8032629, 123.4253306), "gcj02", (41.8057023, 123.4314787)),
    ("gcoord, Shenyang", (41.8032629, 123.4253306), "bd09", (41.8114013, 123.438095)),
    ("gcoord, Xichang", (27.8850446, 102.2658401), "gcj02", (27.8816151, 102.2673386)),
    ("gcoord, Xichang", (27.8850446, 102.2658401), "bd09", (27.8876621, 102.2738428)),
]
EACH_REFERENCE = pytest.mark.parametrize(
    ("wgs84", "system", "shifted"),
    [row[1:] for row in REFERENCE],
    ids=[f"{name} {system}" for name, _, system, _ in REFERENCE],
)

in_china = st.tuples(st.floats(3.4, 53.6), st.floats(73.4, 135.1))
shifting = st.sampled_from(["gcj02", "bd09"])


@EACH_REFERENCE
def test_a_published_point_comes_back_to_wgs84_within_a_metre(wgs84, system, shifted):
    assert geodesic(to_wgs84(*shifted, system), wgs84).m < 1


@EACH_REFERENCE
def test_a_published_point_is_shifted_within_a_metre(wgs84, system, shifted):
    assert geodesic(from_wgs84(*wgs84, system), shifted).m < 1


def test_a_gcj02_point_of_alibaba_and_its_bd09_point_are_the_same_place():
    from_gcj02 = to_wgs84(30.279164, 120.026268, "gcj02")
    from_bd09 = to_wgs84(30.285238, 120.032768, "bd09")

    assert geodesic(from_gcj02, from_bd09).m < 0.1


def test_amap_is_met_within_a_hand():
    assert geodesic(to_wgs84(39.991754014757, 116.487585177952, "gcj02"), (39.990475, 116.481499)).m < 0.05


@given(point=in_china, system=shifting)
def test_shifting_a_point_in_china_and_back_leaves_it_within_a_millimetre(point, system):
    assert geodesic(to_wgs84(*from_wgs84(*point, system), system), point).m < 0.001


@given(point=in_china, system=shifting)
def test_taking_a_map_point_to_wgs84_and_back_leaves_it_within_a_millimetre(point, system):
    assert geodesic(from_wgs84(*to_wgs84(*point, system), system), point).m < 0.001


@given(point=in_china, system=shifting)
def test_a_map_point_read_as_wgs84_would_be_wrong_by_tens_of_metres(point, system):
    assert 10 < geodesic(from_wgs84(*point, system), point).m < 2500


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "point",
    [
        (48.8566, 2.3522),
        (-33.8688, 151.2093),
        (0.8292, 105.0),
        (55.8272, 105.0),
        (35.0, 72.003),
        (35.0, 137.835),
    ],
)
def test_outside_china_the_three_systems_are_the_same(point, system):
    assert to_wgs84(*point, system) == point
    assert from_wgs84(*point, system) == point


def test_wgs84_is_left_as_it_is():
    assert to_wgs84(28.6, 103.95, "wgs84") == (28.6, 103.95)
    assert from_wgs84(28.6, 103.95, "wgs84") == (28.6, 103.95)


@pytest.mark.parametrize("convert", [to_wgs84, from_wgs84])
@pytest.mark.parametrize("system", ["", "WGS84", "cgcs2000"])
def test_an_unknown_system_is_refused_by_name(convert, system):
    with pytest.raises(ValueError, match=f"unknown coordinate system '{system}'"):
        convert(28.6, 103.95, system)


@given(
    a=st.tuples(st.floats(-88, 88), st.floats(-180, 180)),
    north=st.floats(-1.5, 1.5),
    east=st.floats(-1.5, 1.5),
    scale=st.sampled_from([1, 0.1, 0.01, 0.001]),
)
@example(a=(28.6, 103.95), north=0.0, east=1.4, scale=1)
@example(a=(89.9, 103.95), north=0.1, east=0.1, scale=1)
def test_a_short_distance_is_the_geodesic_within_a_centimetre(a, north, east, scale):
    b = (a[0] + north * scale, a[1] + east * scale)

    assert distance_m(a, b) == pytest.approx(geodesic(a, b).m, abs=0.01)


@given(
    a=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    b=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
)
def test_any_distance_is_the_geodesic_within_a_centimetre_from_either_end(a, b):
    assert distance_m(a, b) == pytest.approx(geodesic(a, b).m, abs=0.01)
    assert distance_m(b, a) == pytest.approx(distance_m(a, b), abs=0.01)


def test_a_point_is_no_way_from_itself():
    assert distance_m((28.6, 103.95), (28.6, 103.95)) == 0
