"""What supervisors said of reports."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Verdict(StrEnum):
    """That an officer has to hear of; what was accepted stands in the receipt's state."""

    RETURNED = "returned"  # to be corrected by another report
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Reviewed:
    report: UUID
    verdict: Verdict
    note: str
    at: datetime


class Reviews(Protocol):
    def unknown(self, reports: Sequence[UUID], verdict: Verdict) -> tuple[UUID, ...]:
        """Those sealed on this phone whose review it has not got, in their order."""

    def keep(self, reviewed: Reviewed, officer: UUID) -> None:
        """`officer`: who sealed the report, and was asked for."""

    def of(self, report: UUID) -> Reviewed | None: ...

    def to_correct(self, officer: UUID) -> tuple[Reviewed, ...]:
        """Returned to this officer, and not corrected by a report sealed on this phone; the last one first."""

    def correction(self, report: UUID) -> UUID | None:
        """The open draft that corrects it, if there is one."""

    def settled(self, still_returned: Collection[UUID], officer: UUID) -> None:
        """The server's whole list of this officer's: what is not in it was corrected from elsewhere."""
