"""The process that reads one file: `python -m backend.registry.importing.reader`, started by `reading.read_file` alone.

In: one line of JSON on stdin (path, folder for temporary files, options); stdin stays open, and its end means that
nobody waits any more. Out: lines of JSON on stdout: ["total", rows], ["row", AreaRow], and last ["end"] or ["refused",
code, values]. Limits (address space, processor time, size of files, open files) are set before the file is touched;
there is no network and no other program.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.common import confined
from backend.common.confined import alone, line
from backend.registry.importing.detecting import kind_of
from backend.registry.importing.reading import MOST_LINE, limits_of
from backend.registry.importing.rows import MIB, AreaRow, FileRefused, Note, Outcome, ReadOptions

__all__ = ["alone", "limits", "line_of", "main", "rows", "tell", "total_of"]

MOST_DEPTH = 64  # of values within the properties of a row
_CHUNK = 2**20


def rows(path: Path, options: ReadOptions, folder: Path) -> Iterator[AreaRow]:
    """The rows of a file by its kind, or by the kind that was said. What a kind needs is loaded only for it."""
    found = kind_of(path, options.max_bytes)
    if options.kind == "records":
        if found not in ("table", "xlsx"):
            raise FileRefused("not_a_table", found=found)
        from backend.registry.importing import corners, tables

        sheets = tables.xlsx_sheets(path, options) if found == "xlsx" else iter([tables.csv_sheet(path, options)])
        return corners.read_records(sheets, options)
    kind = options.kind or found
    if kind in ("table", "xlsx"):
        from backend.registry.importing import corners, tables

        sheets = tables.xlsx_sheets(path, options) if kind == "xlsx" else iter([tables.csv_sheet(path, options)])
        return corners.read(sheets, options)
    if kind == "geojson":
        from backend.registry.importing import geojson

        return geojson.read(path, options)
    if kind in ("kml", "kmz"):
        from backend.registry.importing import kml

        return kml.read_kmz(path, options, folder) if kind == "kmz" else kml.read(path, options)
    if kind in ("shapefile", "gpkg"):
        from backend.registry.importing import gis

        return (gis.read_shapefile if kind == "shapefile" else gis.read_gpkg)(path, options, folder)
    raise FileRefused("kind_unknown", found=str(kind))


def total_of(path: Path, options: ReadOptions) -> int | None:
    """How many rows there will be, as far as that can be had by a quick look; for the progress bar only."""
    kind = options.kind or kind_of(path, options.max_bytes)
    mark = {"geojson": b'"Feature"', "kml": b"<Placemark"}.get(kind)
    if mark is None:
        return None
    count, tail = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            window = tail + chunk
            count += window.count(mark)
            tail = window[-(len(mark) - 1) :]
    return count


def limits(options: ReadOptions) -> None:
    confined.confine(limits_of(options))


def line_of(row: AreaRow) -> bytes:
    """A row as a line. One that nests too deep or is too long is refused: it has to fit through here."""
    if _depth(row.properties) > MOST_DEPTH:
        row = _refused(row, Note("row_too_deep", {"limit": MOST_DEPTH}))
    said = line("row", row.as_json())
    if len(said) >= MOST_LINE:
        said = line("row", _refused(row, Note("row_too_large", {"limit": MOST_LINE // MIB})).as_json())
    return said


def _refused(row: AreaRow, note: Note) -> AreaRow:
    return replace(
        row, name=row.name[:1000], properties={}, corner_table="", geometry=None, proposed=None,
        outcome=Outcome.REFUSED, notes=(note,),
    )  # fmt: skip


def _depth(value: Any) -> int:
    """How many levels deep a value is; stops where it is too deep anyway."""
    deepest, level = 0, [value]
    while level and deepest <= MOST_DEPTH:
        deepest += 1
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list))]
        level = [one for values in inner for one in values]
    return deepest


def tell(order: Mapping[str, Any], out: Any) -> None:
    """Read what the order names and say it. Everything that may go wrong with a file ends as `refused`."""
    path, folder, options = Path(order["path"]), Path(order["folder"]), ReadOptions.from_json(order["options"])
    count = 0
    try:
        out.write(line("total", total_of(path, options)))
        for row in rows(path, options, folder):
            count += 1
            if count > options.max_rows:
                raise FileRefused("too_many_rows", limit=options.max_rows)
            out.write(line_of(row))
            out.flush()
        if not count:
            raise FileRefused("no_rows")
        out.write(line("end"))
    except FileRefused as refused:
        out.write(line("refused", refused.code, refused.values))
    except RecursionError:
        out.write(line("refused", "nested_too_deep", {}))
    out.flush()


def main() -> None:
    confined.run(tell, lambda order: limits_of(ReadOptions.from_json(order["options"])))


if __name__ == "__main__":
    main()
