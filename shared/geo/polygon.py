"""Areas on the ground: inside or not, how many metres to the boundary, how many square metres.

An edge is straight in degrees of latitude and longitude (RFC 7946, section 3.1.1), here everywhere: inside, distance
and area speak of the same boundary. Edges straight on the ground or in a VN-2000 plane bulge from it: at latitude 21°
an edge of 1 km by 1 cm, of 5 km by 20 cm, of 20 km by 3 m, of 50 km by 19 m (length² × tan φ / 8 R, running east; less
in other directions). Whoever makes an area from corners far apart puts corners between them. An area across the
antimeridian comes in two polygons, cut there (RFC 7946, section 3.1.9).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.geo.edges import E2, A, Boundary, Bounds, Point, Ring, bounds, crosses

__all__ = [
    "LEAST_RADIUS_M",
    "Area",
    "Bounds",
    "Point",
    "Ring",
    "axis_distance_m",
    "bounds",
    "least_axis_m",
    "metres_to_bounds",
]

_E = math.sqrt(E2)
# The least radius of curvature there is, that of the meridian at the equator: no path changes its latitude faster.
LEAST_RADIUS_M = A * (1 - E2)
_HALF_DEGREE = math.pi / 360
_NOWHERE = (math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons with holes: `polygons[i][0]` is an outer ring, the others are its holes.

    The boundary is that of all polygons together: where they share an edge or overlap, what lies between is inside.
    ValueError when there is no ring, or one that does not end where it began.
    """

    polygons: tuple[tuple[Ring, ...], ...]
    bounds: Bounds = field(init=False, repr=False, compare=False)
    # Made when first needed: most areas of a register are never asked.
    _boundary: Boundary | None = field(init=False, repr=False, compare=False, default=None)
    # The place asked last and its metres: who finds an area in an index asks it for its verdict next.
    _last: tuple[float, float, float] = field(init=False, repr=False, compare=False, default=_NOWHERE)

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
            return 180 < abs(lon) < math.inf and self.contains(lat, math.remainder(lon, 360))
        for polygon in self.polygons:
            inside = False
            for ring in polygon:
                inside ^= crosses(ring, lat, lon)
            if inside:
                return True
        return False

    def distance_to_boundary_m(self, lat: float, lon: float) -> float:
        """Metres from the point to the nearest boundary point, ≥ 0 inside and outside alike; along the ellipsoid.

        Within 50 km good to a few millimetres. Farther away never too small and, as far as Vietnam is long, at most
        1e-4 too large. ValueError for what is no place.
        """
        last_lat, last_lon, metres = self._last
        if lat == last_lat and lon == last_lon:
            return metres
        if not (-90 <= lat <= 90 and math.isfinite(lon)):
            raise ValueError(f"{lat}, {lon} is no place on Earth")
        boundary = self._boundary
        if boundary is None:
            boundary = Boundary(self.polygons)
            object.__setattr__(self, "_boundary", boundary)
        turned = lon if -180 <= lon <= 180 else math.remainder(lon, 360)
        _, west, _, east = self.bounds
        metres = boundary.metres_to(lat, turned)
        # Across the antimeridian the shorter way counts.
        if turned > west + 180:
            metres = min(metres, boundary.metres_to(lat, turned - 360))
        if turned < east - 180:
            metres = min(metres, boundary.metres_to(lat, turned + 360))
        object.__setattr__(self, "_last", (lat, lon, metres))
        return metres

    def area_m2(self) -> float:
        """Square metres on the ellipsoid: outer rings less their holes. Where polygons overlap counts twice.

        Exact for edges straight in degrees; one of 10 km that is straight on the ground makes a difference of at most
        0.6 ha at 23° N, and it falls with the cube of the length.
        """
        return math.fsum(
            abs(_ring_area_m2(ring)) * (1 if place == 0 else -1)
            for polygon in self.polygons
            for place, ring in enumerate(polygon)
        )


def _ring(raw: object) -> Ring:
    if not isinstance(raw, list) or len(raw) < 4:
        raise ValueError("a ring needs at least four positions")
    ring = tuple(_position(position) for position in raw)
    if ring[0] != ring[-1]:
        raise ValueError("a ring must end where it began")
    if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in ring):
        raise ValueError("a position lies outside the Earth's degrees")
    return ring


def _position(raw: object) -> Point:
    if not isinstance(raw, list) or len(raw) < 2 or not all(type(number) in (int, float) for number in raw[:2]):
        raise ValueError("a position is [lon, lat]")
    try:
        return float(raw[1]), float(raw[0])
    except OverflowError as error:  # JSON's integers may have any number of digits
        raise ValueError("a position lies outside the Earth's degrees") from error


def _from_equator_m2(lat: float) -> float:
    """Square metres between the equator and a latitude, for each radian of longitude (Snyder 1987, equation 3-12)."""
    sine = math.sin(math.radians(lat))
    return A**2 * (1 - E2) / 2 * (sine / (1 - E2 * sine * sine) + math.atanh(_E * sine) / _E)


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
    return A * math.cos(phi) / math.sqrt(1 - E2 * math.sin(phi) ** 2)


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
    chord = 2 * math.sqrt(LEAST_RADIUS_M * LEAST_RADIUS_M * high * high + axis_m * box_axis_m * wide * wide)
    return max(0.0, chord - 1e-6)
