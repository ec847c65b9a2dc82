"""The cells of a sheet of declared output: one month a row, or one licence a row with a column for each month."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from backend.registry.importing.cells import Cells, amount_of, basis_of, text_of, unit_of
from backend.registry.importing.headers import OUTPUT_HEADERS, columns_of, fold, header_key
from backend.registry.importing.licence_cells import NUMBER_LIMIT
from backend.registry.importing.rows import Outcome

_MONTH_HEADER = re.compile(r"(?:thang|month|t|m)? ?(\d{1,2})(?: (?:nam )?(\d{4}))?")
_MONTH_HEADER_YEAR_FIRST = re.compile(r"(\d{4}) (\d{1,2})(?: 0?1(?: 00 00 00)?)?")
_MONTH = re.compile(r"(?:(?:thang|month|t)\s*)?(\d{1,2})(?:\s*(?:[/.-]|nam|year)\s*(\d{4}))?")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*\d{1,2}(?:[t ].*)?)?")
_FULL_DAY = re.compile(r"\d{1,2}\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_ASIDE = re.compile(r"[(\[{](.*?)[)\]}]")

Month = tuple[int, int | None]  # (month, year or None where it is not said)


@dataclass(frozen=True, slots=True)
class Entry:
    """One declaration as the sheet has it. `value`: the cell of the quantity, `header` of its column; `month` as
    written, or taken from the header."""

    cells: Cells
    value: Any
    header: str
    month: Month | None
    said: str


def sheet_columns(names: tuple[str, ...], given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Month]]:
    """(field → column, column → month). Columns of months count only where the sheet has none of its own for the
    quantity."""
    columns = columns_of(names, given, OUTPUT_HEADERS)
    if "quantity" in columns:
        return columns, {}
    months = {name: month for name in names if (month := _header_month(name)) is not None}
    return columns, {name: month for name, month in months.items() if name not in columns.values()}


def _header_month(name: str) -> Month | None:
    key, year = header_key(name), None
    if match := _MONTH_HEADER_YEAR_FIRST.fullmatch(key):
        month, year = int(match[2]), int(match[1])
    elif match := _MONTH_HEADER.fullmatch(key):
        month, year = int(match[1]), int(match[2]) if match[2] else None
    else:
        return None
    return (month, year) if 1 <= month <= 12 else None


def month_of(value: Any) -> Month | None:
    """03/2026, 2026-03, "Tháng 3 năm 2026", a day of the month, or a bare 3; None when it is no month."""
    if isinstance(value, date):
        return value.month, value.year
    text, year = fold(text_of(value)), None
    if match := _YEAR_FIRST.fullmatch(text):
        month, year = int(match[2]), int(match[1])
    elif (match := _FULL_DAY.fullmatch(text)) or (match := _MONTH.fullmatch(text)):
        month, year = int(match[1]), int(match[2]) if match[2] else None
    else:
        return None
    return (month, year) if 1 <= month <= 12 else None


def entries(
    properties: Mapping[str, Any],
    columns: Mapping[str, str],
    months: Mapping[str, Month],
    defaults: Mapping[str, str],
    answers: Mapping[str, str],
    row: int,
) -> Iterator[Entry]:
    """The declarations of one row; an empty cell below a month declares nothing."""

    def cells() -> Cells:
        return Cells(properties, columns, defaults, answers, row)

    if not months:
        own = cells()
        said = own.raw("month")
        yield Entry(own, own.raw("quantity"), columns.get("quantity", ""), month_of(said), text_of(said)[:40])
        return
    for name, month in months.items():
        value = properties.get(name)
        if value is not None and text_of(value):
            yield Entry(cells(), value, name, month, name[:40])


def declaration(entry: Entry, today: date) -> dict[str, Any]:
    """What the entry declares, as JSON: number, year, month, quantity, unit, basis; null where it is not known, and
    then a note says why."""
    cells = entry.cells
    number = cells.text("number")
    if not number:
        cells.note("number_missing", Outcome.REFUSED)
    elif len(number) > NUMBER_LIMIT:
        cells.note("number_too_long", Outcome.REFUSED, length=len(number), limit=NUMBER_LIMIT)
        number = ""
    year, month = _month(entry, today)
    quantity, unit, basis = _quantity(entry)
    return {
        "number": number,
        "year": year,
        "month": month,
        "quantity": None if quantity is None else f"{quantity:f}",
        "unit": unit,
        "basis": basis,
    }


def _month(entry: Entry, today: date) -> tuple[int | None, int | None]:
    cells = entry.cells
    if entry.month is None:
        if entry.said:
            cells.note("month_unreadable", Outcome.REFUSED, value=entry.said)
        else:
            cells.note("month_missing", Outcome.REFUSED)
        return None, None
    month, year = entry.month
    if year is None:
        said = text_of(cells.raw("year")) or (cells.answer("year") or "")
        found = re.fullmatch(r"(?:năm\s+)?(\d{4})", said, re.IGNORECASE)
        if found is None:
            cells.ask("year_missing", "year", value=entry.said)
            return None, month
        year = int(found[1])
    if (year, month) > (today.year, today.month):
        cells.note("month_future", Outcome.REFUSED, value=f"{month:02d}/{year}")
    return year, month


def _quantity(entry: Entry) -> tuple[Decimal | None, str, str]:
    cells, value = entry.cells, entry.value
    said = text_of(value)
    if not said:
        cells.note("quantity_missing", Outcome.REFUSED)
        return None, "", ""
    unit = basis = ""
    times = 1
    if isinstance(value, str):
        amount = amount_of(said)
        if amount is None or amount.per:
            cells.note("quantity_unreadable", Outcome.REFUSED, value=said[:60])
            return None, "", ""
        value, unit, basis, times = amount.number, amount.unit, amount.basis, amount.times
    number = cells.number("quantity", value, unreadable="quantity_unreadable", then=Outcome.REFUSED)
    unit = unit or _unit(cells, entry.header)
    if number is None:
        return None, unit, ""
    if number < 0:
        cells.note("quantity_negative", Outcome.REFUSED, value=said[:60])
        return None, unit, ""
    if not unit:
        cells.ask("unit_missing", "unit", "m3", "t", value=said[:60])
    basis = "weight" if unit == "t" else basis or basis_of(cells.text("basis"))
    return number * times, unit, basis if unit == "t" or basis in ("loose", "in_place") else ""


def _unit(cells: Cells, header: str) -> str:
    aside = _ASIDE.search(header)
    in_header = unit_of(aside[1]) if aside else ""
    return in_header or unit_of(cells.text("unit")) or unit_of(cells.answer("unit") or "")
