"""Which of many areas a place is in, or near.

A grid knows at once what is close by; a packed R-tree over the bounds of the areas answers everything else.
"""

import heapq
import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Generic, TypeVar

from shared.geo.polygon import LEAST_RADIUS_M, Area, Bounds, axis_distance_m, least_axis_m, metres_to_bounds

K = TypeVar("K")
_FANOUT = 8
# A cell of the grid is so many times as high as areas lie apart, and knows the areas within so many times that
# distance: were they strewn evenly, the nearest one would be among them ninety-nine times of a hundred.
_CELL, _CLOSE = 0.5, 1.2
_LEAST_APART_M, _MOST_APART_M = 100.0, 50_000.0
# An area close to more cells than these stands beside the grid, and so does one near a pole or the antimeridian.
_MOST_CELLS = 1000
# No degree on a meridian has fewer metres; 2e-5 less, for what a plane of a degree leaves out.
_LEAST_DEGREE_M = LEAST_RADIUS_M * math.pi / 180 * (1 - 2e-5)

# Plain tuples, because a search unpacks many.
# (place among the items as given, key, area)
_Item = tuple[int, K, Area]
# (south, west, north, east, `least_axis_m` of these, entries within, None) or (…, (), the area these bound).
_Entry = tuple[float, float, float, float, float, "tuple[_Entry[K], ...]", _Item[K] | None]
# (south, west, north, east of an area, place among the items as given, key, area)
_Boxed = tuple[float, float, float, float, int, K, Area]


class AreaIndex(Generic[K]):
    """Areas by a key of the caller's, for questions about one place. Unchangeable: areas that change need a new one.

    A key may come with several areas; it is then found once for each of them. Distances are metres to the area: 0 for a
    place in it, else to its nearest boundary point. ValueError for what is no place on Earth.
    """

    def __init__(self, items: Iterable[tuple[K, Area]]) -> None:
        leaves: list[_Entry[K]] = [
            (*area.bounds, least_axis_m(area.bounds), (), (place, key, area)) for place, (key, area) in enumerate(items)
        ]
        self._size = len(leaves)
        groups = level = [_node(group) for group in _packed(leaves)]
        while len(level) > 1:
            level = [_node(group) for group in _packed(level)]
        self._root = level
        self._grid = _Grid(((*leaf[:4], *leaf[6]) for leaf in leaves if leaf[6]), _apart_m(groups))

    def __len__(self) -> int:
        return self._size

    def containing(self, lat: float, lon: float) -> list[K]:
        """Keys of the areas that hold the place, in the order in which they were given."""
        lon = _checked(lat, lon)
        return [
            key
            for south, west, north, east, _, key, area in self._grid.close_to(lat, lon)
            if south <= lat <= north and west <= lon <= east and area.contains(lat, lon)
        ]

    def within_m(self, lat: float, lon: float, metres: float) -> list[tuple[K, float]]:
        """(key, metres) of the areas that hold the place or whose boundary is within `metres`, nearest first."""
        if not metres >= 0:
            raise ValueError(f"{metres} is no distance in metres")
        return list(self._by_distance(lat, _checked(lat, lon), metres))

    def nearest(self, lat: float, lon: float, limit: int = 1) -> list[tuple[K, float]]:
        """(key, metres) of the `limit` nearest areas, nearest first; fewer when there are fewer."""
        if limit < 1:
            raise ValueError(f"{limit} is no number of areas")
        lon = _checked(lat, lon)
        if limit == 1 and (found := self._grid.nearest(lat, lon)):
            return [found]
        return [found for found, _ in zip(self._by_distance(lat, lon, math.inf), range(limit), strict=False)]

    def _by_distance(self, lat: float, lon: float, metres: float) -> Iterator[tuple[K, float]]:
        """Best first (Hjaltason and Samet 1999): what is popped next cannot be nearer than what was popped before.

        Boxes wait with a distance that nothing in them is below, areas with their true one. Among equals the one given
        first comes first, so boxes go before areas.
        """
        axis = axis_distance_m(lat)
        order = count()
        waiting = [(0.0, -1, next(order), entry) for entry in self._root]
        while waiting:
            distance, rank, _, (*_, below, item) = heapq.heappop(waiting)
            if distance > metres:
                return
            if item is None:
                for child in below:
                    least = metres_to_bounds(child[:4], child[4], lat, lon, axis)
                    if least <= metres:
                        heapq.heappush(waiting, (least, -1, next(order), child))
            elif rank < 0:
                place, _, area = item
                true = 0.0 if area.contains(lat, lon) else area.distance_to_boundary_m(lat, lon)
                heapq.heappush(waiting, (true, place, next(order), (0, 0, 0, 0, 0, (), item)))
            else:
                yield item[1], distance


