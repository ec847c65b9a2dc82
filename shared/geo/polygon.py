"""Areas on the ground: inside or not, how many metres to the boundary, how many square metres.

An edge is straight in degrees of latitude and longitude (RFC 7946, section 3.1.1), here everywhere: inside, distance
and area speak of the same boundary. Edges straight on the ground or in a VN-2000 plane bulge from it: at latitude 21° an
edge of 1 km by 1 cm, of 5 km by 20 cm, of 20 km by 3 m, of 50 km by 19 m (length² × tan φ / 8 R, running east; less in
other directions). Whoever makes an area from corners far apart puts corners between them.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from geopy.distance import geodesic

Point = tuple[float, float]  # (lat, lon) in degrees WGS84
Ring = tuple[Point, ...]  # closed: first == last
Bounds = tuple[float, float, float, float]  # (south, west, north, east) in degrees
_A = 6_378_137.0  # WGS84
_E2 = 0.00669437999014
_E = math.sqrt(_E2)
# The least radius of curvature there is, that of the meridian at the equator: no path changes its latitude faster.
_LEAST_RADIUS_M = _A * (1 - _E2)
_HALF_DEGREE = math.pi / 360
# Up to here a chord through the ground is turned into the metres above it by the first term of a series.
_CHORD_M = 50_000.0
_MEAN_RADIUS_M = 6_365_000.0


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons with holes: `polygons[i][0]` is an outer ring, the others are its holes.

    ValueError when there is no ring, or one that does not end where it began.
    """

    polygons: tuple[tuple[Ring, ...], ...]
    bounds: Bounds = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rings = list(self.rings())
        if not rings or not all(self.polygons):
            raise ValueError("an area needs at least one polygon, a polygon at least its outer ring")
        if any(len(ring) < 2 or ring[0] != ring[-1] for ring in rings):
            raise ValueError("a ring must end where it began")
        object.__setattr__(self, "bounds", bounds(rings))

    @classmethod
    def from_geojson(cls, geometry: dict[str, object]) -> "Area":
        """A GeoJSON Polygon or MultiPolygon (RFC 7946: lon before lat). ValueError names what is wrong."""
        kind, coordinates = geometry.get("type"), geometry.get("coordinates")
        if kind == "Polygon":
            coordinates = [coordinates]
        elif kind != "MultiPolygon":
            raise ValueError(f"Polygon or MultiPolygon expected, not {kind!r}")
        if not isinstance(coordinates, list) or not coordinates:
            raise ValueError("an area needs at least one polygon")
        if not all(isinstance(polygon, list) and polygon for polygon in coordinates):
            raise ValueError("a polygon needs at least its outer ring")
        return cls(tuple(tuple(_ring(ring) for ring in polygon) for polygon in coordinates))

    def rings(self) -> Iterator[Ring]:
        for polygon in self.polygons:
            yield from polygon

    def contains(self, lat: float, lon: float) -> bool:
        """Even-odd over the rings of each polygon, so a hole is outside and where two polygons overlap is inside; a
        point on the boundary may fall either way."""
        south, west, north, east = self.bounds
        if not (south <= lat <= north and west <= lon <= east):
            return False
        for polygon in self.polygons:
            inside = False
            for ring in polygon:
                inside ^= _crosses(ring, lat, lon)
            if inside:
                return True
        return False

    def distance_to_boundary_m(self, lat: float, lon: float) -> float:
        """Metres from the point to the nearest boundary point, ≥ 0 inside and outside alike; along the ellipsoid.

        Within 50 km good to a few millimetres. Farther away never too small and, as far as Vietnam is long, at most
        1e-4 too large. ValueError for what is no place.
        """
        if not (-90 <= lat <= 90 and math.isfinite(lon)):
            raise ValueError(f"{lat}, {lon} is no place on Earth")
        lon = math.remainder(lon, 360)
        _, west, _, east = self.bounds
        # Across the antimeridian the shorter way counts.
        lons = [lon, *(lon + turn for turn in (-360, 360) if west - 180 < lon + turn < east + 180)]
        return min(distance for lon in lons for distance in _distances(self.rings(), lat, lon))

    def at_least_m(self, lat: float, lon: float) -> float:
        """Metres that `distance_to_boundary_m` is not below, cheaply from the bounds alone; 0 within them."""
        return metres_to_bounds(self.bounds, least_axis_m(self.bounds), lat, lon, axis_distance_m(lat))

    def area_m2(self) -> float:
        """Square metres on the ellipsoid: outer rings less their holes. Where polygons overlap counts twice.

        Exact for edges straight in degrees; ground-straight edges of 10 km make a difference of less than 1e-4.
        """
        return math.fsum(
            abs(_ring_area_m2(ring)) * (1 if place == 0 else -1)
            for polygon in self.polygons
            for place, ring in enumerate(polygon)
        )


