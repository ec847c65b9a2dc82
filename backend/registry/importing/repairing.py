"""What an invalid area could be made into, and how far that is from what it was."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

_DEGREE_M = 111_195.0  # of latitude, mean
_DECIMALS = 8


@dataclass(frozen=True)
class Repair:
    """`added`, `removed`: corners only the one or the other has. `moved_m`: how far the farthest of them is from the
    other's boundary."""

    area: Polygon | MultiPolygon
    added: int
    removed: int
    moved_m: float


def rounded(area: Any, decimals: int = _DECIMALS) -> Any:
    return shapely.transform(area, lambda xy: np.round(xy, decimals) + 0.0)


def repair(area: Polygon | MultiPolygon) -> Repair | None:
    """A valid area, still valid after rounding to 8 decimals; None when nothing with an area comes of it."""
    for candidate in _candidates(area):
        polygons = _polygons(rounded(candidate))
        mended: Polygon | MultiPolygon = polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)
        if polygons and mended.is_valid and mended.area > 0:
            return _compared(area, mended)
    return None


def _candidates(area: Polygon | MultiPolygon) -> Iterator[Any]:
    made = shapely.make_valid(area, method="structure", keep_collapsed=False)
    yield made
    # Snapped to the grid of the decimals kept: rounding alone may have crossed edges again.
    yield shapely.set_precision(made, 10.0**-_DECIMALS)
    yield shapely.set_precision(shapely.make_valid(rounded(made), method="structure", keep_collapsed=False), 1e-7)
    yield area.buffer(0)


def _polygons(found: Any) -> list[Polygon]:
    """The polygons of whatever came out; lines and points, which have no area, fall away."""
    return [
        part for part in shapely.get_parts(shapely.get_parts(found)) if part.geom_type == "Polygon" and part.area > 0
    ]


def _compared(before: Polygon | MultiPolygon, after: Polygon | MultiPolygon) -> Repair:
    factor = math.cos(math.radians(before.centroid.y if not before.is_empty else 0.0))
    old, new = (_metres(area, factor) for area in (before, after))
    had, has = ({tuple(p) for p in shapely.get_coordinates(area)} for area in (before, after))
    return Repair(
        after,
        added=len(has - had),
        removed=len(had - has),
        moved_m=max(_farthest(has - had, old, factor), _farthest(had - has, new, factor)),
    )


def _metres(area: Any, factor: float) -> Any:
    """Its rings as lines, in metres of a local plane."""
    lines = shapely.transform(shapely.boundary(area), lambda xy: xy * [factor * _DEGREE_M, _DEGREE_M])
    shapely.prepare(lines)
    return lines


def _farthest(positions: set[tuple[float, ...]], lines: Any, factor: float) -> float:
    if not positions:
        return 0.0
    points = shapely.points(np.array(sorted(positions)) * [factor * _DEGREE_M, _DEGREE_M])
    return float(np.max(shapely.distance(lines, points)))
