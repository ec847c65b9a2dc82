"""A corner table pasted into a page: read as one in a file is."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.registry.importing import corners
from backend.registry.importing.columns import HEADER_SEARCH, find_header
from backend.registry.importing.licence_rows import notes_json
from backend.registry.importing.rows import AreaRow, FileRefused, Outcome, ReadOptions
from backend.registry.importing.tables import MOST_COLUMNS, Line, Sheet
from backend.registry.services.given import AreaGiven

MOST_TEXT = 200_000  # characters
_WGS84 = 4326
# What papers write when they write nothing above the numbers: x is the northing.
_HEADER = ("Điểm góc", "X (m)", "Y (m)")
_GAP = re.compile(r" {2,}|\u00a0{2,}")


def pasted_areas(text: str, *, epsg: int | None, answers: Mapping[str, str]) -> list[AreaRow]:
    """The areas of a pasted table; nothing is stored. FileRefused when it has no columns of coordinates or is too long.

    Cells are parted by tabs, semicolons, bars, or at least two spaces; lines of just two or three numbers may have
    single ones. A table without a header is read as papers write it: label, x (northing), y (easting).
    """
    if len(text) > MOST_TEXT:
        raise FileRefused("too_large", size=len(text), limit=MOST_TEXT)
    lines = [_cells(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    options = ReadOptions(epsg=epsg, answers=dict(answers), max_vertices=20_000)
    return list(corners.read(iter([Sheet("", iter(_headed(lines, options)))]), options))


def _cells(line: str) -> Line:
    for sign in ("\t", ";", "|"):
        if sign in line:
            cells = line.split(sign)
            break
    else:
        cells = _GAP.split(line.strip())
        if len(cells) == 1 and 2 <= len(line.split()) <= 3 and all(_numeric(part) for part in line.split()[-2:]):
            cells = line.split()
    if len(cells) > MOST_COLUMNS:
        raise FileRefused("too_many_columns", limit=MOST_COLUMNS)
    return tuple(cell.strip() for cell in cells)


def _numeric(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d[\d.,]*", text))


def _headed(lines: list[Line], options: ReadOptions) -> Iterator[Line]:
    filled = [line for line in lines if any(line)]
    bare = find_header([tuple(map(str, line)) for line in lines[:HEADER_SEARCH]], options.columns) is None
    if (
        bare
        and filled
        and all(len(line) in (2, 3) and all(_numeric(str(cell)) for cell in line[-2:]) for line in filled)
    ):
        yield _HEADER if len(filled[0]) == 3 else _HEADER[1:]
    yield from lines


def area_given(row: AreaRow, *, declared_ha: Decimal | None, by: str, now: datetime, source: str) -> AreaGiven:
    """A row that can be taken as an area of a licence; a repair carries who agreed to it."""
    geometry = row.taken
    if geometry is None:
        raise ValueError(f"area {row.number} cannot be taken: {row.outcome}")
    repair: dict[str, Any] = {}
    if row.outcome is Outcome.REPAIRED:
        repair = {
            "by": by,
            "at": now.isoformat(),
            "row": row.number,
            "how": notes_json(row.notes),
            "before": row.geometry,
        }
    return AreaGiven(
        geometry=geometry,
        epsg=row.epsg or _WGS84,
        computed_ha=row.computed_ha or 0.0,
        name=row.name[:200],
        corner_table=row.corner_table,
        declared_ha=row.declared_ha if declared_ha is None else declared_ha,
        repair=repair,
        source=source[:300],
    )
