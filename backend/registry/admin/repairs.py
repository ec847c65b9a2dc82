"""How a boundary was mended, as its page says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.common.languages import both, language
from backend.registry.admin.base import drawn, shown
from backend.registry.importing.run_words import words_of
from backend.registry.selectors.pages import officer_names


@dataclass(frozen=True, slots=True)
class Repair:
    """`said`: a sentence for each note of the row that was mended; `by`: who agreed, by name where it is an officer."""

    said: list[str]
    by: str
    at: str


def repairs_of(stored: Iterable[Mapping[str, Any]]) -> list[Repair | None]:
    """Of each stored repair, None for {}. One query, none where nobody agreed to anything."""
    repairs = list(stored)
    names = officer_names({str(one["by"]) for one in repairs if one.get("by")})
    return [_repair(one, names) if one else None for one in repairs]


def _repair(stored: Mapping[str, Any], names: Mapping[str, str]) -> Repair:
    by = str(stored.get("by", ""))
    said = [words_of(note["code"], note["values"], language()) for note in stored.get("how", []) if "code" in note]
    return Repair(said, names.get(by, by), _instant(str(stored.get("at", ""))))


def _instant(text: str) -> str:
    """An instant written as ISO 8601; as it is where it is none."""
    try:
        return shown(datetime.fromisoformat(text))
    except ValueError:
        return text


def before_shapes(stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The boundary as it was, to be drawn over what it became."""
    return drawn("original", stored.get("before"), both("trước khi sửa", "before the repair"))


def before_key() -> list[tuple[str, str]]:
    return [("original", both("trước khi sửa", "before the repair"))]
