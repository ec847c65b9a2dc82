"""Which column of a corner table is which, by the headers used in Vietnam, with or without accents."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.registry.importing.headers import HEADERS, fold, header_key, squeezed
from backend.registry.importing.zones import zone_stated

# Logical name → headers as `_key` makes them. On Vietnamese papers x is the northing and y the easting.
CORNER_HEADERS: Mapping[str, tuple[str, ...]] = {
    "label": (
        "so hieu diem", "ten diem", "diem goc", "diem khep goc", "so hieu diem goc", "so hieu moc", "ten moc",
        "so hieu", "diem so", "so diem", "moc so", "diem", "moc", "goc", "dinh", "ky hieu diem", "ten diem goc",
        "so hieu diem khep goc", "id diem", "point", "point no", "point id", "corner", "corner point", "corner no",
        "vertex", "pt",
    ),
    "northing": (
        "x", "x m", "toa do x", "toa do x m", "x bac", "bac", "bac x", "bac m", "toa do bac", "x north", "northing",
        "north", "n", "n m", "northing m", "x vn 2000", "x vn2000",
    ),
    "easting": (
        "y", "y m", "toa do y", "toa do y m", "y dong", "dong", "dong y", "dong m", "toa do dong", "y east", "easting",
        "east", "e", "e m", "easting m", "y vn 2000", "y vn2000",
    ),
    "lat": ("vi do", "vi do b", "vi tuyen", "latitude", "lat", "vi do bac", "y lat"),
    "lon": ("kinh do", "kinh do l", "kinh tuyen", "longitude", "lon", "lng", "long", "kinh do dong", "x lon"),
    "number": HEADERS["number"],
    "area": (
        "khu vuc", "ten khu vuc", "khu", "khu vuc khai thac", "ten khu vuc khai thac", "khu mo", "ten mo", "mo", "lo",
        "thua", "vung", "area name", "block", "polygon", "site",
    ),
    "name": ("ten", "name", "object name", "ten doi tuong"),
    "declared_ha": (*HEADERS["declared_ha"], "area km2", "areakm2", "area m2", "areaha", "dien tich ha"),
    "zone": ("epsg", "kinh tuyen truc", "ktt", "kinh tuyen trung uong", "he toa do", "he quy chieu", "crs", "srid"),
    "wkt": ("wkt", "geom", "geometry", "the geom", "wkt geom", "hinh hoc"),
}  # fmt: skip
# Only a label when no other column is one: running numbers of lines.
WEAK_LABELS = ("stt", "tt", "so tt", "so thu tu", "no", "id")
COORDINATES = ("northing", "easting", "lat", "lon", "wkt")
GROUPS = ("number", "area", "name")
HEADER_SEARCH = 40  # lines in which the header must stand


def _key(text: str) -> str:
    """ "Tọa độ X (m)" → "toa do x m"; "Số_GP" → "so gp"."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


def keys_of(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((_key(text), header_key(text))))


def declared_column(names: Sequence[str], given: Mapping[str, str]) -> str | None:
    """The column or property that states the area."""
    return _find("declared_ha", names, given)


def name_column(names: Sequence[str], given: Mapping[str, str]) -> str | None:
    """The property that names an area of a GIS file: licence number, area, name, in this order."""
    for logical in GROUPS:
        found = _find(logical, names, given)
        if found is not None:
            return found
    return None


def _find(logical: str, names: Sequence[str], given: Mapping[str, str]) -> str | None:
    if logical in given:
        return given[logical] if given[logical] in names else None
    by_key: dict[str, str] = {}
    for name in names:
        for key in keys_of(name):
            by_key.setdefault(squeezed(key), name)
    return next((by_key[key] for key in map(squeezed, CORNER_HEADERS[logical]) if key in by_key), None)


@dataclass(frozen=True)
class Header:
    """A header found. `names`: of all columns, unique. `at`: logical name → column index. `zone`: stated above it."""

    names: tuple[str, ...]
    at: Mapping[str, int]
    zone: int | None = None
    lines: tuple[tuple[str, ...], ...] = field(default=(), compare=False)

    @property
    def geographic(self) -> bool:
        return "lat" in self.at

    @property
    def has_corners(self) -> bool:
        return {"northing", "easting"} <= self.at.keys() or {"lat", "lon"} <= self.at.keys()

    def cell(self, cells: Sequence[str], logical: str) -> str:
        """The cell of a line under this column; "" where there is none."""
        place = self.at.get(logical)
        return cells[place] if place is not None and place < len(cells) else ""

    def repeats(self, cells: Sequence[str]) -> bool:
        """Whether a line is the header again."""
        written = [cell.strip() for cell in cells]
        return written in [[cell.strip() for cell in line] for line in self.lines] and any(written)


def unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Column names as written; empty and repeated ones numbered."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell.strip() or f"#{place}"
        while name in names:
            name += f" #{place}"
        names.append(name)
    return tuple(names)


def header_of(line: Sequence[str], above: Sequence[str], given: Mapping[str, str]) -> Header | None:
    """The header in `line`; where a cell is empty the cell over it counts, as headers are often two lines high."""
    merged = [cell if cell.strip() else (above[place] if place < len(above) else "") for place, cell in enumerate(line)]
    if len([cell for cell in line if cell.strip()]) < 2 and not given:
        return None
    names = unique(merged)
    at: dict[str, int] = {}
    for logical in CORNER_HEADERS:
        found = _find(logical, names, given)
        if found is not None and names.index(found) not in at.values():
            at[logical] = names.index(found)
    if "label" not in at:
        weak = next(
            (name for name in names if _key(name) in WEAK_LABELS and names.index(name) not in at.values()), None
        )
        if weak is not None:
            at["label"] = names.index(weak)
    if {"lat", "lon"} <= at.keys() and {"northing", "easting"} <= at.keys():
        del at["lat"], at["lon"]  # the paper's own coordinates, not those somebody computed
    header = Header(names, at, lines=(tuple(line), tuple(merged)))
    return header if header.has_corners or "wkt" in at else None


def find_header(lines: Sequence[Sequence[str]], given: Mapping[str, str]) -> tuple[int, Header] | None:
    """(index, header) in the first lines of a table."""
    for index, line in enumerate(lines[:HEADER_SEARCH]):
        header = header_of(line, lines[index - 1] if index else (), given)
        if header is not None:
            said = " ".join(" ".join(cells) for cells in lines[: index + 1])
            return index, Header(header.names, header.at, zone_stated(said), header.lines)
    return None
