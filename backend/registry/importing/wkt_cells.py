"""Tables with a column of WKT: a line, an area."""

import re
from collections.abc import Iterator

import shapely

from backend.registry.importing import projecting
from backend.registry.importing.checking import check
from backend.registry.importing.gis import of_shapely
from backend.registry.importing.placing import Table, draft_of
from backend.registry.importing.rows import AreaRow
from backend.registry.importing.tables import Line, blank, texts
from backend.registry.importing.zones import WGS84

_EWKT = re.compile(r"\s*SRID\s*=\s*(\d{3,6})\s*;", re.IGNORECASE)


def rows(table: Table, lines: Iterator[tuple[int, Line]], before: int) -> Iterator[AreaRow]:
    number = before
    for _, line in lines:
        if blank(line):
            continue
        number += 1
        yield _row(table, number, line)


def _row(table: Table, number: int, line: Line) -> AreaRow:
    draft = draft_of(table, number, "", [line], ())
    cells = texts(line)
    if table.header.repeats(cells):
        draft.refuse("header_repeated")
        return draft.row()
    written = table.header.cell(cells, "wkt")
    if not written.strip():
        draft.refuse("geometry_missing")
        return draft.row()
    prefix = _EWKT.match(written)
    epsg = int(prefix[1]) if prefix else table.options.epsg or table.header.zone or WGS84
    reference = projecting.of_epsg(epsg)
    if reference is None or not projecting.can_project(reference):
        draft.refuse("epsg_unfit", epsg=epsg)
        return draft.row()
    try:
        geometry = shapely.from_wkt(written[prefix.end() :] if prefix else written)
    except shapely.GEOSException as error:
        draft.refuse("wkt_broken", reason=str(error)[:120], value=written[-40:])
        return draft.row()
    shape = of_shapely(draft, geometry)
    if shape is not None:
        check(draft, shape, reference, table.options.max_vertices)
    return draft.row()
