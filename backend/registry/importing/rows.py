"""What reading a file gives: rows with their outcome and what is to be said of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

Geometry = dict[str, Any]
MIB = 2**20


class Outcome(StrEnum):
    """From best to worst."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    QUESTION = "question"
    REFUSED = "refused"


@dataclass(frozen=True)
class Note:
    """`code` has its words in `words.WORDS`. A question carries `answer` (the key to answer with) and `choices`
    (what may be answered, parted by "|"; "" when it is free)."""

    code: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Corner:
    """One line of a corner table as written."""

    label: str
    first: str
    second: str


@dataclass(frozen=True)
class AreaRow:
    """One area of a file. `number`: its place, from 1. `name`: licence number or name as written. `properties`: what
    else the row carried, untouched. `corner_table`: the table as text, "" for GIS formats. `epsg`: what the corners
    are in, None when not known or without a number. `geometry`, `proposed`: GeoJSON in WGS84 (RFC 7946), at most 8
    decimals, `geometry` always as the file has it; `proposed` is the repair of an invalid ring, taken only when a
    person answers `repair:<number>=accept`. `computed_ha`: plane area where the corners are projected, else geodesic.
    `difference_percent`: how much larger the computed area is than the declared one, in % of the declared. `size`: the
    bytes it took on its way here, 0 when not known.
    """

    number: int
    name: str
    properties: dict[str, Any]
    corner_table: str
    epsg: int | None
    geometry: Geometry | None
    proposed: Geometry | None
    declared_ha: Decimal | None
    computed_ha: float | None
    difference_percent: float | None
    outcome: Outcome
    notes: tuple[Note, ...]
    size: int = field(default=0, compare=False)

    @property
    def taken(self) -> Geometry | None:
        """The geometry that may be used: the confirmed repair, else the original; None while a question is open."""
        if self.outcome in (Outcome.QUESTION, Outcome.REFUSED):
            return None
        return self.proposed if self.outcome is Outcome.REPAIRED else self.geometry

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in _PLAIN},
            "declared_ha": None if self.declared_ha is None else str(self.declared_ha),
            "outcome": self.outcome.value,
            "notes": [[note.code, note.values] for note in self.notes],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any], size: int = 0) -> "AreaRow":
        return cls(
            size=size,
            **{name: row[name] for name in _PLAIN},
            declared_ha=None if row["declared_ha"] is None else Decimal(row["declared_ha"]),
            outcome=Outcome(row["outcome"]),
            notes=tuple(Note(code, values) for code, values in row["notes"]),
        )


_PLAIN = (
    "number", "name", "properties", "corner_table", "epsg", "geometry", "proposed", "computed_ha", "difference_percent",
)  # fmt: skip


@dataclass(frozen=True)
class ReadOptions:
    """How to read. `kind`: one of `detecting.KINDS`, or "records" for a table whose lines are no corners (a row each,
    no geometry); None: by content. `epsg`: what the corners are in where the file does not say. `columns`: logical
    name (`columns.CORNER_HEADERS`) → header of the file. `answers`: question → answer. `seconds`: of waiting for the
    reader, and of its processor time; the time the caller takes between rows is its own.
    """

    kind: str | None = None
    epsg: int | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 256 * MIB
    max_rows: int = 200_000
    max_vertices: int = 200_000
    seconds: float = 300.0
    memory_bytes: int = 2048 * MIB

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "columns": dict(self.columns), "answers": dict(self.answers)}

    @classmethod
    def from_json(cls, options: Mapping[str, Any]) -> "ReadOptions":
        return cls(**options)


def size_words(size: int) -> str:
    """Bytes as people say them: "100 B", "1.5 kB", "256 MB" (of 1024)."""
    for unit, factor in (("MB", MIB), ("kB", 2**10)):
        if size >= factor:
            return f"{size / factor:.4g} {unit}"
    return f"{size} B"


class FileRefused(Exception):
    """The whole file cannot be read, or its reading ended early; words in `words.WORDS`."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {values}" if values else code)


class Draft:
    """A row being made: notes are added, the outcome only gets worse."""

    def __init__(self, number: int, answers: Mapping[str, str], name: str = "") -> None:
        self.number = number
        self.name = name
        self.answers = answers
        self.properties: dict[str, Any] = {}
        self.corner_table = ""
        self.epsg: int | None = None
        self.geometry: Geometry | None = None
        self.proposed: Geometry | None = None
        self.declared_ha: Decimal | None = None
        self.computed_ha: float | None = None
        self.outcome = Outcome.ACCEPTED
        self.notes: list[Note] = []

    @property
    def refused(self) -> bool:
        return self.outcome is Outcome.REFUSED

    def answer(self, key: str) -> str | None:
        """What was answered for this row, else for all rows."""
        return self.answers.get(f"{key}:{self.number}", self.answers.get(key))

    def note(self, code: str, **values: Any) -> None:
        self.notes.append(Note(code, values))

    def ask(self, code: str, key: str, *choices: str, **values: Any) -> None:
        self._worsen(Outcome.QUESTION)
        self.note(code, answer=f"{key}:{self.number}", choices="|".join(choices), **values)

    def refuse(self, code: str, **values: Any) -> None:
        self._worsen(Outcome.REFUSED)
        self.geometry = self.proposed = None
        self.note(code, **values)

    def repaired(self) -> None:
        self._worsen(Outcome.REPAIRED)

    def _worsen(self, outcome: Outcome) -> None:
        order = list(Outcome)
        self.outcome = max(self.outcome, outcome, key=order.index)

    def row(self) -> AreaRow:
        """Raises nothing; what is refused has no geometry."""
        difference = None
        if self.declared_ha and self.computed_ha is not None:
            difference = round((self.computed_ha / float(self.declared_ha) - 1) * 100, 3)
            if abs(difference) > 1:
                self.note(
                    "area_differs", declared=f"{self.declared_ha:f}", computed=self.computed_ha, percent=difference
                )
        return AreaRow(
            number=self.number,
            name=self.name,
            properties=self.properties,
            corner_table=self.corner_table,
            epsg=self.epsg,
            geometry=None if self.refused else self.geometry,
            proposed=None if self.refused else self.proposed,
            declared_ha=self.declared_ha,
            computed_ha=self.computed_ha,
            difference_percent=difference,
            outcome=self.outcome,
            notes=tuple(self.notes),
        )