class _Grid(Generic[K]):
    """Cells of a degree's part that know the areas whose bounds are in them or close to them."""

    def __init__(self, boxed: Iterable[_Boxed[K]], apart_m: float) -> None:
        """`apart_m`: how far areas lie apart; it decides how fast answers are, not which."""
        self._close_m = apart_m * _CLOSE
        self._close = self._close_m / _LEAST_DEGREE_M
        self._cell = apart_m * _CELL / _LEAST_DEGREE_M
        self._cells: dict[tuple[int, int], list[_Boxed[K]]] = {}
        self._beside: list[_Boxed[K]] = []
        farthest = 0.0
        for one in boxed:
            rows, columns = self._span(one[:4])
            if len(rows) * len(columns) in range(1, _MOST_CELLS + 1):
                farthest = max(farthest, -one[0], one[2])
                for row in rows:
                    for column in columns:
                        self._cells.setdefault((row, column), []).append(one)
            else:
                self._beside.append(one)
        # How narrow a degree of longitude is at most in any cell.
        self._narrow = math.cos(math.radians(min(90.0, farthest + 2 * self._close + self._cell)))

    def _span(self, box: Bounds) -> tuple[range, range]:
        """Rows and columns of the cells close to the bounds; none where degrees of longitude do not run on."""
        south, west, north, east = box
        up, size = self._close, self._cell
        narrow = math.cos(math.radians(min(90.0, max(-south, north) + up)))
        right = up / max(narrow, 1e-9)
        if west - right < -180 or east + right > 180:
            return range(0), range(0)
        return (
            range(math.floor((south - up) / size), math.floor((north + up) / size) + 1),
            range(math.floor((west - right) / size), math.floor((east + right) / size) + 1),
        )

    def close_to(self, lat: float, lon: float) -> Sequence[_Boxed[K]]:
        """At least the areas that hold the place or are within the distance that counts as close, as given."""
        found = self._in_cell(lat, lon)
        return sorted(found + self._beside, key=lambda one: one[4]) if self._beside else found

    def _in_cell(self, lat: float, lon: float) -> list[_Boxed[K]]:
        return self._cells.get((math.floor(lat / self._cell), math.floor(lon / self._cell)), [])

    def nearest(self, lat: float, lon: float) -> tuple[K, float] | None:
        """The nearest area and the metres to it, None when none is close.

        First the one whose bounds are the fewest degrees away, then each that could be nearer still. Degrees are those
        of a plane as narrow as the parallel that is farthest from the equator: close by that is never more than the
        true distance (see `metres_to_bounds`).
        """
        close_to = self._in_cell(lat, lon)
        narrow = self._narrow
        squares = []
        for south, west, north, east, _, _, _ in close_to:
            y = south - lat if lat < south else lat - north if lat > north else 0.0
            x = (west - lon if lon < west else lon - east if lon > east else 0.0) * narrow
            squares.append(y * y + x * x)
        if self._beside:
            close_to = close_to + self._beside
            squares += [0.0] * len(self._beside)
        if not squares:
            return None
        first = squares.index(min(squares))
        best = close_to[first]
        least = _metres_to(best, lat, lon)
        farthest = (least / _LEAST_DEGREE_M) ** 2
        for place, square in enumerate(squares):
            if square <= farthest and place != first:
                other = close_to[place]
                metres = _metres_to(other, lat, lon)
                if metres < least or (metres == least and other[4] < best[4]):
                    best, least, farthest = other, metres, (metres / _LEAST_DEGREE_M) ** 2
        return (best[5], least) if least <= self._close_m else None


def _metres_to(one: _Boxed[K], lat: float, lon: float) -> float:
    area = one[6]
    return 0.0 if area.contains(lat, lon) else area.distance_to_boundary_m(lat, lon)


def _checked(lat: float, lon: float) -> float:
    """The longitude within ±180."""
    if not (-90 <= lat <= 90 and math.isfinite(lon)):
        raise ValueError(f"{lat}, {lon} is no place on Earth")
    return lon if -180 <= lon <= 180 else math.remainder(lon, 360)


def _apart_m(groups: Sequence[_Entry[K]]) -> float:
    """Metres from an area to the next, from the middle one of groups of `_FANOUT`: an area far off changes nothing."""
    if not groups:
        return _LEAST_APART_M
    extent = statistics.median((north - south) * (east - west) for south, west, north, east, *_ in groups)
    return min(max(math.sqrt(extent / _FANOUT) * _LEAST_DEGREE_M, _LEAST_APART_M), _MOST_APART_M)


def _node(below: Sequence[_Entry[K]]) -> _Entry[K]:
    souths, wests, norths, easts, *_ = zip(*below, strict=True)
    box: Bounds = min(souths), min(wests), max(norths), max(easts)
    return (*box, least_axis_m(box), tuple(below), None)


def _packed(entries: list[_Entry[K]]) -> Iterator[Sequence[_Entry[K]]]:
    """Groups of at most `_FANOUT` neighbours: sort-tile-recursive (Leutenegger, Lopez, Edgington 1997)."""
    if not entries:
        return
    groups = math.ceil(len(entries) / _FANOUT)
    strip = math.ceil(groups / math.ceil(math.sqrt(groups))) * _FANOUT
    eastwards = sorted(entries, key=lambda entry: entry[1] + entry[3])
    for begin in range(0, len(eastwards), strip):
        northwards = sorted(eastwards[begin : begin + strip], key=lambda entry: entry[0] + entry[2])
        yield from (northwards[first : first + _FANOUT] for first in range(0, len(northwards), _FANOUT))
