"""An area looked at: what is harmless is put in order and noted, what changes the area is only proposed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyproj
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.polygon import orient

from backend.registry.importing.projecting import Position, Reference
from backend.registry.importing.repairing import repair, rounded
from backend.registry.importing.rows import Draft, Geometry
from backend.registry.importing.words import reason_words
from backend.registry.importing.zones import plausible_degrees, suspect_axes

Ring = list[Position]
Rings = list[Ring]  # outer ring, holes
DECIMALS = 8  # of a degree: 1 mm
_VIETNAM = (101.9, 6.0, 118.5, 23.6)  # west, south, east, north, islands included
_NO_AREA_HA = 1e-6  # a hundredth of a square metre
_NO_AREA_DEG2 = 1e-12  # about the same, in square degrees


@dataclass(frozen=True)
class Shape:
    """Polygons in some reference system; `multi` as in the file."""

    polygons: list[Rings]
    multi: bool

    def positions(self) -> list[Position]:
        return [position for rings in self.polygons for ring in rings for position in ring]


@cache
def _geod() -> pyproj.Geod:
    return pyproj.Geod(ellps="WGS84")


def geodesic_ha(area: Polygon | MultiPolygon) -> float:
    """Hectares on the ellipsoid; holes taken off."""
    polygons = area.geoms if isinstance(area, MultiPolygon) else [area]
    return sum(abs(_geod().geometry_area_perimeter(orient(polygon))[0]) for polygon in polygons) / 10_000


def plane_ha(polygons: Sequence[Rings]) -> float:
    """Hectares in the plane of metres the rings are in."""
    return sum(_shoelace(rings[0]) - sum(_shoelace(hole) for hole in rings[1:]) for rings in polygons) / 10_000


def _shoelace(ring: Ring) -> float:
    x0, y0 = ring[0]
    doubled = sum((x - x0) * (v - y0) - (u - x0) * (y - y0) for (x, y), (u, v) in zip(ring, ring[1:], strict=False))
    return abs(doubled) / 2


def check(draft: Draft, shape: Shape, reference: Reference | None, max_vertices: int) -> None:
    """Fill the draft's geometry, proposal, area, outcome and notes. Raises nothing: what cannot be is refused."""
    positions = shape.positions()
    if len(positions) > max_vertices:
        draft.refuse("too_many_vertices", count=len(positions), limit=max_vertices)
        return
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in positions):
        draft.refuse("not_finite")
        return
    if draft.answer("axes") == "swapped" and not draft.corner_table and not _only_as_written(shape, reference):
        shape = _turned(shape)
        draft.note("axes_turned")
    tidy = _tidy(draft, shape)
    if tidy is None or reference is None:
        return
    draft.epsg = reference.epsg
    if reference.plane:
        draft.computed_ha = round(plane_ha(tidy.polygons), 6)
    if _axes_in_doubt(draft, tidy, reference):
        return
    placed = Shape([[_placed(ring, reference) for ring in rings] for rings in tidy.polygons], tidy.multi)
    if _on_earth(draft, placed) and (kept := _without_empty(draft, placed)) is not None:
        _judge(draft, kept)


def _only_as_written(shape: Shape, reference: Reference | None) -> bool:
    """Whether the shape lies in Vietnam as it is and not when turned: an answer for the whole file is not meant for
    it."""
    degrees = reference is not None and not reference.projected
    pairs = [(y, x) for x, y in shape.positions()]
    turned = [(x, y) for x, y in shape.positions()]
    return not suspect_axes(pairs, degrees=degrees) and bool(suspect_axes(turned, degrees=degrees))


def _turned(shape: Shape) -> Shape:
    return Shape([[[(y, x) for x, y in ring] for ring in rings] for rings in shape.polygons], shape.multi)


def _tidy(draft: Draft, shape: Shape) -> Shape | None:
    """Closed rings without repeated corners; None when nothing is left."""
    repeated = closed = 0
    polygons: list[Rings] = []
    for rings in shape.polygons:
        polygons.append([])
        for ring in rings:
            single = _single(ring)
            repeated += len(ring) - len(single)
            if len(single) > 1 and single[0] != single[-1]:
                single.append(single[0])
                closed += 1
            polygons[-1].append(single)
    if repeated:
        draft.note("corners_repeated", count=repeated)
    if closed and not draft.corner_table:  # a table of corners names the first one once
        draft.note("ring_closed", count=closed)
    return _without_empty(draft, Shape(polygons, shape.multi))


def _single(ring: Ring) -> Ring:
    return [position for n, position in enumerate(ring) if n == 0 or position != ring[n - 1]]


def _without_empty(draft: Draft, shape: Shape) -> Shape | None:
    """Holes and further parts of fewer than three corners are left out, which makes the area one to be confirmed. None,
    and the draft refused, when nothing is left."""
    polygons = [[ring for ring in rings if len(set(ring)) >= 3] for rings in shape.polygons if len(set(rings[0])) >= 3]
    dropped = sum(map(len, shape.polygons)) - sum(map(len, polygons))
    if not polygons:
        draft.refuse("too_few_corners")
        return None
    if dropped:
        draft.note("rings_empty", count=dropped)
    return Shape(polygons, shape.multi)


