"""Metres to the boundary beside PROJ's geodesics, near and far, at every latitude; and which edges are boundary."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, unary_union

from shared.geo import edges
from shared.geo.polygon import Area, Point, Ring, axis_distance_m, least_axis_m, metres_to_bounds
from tests.shared.geo.measuring import GEOD, distance_m, geodesic_m, moved
from tests.shared.strategies import examples

CENTRE = (20.645, 106.045)
few = settings(examples, max_examples=15)


def ring_of(*corners: Point) -> Ring:
    return (*corners, corners[0])


def box(south: float, west: float, north: float, east: float) -> Ring:
    return ring_of((south, west), (south, east), (north, east), (north, west))


@st.composite
def rings(draw: st.DrawFn, origin: Point, low: float, high: float) -> Ring:
    """Corners in the order of their bearing, `low` to `high` metres from the origin."""
    corners = draw(st.integers(3, 8))
    turn = draw(st.floats(0, 360))
    found: list[Point] = []
    for corner in range(corners):
        lon, lat, _ = GEOD.fwd(origin[1], origin[0], turn + 360 * corner / corners, draw(st.floats(low, high)))
        found.append((lat, lon))
    return ring_of(*found)


def away(draw: st.DrawFn, origin: Point, most: float) -> Point:
    lon, lat, _ = GEOD.fwd(origin[1], origin[0], draw(st.floats(0, 360)), draw(st.floats(0, most)))
    return lat, lon


@st.composite
def cases(draw: st.DrawFn, lat: float, high: float, most: float) -> tuple[Area, Point]:
    """An area around a place of that latitude, with a hole and a second polygon; a place up to `most` metres off."""
    origin = (lat + draw(st.floats(-0.5, 0.5)), 106.0)
    second = moved(origin, 3 * high, -high)
    area = Area(
        (
            (draw(rings(origin, high / 2, high)), draw(rings(origin, high / 20, high / 6))),
            (draw(rings(second, high / 9, high)),),
        )
    )
    return area, away(draw, origin, most)


def beside(area: Area, here: Point) -> tuple[float, float]:
    return area.distance_to_boundary_m(*here), distance_m(list(area.rings()), *here)


@pytest.mark.parametrize("lat", [0.0, 9.0, 16.0, 23.0, -35.0, 44.4, 60.0])
@few
@given(data=st.data())
def test_within_five_kilometres_it_is_good_to_a_millimetre(lat: float, data: st.DataObject) -> None:
    said, true = beside(*data.draw(cases(lat, 600, 5000)))
    assert said == pytest.approx(true, abs=0.001)


@pytest.mark.parametrize("lat", [9.0, 16.0, 23.0])
@few
@given(data=st.data())
def test_within_fifty_kilometres_it_is_good_to_five(lat: float, data: st.DataObject) -> None:
    said, true = beside(*data.draw(cases(lat, 6000, 50_000)))
    assume(true < 50_000)
    assert said == pytest.approx(true, abs=0.005)


@few
@given(data=st.data())
def test_farther_away_it_is_never_too_small_and_good_to_a_ten_thousandth(data: st.DataObject) -> None:
    said, true = beside(*data.draw(cases(data.draw(st.floats(9, 23)), 5000, 1_600_000)))
    assert true - 0.01 <= said <= true * (1 + 1e-4) + 0.005


@few
@given(st.floats(0, 360), st.floats(12_000, 300_000), st.floats(0, 1), st.floats(-30_000, 30_000))
def test_long_edges(bearing: float, length: float, part: float, aside: float) -> None:
    """Of 12 to 300 km, in every direction: they rise more than a plane may."""
    lon, lat, _ = GEOD.fwd(106, 16, bearing, length)
    corner = moved((16.0, 106.0), -length / 2, length / 3)
    area = Area(((ring_of((16.0, 106.0), (lat, lon), corner),),))
    on_it = (16 + part * (lat - 16), 106 + part * (lon - 106))
    lon, lat, _ = GEOD.fwd(on_it[1], on_it[0], bearing + 90, aside)
    said, true = beside(area, (lat, lon))
    assert said == pytest.approx(true, abs=0.005)


@pytest.mark.parametrize("away_m", [30.0, 900.0, 4_900.0, 5_100.0, 30_000.0])
def test_beside_an_edge_as_long_as_the_country(away_m: float) -> None:
    a, b = (8.5, 104.7), (23.3, 107.2)
    bearing = GEOD.inv(a[1], a[0], b[1], b[0])[0]
    area = Area(((ring_of(a, b, (8.5, 103.0)),),))
    for part in (0.02, 0.3, 0.5, 0.9, 0.98):
        for turn in (90, -90):
            lon, lat, _ = GEOD.fwd(a[1] + part * 2.5, a[0] + part * 14.8, bearing + turn, away_m)
            said, true = beside(area, (lat, lon))
            assert said == pytest.approx(true, abs=0.001)


def test_the_nearest_point_of_a_meridian_is_not_at_the_same_latitude() -> None:
    """40 km to the east of one at 20.5° it is 45 m farther north; 3 cm would be lost."""
    said, true = beside(Area(((ring_of((19.9, 106.0), (21.1, 106.0), (20.5, 105.5)),),)), (20.5, 106.38))
    assert geodesic_m((20.5, 106.38), (20.5, 106.0)) - true > 0.02
    assert said == pytest.approx(true, abs=0.001)


@pytest.mark.parametrize("lat", [46.0, 60.0, 75.0, -85.0, 89.0])
def test_far_from_the_equator(lat: float) -> None:
    chance = random.Random(lat)
    for _ in range(30):
        corners = sorted((chance.uniform(0, 360), chance.uniform(300, 3000)) for _ in range(5))
        ring = ring_of(*(GEOD.fwd(106, lat, bearing, metres)[1::-1] for bearing, metres in corners))
        here = GEOD.fwd(106, lat, chance.uniform(0, 360), chance.uniform(0, 5000))[1::-1]
        said, true = beside(Area(((ring,),)), here)
        assert said == pytest.approx(true, abs=0.002)


@pytest.mark.parametrize("shift", [-0.25, -0.101, -0.05, -1e-6, 1e-6, 0.02, 0.099, 0.3])
@pytest.mark.parametrize("up", [-0.2, 0.04, 0.0999, 0.13])
@pytest.mark.parametrize("lat", [-60.0, 0.0, 17.0])
def test_across_the_antimeridian_the_shorter_way_counts(lat: float, up: float, shift: float) -> None:
    """An area that is cut at 180°, and the half of it that begins there, beside the same area elsewhere."""
    lon = math.remainder(180 + shift, 360)
    here, there = (lat + up, lon), (lat + up, 10 + shift)
    east, west = (box(lat, -180.0, lat + 0.1, -179.9),), (box(lat, 179.9, lat + 0.1, 180.0),)
    for cut, whole in (
        (Area((west, east)), Area(((box(lat, 9.9, lat + 0.1, 10.1),),))),
        (Area((east,)), Area(((box(lat, 10.0, lat + 0.1, 10.1),),))),
        (Area((west,)), Area(((box(lat, 9.9, lat + 0.1, 10.0),),))),
    ):
        metres = cut.distance_to_boundary_m(*here)
        if whole.contains(*there):
            # The cut is boundary: nobody may be told that the two halves are one.
            assert metres <= whole.distance_to_boundary_m(*there) + 0.001
        else:
            assert metres == pytest.approx(whole.distance_to_boundary_m(*there), abs=0.001)
        assert cut.distance_to_boundary_m(lat + up, lon + 360) == pytest.approx(metres, abs=1e-6)
        for turn in (-360, 0, 360):
            assert cut.contains(here[0], lon + turn) == whole.contains(*there)


@few
@given(data=st.data())
def test_the_frame_may_be_moved(data: st.DataObject) -> None:
    """Distance is symmetric under translation: the Earth turns below it, and mirrors at the equator."""
    area, here = data.draw(cases(16.0, 600, 20_000))
    lon = data.draw(st.floats(-70, 70))

    def changed(up: float) -> Area:
        return Area(
            tuple(
                tuple(tuple((up * lat, east + lon) for lat, east in ring) for ring in polygon)
                for polygon in area.polygons
            )
        )

    metres = area.distance_to_boundary_m(*here)
    assert changed(1).distance_to_boundary_m(here[0], here[1] + lon) == pytest.approx(metres, abs=1e-4)
    assert changed(-1).distance_to_boundary_m(-here[0], here[1] + lon) == pytest.approx(metres, abs=1e-4)


@examples
@given(data=st.data())
def test_inside_flips_exactly_at_the_boundary(data: st.DataObject) -> None:
    """Between a place inside and one outside there is a boundary, and it is where the answer changes."""
    area, _ = data.draw(cases(20.6, 600, 10))
    one, other = (away(data.draw, CENTRE, 4000) for _ in range(2))
    if not area.contains(*one):
        one = area.polygons[0][0][0]  # a corner, seen from slightly within
        one = (one[0] + (20.6 - one[0]) * 1e-4, one[1] + (106.0 - one[1]) * 1e-4)
    assume(area.contains(*one) and not area.contains(*other))
    low, high = 0.0, 1.0

    def at(part: float) -> Point:
        return one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])

    while high - low > 1e-12:
        middle = (low + high) / 2
        if area.contains(*at(middle)):
            low = middle
        else:
            high = middle
    assert area.distance_to_boundary_m(*at(low)) < 1e-5
    assert area.distance_to_boundary_m(*at(high)) < 1e-5


@examples
@given(data=st.data(), side=st.sampled_from([-1, 1]))
def test_a_millimetre_from_an_edge_the_two_sides_differ(data: st.DataObject, side: int) -> None:
    ring = data.draw(rings(CENTRE, 200, 900))
    a, b = data.draw(st.sampled_from(list(pairwise(ring))))
    part = data.draw(st.floats(0.1, 0.9))
    on_it = (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
    bearing = GEOD.inv(a[1], a[0], b[1], b[0])[0]
    area = Area(((ring,),))
    there = [GEOD.fwd(on_it[1], on_it[0], bearing + turn, 0.001)[1::-1] for turn in (90, -90)]
    assume(geodesic_m(a, b) > 1)
    assert area.contains(*there[0]) != area.contains(*there[1])
    for place in there:
        assert area.distance_to_boundary_m(*place) == pytest.approx(0.001, abs=1e-5)


@examples
@given(data=st.data())
def test_the_bounds_never_say_more_than_the_boundary(data: st.DataObject) -> None:
    area, here = data.draw(cases(data.draw(st.floats(-74, 74)), 600, data.draw(st.sampled_from([3e3, 1e5, 9e6]))))
    least = metres_to_bounds(area.bounds, least_axis_m(area.bounds), *here, axis_distance_m(here[0]))
    assert least <= area.distance_to_boundary_m(*here)


def test_the_place_asked_last_is_not_taken_for_another() -> None:
    area = Area(((box(20.64, 106.04, 20.65, 106.05),),))
    fresh = Area(area.polygons)
    first, second = (20.645, 106.045), (20.645, 106.047)
    said = [area.distance_to_boundary_m(*place) for place in (first, second, second, first)]
    assert said[0] == said[3] == fresh.distance_to_boundary_m(*first)
    assert said[1] == said[2] == pytest.approx(geodesic_m(second, (20.645, 106.05)), abs=0.001)
    for wrong in ((math.nan, 106.0), (91.0, 106.0), (20.0, math.inf)):
        with pytest.raises(ValueError, match="no place on Earth"):
            area.distance_to_boundary_m(*wrong)
    assert area.distance_to_boundary_m(*first) == said[0]
    assert area == fresh
    assert hash(area) == hash(fresh)


# --- polygons that touch

SIDE = 0.01  # degrees: 1.1 km up, 1.04 km right


def parts(*polygons: Ring) -> Area:
    return Area(tuple((ring,) for ring in polygons))


def at(up: float, right: float) -> Point:
    """From the south-western corner of the first square, in its sides."""
    return 20.0 + up * SIDE, 106.0 + right * SIDE


def square(up: float, right: float, height: float = 1, width: float = 1) -> Ring:
    return box(*at(up, right), *at(up + height, right + width))


@pytest.mark.parametrize(
    ("area", "place", "to"),
    [
        pytest.param(parts(square(0, 0), square(0, 1)), at(0.5, 1), at(0, 1), id="a shared side"),
        pytest.param(parts(square(0, 0), square(0, 1)), at(0.2, 1), at(0, 1), id="a shared side, near its end"),
        pytest.param(parts(square(0, 0), square(0.5, 1)), at(0.6, 1), at(0.5, 1), id="half a side is shared"),
        pytest.param(parts(square(0, 0), square(0.5, 1)), at(0.4, 1), at(0.4, 1), id="the other half is boundary"),
        pytest.param(parts(square(0, 0), square(0.25, 1, 0.5)), at(0.5, 1), at(0.25, 1), id="within a longer side"),
        pytest.param(parts(square(0, 0), square(0, 0.5)), at(0.5, 0.75), at(0, 0.75), id="overlap"),
        pytest.param(parts(square(0, 0), square(0.4, 0.4, 0.2, 0.2)), at(0.5, 0.5), at(0.5, 0), id="one in the other"),
        *(
            pytest.param(parts(one, other), at(0.95, 0.55), at(1, 0.5), id="the corner of a notch")
            for one in (square(0, 0), square(0, 0)[::-1])
            for other in (square(0.5, 0.5), square(0.5, 0.5)[::-1])
        ),
        pytest.param(parts(square(0, 0), square(0, 0)), at(0.5, 0.3), at(0.5, 0), id="the same twice"),
        pytest.param(
            parts(square(0, 0), square(0, 1), square(1, 0), square(1, 1)), at(1, 1), at(1, 0), id="four at one corner"
        ),
        pytest.param(parts(square(0, 0), square(1, 1)), at(1, 1), at(1, 1), id="two at one corner only"),
        pytest.param(
            parts(square(0, 0), square(0, 1 + 5e-6)), at(0.5, 1), at(0, 1), id="half a centimetre is no gap (survey)"
        ),
        pytest.param(parts(square(0, 0), square(0, 1 + 2e-4)), at(0.5, 1), at(0.5, 1), id="twenty centimetres are one"),
        pytest.param(
            Area(((square(0, 0, 3, 3), square(1, 1)), (square(1, 1),))), at(1.5, 1), at(1.5, 0), id="a hole filled up"
        ),
        pytest.param(
            Area(((square(0, 0, 3, 3), square(1, 1)), (square(1, 1, 0.5),))),
            at(1.5, 1.5),
            at(1.5, 1.5),
            id="a hole half filled up",
        ),
    ],
)
def test_the_boundary_is_that_of_all_polygons_together(area: Area, place: Point, to: Point) -> None:
    if to == at(0.5, 0.0):
        expected = min(geodesic_m(place, to), geodesic_m(place, (at(0, 0)[0], place[1])))
    else:
        expected = geodesic_m(place, to)
    assert area.distance_to_boundary_m(*place) == pytest.approx(expected, abs=0.03)


@settings(examples, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=6
    ),
    st.floats(-1, 11),
    st.floats(-1, 11),
)
def test_parts_are_as_their_union(squares: list[tuple[int, int, int, int]], up: float, right: float) -> None:
    """Rectangles on a grid share sides and parts of sides, overlap, touch and leave holes. Beside shapely's union."""
    area = parts(*(square(*numbers) for numbers in squares))
    union = unary_union([Polygon(polygon[0]) for polygon in area.polygons])
    whole = union if isinstance(union, MultiPolygon) else MultiPolygon([union])
    rings = [tuple(ring.coords) for polygon in whole.geoms for ring in (polygon.exterior, *polygon.interiors)]
    here = at(up, right)
    assert area.distance_to_boundary_m(*here) == pytest.approx(distance_m(rings, *here), abs=0.005)


