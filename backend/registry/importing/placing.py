"""The corners of one area of a table: read as numbers, brought to WGS84, checked."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backend.registry.importing import projecting, zones
from backend.registry.importing.checking import Shape, check, plane_ha
from backend.registry.importing.columns import COORDINATES, GROUPS, Header
from backend.registry.importing.naming import declare
from backend.registry.importing.numbers import coordinate, readings
from backend.registry.importing.rows import AreaRow, Corner, Draft, ReadOptions
from backend.registry.importing.tables import Cell, Line, text, texts

Notes = Sequence[tuple[str, dict[str, Any]]]
Pairs = list[tuple[float, float]]  # (northing, easting) or (lat, lon)
_SHOWN = 60


@dataclass(frozen=True)
class Table:
    header: Header
    options: ReadOptions
    encoding: str = ""


class _Stop(Exception):
    """The area cannot be taken further; the draft says why."""


def draft_of(table: Table, number: int, title: str, lines: Sequence[Line], notes: Notes) -> Draft:
    """Name, properties, declared area and the table as text."""
    draft = Draft(number, table.options.answers)
    if table.encoding:
        draft.note("encoding_guessed", encoding=table.encoding)
    for code, values in notes:
        draft.note(code, **values)
    header = table.header
    named = [_first(header, lines, header.at[name]) for name in GROUPS if name in header.at]
    draft.name = next((text(cell) for cell in (*named, title) if text(cell).strip()), "")
    corners = {header.at[name] for name in (*COORDINATES, "label") if name in header.at}
    for place, name in enumerate(header.names):
        if place not in corners:
            draft.properties[name] = _first(header, lines, place)
    if title:
        draft.properties.setdefault("#title", title)
    if "declared_ha" in header.at:
        column = header.at["declared_ha"]
        declare(draft, header.names[column], _first(header, lines, column))
    return draft


def _first(header: Header, lines: Sequence[Line], place: int) -> Cell:
    """The first filled cell of a column; "" where there is none."""
    return next((line[place] for line in lines if place < len(line) and text(line[place]).strip()), "")


def place(table: Table, number: int, title: str, lines: Sequence[Line], notes: Notes, *, again: bool) -> AreaRow:
    draft = draft_of(table, number, title, lines, notes)
    draft.corner_table = corner_table(table.header, lines)
    with suppress(_Stop):  # the draft was refused, or asks
        _place(table, draft, lines, again)
    return draft.row()


def corner_table(header: Header, lines: Sequence[Line]) -> str:
    """Label, first and second coordinate as written, a line each, tabs between, under the headers of the file."""
    return "\n".join("\t".join((c.label, c.first, c.second)) for c in (_titles(header), *corners_of(header, lines)))


def _titles(header: Header) -> Corner:
    names = [header.names[header.at[name]] if name in header.at else "" for name in ("label", *_axes(header))]
    return Corner(*names)


def _axes(header: Header) -> tuple[str, str]:
    return ("lat", "lon") if header.geographic else ("northing", "easting")


def corners_of(header: Header, lines: Sequence[Line]) -> list[Corner]:
    first, second = _axes(header)
    return [
        Corner(header.cell(cells, "label"), header.cell(cells, first), header.cell(cells, second))
        for cells in map(texts, lines)
    ]


def _place(table: Table, draft: Draft, lines: Sequence[Line], again: bool) -> None:
    header, options = table.header, table.options
    if len(lines) > options.max_vertices:
        draft.refuse("too_many_vertices", count=len(lines), limit=options.max_vertices)
        raise _Stop
    _whole_lines(header, draft, lines)
    if "label" not in header.at and _are_records(header, lines):
        draft.refuse("points_not_corners", count=len(lines))
        raise _Stop
    pairs = _numbers(header, draft, lines)
    reference, pairs = _reference(table, draft, pairs, lines)
    pairs = _right_way_round(header, draft, pairs, reference)
    if again and draft.answer("group") != "separate":
        draft.ask("group_again", "group", "separate", name=draft.name[:_SHOWN])
    _labels(header, draft, lines, pairs)
    ring = [(second, first) for first, second in pairs]
    if reference is None and len(set(ring)) >= 3:
        draft.computed_ha = round(plane_ha([[[*ring, ring[0]]]]), 6)
    check(draft, Shape([[ring]], multi=False), reference, options.max_vertices)


def _whole_lines(header: Header, draft: Draft, lines: Sequence[Line]) -> None:
    for line in lines:
        if len(line) > len(header.names) and any(text(cell).strip() for cell in line[len(header.names) :]):
            draft.refuse("line_too_wide", cells=len(line), columns=len(header.names))
            raise _Stop


def _are_records(header: Header, lines: Sequence[Line]) -> bool:
    """Lines without labels that each carry data of their own are places, not corners of one area."""
    known = set(header.at.values())
    others = [place for place in range(len(header.names)) if place not in known]
    return any(len({text(line[place]) for line in lines if place < len(line)}) > 1 for place in others) or (
        len(lines) == 1 and bool(others)
    )


def _numbers(header: Header, draft: Draft, lines: Sequence[Line]) -> Pairs:
    decimal = draft.answer("decimal")
    low, high = ((-180, 180), (-180, 180)) if header.geographic else ((50_000, 3_000_000), (50_000, 500_000_000))
    found: list[list[float]] = []
    by_range = False
    for line in lines:
        pair: list[float] = []
        for name, (least, most) in zip(_axes(header), (low, high), strict=True):
            cell: Cell = line[header.at[name]] if header.at[name] < len(line) else ""
            read, decided = coordinate(cell, decimal, lambda d, a=least, b=most: a <= d <= b)  # type: ignore[misc]
            by_range = by_range or decided
            pair.append(_single(header, draft, line, cell, read))
        found.append(pair)
    if by_range:
        draft.note("numbers_by_range")
    return [(first, second) for first, second in found]


def _single(header: Header, draft: Draft, line: Line, cell: Cell, found: tuple[Decimal, ...]) -> float:
    label = header.cell(texts(line), "label")[:_SHOWN]
    if not found:
        draft.refuse("coordinate_unreadable", label=label, value=text(cell)[:_SHOWN])
        raise _Stop
    if len(found) > 1:
        draft.ask("coordinate_ambiguous", "decimal", "comma", "point", label=label, value=text(cell)[:_SHOWN],
                  one=f"{found[0]:f}", other=f"{found[1]:f}")  # fmt: skip
        raise _Stop
    return float(found[0])


def _reference(
    table: Table, draft: Draft, pairs: Pairs, lines: Sequence[Line]
) -> tuple[projecting.Reference | None, Pairs]:
    """The system the corners are in, by what was answered, said for the file, stated in the table; else a question."""
    pairs, prefix = _without_prefix(table.header, draft, pairs)
    answered = readings(draft.answer("epsg"))
    epsg = int(answered[0]) if answered else table.options.epsg
    stated = _stated(table, lines) or zones.of_prefix(prefix)
    if epsg is None:
        epsg = zones.WGS84 if table.header.geographic and stated is None else stated
        if stated is not None and not table.header.geographic:
            draft.note("zone_stated", epsg=stated)
    elif stated is not None and stated != epsg and not answered:
        draft.ask("zone_conflict", "epsg", str(epsg), str(stated), said=epsg, stated=stated)
        raise _Stop
    if epsg is None:
        _ask_zone(draft, pairs)
        return None, pairs
    reference = projecting.of_epsg(epsg)
    if reference is None or reference.projected == table.header.geographic or not projecting.can_project(reference):
        draft.refuse("epsg_unfit", epsg=epsg)
        raise _Stop
    return reference, pairs


def _without_prefix(header: Header, draft: Draft, pairs: Pairs) -> tuple[Pairs, str]:
    """Eastings with their zone written before them ("48556370.13"), or northings where the two are swapped."""
    if header.geographic:
        return pairs, ""
    for column in (1, 0):
        stripped = [zones.prefix_stripped(pair[column]) for pair in pairs]
        prefixes = {prefix for _, prefix in stripped}
        if len(prefixes) == 1 and prefixes != {""}:
            prefix = prefixes.pop()
            if prefix in zones.HN72_PREFIXES:
                draft.refuse("hn72", prefix=prefix)
                raise _Stop
            draft.note("zone_prefix", prefix=prefix)
            bare = [value for value, _ in stripped]
            return [(a, bare[n]) if column else (bare[n], b) for n, (a, b) in enumerate(pairs)], prefix
    return pairs, ""


def _stated(table: Table, lines: Sequence[Line]) -> int | None:
    if "zone" in table.header.at:
        cell = text(_first(table.header, lines, table.header.at["zone"])).strip()
        if cell:
            bare = cell if not cell.isdecimal() else f"EPSG:{cell}" if len(cell) >= 4 else f"kinh tuyen {cell}"
            name = table.header.names[table.header.at["zone"]]
            return zones.zone_stated(bare) or zones.zone_stated(f"kinh tuyen truc {cell}") or zones.zone_stated(name)
    return table.header.zone


def _ask_zone(draft: Draft, pairs: Pairs) -> None:
    eastings = [pair[1] if zones.plausible(*pair) else pair[0] for pair in pairs]
    fitting = list(zones.candidates(eastings[0]))
    named = ", ".join(f"{epsg} ({words})" for epsg, words in fitting)
    draft.ask("zone_missing", "epsg", *(str(epsg) for epsg, _ in fitting), zones=named)


def _right_way_round(header: Header, draft: Draft, pairs: Pairs, reference: projecting.Reference | None) -> Pairs:
    """Northing before easting; when the numbers only make sense the other way round somebody has to say so."""
    degrees, answer = header.geographic, draft.answer("axes")
    elsewhere = reference is not None and not reference.vn2000  # a system that is used out of Vietnam too
    turned = [(second, first) for first, second in pairs]
    found = zones.suspect_axes(pairs, degrees=degrees)
    # An answer for the whole file is not meant for an area that only fits as it is.
    if answer == "swapped" and (found or not zones.suspect_axes(turned, degrees=degrees)):
        draft.note("axes_turned")
        pairs, found = turned, "" if elsewhere else zones.suspect_axes(turned, degrees=degrees)
    if not found or answer == "as_written" or (elsewhere and found == "neither"):
        return pairs
    if found == "swapped":
        first, second = (f"{number:.10g}" for number in pairs[0])
        choices = ("swapped", "as_written") if elsewhere else ("swapped",)
        draft.ask("axes_swapped", "axes", *choices, first=first, second=second)
    else:
        odd = next(pair for pair in pairs if zones.suspect_axes([pair], degrees=degrees))
        draft.refuse("outside_zone", first=f"{odd[0]:.10g}", second=f"{odd[1]:.10g}")
    raise _Stop


def _labels(header: Header, draft: Draft, lines: Sequence[Line], pairs: Pairs) -> None:
    """One label at two places: a slip of the pen, or two areas run together."""
    seen: dict[str, tuple[float, float]] = {}
    for line, pair in zip(lines, pairs, strict=True):
        label = header.cell(texts(line), "label").strip()
        if label and seen.setdefault(label, pair) != pair and draft.answer("labels") != "keep":
            draft.ask("label_twice", "labels", "keep", label=label[:_SHOWN])
            return
