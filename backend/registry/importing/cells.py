"""Cells of registers as values: text, days, numbers with units. Nothing is guessed: what can be read in two ways is a
question, what cannot be read stays empty with a note."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from backend.registry.importing.headers import fold
from backend.registry.importing.numbers import readings
from backend.registry.importing.rows import Note, Outcome

UNITS = {
    "m3": "m3", "m^3": "m3", "m³": "m3", "met khoi": "m3", "khoi": "m3", "cubic metres": "m3", "cubic meters": "m3",
    "t": "t", "tan": "t", "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t",
}  # fmt: skip
TIMES = {"nghin": 1_000, "ngan": 1_000, "trieu": 1_000_000}
_AMOUNT = re.compile(
    r"(?P<number>[-+−]?\d[\d.,' \u00a0\u202f]*?)\s*(?P<times>nghin|ngan|trieu)?\s*"
    r"(?P<unit>m\^?3|m³|met khoi|khoi|cubic met(?:re|er)s|tonnes?|tons?|tan|t)?\s*"
    r"(?P<basis>nguyen khoi|nguyen khai|in place|in situ|loose|roi)?\s*"
    r"(?P<period>(?:/|mot|moi|per|a)\s*(?:nam|year|yr|thang|month|ngay|day|ca|shift|n))?\s*\.?"
)
# "nguyên khối" is rock in place; "nguyên khai" is what came out of it.
_BASES = {
    "nguyen khoi": "in_place", "in place": "in_place", "in situ": "in_place", "in_place": "in_place",
    "nguyen khai": "loose", "roi": "loose", "loose": "loose", "weight": "weight",
}  # fmt: skip
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ]\d{2}:\d{2}.*)?")
_WORDED = re.compile(r"(?:ngay\s+)?(\d{1,2})\s+thang\s+(\d{1,2})\s+nam\s+(\d{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2200  # a licence of another year is a slip of the pen
_HALF = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> tuple[Any, bool]:
    """The value as JSON that every database takes, and whether characters had to be replaced: no NUL, no half of a
    surrogate pair, no number that is none."""
    if isinstance(value, str):
        clean = _HALF.sub("\ufffd", value)
        return clean, clean != value
    if isinstance(value, Mapping):
        pairs = [(storable(str(key)), storable(item)) for key, item in value.items()]
        return {key[0]: item[0] for key, item in pairs}, any(key[1] or item[1] for key, item in pairs)
    if isinstance(value, (list, tuple)):
        items = [storable(item) for item in value]
        return [item[0] for item in items], any(item[1] for item in items)
    if isinstance(value, bool) or value is None or (isinstance(value, float) and math.isfinite(value)):
        return value, False
    if isinstance(value, int):
        # PostgreSQL keeps any, other readers of JSON only what a double holds.
        return (value, False) if abs(value) < 2**53 else (str(value), False)
    if isinstance(value, (date, datetime)):
        return value.isoformat(), False
    return storable(str(value))


@dataclass
class Cells:
    """The cells of one row by field, and what was found out about them. `row`: its number in the file. A question is
    answered for all rows (`decimal=comma`) or for one (`decimal:7=point`)."""

    properties: Mapping[str, Any]
    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    answers: Mapping[str, str]
    row: int = 0
    notes: list[Note] = field(default_factory=list)
    outcome: Outcome = Outcome.ACCEPTED

    def note(self, code: str, outcome: Outcome = Outcome.ACCEPTED, **values: Any) -> None:
        self.notes.append(Note(code, values))
        self.outcome = worse(self.outcome, outcome)

    def raw(self, name: str) -> Any:
        column = self.columns.get(name)
        value = self.properties.get(column) if column is not None else None
        if value is None or (isinstance(value, str) and not value.strip()):
            return self.defaults.get(name)
        return value

    def title(self, name: str) -> str:
        """The header of the field's column as the file has it, so that whoever reads a note finds it."""
        return self.columns.get(name, name)

    def text(self, name: str, limit: int | None = None) -> str:
        """NFC, one line, single spaces; cut at `limit` with a note."""
        found = text_of(self.raw(name))
        if limit is not None and len(found) > limit:
            self.note("text_shortened", field=self.title(name), limit=limit)
            return found[:limit]
        return found

    def day(self, name: str) -> date | None:
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        text = text_of(value)
        found = _parts(text)
        if found is None:
            self.note("date_unreadable", field=self.title(name), value=text[:60])
            return None
        year, month, day = found
        try:
            if not FIRST_YEAR <= year < LAST_YEAR:
                raise ValueError(year)
            return date(year, month, day)
        except ValueError:
            self.note("date_impossible", field=self.title(name), value=text[:60])
            return None

    def answer(self, key: str) -> str | None:
        return self.answers.get(f"{key}:{self.row}", self.answers.get(key))

    def ask(self, code: str, key: str, *choices: str, **values: Any) -> None:
        self.note(code, Outcome.QUESTION, answer=f"{key}:{self.row}", choices="|".join(choices), **values)

    def number(
        self, name: str, value: Any, *, unreadable: str = "cell_number_unreadable", then: Outcome = Outcome.ACCEPTED
    ) -> Decimal | None:
        """None with the note `unreadable` when the value is no number, or with a question when it can be read in two
        ways."""
        found = readings(value, self.answer("decimal"))
        if not found:
            self.note(unreadable, then, field=self.title(name), value=text_of(value)[:60])
            return None
        if len(found) == 1:
            return found[0]
        one, other = (f"{number:f}" for number in found[:2])
        said = text_of(value)[:60]
        self.ask(
            "cell_number_ambiguous", "decimal", "comma", "point",
            field=self.title(name), value=said, one=one, other=other,
        )  # fmt: skip
        return None


def worse(one: Outcome, other: Outcome) -> Outcome:
    order = list(Outcome)
    return max(one, other, key=order.index)


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)  # sheets keep "5" as 5.0
    return " ".join(_HALF.sub("\ufffd", normalize("NFC", str(value))).split())


def _parts(text: str) -> tuple[int, int, int] | None:
    """(year, month, day) of what is written like a date, whether it exists or not."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := (_DAY_FIRST.fullmatch(text) or _WORDED.fullmatch(fold(text))):
        day, month, year = match.groups()
    else:
        return None
    return int(year), int(month), int(day)


@dataclass(frozen=True, slots=True)
class Amount:
    """`per`: what follows the stroke ("nam", "thang"), "" when nothing does."""

    number: str
    times: int
    unit: str
    basis: str
    per: str


def amount_of(text: str) -> Amount | None:
    """ "20.000 m3 nguyên khối/năm" taken apart; None when it is not one number with at most a unit."""
    match = _AMOUNT.fullmatch(fold(text).strip())
    if match is None:
        return None
    per = re.sub(r"^(/|mot|moi|per|a)\s*", "", match["period"] or "")
    return Amount(
        match["number"].strip(),
        TIMES.get(match["times"] or "", 1),
        UNITS.get(match["unit"] or "", ""),
        _BASES.get(match["basis"] or "", ""),
        per,
    )


def unit_of(text: str) -> str:
    """m3 | t | "" """
    return UNITS.get(fold(text).strip(), "")


def basis_of(text: str) -> str:
    """loose | in_place | weight | "" """
    return _BASES.get(fold(text).strip(), "")
