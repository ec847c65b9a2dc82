"""What supervisors gave an officer to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GivenTask:
    """`number`: by which a report names it (`NV-2026-0001`). `due`: a day of Vietnam. `licence`, `case`: their numbers;
    `place`: name of a commune; `report`: the one it follows up."""

    id: UUID
    number: str
    words: str
    due: date
    given_at: datetime
    given_by: str
    licence: str | None = None
    place: str | None = None
    case: str | None = None
    report: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """`answer`: the draft begun for it on this phone, or the report sealed from that draft."""

    task: GivenTask
    answer: UUID | None = None


class Tasks(Protocol):
    def open(self, officer: UUID) -> tuple[OpenTask, ...]:
        """Those the office has no answer to, due first before due later."""

    def replace(self, officer: UUID, listed: Sequence[GivenTask], received: Sequence[UUID]) -> int:
        """`listed`: all that the office has open for this officer; what is in it no longer goes. `received`: answers
        that the office had before it was asked, and that answered nothing all the same: they are no answers. Returns
        how many were not here before."""

    def begun(self, task: UUID, draft: UUID) -> None: ...
