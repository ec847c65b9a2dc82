"""The edges of an area's boundary, and the metres from a place to the nearest of them.

An edge is straight in degrees of latitude and longitude, as everywhere in `shared.geo` (see `polygon`).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from shared.geo.ground import geodesic_m

Point = tuple[float, float]  # (lat, lon) in degrees WGS84
Ring = tuple[Point, ...]  # closed: first == last
Bounds = tuple[float, float, float, float]  # (south, west, north, east) in degrees
Polygon = tuple[Ring, ...]  # outer ring, holes
# From a corner (lat, lon) the way to the next one: degrees up and degrees of latitude right, `shrink` midway, by which
# the latter were made of degrees of longitude, and 1 / the square of the way's length (0 when it has none).
Edge = tuple[float, float, float, float, float, float]

A = 6_378_137.0  # WGS84
E2 = 0.00669437999014
_DEGREE = math.pi / 180
_DEGREE_M = 111_000.0  # roughly, of latitude
# Up to 5 km from edges that rise no more than 0.1°, and up to 45° from the equator, planes each as narrow as the edge's
# middle tell which edges could be nearest (tan φ × 0.095° is 0.2 % at worst; twice that in squares, for either of two
# edges). A plane as narrow as the ground midway then tells the metres to half a millimetre, in Vietnam to a fifth.
_NEAR_DEG = 0.045
_TALLEST_DEG = 0.1
_PLAIN_DEG = 45.0
_SLACK = 1.01
_NO_LENGTH = 1e-30  # the square of 10⁻¹⁰ m in degrees
# So near to the nearest point of an edge its metres are those of that point.
_AT_REST_M = 1e-4
# Up to here a chord through the ground is turned into the metres above it by the first term of a series.
_CHORD_M = 50_000.0
_MEAN_RADIUS_M = 6_365_000.0
# How far to each side of an edge one looks for the area beyond: parts that adjoin were surveyed to the centimetre.
_BESIDE_M = 0.02
# Cuts of an edge that are less than this apart are one.
_SHORTEST_PIECE_M = 0.001
# So many pairs of edges are compared at most to find out where the polygons of an area touch.
MOST_PAIRS = 1_000_000


def shrink(lat: float) -> float:
    """A degree of longitude over one of latitude: N cos φ / M."""
    phi = math.radians(lat)
    return math.cos(phi) * (1 - E2 * math.sin(phi) ** 2) / (1 - E2)


def bounds(rings: Iterable[Ring]) -> Bounds:
    """(south, west, north, east) in degrees."""
    points = [point for ring in rings for point in ring]
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    return min(lats), min(lons), max(lats), max(lons)


def crosses(ring: Sequence[Point], lat: float, lon: float) -> bool:
    """Whether a way eastwards from the place crosses the ring an odd number of times."""
    inside = False
    lat_a, lon_a = ring[0]
    for lat_b, lon_b in ring:
        if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) * (lon_b - lon_a) / (lat_b - lat_a):
            inside = not inside
        lat_a, lon_a = lat_b, lon_b
    return inside


# --- which edges are boundary


def boundary_edges(polygons: Sequence[Polygon]) -> Iterator[Edge]:
    """Every edge between the area and what is not; at least one.

    An edge is followed by the one that begins at its end, or by an edge of no length there. What has the area on both
    sides, because polygons share it or overlap there, is left out. (Beyond `MOST_PAIRS` nothing is left out: such a
    place is then said to be nearer to a boundary than it is.)
    """
    beside = _touching(polygons)
    for polygon, others in zip(polygons, beside, strict=True):
        for ring in polygon:
            for a, b in pairwise(ring):
                if others:
                    yield from _outer_pieces(a, b, polygon, others)
                else:
                    yield _edge(a, b)


def _edge(a: Point, b: Point) -> Edge:
    narrow = shrink((a[0] + b[0]) / 2)
    up, right = b[0] - a[0], (b[1] - a[1]) * narrow
    square = up * up + right * right
    return a[0], a[1], up, right, narrow, 1 / square if square > _NO_LENGTH else 0.0


def _touching(polygons: Sequence[Polygon]) -> list[list[Polygon]]:
    """For each polygon, the others whose bounds meet its own."""
    beside: list[list[Polygon]] = [[] for _ in polygons]
    if math.comb(len(polygons), 2) > MOST_PAIRS:
        return beside
    boxes = [_grown(bounds(polygon)) for polygon in polygons]
    sizes = [sum(map(len, polygon)) for polygon in polygons]
    pairs = 0
    for i, j in combinations(range(len(polygons)), 2):
        if _meet(boxes[i], boxes[j]):
            beside[i].append(polygons[j])
            beside[j].append(polygons[i])
            pairs += sizes[i] * sizes[j]
    return beside if pairs <= MOST_PAIRS else [[] for _ in polygons]


def _grown(box: Bounds) -> Bounds:
    south, west, north, east = box
    up = _BESIDE_M / _DEGREE_M
    right = up / max(math.cos(math.radians(max(-south, north))), 1e-3)
    return south - up, west - right, north + up, east + right


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _outer_pieces(a: Point, b: Point, own: Polygon, others: Sequence[Polygon]) -> Iterator[Edge]:
    """The pieces of an edge of `own` that do not have the area on both sides."""
    narrow = shrink((a[0] + b[0]) / 2)
    up, right = b[0] - a[0], (b[1] - a[1]) * narrow
    length_m = math.hypot(up, right) * _DEGREE_M
    if length_m < _SHORTEST_PIECE_M:
        yield _edge(a, b)
        yield _edge(b, b)
        return
    cuts = [0.0]
    for cut in sorted(_cuts(a, b, narrow, others)):
        if min(cut - cuts[-1], 1 - cut) * length_m > _SHORTEST_PIECE_M:
            cuts.append(cut)
    # To the left and to the right of the middle of each piece.
    aside = _BESIDE_M / length_m
    for begin, end in pairwise([*cuts, 1.0]):
        middle = (begin + end) / 2
        lat, lon = a[0] + middle * up, a[1] + middle * (b[1] - a[1])
        sides = [(lat + turn * right * aside, lon - turn * up * aside / narrow) for turn in (1, -1)]
        if not all(any(_holds(polygon, *side) for polygon in (own, *others)) for side in sides):
            first, last = (
                (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])) if 0 < part < 1 else b if part else a
                for part in (begin, end)
            )
            yield _edge(first, last)
            yield _edge(last, last)


def _holds(polygon: Polygon, lat: float, lon: float) -> bool:
    inside = False
    for ring in polygon:
        inside ^= crosses(ring, lat, lon)
    return inside


def _cuts(a: Point, b: Point, narrow: float, others: Sequence[Polygon]) -> Iterator[float]:
    """Where along an edge (0 to 1) another polygon may begin or end: its edges cross there, or a corner lies there."""
    box = _grown((min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])))
    up, right = b[0] - a[0], (b[1] - a[1]) * narrow
    length = up * up + right * right
    near = (_BESIDE_M / _DEGREE_M) ** 2
    for ring in (ring for polygon in others for ring in polygon):
        for c, d in pairwise(ring):
            if not _meet(box, (min(c[0], d[0]), min(c[1], d[1]), max(c[0], d[0]), max(c[1], d[1]))):
                continue
            y, x = c[0] - a[0], (c[1] - a[1]) * narrow
            across = y * right - x * up
            part = (y * up + x * right) / length
            if 0 < part < 1 and across * across <= near * length:
                yield part
            y_d, x_d = d[0] - a[0], (d[1] - a[1]) * narrow
            across_d = y_d * right - x_d * up
            if (across > 0) != (across_d > 0):
                along = across / (across - across_d)
                part += along * ((y_d * up + x_d * right) / length - part)
                if 0 < part < 1:
                    yield part


# --- metres


class Boundary:
    """The boundary of some polygons, made ready for many places."""

    __slots__ = ("_edges", "_plain")

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self._edges = tuple(boundary_edges(polygons))
        self._plain = all(abs(edge[2]) <= _TALLEST_DEG for edge in self._edges)

    def metres_to(self, lat: float, lon: float) -> float:
        """Metres to the nearest point of the boundary, which is sought the way the longitudes run, not round the Earth.

        Edges are compared on planes first, then each that could be the nearest one is measured. Where an edge's nearest
        point is its end it is left to the edge that begins there.
        """
        if not (self._plain and -_PLAIN_DEG < lat < _PLAIN_DEG):
            return self._far_metres_to(lat, lon)
        nearest = limit = math.inf
        found: list[tuple[float, float, Edge]] = []
        for edge in self._edges:
            a_lat, a_lon, up, right, narrow, per_square = edge
            y, x = lat - a_lat, (lon - a_lon) * narrow
            part = (y * up + x * right) * per_square
            if part <= 0:
                square = y * y + x * x
            elif part < 1:
                across = y * right - x * up
                square = across * across * per_square
            else:
                continue
            if square <= limit:
                found.append((square, part, edge))
                if square < nearest:
                    nearest, limit = square, square * _SLACK + 1e-18
        if nearest > _NEAR_DEG * _NEAR_DEG:
            return self._far_metres_to(lat, lon)
        least = math.inf
        for square, part, (a_lat, a_lon, up, right, narrow, _) in found:
            if square <= limit:
                part = max(part, 0.0)
                metres = _midway_m(lat, a_lat + part * up - lat, a_lon + part * right / narrow - lon)
                least = min(least, metres)
        return least

    def _far_metres_to(self, lat: float, lon: float) -> float:
        """At any distance: all on the plane tangent at the place, whose error is tan φ × the way there (radians)."""
        square_of_narrow = shrink(lat) ** 2
        found: list[tuple[float, float, Edge]] = []
        for edge in self._edges:
            a_lat, a_lon, up, right, narrow, _ = edge
            y, x, right = lat - a_lat, lon - a_lon, right / narrow
            along = y * up + x * right * square_of_narrow
            length = up * up + right * right * square_of_narrow
            part = 0.0 if along <= 0 else 1.0 if along >= length else along / length
            square = (y - part * up) ** 2 + (x - part * right) ** 2 * square_of_narrow
            found.append((square, part, edge))
        nearest = min(square for square, _, _ in found)
        way = math.radians(math.sqrt(nearest))
        margin = nearest * (1 + 3 * way * (1 + abs(math.tan(math.radians(lat))))) + 1e-18
        here = _from_centre(lat, lon)
        chord, there = min(_chord(here, part, edge) for square, part, edge in found if square <= margin)
        if chord > _CHORD_M:
            return geodesic_m((lat, lon), there)
        return chord + chord**3 / (24 * _MEAN_RADIUS_M**2)


def _midway_m(lat: float, up: float, right: float) -> float:
    """Metres to the point so many degrees up and right, at most `_NEAR_DEG` away."""
    phi = (lat + up / 2) * _DEGREE
    flat = 1 - E2 * math.sin(phi) ** 2
    return A * _DEGREE / math.sqrt(flat) * math.hypot(up * (1 - E2) / flat, right * math.cos(phi))


def _chord(here: tuple[float, float, float], part: float, edge: Edge) -> tuple[float, Point]:
    """Metres through the ground to the nearest point of an edge, and that point, by Gauss and Newton's method.

    `part`: where along the edge to begin (0 to 1). On a plane the first step would be the last; on the ground what is
    left shrinks with the way to the edge, over the Earth's radius.
    """
    a_lat, a_lon, up, right, narrow, _ = edge
    right /= narrow
    best = (math.inf, (a_lat, a_lon))
    for _ in range(12):
        there = (a_lat + part * up, a_lon + part * right)
        place = _from_centre(*there)
        best = min(best, (math.dist(here, place), there))
        phi, lam = math.radians(there[0]), math.radians(there[1])
        flat = 1 - E2 * math.sin(phi) ** 2
        north = math.radians(up) * A * (1 - E2) / (flat * math.sqrt(flat))
        east = math.radians(right) * A * math.cos(phi) / math.sqrt(flat)
        along = (
            -north * math.sin(phi) * math.cos(lam) - east * math.sin(lam),
            -north * math.sin(phi) * math.sin(lam) + east * math.cos(lam),
            north * math.cos(phi),
        )
        square = north * north + east * east
        if square < _AT_REST_M**2:
            break
        ahead = sum((h - p) * a for h, p, a in zip(here, place, along, strict=True)) / square
        onward = min(1.0, max(0.0, part + ahead))
        if abs(onward - part) * math.sqrt(square) < _AT_REST_M:
            break
        part = onward
    return best


def _from_centre(lat: float, lon: float) -> tuple[float, float, float]:
    phi, lam = math.radians(lat), math.radians(lon)
    nu = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    from_axis = nu * math.cos(phi)
    return from_axis * math.cos(lam), from_axis * math.sin(lam), nu * (1 - E2) * math.sin(phi)