def _ring(raw: object) -> Ring:
    if not isinstance(raw, list) or len(raw) < 4:
        raise ValueError("a ring needs at least four positions")
    try:
        ring = tuple((float(position[1]), float(position[0])) for position in raw)
    except (TypeError, IndexError, KeyError) as error:
        raise ValueError("a position is [lon, lat]") from error
    if ring[0] != ring[-1]:
        raise ValueError("a ring must end where it began")
    if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in ring):
        raise ValueError("a position lies outside the Earth's degrees")
    return ring


def _crosses(ring: Sequence[Point], lat: float, lon: float) -> bool:
    inside = False
    lat_a, lon_a = ring[0]
    for lat_b, lon_b in ring:
        if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) * (lon_b - lon_a) / (lat_b - lat_a):
            inside = not inside
        lat_a, lon_a = lat_b, lon_b
    return inside


def _shrink(lat: float) -> float:
    """A degree of longitude over one of latitude: N cos φ / M."""
    phi = math.radians(lat)
    return math.cos(phi) * (1 - _E2 * math.sin(phi) ** 2) / (1 - _E2)


def _distances(rings: Iterable[Ring], lat: float, lon: float) -> Iterator[float]:
    """Metres to every edge that could be the nearest one.

    All edges are compared on the plane tangent at the point first. Its error grows with the square of the distance, so
    every edge within that error of the nearest one is then measured properly.
    """
    shrink = _shrink(lat)
    found: list[tuple[float, Point, Point]] = []
    nearest = math.inf
    for ring in rings:
        a = ring[0]
        ay, ax = a[0] - lat, (a[1] - lon) * shrink
        for b in ring[1:]:
            by, bx = b[0] - lat, (b[1] - lon) * shrink
            dx, dy = bx - ax, by - ay
            along = -(ax * dx + ay * dy)
            length = dx * dx + dy * dy
            if along <= 0 or length == 0:
                square = ax * ax + ay * ay
            elif along >= length:
                square = bx * bx + by * by
            else:
                across = ax * dy - ay * dx
                square = across * across / length
            if square < nearest:
                nearest = square
            found.append((square, a, b))
            a, ay, ax = b, by, bx
    # Longitude's degree at the nearest point differs from the one here by at most tan φ × the way there (radians).
    way = math.radians(math.sqrt(nearest))
    margin = nearest * (1 + 3 * way * (1 + abs(math.tan(math.radians(lat))))) + 1e-18
    here = _from_centre(lat, lon)
    return (_metres(here, lat, lon, a, b) for square, a, b in found if square <= margin)