@settings(examples, max_examples=40)
@given(data=st.data())
def test_parts_of_any_shape_are_as_their_union(data: st.DataObject) -> None:
    area = parts(
        *(data.draw(rings(moved(CENTRE, *data.draw(st.tuples(*[st.floats(-500, 500)] * 2))), 300, 900)) for _ in "123")
    )
    shapes = [Polygon(polygon[0]) for polygon in area.polygons]
    assume(all(shape.is_valid for shape in shapes))
    union = unary_union(shapes)
    whole = union if isinstance(union, MultiPolygon) else MultiPolygon([union])
    boundary = [tuple(ring.coords) for polygon in whole.geoms for ring in (polygon.exterior, *polygon.interiors)]
    here = away(data.draw, CENTRE, 2500)
    # Where edges meet at a narrow angle, what is a gap of less than 4 cm may be closed.
    assert area.distance_to_boundary_m(*here) == pytest.approx(distance_m(boundary, *here), abs=0.05)


@pytest.mark.parametrize("most", [1, 20])  # of pairs of polygons, of pairs of edges
def test_beyond_what_is_compared_every_edge_is_boundary(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Nearer to a boundary than it is: the rule then cannot tell, and does not say what is wrong."""
    monkeypatch.setattr(edges, "MOST_PAIRS", most)
    area = parts(square(0, 0), square(0, 1), square(0, 2))
    assert area.distance_to_boundary_m(*at(0.5, 1)) == pytest.approx(0, abs=0.001)


@pytest.mark.parametrize(
    "ring",
    [
        (CENTRE, CENTRE),
        (CENTRE, CENTRE, CENTRE, CENTRE),
        (CENTRE, at(0, 0), CENTRE),
        (at(0, 0), at(0, 0), at(0, 1), at(0, 1), at(1, 1), at(1, 1), at(0, 0)),
        (at(0, 0), at(0, 1), at(0, 0.5), at(0, 2), at(0, 0)),
        (at(0, 0), (at(0, 0)[0], at(0, 0)[1] + 1e-14), at(0, 0)),
        ((0.0, 0.0), (1e-170, 0.0), (0.0, 1e-170), (0.0, 0.0)),
        (at(0, 0), at(1, 1), at(0, 1), at(1, 0), at(0, 0)),
    ],
)
@few
@given(st.floats(-2, 2), st.floats(-2, 2), st.booleans())
def test_degenerate_rings(ring: Ring, up: float, right: float, on_corner: bool) -> None:
    area = Area(((ring,),))
    here = ring[0] if on_corner else at(up, right)
    said, true = beside(area, here)
    assert said == pytest.approx(true, abs=0.001, rel=1e-4)
