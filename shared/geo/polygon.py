"""Areas on the ground: inside or not, and how many metres to the boundary."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from geopy.distance import geodesic

Point = tuple[float, float]  # (lat, lon) in degrees WGS84
Ring = tuple[Point, ...]  # closed: first == last
_E2 = 0.00669437999014  # WGS84, first eccentricity squared


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons with holes: `polygons[i][0]` is an outer ring, the others are its holes."""

    polygons: tuple[tuple[Ring, ...], ...]

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
        return any(sum(_crosses(ring, lat, lon) for ring in polygon) % 2 == 1 for polygon in self.polygons)

    def distance_to_boundary_m(self, lat: float, lon: float) -> float:
        """Metres from the point to the nearest boundary point, ≥ 0 inside and outside alike.

        The nearest point is sought on a plane tangent at the point, where a licence's few kilometres are straight to
        well below a centimetre; the distance to it is then geodesic (geopy, WGS84).
        """
        nearest = min(
            (
                _nearest_on_segment(lat, lon, a, b)
                for ring in self.rings()
                for a, b in zip(ring, ring[1:], strict=False)
            ),
            key=lambda found: found[0],
        )
        return float(geodesic((lat, lon), nearest[1]).meters)


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
    for (lat_a, lon_a), (lat_b, lon_b) in zip(ring, ring[1:], strict=False):
        if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) * (lon_b - lon_a) / (lat_b - lat_a):
            inside = not inside
    return inside


def _nearest_on_segment(lat: float, lon: float, a: Point, b: Point) -> tuple[float, Point]:
    """(squared degrees of latitude, nearest point) on the plane tangent at (lat, lon)."""
    phi = math.radians(lat)
    # A degree of longitude over one of latitude: N cos φ / M. On a sphere it were cos φ; the ellipsoid's half a percent
    # would choose the wrong one of two corners nearly as far.
    shrink = math.cos(phi) * (1 - _E2 * math.sin(phi) ** 2) / (1 - _E2)
    ax, ay = (a[1] - lon) * shrink, a[0] - lat
    dx, dy = (b[1] - a[1]) * shrink, b[0] - a[0]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / length))
    x, y = ax + along * dx, ay + along * dy
    return x * x + y * y, (a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1]))


def bounds(rings: Iterable[Ring]) -> tuple[float, float, float, float]:
    """(south, west, north, east) in degrees."""
    points = [point for ring in rings for point in ring]
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    return min(lats), min(lons), max(lats), max(lons)
