"""Which of many areas a place is in, or near: a packed R-tree over their bounds."""

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from shared.geo.polygon import Area, Bounds, axis_distance_m, least_axis_m, metres_to_bounds

K = TypeVar("K")
_FANOUT = 8


@dataclass(frozen=True, slots=True)
class _Leaf(Generic[K]):
    """`axis_m`: `least_axis_m` of the box. `place`: among the items as given."""

    box: Bounds
    axis_m: float
    place: int
    key: K
    area: Area


@dataclass(frozen=True, slots=True)
class _Node(Generic[K]):
    box: Bounds
    axis_m: float
    below: "tuple[_Node[K] | _Leaf[K], ...]"


class AreaIndex(Generic[K]):
    """Areas by a key of the caller's, for questions about one place. Unchangeable: areas that change need a new one.

    A key may come with several areas; it is then found once for each of them. Distances are metres to the area: 0 for a
    place in it, else to its nearest boundary point. ValueError for what is no place on Earth.
    """

    def __init__(self, items: Iterable[tuple[K, Area]]) -> None:
        level: list[_Node[K] | _Leaf[K]] = [
            _Leaf(area.bounds, least_axis_m(area.bounds), place, key, area) for place, (key, area) in enumerate(items)
        ]
        self._size = len(level)
        while len(level) > 1:
            level = [_node(group) for group in _packed(level)]
        self._root = level[0] if level else None

    def __len__(self) -> int:
        return self._size

    def containing(self, lat: float, lon: float) -> list[K]:
        """Keys of the areas that hold the place, in the order in which they were given."""
        lon = _checked(lat, lon)
        found: list[tuple[int, K]] = []
        waiting = [self._root] if self._root else []
        while waiting:
            entry = waiting.pop()
            if isinstance(entry, _Leaf):
                if entry.area.contains(lat, lon):
                    found.append((entry.place, entry.key))
                continue
            for child in entry.below:
                south, west, north, east = child.box
                if south <= lat <= north and west <= lon <= east:
                    waiting.append(child)
        found.sort(key=lambda one: one[0])
        return [key for _, key in found]

    def within_m(self, lat: float, lon: float, metres: float) -> list[tuple[K, float]]:
        """(key, metres) of the areas that hold the place or whose boundary is within `metres`, nearest first."""
        if not metres >= 0:
            raise ValueError(f"{metres} is no distance in metres")
        return list(self._by_distance(lat, lon, metres))

    def nearest(self, lat: float, lon: float, limit: int = 1) -> list[tuple[K, float]]:
        """(key, metres) of the `limit` nearest areas, nearest first; fewer when there are fewer."""
        if limit < 1:
            raise ValueError(f"{limit} is no number of areas")
        return [found for found, _ in zip(self._by_distance(lat, lon, math.inf), range(limit), strict=False)]

    def _by_distance(self, lat: float, lon: float, metres: float) -> Iterator[tuple[K, float]]:
        """Best first (Hjaltason and Samet 1999): what is popped next cannot be nearer than what was popped before.

        Boxes wait with a distance that nothing in them is below, areas with their true one. Among equals the one given
        first comes first, so boxes go before areas.
        """
        lon = _checked(lat, lon)
        axis = axis_distance_m(lat)
        order = count()
        waiting: list[tuple[float, int, int, _Node[K] | _Leaf[K]]] = []
        if self._root:
            waiting.append(
                (metres_to_bounds(self._root.box, self._root.axis_m, lat, lon, axis), -1, next(order), self._root)
            )
        while waiting:
            distance, rank, _, entry = heapq.heappop(waiting)
            if distance > metres:
                return
            if isinstance(entry, _Node):
                for child in entry.below:
                    least = metres_to_bounds(child.box, child.axis_m, lat, lon, axis)
                    if least <= metres:
                        heapq.heappush(waiting, (least, -1, next(order), child))
            elif rank < 0:
                inside = entry.area.contains(lat, lon)
                true = 0.0 if inside else entry.area.distance_to_boundary_m(lat, lon)
                heapq.heappush(waiting, (true, entry.place, next(order), entry))
            else:
                yield entry.key, distance


def _checked(lat: float, lon: float) -> float:
    """The longitude within ±180."""
    if not (-90 <= lat <= 90 and math.isfinite(lon)):
        raise ValueError(f"{lat}, {lon} is no place on Earth")
    return lon if -180 <= lon <= 180 else math.remainder(lon, 360)


def _node(below: "Sequence[_Node[K] | _Leaf[K]]") -> _Node[K]:
    boxes = [entry.box for entry in below]
    box = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    return _Node(box, least_axis_m(box), tuple(below))


def _packed(entries: "list[_Node[K] | _Leaf[K]]") -> "Iterator[Sequence[_Node[K] | _Leaf[K]]]":
    """Groups of at most `_FANOUT` neighbours: sort-tile-recursive (Leutenegger, Lopez, Edgington 1997)."""
    groups = math.ceil(len(entries) / _FANOUT)
    strip = math.ceil(groups / math.ceil(math.sqrt(groups))) * _FANOUT
    eastwards = sorted(entries, key=lambda entry: entry.box[1] + entry.box[3])
    for begin in range(0, len(eastwards), strip):
        northwards = sorted(eastwards[begin : begin + strip], key=lambda entry: entry.box[0] + entry.box[2])
        yield from (northwards[first : first + _FANOUT] for first in range(0, len(northwards), _FANOUT))
