"""Metres and square metres by another way than the code's: PROJ's geodesics to many points of the boundary."""

from itertools import pairwise

from pyproj import Geod

from shared.geo.polygon import Point, Ring

GEOD = Geod(ellps="WGS84")


def geodesic_m(here: Point, there: Point) -> float:
    return float(GEOD.inv(here[1], here[0], there[1], there[0])[2])


def moved(origin: Point, north_m: float, east_m: float) -> Point:
    """Along the meridian, then at right angles to it."""
    lon, lat, _ = GEOD.fwd(origin[1], origin[0], 0, north_m)
    lon, lat, _ = GEOD.fwd(lon, lat, 90, east_m)
    return lat, lon


def distance_m(rings: list[Ring], lat: float, lon: float, *, best: int = 4) -> float:
    """To the nearest point of edges that are straight in degrees: each is cut into pieces, and the pieces around the
    nearest cut of the `best` nearest edges are cut again, down to a millionth of an edge."""
    found = []
    for ring in rings:
        for a, b in pairwise(ring):
            found.append((*_nearest_cut(a, b, 0.0, 1.0, lat, lon), a, b))
    found.sort(key=lambda one: one[0])
    least = found[0][0]
    for _, middle, a, b in found[:best]:
        wide = 1.0
        while wide > 1e-6:
            wide /= 20
            metres, middle = _nearest_cut(a, b, max(0.0, middle - wide), min(1.0, middle + wide), lat, lon)
            least = min(least, metres)
    return least


def _nearest_cut(a: Point, b: Point, begin: float, end: float, lat: float, lon: float) -> tuple[float, float]:
    """(metres, part of the edge) of the nearest of 41 points between two parts of an edge."""
    parts = [begin + (end - begin) * i / 40 for i in range(41)]
    lats = [a[0] + part * (b[0] - a[0]) for part in parts]
    lons = [a[1] + part * (b[1] - a[1]) for part in parts]
    metres = GEOD.inv([lon] * 41, [lat] * 41, lons, lats)[2]
    return min(zip(metres, parts, strict=True))


def area_m2(ring: Ring, *, pieces: int = 200) -> float:
    """Of a ring whose edges are straight in degrees, not on the ground: each is cut into `pieces`."""
    lats, lons = [], []
    for a, b in pairwise(ring):
        for i in range(pieces):
            lats.append(a[0] + (b[0] - a[0]) * i / pieces)
            lons.append(a[1] + (b[1] - a[1]) * i / pieces)
    return abs(float(GEOD.polygon_area_perimeter(lons, lats)[0]))
