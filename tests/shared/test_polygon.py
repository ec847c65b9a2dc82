"""Areas: inside by an independent count of turns, metres by walking the boundary with geopy."""

import math
from itertools import pairwise
from typing import Any

import pytest
from geopy.distance import geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.geo.polygon import Area, Point, Ring, bounds
from tests.shared.strategies import examples

CENTRE = (20.645, 106.045)


def metres_away(north: float, east: float, origin: Point = CENTRE) -> Point:
    """Good to a few millimetres per kilometre, which is all the tests here lean on."""
    lat, lon = origin
    return lat + north / 110_700, lon + east / (111_320 * math.cos(math.radians(lat)))


@st.composite
def star_rings(draw: st.DrawFn, low: float = 40, high: float = 400, corners: int = 9) -> Ring:
    """A ring around the centre that never crosses itself: corners in the order of their bearing."""
    count = draw(st.integers(3, corners))
    radii = draw(st.lists(st.floats(low, high), min_size=count, max_size=count))
    turn = draw(st.floats(0, 2 * math.pi))
    ring = [
        metres_away(r * math.cos(turn + 2 * math.pi * i / count), r * math.sin(turn + 2 * math.pi * i / count))
        for i, r in enumerate(radii)
    ]
    return (*ring, ring[0])


points = st.builds(metres_away, st.floats(-700, 700), st.floats(-700, 700))


def turns(ring: Ring, lat: float, lon: float) -> int:
    """How often the ring goes round the point, by adding up angles (not by counting crossings, as the code does)."""
    total = 0.0
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise(ring):
        a = math.atan2(lat_a - lat, lon_a - lon)
        b = math.atan2(lat_b - lat, lon_b - lon)
        total += (b - a + math.pi) % (2 * math.pi) - math.pi
    return abs(round(total / (2 * math.pi)))


def walked(area: Area, lat: float, lon: float, step_m: float) -> float:
    """Metres to the nearest of many boundary points at most `step_m` apart."""
    best = math.inf
    for ring in area.rings():
        for (lat_a, lon_a), (lat_b, lon_b) in pairwise(ring):
            steps = max(1, math.ceil(geodesic((lat_a, lon_a), (lat_b, lon_b)).meters / step_m))
            for i in range(steps + 1):
                along = i / steps
                there = (lat_a + along * (lat_b - lat_a), lon_a + along * (lon_b - lon_a))
                best = min(best, geodesic((lat, lon), there).meters)
    return best


@examples
@given(star_rings(), star_rings(5, 30), points)
def test_inside_agrees_with_counting_turns(outer: Ring, hole: Ring, point: Point) -> None:
    """The rings may cross (a chord of the outer one can pass the centre closely): then even-odd is what both follow."""
    area = Area(((outer, hole),))
    if area.distance_to_boundary_m(*point) > 0.01:
        assert area.contains(*point) == ((turns(outer, *point) + turns(hole, *point)) % 2 == 1)


@settings(examples, max_examples=12)
@given(star_rings(), points)
def test_metres_agree_with_a_walk_along_the_boundary(ring: Ring, point: Point) -> None:
    area = Area(((ring,),))
    step = 25.0
    said, found = area.distance_to_boundary_m(*point), walked(area, *point, step)
    assert said >= 0
    # The nearest point lies at most half a step from one that was walked on.
    assert said - 0.01 <= found <= math.hypot(said, step / 2) + 0.01


@examples
@given(star_rings(), st.integers(0, 1000), st.floats(0, 1))
def test_a_boundary_point_is_no_metres_from_the_boundary(ring: Ring, edge: int, along: float) -> None:
    (lat_a, lon_a), (lat_b, lon_b) = list(pairwise(ring))[edge % (len(ring) - 1)]
    on_it = (lat_a + along * (lat_b - lat_a), lon_a + along * (lon_b - lon_a))
    assert Area(((ring,),)).distance_to_boundary_m(*on_it) < 0.001


@examples
@given(star_rings(), points, points)
def test_metres_never_jump(ring: Ring, here: Point, there: Point) -> None:
    """Two places cannot differ more in their distance to the boundary than they are apart."""
    area = Area(((ring,),))
    apart = geodesic(here, there).meters
    assert abs(area.distance_to_boundary_m(*here) - area.distance_to_boundary_m(*there)) <= apart + 0.05


