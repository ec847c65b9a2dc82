"""GeoJSON (RFC 7946) as rows, feature by feature."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backend.registry.importing import projecting
from backend.registry.importing.checking import Rings, Shape, check
from backend.registry.importing.json_stream import JsonStream, Oversized, ValueRefused
from backend.registry.importing.naming import name_and_area
from backend.registry.importing.rows import AreaRow, Draft, FileRefused, ReadOptions
from backend.registry.importing.zones import WGS84

_GEOMETRIES = {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
}  # fmt: skip

_MOST_GROUPS = 16


class Odd(Exception):
    """A geometry that is none; `code` and `values` as of a note."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


def read(path: Path, options: ReadOptions) -> Iterator[AreaRow]:
    """FileRefused where the file is no JSON, or JSON of something else."""
    stream = JsonStream(path)
    try:
        if stream.peek() != "{":
            raise FileRefused("json_empty" if not stream.peek() else "not_geojson", found=_kind_at(stream.peek()))
        yield from _root(stream, options)
    finally:
        stream.close()


def _kind_at(character: str) -> str:
    return {"[": "[…]", '"': '"…"'}.get(character, character or "∅")


def _root(stream: JsonStream, options: ReadOptions) -> Iterator[AreaRow]:
    """Features are given as they come; what else the root says is kept until its end."""
    root: dict[str, Any] = {}
    number = 0
    for key in stream.members():
        if key == "features" and stream.peek() == "[":
            root[key] = True
            for _ in stream.items():
                number += 1
                yield _feature_row(stream, number, root, options)
        else:
            try:
                root[key] = stream.value()
            except ValueRefused as refused:
                raise FileRefused(
                    "json_file_constant" if refused.code == "json_constant" else "json_file_key_twice",
                    **refused.values,
                ) from refused
            if key == "crs" and number:
                _late_crs(root)
    stream.end()
    kind = root.get("type")
    if kind == "FeatureCollection" and root.get("features") is True:
        return
    if kind == "Topology":
        raise FileRefused("topojson")
    if number or kind not in {"Feature", *_GEOMETRIES}:
        raise FileRefused("not_geojson", found=str(kind)[:60])
    feature = root if kind == "Feature" else {"type": "Feature", "properties": {}, "geometry": root}
    yield _row(feature, 1, root, options)


def _late_crs(root: Mapping[str, Any]) -> None:
    """A system named after the features came too late, unless it is the usual one."""
    reference = _reference(root)
    if reference is None or reference.epsg != WGS84:
        raise FileRefused("crs_late")


def _reference(root: Mapping[str, Any]) -> projecting.Reference | None:
    """RFC 7946 knows WGS84 only; older files and some programs name another system in `crs`."""
    if root.get("crs") is None:
        return projecting.of_epsg(WGS84)
    crs = root["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return projecting.of_text(name) if isinstance(name, str) else None


def _feature_row(stream: JsonStream, number: int, root: Mapping[str, Any], options: ReadOptions) -> AreaRow:
    try:
        feature = stream.value()
    except ValueRefused as refused:
        draft = Draft(number, options.answers)
        draft.refuse(refused.code, **refused.values)
        return draft.row()
    return _row(feature, number, root, options)


def _row(feature: Any, number: int, root: Mapping[str, Any], options: ReadOptions) -> AreaRow:
    draft = Draft(number, options.answers)
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        draft.refuse("not_a_feature", found=str(feature)[:60])
        return draft.row()
    properties = feature.get("properties")
    if isinstance(properties, dict):
        draft.properties = properties
    elif properties is not None:
        draft.note("properties_odd", found=str(properties)[:60])
    name_and_area(draft, options, feature.get("id"))
    reference = _reference(root) if options.epsg is None else projecting.of_epsg(options.epsg)
    if reference is None:
        draft.refuse("crs_unknown", found=str(root.get("crs"))[:200])
        return draft.row()
    if reference.epsg != WGS84:
        draft.note("crs_other", name=reference.name)
    try:
        shape = shape_of(draft, feature.get("geometry"))
    except Odd as odd:
        draft.refuse(odd.code, **odd.values)
    else:
        check(draft, shape, reference, options.max_vertices)
    return draft.row()


def shape_of(draft: Draft, geometry: Any, depth: int = 0) -> Shape:
    """A GeoJSON geometry as polygons. Odd when it is none, or no area, or groups in groups without end."""
    if depth > _MOST_GROUPS:
        raise Odd("row_too_deep", limit=_MOST_GROUPS)
    if geometry is None:
        raise Odd("geometry_missing")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or not parts:
            raise Odd("geometry_missing")
        shapes = [shape_of(draft, part, depth + 1) for part in parts]
        draft.note("collection_flattened", count=len(parts))
        return Shape([rings for shape in shapes for rings in shape.polygons], multi=True)
    if kind not in _GEOMETRIES:
        raise Odd("geometry_odd", found=str(geometry)[:60])
    if kind not in ("Polygon", "MultiPolygon"):
        raise Odd("not_an_area", found=kind)
    coordinates = geometry.get("coordinates")
    if coordinates == []:
        raise Odd("geometry_missing")
    heights: list[bool] = []
    polygons = [_rings(rings, heights) for rings in (_list(coordinates) if kind == "MultiPolygon" else [coordinates])]
    if heights:
        draft.note("height_dropped", count=len(heights))
    return Shape(polygons, multi=kind == "MultiPolygon")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise Odd("coordinates_odd", found=str(value)[:60])
    return value


def _rings(rings: Any, heights: list[bool]) -> Rings:
    return [[_position(position, heights) for position in _list(ring)] for ring in _list(rings)]


def _position(position: Any, heights: list[bool]) -> tuple[float, float]:
    if not isinstance(position, list) or len(position) < 2:
        raise Odd("coordinates_odd", found=str(position)[:60])
    for number in position:
        if isinstance(number, Oversized):
            raise Odd("not_finite")
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise Odd("coordinates_odd", found=str(number)[:60])
    if len(position) > 2:
        heights.append(True)
    return float(position[0]), float(position[1])
