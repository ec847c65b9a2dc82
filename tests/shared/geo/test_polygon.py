"""Square metres beside PROJ's; and that a register's areas keep little in memory and can be sent between processes."""

import copy
import math
import pickle
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.geo.polygon import Area, Ring
from tests.shared.geo.measuring import GEOD, area_m2
from tests.shared.geo.test_edges import box, rings
from tests.shared.strategies import examples

few = settings(examples, max_examples=20)


@few
@given(st.floats(-75, 75), st.sampled_from([50.0, 900.0, 20_000.0, 300_000.0]), st.data())
def test_square_metres(lat: float, size: float, data: st.DataObject) -> None:
    """Edges straight in degrees, from sand pits to provinces; in either direction and from any corner."""
    ring = data.draw(rings((lat, 106.0), size / 3, size))
    said = Area(((ring,),)).area_m2()
    assert said == pytest.approx(area_m2(ring), rel=1e-5, abs=0.01)
    turned = (*ring[2:], *ring[1:3])
    for other in (tuple(reversed(ring)), turned):
        assert Area(((other,),)).area_m2() == pytest.approx(said, rel=1e-9, abs=1e-3)


@few
@given(st.floats(8, 23), st.data())
def test_edges_straight_on_the_ground_make_little_difference(lat: float, data: st.DataObject) -> None:
    """An arc of length d and geodesic curvature k leaves its geodesic by an area of k d³ / 12. Of a line straight in
    degrees k is at most 1.09 tan(latitude) / radius of the earth: at 23° N an edge of 10 km leaves 0.6 ha at most."""
    ring = data.draw(rings((lat, 106.0), 5_000.0, 6_000.0))
    on_ground = abs(float(GEOD.polygon_area_perimeter([p[1] for p in ring], [p[0] for p in ring])[0]))
    edges = [GEOD.inv(a[1], a[0], b[1], b[0])[2] for a, b in pairwise(ring)]
    left = sum(1.09 * math.tan(math.radians(max(p[0] for p in ring))) / 6_371_000 * d**3 / 12 for d in edges)
    assert Area(((ring,),)).area_m2() == pytest.approx(on_ground, rel=1e-6, abs=left)


def test_holes_are_taken_off_and_polygons_added_up() -> None:
    outer, hole, other = box(20, 106, 20.1, 106.1), box(20.02, 106.02, 20.03, 106.05), box(21, 107, 21.02, 107.01)
    area = Area(((outer, hole), (other,)))
    assert area.area_m2() == pytest.approx(area_m2(outer) - area_m2(hole) + area_m2(other), rel=1e-9)
    assert Area(((outer, tuple(reversed(hole))), (other,))).area_m2() == pytest.approx(area.area_m2(), rel=1e-12)


def test_a_whole_quarter_of_the_earth() -> None:
    """From the equator to the pole, 180° wide: the strips of latitude are cut fine enough."""
    quarter: Ring = ((0, 0), (0, 90), (0, 180), (90, 180), (90, 0), (0, 0))
    assert Area(((quarter,),)).area_m2() == pytest.approx(510_065_621_724_088.4 / 4, rel=1e-9)
    slanted: Ring = ((0, 0), (0, 60), (60, 0), (0, 0))
    assert Area(((slanted,),)).area_m2() == pytest.approx(area_m2(slanted, pieces=5000), rel=1e-6)


def test_nothing_has_no_area() -> None:
    for ring in (((20.0, 106.0),) * 4, ((20.0, 106.0), (20.1, 106.1), (20.0, 106.0)), box(20, 106, 20, 107)):
        assert Area(((ring,),)).area_m2() == pytest.approx(0, abs=1e-6)


def test_an_area_can_be_copied_and_sent_before_and_after_it_was_asked() -> None:
    area = Area(((box(20, 106, 20.1, 106.1),),))
    for _ in range(2):
        for other in (copy.deepcopy(area), pickle.loads(pickle.dumps(area))):  # noqa: S301 - our own bytes
            assert other == area
            assert other.bounds == area.bounds == (20, 106, 20.1, 106.1)
            assert other.distance_to_boundary_m(20.05, 106.05) == pytest.approx(5230, abs=5)
        area.distance_to_boundary_m(20.05, 106.05)


def test_a_ring_is_closed() -> None:
    ring = box(20, 106, 20.1, 106.1)
    assert all(a != b for a, b in pairwise(ring))
    for wrong in ((), ((),), ((ring,), ()), ((ring[:-1],),), (((ring[0],),),)):
        with pytest.raises(ValueError, match="ring"):
            Area(wrong)
