"""KML and KMZ as rows, placemark by placemark. Nothing it links to is fetched; no document types, no entities."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from backend.registry.importing import projecting
from backend.registry.importing.archives import unpack
from backend.registry.importing.checking import Ring, Rings, Shape, check
from backend.registry.importing.naming import name_and_area
from backend.registry.importing.rows import AreaRow, Draft, FileRefused, ReadOptions
from backend.registry.importing.zones import WGS84

_OTHERS = {"Point", "LineString", "LinearRing", "Track", "MultiTrack", "Model"}
_MOST_DEPTH = 100


class _Odd(Exception):
    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(code)


def read_kmz(path: Path, options: ReadOptions, folder: Path) -> Iterator[AreaRow]:
    """The KML files of a KMZ, numbered on."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        count = 0
        for file in sorted(unpack(path, Path(name), (".kml",), options.max_bytes)):
            for row in read(file, options, count):
                count = row.number
                yield row


def read(path: Path, options: ReadOptions, before: int = 0) -> Iterator[AreaRow]:
    """FileRefused when it is no XML or declares a document type. Memory flat: what was read is forgotten."""
    number, trail = before, []
    try:
        for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                trail.append(element)
                if len(trail) > _MOST_DEPTH:
                    raise FileRefused("xml_too_deep")
                continue
            trail.pop()
            if _tag(element) == "Placemark":
                number += 1
                yield _row(element, number, options)
            if trail and not any(_tag(above) == "Placemark" for above in trail):
                trail[-1].remove(element)
    except DefusedXmlException as error:
        raise FileRefused("xml_entities") from error
    except (ParseError, ValueError, LookupError) as error:
        raise FileRefused("xml_broken", reason=str(error)[:200]) from error


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _row(placemark: Element, number: int, options: ReadOptions) -> AreaRow:
    draft = Draft(number, options.answers)
    draft.properties = _properties(placemark)
    name_and_area(draft, options, placemark.get("id"))
    try:
        shape = _shape(draft, placemark)
    except _Odd as odd:
        draft.refuse(odd.code, **odd.values)
    else:
        check(draft, shape, projecting.of_epsg(WGS84), options.max_vertices)
    return draft.row()


def _properties(placemark: Element) -> dict[str, Any]:
    """Name, description and the extended data, as written."""
    found: dict[str, Any] = {}
    for child in placemark:
        if _tag(child) in ("name", "description") and child.text is not None:
            found[_tag(child)] = child.text
        if _tag(child) == "ExtendedData":
            for data in child.iter():
                key = data.get("name")
                if key is None:
                    continue
                if _tag(data) == "SimpleData":
                    found[key] = data.text or ""
                elif _tag(data) == "Data":
                    found[key] = next((value.text or "" for value in data if _tag(value) == "value"), "")
    return found


def _shape(draft: Draft, placemark: Element) -> Shape:
    polygons: list[Rings] = []
    others: list[str] = []
    multi = False
    heights: list[bool] = []
    for element in placemark.iter():
        kind = _tag(element)
        if kind == "MultiGeometry":
            multi = True
        elif kind == "Polygon":
            polygons.append(_polygon(element, heights))
        elif kind in _OTHERS and kind != "LinearRing":
            others.append(kind)
    if others:
        raise _Odd("not_an_area", found=", ".join(sorted(set(others))))
    if not polygons:
        raise _Odd("geometry_missing")
    if heights:
        draft.note("height_dropped", count=len(heights))
    return Shape(polygons, multi)


def _polygon(element: Element, heights: list[bool]) -> Rings:
    outer: list[Ring] = []
    holes: list[Ring] = []
    for boundary in element:
        into = {"outerBoundaryIs": outer, "innerBoundaryIs": holes}.get(_tag(boundary))
        if into is None:
            continue
        into.extend(_ring(found, heights) for found in boundary.iter() if _tag(found) == "coordinates")
    if len(outer) != 1:
        raise _Odd("geometry_missing")
    return [*outer, *holes]


def _ring(coordinates: Element, heights: list[bool]) -> Ring:
    ring: Ring = []
    for position in (coordinates.text or "").split():
        parts = position.rstrip(",").split(",")
        try:
            numbers = [float(part) for part in parts]
        except ValueError as error:
            raise _Odd("coordinates_odd", found=position[:60]) from error
        if len(numbers) not in (2, 3):
            raise _Odd("coordinates_odd", found=position[:60])
        if len(numbers) == 3:
            heights.append(True)
        ring.append((numbers[0], numbers[1]))
    if not ring:
        raise _Odd("geometry_missing")
    return ring