@examples
@given(star_rings(), points, st.integers(1, 8))
def test_neither_direction_nor_first_corner_matters(ring: Ring, point: Point, shift: int) -> None:
    corners = ring[:-1]
    shift %= len(corners)
    moved = corners[shift:] + corners[:shift]
    backwards = tuple(reversed((*moved, moved[0])))
    one, other = Area(((ring,),)), Area(((backwards,),))
    assert one.distance_to_boundary_m(*point) == pytest.approx(other.distance_to_boundary_m(*point), abs=0.001)
    if one.distance_to_boundary_m(*point) > 0.01:
        assert one.contains(*point) == other.contains(*point)


def square(south: float, west: float, size: float = 0.01) -> list[list[float]]:
    north, east = south + size, west + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_lon_comes_before_lat_in_geojson() -> None:
    area = Area.from_geojson({"type": "Polygon", "coordinates": [square(20.64, 106.04)]})
    assert area.contains(20.645, 106.045)
    assert not area.contains(20.655, 106.045)


def test_the_nearer_of_two_corners_is_found_although_degrees_differ_in_length() -> None:
    """1,000 m north and 1,004 m east: on a sphere the corner in the east would seem the nearer one."""
    north, east, far = metres_away(1000, 0), metres_away(0, 1004), metres_away(3000, 3000)
    spike = Area((((north, far, east, far, north),),))
    assert spike.distance_to_boundary_m(*CENTRE) == pytest.approx(geodesic(CENTRE, north).meters, abs=0.001)


def test_a_hole_is_outside_and_its_edge_is_boundary() -> None:
    area = Area.from_geojson(
        {"type": "Polygon", "coordinates": [square(20.64, 106.04), square(20.644, 106.044, 0.002)]}
    )
    assert not area.contains(20.645, 106.045)
    assert area.contains(20.642, 106.042)
    assert area.distance_to_boundary_m(20.645, 106.045) < 120


def test_where_two_polygons_overlap_is_inside() -> None:
    area = Area.from_geojson(
        {"type": "MultiPolygon", "coordinates": [[square(20.64, 106.04)], [square(20.64, 106.045)]]}
    )
    assert [area.contains(20.645, lon) for lon in (106.042, 106.047, 106.052, 106.06)] == [True, True, True, False]


def test_an_edge_of_no_length_is_no_trouble() -> None:
    ring = square(20.64, 106.04)
    area = Area.from_geojson({"type": "Polygon", "coordinates": [[ring[0], *ring]]})
    assert area.contains(20.645, 106.045)
    assert area.distance_to_boundary_m(20.64, 106.04) == 0


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point", "coordinates": [106.0, 20.6]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": None},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": [None]},
        {"type": "MultiPolygon", "coordinates": {"0": []}},
        {"type": "Polygon", "coordinates": [[[106.0, 20.6], [106.1, 20.6], [106.0, 20.6]]]},
        {"type": "Polygon", "coordinates": [[[106.0, 20.6], [106.1, 20.6], [106.1, 20.7], [106.0, 20.7]]]},
        {"type": "Polygon", "coordinates": [[[20.6, 106.0], [20.6, 106.1], [20.7, 106.1], [20.6, 106.0]]]},
        {"type": "Polygon", "coordinates": [[[106.0], [106.1, 20.6], [106.1, 20.7], [106.0]]]},
        {"type": "Polygon", "coordinates": [[None, None, None, None]]},
        {"type": "Polygon", "coordinates": [[[math.nan, 20.6], [106.1, 20.6], [106.1, 20.7], [math.nan, 20.6]]]},
        {"type": "Polygon", "coordinates": [[["106 độ", 20.6], [106.1, 20.6], [106.1, 20.7], ["106 độ", 20.6]]]},
        {"type": "Polygon", "coordinates": [5]},
        {"type": "Polygon", "coordinates": [["12", "34", "56", "12"]]},
        {"type": "Polygon", "coordinates": [[["106", "20"], ["107", "20"], ["107", "21"], ["106", "20"]]]},
        {"type": "Polygon", "coordinates": [[[True, 20.6], [106.1, 20.6], [106.1, 20.7], [True, 20.6]]]},
        {"type": "Polygon", "coordinates": [[[10**400, 20], [106.1, 20.6], [106.1, 20.7], [10**400, 20]]]},
    ],
)
def test_what_is_no_area_is_a_value_error(geometry: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - one of several sentences
        Area.from_geojson(geometry)


def test_bounds() -> None:
    area = Area.from_geojson({"type": "MultiPolygon", "coordinates": [[square(20.64, 106.04)], [square(20.7, 106.0)]]})
    assert bounds(area.rings()) == pytest.approx((20.64, 106.0, 20.71, 106.05))
