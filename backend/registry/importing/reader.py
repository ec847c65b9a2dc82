"""The process that reads one file: `python -m backend.registry.importing.reader`, started by `reading.read_file` alone.

In: one line of JSON on stdin (path, folder for temporary files, options); stdin stays open, and its end means that
nobody waits any more. Out: lines of JSON on stdout: ["total", rows], ["row", AreaRow], and last ["end"] or ["refused",
code, values]. Limits (address space, processor time, size of files, open files) are set before the file is touched;
there is no network and no other program.
"""

import json
import math
import os
import resource
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.registry.importing.detecting import kind_of
from backend.registry.importing.reading import EXIT_BROKEN, EXIT_MEMORY, MOST_LINE
from backend.registry.importing.rows import MIB, AreaRow, FileRefused, Note, Outcome, ReadOptions

MOST_DEPTH = 64  # of values within the properties of a row
_CHUNK = 2**20
_FILES = 128
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.")


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
    """Address space, processor seconds, bytes of a file written, open files, no core dump. What is lower already
    stays."""
    wanted = {
        resource.RLIMIT_AS: options.memory_bytes,
        resource.RLIMIT_CPU: max(math.ceil(options.seconds), 1),
        resource.RLIMIT_FSIZE: options.max_bytes + MIB,
        resource.RLIMIT_NOFILE: _FILES,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in wanted.items():
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # One second more until the hard limit, or the signal that tells of the soft one never comes.
        spare = 1 if which == resource.RLIMIT_CPU and (hard == resource.RLIM_INFINITY or most < hard) else 0
        resource.setrlimit(which, (most, most + spare))


def alone(event: str, arguments: object) -> None:
    """Audit hook: PermissionError for whatever would reach beyond this process and its files."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"the reader of a file does not do {event}")


def line_of(row: AreaRow) -> bytes:
    """A row as a line. One that nests too deep or is too long is refused: it has to fit through here."""
    if _depth(row.properties) > MOST_DEPTH:
        row = _refused(row, Note("row_too_deep", {"limit": MOST_DEPTH}))
    line = _line("row", row.as_json())
    if len(line) >= MOST_LINE:
        line = _line("row", _refused(row, Note("row_too_large", {"limit": MOST_LINE // MIB})).as_json())
    return line


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


def _line(kind: str, *said: Any) -> bytes:
    return json.dumps([kind, *said], default=str, separators=(",", ":")).encode() + b"\n"


def tell(order: Mapping[str, Any], out: Any) -> None:
    """Read what the order names and say it. Everything that may go wrong with a file ends as `refused`."""
    path, folder, options = Path(order["path"]), Path(order["folder"]), ReadOptions.from_json(order["options"])
    count = 0
    try:
        out.write(_line("total", total_of(path, options)))
        for row in rows(path, options, folder):
            count += 1
            if count > options.max_rows:
                raise FileRefused("too_many_rows", limit=options.max_rows)
            out.write(line_of(row))
            out.flush()
        if not count:
            raise FileRefused("no_rows")
        out.write(_line("end"))
    except FileRefused as refused:
        out.write(_line("refused", refused.code, refused.values))
    except RecursionError:
        out.write(_line("refused", "nested_too_deep", {}))
    out.flush()


def _watch(stdin: Any) -> None:
    """Leave when whoever asked is gone."""
    while stdin.read(1):
        pass
    os._exit(EXIT_BROKEN)


def main() -> None:
    # What libraries print must not get between the lines.
    out = os.fdopen(os.dup(1), "wb", buffering=2**16)
    os.dup2(2, 1)
    stdin = os.fdopen(0, "rb", buffering=0)
    order = json.loads(_first_line(stdin))
    limits(ReadOptions.from_json(order["options"]))
    threading.Thread(target=_watch, args=(stdin,), daemon=True).start()
    sys.addaudithook(alone)
    try:
        tell(order, out)
        code = 0
    except BrokenPipeError:
        code = EXIT_BROKEN
    except MemoryError:
        code = EXIT_MEMORY
    except Exception as error:
        # Where, but not the message: it may quote the file, and files name people.
        sys.stderr.write("".join([*traceback.format_tb(error.__traceback__), type(error).__name__, "\n"]))
        sys.stderr.flush()
        code = EXIT_MEMORY if "bad_alloc" in str(error) else EXIT_BROKEN
    os._exit(code)  # nothing of a library's goodbye is wanted, and the thread above may be reading


def _first_line(stdin: Any) -> bytes:
    """Unbuffered, so that the rest stays for the thread."""
    line = bytearray()
    while not line.endswith(b"\n"):
        more = stdin.read(_CHUNK)
        if not more:
            os._exit(EXIT_BROKEN)
        line += more
    return bytes(line)


if __name__ == "__main__":
    main()