def _metres(here: tuple[float, float, float], lat: float, lon: float, a: Point, b: Point) -> float:
    """Metres to the nearest point of an edge, sought where a degree has its length midway between here and there."""
    there = a
    near = lat
    for _ in range(2):
        shrink = _shrink((lat + near) / 2)
        ay, ax = a[0] - lat, (a[1] - lon) * shrink
        dy, dx = b[0] - a[0], (b[1] - a[1]) * shrink
        length = dx * dx + dy * dy
        along = 0.0 if length == 0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / length))
        there = (a[0] + along * dy, a[1] + along * (b[1] - a[1]))
        if abs(there[0] - near) < 0.01:
            break
        near = there[0]
    chord = math.dist(here, _from_centre(*there))
    if chord > _CHORD_M:
        return float(geodesic((lat, lon), there).meters)
    return chord + chord**3 / (24 * _MEAN_RADIUS_M**2)


def _from_centre(lat: float, lon: float) -> tuple[float, float, float]:
    phi, lam = math.radians(lat), math.radians(lon)
    nu = _A / math.sqrt(1 - _E2 * math.sin(phi) ** 2)
    from_axis = nu * math.cos(phi)
    return from_axis * math.cos(lam), from_axis * math.sin(lam), nu * (1 - _E2) * math.sin(phi)


def _from_equator_m2(lat: float) -> float:
    """Square metres between the equator and a latitude, for each radian of longitude (Snyder 1987, equation 3-12)."""
    sine = math.sin(math.radians(lat))
    return _A**2 * (1 - _E2) / 2 * (sine / (1 - _E2 * sine * sine) + math.atanh(_E * sine) / _E)


def _ring_area_m2(ring: Ring) -> float:
    """Signed. The strip under each edge, counted from the first corner's latitude so that few digits are lost.

    Simpson's rule on pieces of at most a degree of latitude.
    """
    base = _from_equator_m2(ring[0][0])
    strips = []
    for (lat_a, lon_a), (lat_b, lon_b) in zip(ring, ring[1:], strict=False):
        pieces = max(1, math.ceil(abs(lat_b - lat_a)))
        for piece in range(pieces):
            low = lat_a + (lat_b - lat_a) * piece / pieces
            high = lat_a + (lat_b - lat_a) * (piece + 1) / pieces
            mean = (_from_equator_m2(low) + 4 * _from_equator_m2((low + high) / 2) + _from_equator_m2(high)) / 6
            strips.append((mean - base) * math.radians(lon_b - lon_a) / pieces)
    return math.fsum(strips)


def axis_distance_m(lat: float) -> float:
    """Metres from the Earth's axis: the radius of the parallel."""
    phi = math.radians(lat)
    return _A * math.cos(phi) / math.sqrt(1 - _E2 * math.sin(phi) ** 2)


def least_axis_m(box: Bounds) -> float:
    """Metres from the Earth's axis of the bounds' parallel that is farthest from the equator."""
    return axis_distance_m(max(-box[0], box[2]))


def metres_to_bounds(box: Bounds, box_axis_m: float, lat: float, lon: float, axis_m: float) -> float:
    """Metres that no point within the bounds is nearer than; 0 within them. The short way round the Earth counts.

    `box_axis_m`: `least_axis_m(box)`; `axis_m`: `axis_distance_m(lat)`. The chord to a point has two parts at right
    angles: one in the meridian's plane, not below the same angle's chord of a circle with the least radius of
    curvature, and one between two parallels. A micrometre less, for what rounding does.
    """
    south, west, north, east = box
    up = south - lat if lat < south else lat - north if lat > north else 0.0
    if west <= lon <= east:
        if up == 0.0:
            return 0.0
        round_ = 0.0
    else:
        round_ = min((west - lon) % 360, (lon - east) % 360, 180.0)
    high, wide = math.sin(up * _HALF_DEGREE), math.sin(round_ * _HALF_DEGREE)
    chord = 2 * math.sqrt(_LEAST_RADIUS_M * _LEAST_RADIUS_M * high * high + axis_m * box_axis_m * wide * wide)
    return max(0.0, chord - 1e-6)


def bounds(rings: Iterable[Ring]) -> Bounds:
    """(south, west, north, east) in degrees."""
    points = [point for ring in rings for point in ring]
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    return min(lats), min(lons), max(lats), max(lons)
