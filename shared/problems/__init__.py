"""THE CATALOGUE of what can go wrong, for phone and server: a stable code, an HTTP status, words in two languages.

Codes are never re-used; one that is no longer raised stays here with `retired=True`.
"""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shared.problems import cases, deliveries, evidence, keeping, phone, requests
from shared.problems.fields import FIELD_ERRORS
from shared.problems.kinds import TYPE_PREFIX, ProblemType, Text

__all__ = ["CATALOGUE", "FIELD_ERRORS", "TYPE_PREFIX", "FieldError", "Problem", "ProblemType", "Text"]

_ROOMS = (requests, deliveries, evidence, keeping, cases, phone)
_ALL = tuple(entry for room in _ROOMS for entry in room.PROBLEMS)

CATALOGUE: MappingProxyType[str, ProblemType] = MappingProxyType({entry.code: entry for entry in _ALL})


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong at one place. `path`: `facts.loads[0].measurements[1].unit`, empty for the whole."""

    path: str
    code: str
    values: dict[str, object] = field(default_factory=dict)

    def as_json(self, language: str) -> dict[str, str]:
        return {"path": self.path, "code": self.code, "detail": FIELD_ERRORS[self.code].say(language, **self.values)}


class Problem(Exception):
    """A failure a user can meet; raised anywhere, shown as RFC 9457 by the server and as a sentence by the phone."""

    def __init__(self, code: str, *, errors: tuple[FieldError, ...] = (), **values: object) -> None:
        self.type = CATALOGUE[code]
        self.errors = errors
        self.values = values
        super().__init__(f"{code}: {self.detail('en')}")

    @property
    def code(self) -> str:
        return self.type.code

    def detail(self, language: str) -> str:
        return self.type.detail.say(language, **self.values)

    def as_json(self, language: str) -> dict[str, Any]:
        """RFC 9457 members, `errors` only where there are any."""
        body: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title.say(language),
            "status": self.type.status,
            "detail": self.detail(language),
            "code": self.code,
        }
        if self.errors:
            body["errors"] = [error.as_json(language) for error in self.errors]
        return body
