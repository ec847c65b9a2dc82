"""The index beside asking every area."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.geo import index as index_module
from shared.geo.edges import Boundary
from shared.geo.index import AreaIndex
from shared.geo.polygon import Area, Point, Ring
from tests.shared.strategies import examples

many = settings(examples, max_examples=60)


def box(south: float, west: float, north: float, east: float) -> Area:
    ring: Ring = ((south, west), (south, east), (north, east), (north, west), (south, west))
    return Area(((ring,),))


def wedge(south: float, west: float, size: float) -> Area:
    """Its bounds are twice as large as it."""
    ring: Ring = ((south, west), (south + size, west + size), (south, west + size), (south, west))
    return Area(((ring,),))


def metres_to(area: Area, place: Point) -> float:
    return 0.0 if area.contains(*place) else area.distance_to_boundary_m(*place)


def every(areas: list[Area], place: Point) -> list[tuple[int, float]]:
    """(place in the list, metres), nearest first, and first given first."""
    found = [(metres_to(area, place), key) for key, area in enumerate(areas)]
    return [(key, metres) for metres, key in sorted(found)]


@st.composite
def registers(draw: st.DrawFn) -> list[Area]:
    """Up to 40 areas of all sizes in a province, over half the Earth, at the antimeridian, on top of each other."""
    where = draw(
        st.sampled_from(
            [(20.0, 105.5, 1.0, 1.0), (-80.0, -175.0, 160.0, 350.0), (10.0, 179.0, 2.0, 1.0), (20, 106, 0, 0)]
        )
    )
    south, west, high, wide = where
    lats, lons = st.floats(south, south + high), st.floats(west, west + wide)
    sizes = st.sampled_from([0.0, 1e-9, 0.003, 0.02, 0.4, 6.0])
    found = []
    for lat, lon, size, half in draw(st.lists(st.tuples(lats, lons, sizes, st.booleans()), max_size=40)):
        size = min(size, 90 - lat, 180 - lon)
        found.append(wedge(lat, lon, size) if half else box(lat, lon, lat + size, lon + size))
    return found


@st.composite
def places(draw: st.DrawFn, areas: list[Area]) -> Point:
    """Near one of the areas, on a corner of it, or anywhere."""
    anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
    if not areas or draw(st.integers(0, 4)) == 0:
        return draw(anywhere)
    lat, lon = draw(st.sampled_from(areas)).polygons[0][0][0]
    off = draw(st.sampled_from([0.0, 1e-6, 0.005, 0.3]))
    lat += draw(st.floats(-off, off))
    return max(-90.0, min(90.0, lat)), math.remainder(lon + draw(st.floats(-off, off)), 360)


@many
@given(data=st.data())
def test_it_says_what_asking_every_area_says(data: st.DataObject) -> None:
    areas = data.draw(registers())
    index = AreaIndex(enumerate(areas))
    assert len(index) == len(areas)
    for _ in range(4):
        place = data.draw(places(areas))
        expected = every(areas, place)
        assert index.containing(*place) == [key for key, area in enumerate(areas) if area.contains(*place)]
        assert index.nearest(*place) == expected[:1]
        limit = data.draw(st.integers(2, 45))
        assert index.nearest(*place, limit) == expected[:limit]
        metres = data.draw(st.sampled_from([0.0, 10.0, 5e3, 3e5, math.inf]))
        assert index.within_m(*place, metres) == [(key, far) for key, far in expected if far <= metres]


@settings(examples, max_examples=5)
@given(st.integers(0, 2**32), st.booleans())
def test_a_register_of_one_province(seed: int, far_off: bool) -> None:
    """500 licences; with one whose coordinates were mistyped, on the other side of the Earth."""
    chance = random.Random(seed)
    areas = [
        wedge(chance.uniform(20.3, 21.3), chance.uniform(105.6, 106.7), chance.uniform(0.001, 0.02)) for _ in range(500)
    ]
    if far_off:
        areas.append(wedge(-20.0, -74.0, 0.01))
    index = AreaIndex(enumerate(areas))
    for _ in range(6):
        place = chance.uniform(20.2, 21.4), chance.uniform(105.5, 106.8)
        assert index.nearest(*place) == every(areas, place)[:1]
        assert index.containing(*place) == [key for key, area in enumerate(areas) if area.contains(*place)]


def test_few_areas_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 500, close to 1 for the nearest; none for those that hold the place."""
    measured = []
    honest = Boundary.metres_to

    def counted(self: Boundary, lat: float, lon: float) -> float:
        measured.append((lat, lon))
        return honest(self, lat, lon)

    monkeypatch.setattr(Boundary, "metres_to", counted)
    chance = random.Random(7)
    areas = [wedge(chance.uniform(20.3, 21.3), chance.uniform(105.6, 106.7), 0.01) for _ in range(500)]
    areas.append(wedge(-20.0, -74.0, 0.01))
    index = AreaIndex(enumerate(areas))
    here = [(chance.uniform(20.3, 21.3), chance.uniform(105.6, 106.7)) for _ in range(100)]
    for place in here:
        index.containing(*place)
    assert measured == []
    for place in here:
        index.nearest(*place)
    assert len(measured) < 150
    closest = [len(index._grid.close_to(*place)) for place in here]  # what is looked at by bounds alone
    assert sum(closest) < 12 * len(here)


