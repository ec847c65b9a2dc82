"""Corner tables: lines gathered into areas. Which line belongs where is told by group columns, blank lines and titles
between; nothing is moved, left out or turned without a note."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backend.registry.importing import wkt_cells
from backend.registry.importing.columns import GROUPS, HEADER_SEARCH, Header, find_header, unique
from backend.registry.importing.headers import fold
from backend.registry.importing.placing import Table, place
from backend.registry.importing.rows import AreaRow, Draft, FileRefused, ReadOptions
from backend.registry.importing.tables import Line, Sheet, blank, text, texts

_TOTALS = ("tong", "cong", "dien tich", "s =", "s=", "total", "sum", "ghi chu", "nguoi lap")


@dataclass
class _Group:
    """The lines of one area so far."""

    key: tuple[str, ...]
    title: str = ""
    lines: list[Line] = field(default_factory=list)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def read(sheets: Iterator[Sheet], options: ReadOptions) -> Iterator[AreaRow]:
    """The areas of all sheets, numbered on. FileRefused when no sheet has columns of coordinates."""
    count, seen_header, headers = 0, False, ""
    for sheet in sheets:
        head: list[Line] = []
        for line in sheet.lines:
            head.append(line)
            if len(head) >= HEADER_SEARCH:
                break
        found = find_header([texts(line) for line in head], options.columns)
        if found is None:
            headers = headers or next((", ".join(texts(line)) for line in head if not blank(line)), "")
            continue
        seen_header = True
        index, header = found
        lines = _numbered(head[index + 1 :], sheet.lines, index + 2)
        for row in _rows(Table(header, options, sheet.encoding), lines, count):
            count = row.number
            yield row
    if not seen_header:
        raise FileRefused("no_coordinate_columns", found=headers[:300])


def _numbered(head: list[Line], rest: Iterator[Line], start: int) -> Iterator[tuple[int, Line]]:
    number = start
    for line in head:
        yield number, line
        number += 1
    for line in rest:
        yield number, line
        number += 1


def read_records(sheets: Iterator[Sheet], options: ReadOptions) -> Iterator[AreaRow]:
    """A line, a row: properties by header, no geometry. The header is the first line with more than one cell filled
    that is followed by others as wide."""
    count = 0
    for sheet in sheets:
        names: tuple[str, ...] | None = None
        for line in sheet.lines:
            filled = sum(1 for cell in line if text(cell).strip())
            if names is None:
                if filled > 1:
                    names = unique(texts(line))
                continue
            if not filled:
                continue
            count += 1
            draft = Draft(count, options.answers)
            draft.properties = dict(zip(names, line, strict=False))
            if unique(texts(line)) == names:
                draft.refuse("header_repeated")
            if len(line) > len(names) and any(text(cell).strip() for cell in line[len(names) :]):
                draft.refuse("line_too_wide", cells=len(line), columns=len(names))
            if sheet.encoding:
                draft.note("encoding_guessed", encoding=sheet.encoding)
            yield draft.row()
    if not count:
        raise FileRefused("table_empty")


def _rows(table: Table, lines: Iterator[tuple[int, Line]], before: int) -> Iterator[AreaRow]:
    if "wkt" in table.header.at and not table.header.has_corners:
        yield from wkt_cells.rows(table, lines, before)
        return
    closed: set[tuple[str, ...]] = set()
    number = before
    for group in _groups(table.header, lines):
        if not group.lines:
            continue
        number += 1
        again = any(group.key) and group.key in closed
        closed.add(group.key)
        yield place(table, number, group.title, group.lines, group.notes, again=again)


def _groups(header: Header, lines: Iterator[tuple[int, Line]]) -> Iterator[_Group]:
    group = _Group(())
    broken = False  # a blank line or a title since the last corner
    for number, line in lines:
        if blank(line):
            broken = broken or bool(group.lines)
            continue
        cells = texts(line)
        if header.repeats(cells):
            group.notes.append(("header_repeated_line", {"line": number}))
            broken = broken or bool(group.lines)
            continue
        if not _has_coordinates(header, cells):
            said = " ".join(cell.strip() for cell in cells if cell.strip())
            if _is_total(cells):
                group.notes.append(("total_skipped", {"line": number, "text": said[:80]}))
                continue
            if _is_title(header, cells):
                yield group
                group, broken = _Group((), said), False
                continue
        key = _key(header, cells)
        if group.lines and _begins(header, group, key, cells, broken):
            yield group
            group = _Group(key)
        broken = False
        if not group.lines:
            group.key = key
        group.lines.append(line)
    yield group


def _has_coordinates(header: Header, cells: tuple[str, ...]) -> bool:
    return any(header.cell(cells, name).strip() for name in ("northing", "easting", "lat", "lon"))


def _is_total(cells: tuple[str, ...]) -> bool:
    first = next((fold(cell).strip() for cell in cells if cell.strip()), "")
    return first.startswith(_TOTALS)


def _is_title(header: Header, cells: tuple[str, ...]) -> bool:
    """One filled cell and no coordinates: the name of what follows, unless it stands in a column of values."""
    filled = [place for place, cell in enumerate(cells) if cell.strip()]
    return len(filled) == 1 and (filled[0] == 0 or filled[0] not in header.at.values())


def _key(header: Header, cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(header.cell(cells, name) for name in GROUPS if name in header.at)


def _begins(header: Header, group: _Group, key: tuple[str, ...], cells: tuple[str, ...], broken: bool) -> bool:
    """Whether a line is the first of another area. Empty group cells are those of merged cells: as above."""
    if any(part.strip() for part in key):
        same = all(not part.strip() or part == had for part, had in zip(key, group.key, strict=True))
        if not same:
            return True
        if any(group.key):
            return False
    if not broken:
        return False
    label = header.cell(cells, "label").strip()
    first = header.cell(texts(group.lines[0]), "label").strip()
    return not any(group.key) or not label or label == first
