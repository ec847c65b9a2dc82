"""Sheets as lines of cells: CSV in whatever encoding and with whatever delimiter, XLSX cell by cell."""

import csv
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from backend.registry.importing.archives import refuse_entities
from backend.registry.importing.harmless import unguarded
from backend.registry.importing.rows import FileRefused, ReadOptions

Cell = str | int | float  # a number where the sheet has one, text otherwise
Line = tuple[Cell, ...]
MOST_COLUMNS = 400
MOST_CELL = 16_000_000  # characters: the WKT of an area with all the corners it may have
_DELIMITERS = (";", "\t", ",", "|")
_LOOK = 60  # lines
_CHUNK = 2**20
# Characters that XML cannot hold, as workbooks write them (ECMA-376, ST_Xstring); "_x005F_" is the underscore.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """`encoding`: "" where the file states or proves it, else the one that was taken."""

    name: str
    lines: Iterator[Line]
    encoding: str = ""


def text(cell: Cell) -> str:
    """A cell as it would be written: 5.0 as "5"."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def texts(line: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(text(cell) for cell in line)


def blank(line: Sequence[Cell]) -> bool:
    return not any(isinstance(cell, (int, float)) or cell.strip() for cell in line)


def csv_sheet(path: Path, options: ReadOptions) -> Sheet:
    """FileRefused when the encoding cannot be told or a line is none."""
    encoding, guessed = _encoding(path, options.encoding)
    csv.field_size_limit(MOST_CELL)
    delimiter = _delimiter(path, encoding)
    return Sheet("", _csv_lines(path, encoding, delimiter), encoding if guessed else "")


def _csv_lines(path: Path, encoding: str, delimiter: str) -> Iterator[Line]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            for line in csv.reader(file, delimiter=delimiter):
                yield _narrow(line)
    except csv.Error as error:
        raise FileRefused("csv_broken", reason=str(error)[:200]) from error


def _narrow(line: Sequence[str]) -> Line:
    if len(line) > MOST_COLUMNS:
        raise FileRefused("too_many_columns", limit=MOST_COLUMNS)
    return tuple(unguarded(cell) for cell in line)


def _encoding(path: Path, said: str | None) -> tuple[str, bool]:
    """(encoding, whether it was only guessed). What decodes as UTF-8 is UTF-8; else the old Vietnamese code page."""
    if said is not None:
        if _decodes(path, said):
            return said, False
        raise FileRefused("encoding_wrong", encoding=said)
    with path.open("rb") as file:
        head = file.read(4096)
    guesses: tuple[str, ...] = ()
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        found = "utf-32"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "utf-16"
    elif head.startswith(b"\xef\xbb\xbf"):
        found = "utf-8-sig"
    elif b"\x00" in head:
        found = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    else:
        found, guesses = "utf-8", ("cp1258",)
    if _decodes(path, found):
        return found, False
    for guess in guesses:
        if _decodes(path, guess):
            return guess, True
    raise FileRefused("encoding_unknown")


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while chunk := file.read(_CHUNK):
                if "\x00" in chunk:
                    raise FileRefused("not_text")
    except (UnicodeError, LookupError):
        return False
    return True


def _delimiter(path: Path, encoding: str) -> str:
    """The one under which the largest share of lines has the same number of cells, more than one; but not one that
    leaves an opening quotation mark behind another (a cell of several lines, cut up)."""
    with path.open(encoding=encoding, newline="") as file:
        sample = list(islice(file, _LOOK))

    def score(delimiter: str) -> tuple[bool, float, int, int]:
        try:
            lines = [line for line in csv.reader(sample, delimiter=delimiter) if any(line)]
        except csv.Error:
            return False, 0.0, 0, 0
        others = [f'{other}"' for other in _DELIMITERS if other != delimiter]
        whole = not any(mark in cell for line in lines for cell in line for mark in others)
        wide = [len(line) for line in lines if len(line) > 1]
        usual = max((wide.count(width) for width in wide), default=0)
        return whole and usual > 0, usual / max(len(lines), 1), usual, -_DELIMITERS.index(delimiter)

    return max(_DELIMITERS, key=score)


@contextmanager
def _openpyxl() -> Iterator[None]:
    """Whatever it trips over in a broken file (it checks little and raises much) as FileRefused."""
    try:
        yield
    except (FileRefused, MemoryError, RecursionError):
        raise
    except Exception as error:
        raise FileRefused("xlsx_broken", reason=f"{type(error).__name__}: {error}"[:200]) from error


def xlsx_sheets(path: Path, options: ReadOptions) -> Iterator[Sheet]:
    """Visible sheets with cells. Formulas count as what they last gave. FileRefused: bombs, entities, broken files."""
    refuse_entities(path, options.max_bytes)
    # As a file and not by its name: a kept file is named by its digest, and openpyxl wants ".xlsx".
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that openpyxl leaves out
        with _openpyxl():
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                sheet.reset_dimensions()
                yield Sheet(sheet.title, _xlsx_lines(sheet))


def _xlsx_lines(sheet: Any) -> Iterator[Line]:
    with _openpyxl():
        for line in sheet.iter_rows(values_only=True):
            cells = [_cell(value) for value in line]
            while cells and cells[-1] == "":
                cells.pop()
            if len(cells) > MOST_COLUMNS:
                raise FileRefused("too_many_columns", limit=MOST_COLUMNS)
            yield tuple(cells)


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