def test_areas_over_many_cells_and_beyond_the_grid() -> None:
    """A province among sand pits; one that ends at the antimeridian; one over a pole."""
    pits = [box(20 + i / 50, 106, 20.002 + i / 50, 106.002) for i in range(40)]
    large = [box(15, 100, 24, 112), box(10, 175, 11, 180), box(80, -170, 90, 170)]
    areas = [*pits, *large]
    index = AreaIndex(enumerate(areas))
    assert len(index._grid._beside) == 3
    for place in [(20.001, 106.001), (20.01, 106.01), (10.5, -179.9), (10.5, 179.9), (89, 5), (-89, 5), (14.9, 106)]:
        assert index.containing(*place) == [key for key, area in enumerate(areas) if area.contains(*place)]
        assert index.nearest(*place) == every(areas, place)[:1]
    assert index.containing(20.001, 106.001) == [0, 40]
    assert index.nearest(10.5, -179.9)[0] == (41, pytest.approx(10_947, abs=1))


def test_a_key_may_come_with_several_areas_and_longitudes_may_run_on() -> None:
    index = AreaIndex(
        [("a", box(20, 106, 21, 107)), ("b", box(20.5, 106.5, 22, 108)), ("a", box(20.4, 106.4, 20.6, 106.6))]
    )
    assert index.containing(20.55, 106.55) == ["a", "b", "a"]
    assert index.containing(20.55, 106.55 + 360) == ["a", "b", "a"]
    assert index.nearest(20.55, 106.55 - 360, 2) == [("a", 0.0), ("b", 0.0)]


def test_none_at_all() -> None:
    index: AreaIndex[str] = AreaIndex([])
    assert len(index) == 0
    assert (index.containing(20, 106), index.nearest(20, 106), index.within_m(20, 106, 1e6)) == ([], [], [])


@pytest.mark.parametrize(
    "place", [(91.0, 106.0), (-90.1, 106.0), (math.nan, 106.0), (20.0, math.nan), (20.0, math.inf)]
)
def test_no_place_on_earth(place: Point) -> None:
    index = AreaIndex([("a", box(20, 106, 21, 107))])
    for ask in (index.containing, index.nearest, lambda lat, lon: index.within_m(lat, lon, 5.0)):
        with pytest.raises(ValueError, match="no place on Earth"):
            ask(*place)


def test_no_distance_and_no_number() -> None:
    index = AreaIndex([("a", box(20, 106, 21, 107))])
    for metres in (-1.0, math.nan):
        with pytest.raises(ValueError, match="no distance"):
            index.within_m(20, 106, metres)
    with pytest.raises(ValueError, match="no number of areas"):
        index.nearest(20, 106, 0)


def test_a_grid_of_any_size_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """How far areas lie apart is a guess that decides speed only."""
    chance = random.Random(3)
    areas = [wedge(chance.uniform(20, 21), chance.uniform(105, 106), chance.uniform(0, 0.05)) for _ in range(60)]
    here = [(chance.uniform(19.5, 21.5), chance.uniform(104.5, 106.5)) for _ in range(40)]
    expected = [every(areas, place)[:1] for place in here]
    for apart in (100.0, 3_000.0, 50_000.0):
        monkeypatch.setattr(index_module, "_apart_m", lambda groups, apart=apart: apart)
        index = AreaIndex(enumerate(areas))
        assert [index.nearest(*place) for place in here] == expected