def _axes_in_doubt(draft: Draft, shape: Shape, reference: Reference) -> bool:
    """Plane coordinates on VN-2000 that are no place in Vietnam, in the order GIS files have (easting first)."""
    if not (reference.vn2000 and reference.projected) or draft.corner_table:
        return False
    found = suspect_axes([(y, x) for x, y in shape.positions()], degrees=False)
    if not found:
        return False
    x, y = shape.polygons[0][0][0]
    if found == "swapped":
        draft.ask("axes_swapped", "axes", "swapped", first=f"{x:.3f}", second=f"{y:.3f}")
    else:
        draft.refuse("outside_zone", first=f"{x:.3f}", second=f"{y:.3f}")
    return True


def _placed(ring: Ring, reference: Reference) -> Ring:
    """In degrees of WGS84, rounded, without the corners that became one by rounding."""
    return _single([(round(lon, DECIMALS) + 0.0, round(lat, DECIMALS) + 0.0) for lon, lat in reference.to_wgs84(ring)])


def _on_earth(draft: Draft, shape: Shape) -> bool:
    positions = shape.positions()
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in positions):
        draft.refuse("not_projectable")
    elif not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in positions):
        if all(plausible_degrees(lon, lat) for lon, lat in positions):
            lat, lon = positions[0]
            draft.ask("lat_lon_swapped", "axes", "swapped", first=repr(lat), second=repr(lon))
            return False
        lon, lat = next(p for p in positions if not (-180 <= p[0] <= 180 and -90 <= p[1] <= 90))
        draft.refuse("outside_earth", first=repr(lon), second=repr(lat))
    elif any(max(x for x, _ in rings[0]) - min(x for x, _ in rings[0]) > 180 for rings in shape.polygons):
        draft.refuse("spans_world")
    return not draft.refused


def _judge(draft: Draft, shape: Shape) -> None:
    polygons = [Polygon(rings[0], rings[1:]) for rings in shape.polygons]
    area: Polygon | MultiPolygon = MultiPolygon(polygons) if shape.multi else polygons[0]
    hectares = sum(geodesic_ha(polygon) for polygon in polygons)
    west, south, east, north = area.bounds
    if west < _VIETNAM[0] or south < _VIETNAM[1] or east > _VIETNAM[2] or north > _VIETNAM[3]:
        draft.note("outside_vietnam")
    if area.is_valid and not any(note.code == "rings_empty" for note in draft.notes):
        # Corners on one line enclose nothing, though the ellipsoid bends the line between them.
        if hectares < _NO_AREA_HA or area.area < _NO_AREA_DEG2:
            draft.refuse("no_area")
            return
        _accept(draft, area, hectares)
    else:
        _propose(draft, shape, area, hectares)


def _accept(draft: Draft, area: Polygon | MultiPolygon, hectares: float) -> None:
    ordered = oriented(area)
    turned = any(_winding(one) != _winding(other) for one, other in zip(_parts(area), _parts(ordered), strict=True))
    if turned and not draft.corner_table:  # nor has it a direction
        draft.note("winding_changed")
    draft.geometry = geojson(ordered)
    _areas(draft, hectares)


def _areas(draft: Draft, hectares: float) -> None:
    if draft.computed_ha is None:
        draft.computed_ha = round(hectares, 6)
    else:
        draft.note("areas_both", plane=round(draft.computed_ha, 4), geodesic=round(hectares, 4))


def _propose(draft: Draft, shape: Shape, area: Polygon | MultiPolygon, hectares: float) -> None:
    """The ring stays as it is; what it could be made into, and how far that is from it, is said."""
    reason = reason_words(shapely.is_valid_reason(area))
    mended = repair(area)
    if mended is None:
        draft.refuse("not_repairable", **reason)
        return
    draft.geometry = {
        "type": "MultiPolygon" if shape.multi else "Polygon",
        "coordinates": shape.polygons if shape.multi else shape.polygons[0],
    }
    draft.proposed = geojson(oriented(mended.area))
    after = geodesic_ha(mended.area)
    _areas(draft, hectares)
    values = {
        **reason,
        "before": round(hectares, 4),
        "after": round(after, 4),
        "change": round(after - hectares, 4),
        "percent": round(100 * (after - hectares) / hectares, 4) if hectares > _NO_AREA_HA else None,
        "added": mended.added,
        "removed": mended.removed,
        "moved_m": round(mended.moved_m, 3),
        "parts": len(_parts(mended.area)),
    }
    if draft.answer("repair") == "accept":
        draft.repaired()
        draft.computed_ha = round(after, 6)
        draft.note("repair_confirmed", **values)
    else:
        draft.ask("repair_proposed", "repair", "accept", **values)


def _parts(area: Polygon | MultiPolygon) -> list[Polygon]:
    return list(area.geoms) if isinstance(area, MultiPolygon) else [area]


def _winding(polygon: Polygon) -> list[bool]:
    return [bool(ring.is_ccw) for ring in (polygon.exterior, *polygon.interiors)]


def oriented(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """Outer rings counter-clockwise, holes clockwise (RFC 7946, 3.1.6)."""
    if isinstance(area, MultiPolygon):
        return MultiPolygon([orient(polygon) for polygon in area.geoms])
    return orient(area)


def geojson(area: Polygon | MultiPolygon) -> Geometry:
    """Lists, not tuples, at most 8 decimals."""
    found = [_rings(polygon) for polygon in _parts(rounded(area, DECIMALS))]
    if isinstance(area, MultiPolygon):
        return {"type": "MultiPolygon", "coordinates": found}
    return {"type": "Polygon", "coordinates": found[0]}


def _rings(polygon: Polygon) -> list[list[list[Any]]]:
    return [[[x, y] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]
