"""Values of the wire in the words of a paper: what is not known is said, never left blank."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from mobile.services.papers.model import Line, Section
from mobile.services.typed import day_text, number_text
from shared.clock import VIETNAM
from shared.i18n import N_, Words
from shared.i18n.labels import label

Part = Mapping[str, Any]
NOT_NOTED = N_("not noted")
UNITS = {"m3": "m³", "m2": "m²", "1": ""}
_GROUP, _MASKED_TAIL = 4, 3


def moment(instant: datetime) -> str:
    return f"{instant.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"


def grouped(hex_text: str) -> str:
    """In fours, for comparing by eye."""
    return " ".join(hex_text[i : i + _GROUP] for i in range(0, len(hex_text), _GROUP))


def masked(number: str) -> str:
    """The last three characters; the paper goes from hand to hand."""
    return "*" * max(len(number) - _MASKED_TAIL, _MASKED_TAIL) + number[-_MASKED_TAIL:] if len(number) > 4 else "****"


class Say:
    """Parts of a draft may be incomplete: what cannot be read as its type is said as it stands."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def nothing(self) -> str:
        return self.words(NOT_NOTED)

    def text(self, value: object) -> str:
        said = "" if value is None else str(value).strip()
        return said or self.nothing()

    def member(self, kind: type[StrEnum], value: object) -> str:
        known = {member.value: member for member in kind}
        return label(self.words, known[value]) if isinstance(value, str) and value in known else self.text(value)

    def time(self, value: object) -> str:
        found = instant(value)
        return self.text(value) if found is None else moment(found)

    def day(self, value: object) -> str:
        try:
            return day_text(date.fromisoformat(str(value)))
        except ValueError:
            return self.text(value)

    def number(self, value: object, unit: str = "") -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.text(value)
        return f"{number_text(value, 'vi')} {UNITS.get(unit, unit)}".strip()

    def yes(self, value: object) -> str:
        return self.words(N_("yes, so noted")) if value else self.words(N_("no, so noted"))


class Sheet:
    """Collects the lines of one section."""

    def __init__(self, say: Say, title: str) -> None:
        self.say, self._words, self._title = say, say.words, title
        self._lines: list[Line] = []

    def pair(self, name: str, text: str, depth: int = 0) -> None:
        """`name`: a sentence to be translated."""
        self._lines.append(Line(self._words(name), text, depth))

    def line(self, text: str, depth: int = 0, *, mono: bool = False) -> None:
        self._lines.append(Line("", text, depth, mono))

    def head(self, text: str, depth: int = 0) -> None:
        self._lines.append(Line(text, "", depth))

    def done(self) -> Section:
        return Section(self._words(self._title), tuple(self._lines) or (Line("", self.say.nothing()),))


def instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def parts(facts: Part, name: str) -> Sequence[Part]:
    """A list of a draft; empty where there is none yet."""
    return facts.get(name) or ()
