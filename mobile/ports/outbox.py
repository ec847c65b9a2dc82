"""Sealed reports until the server has vouched for them, and afterwards."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from mobile.ports.drafts import Draft, LocalFile
from shared.wire.v1.messages import Envelope, Receipt
from shared.wire.v1.records import Kind

if TYPE_CHECKING:  # not needed for the first screen
    from shared.rules.papers import PaperUse
    from shared.wire.v1.seal import SealedReport


class QueueState(StrEnum):
    """Where one report is."""

    ON_PHONE = "on_phone"
    RECEIVED = "received"  # a signed receipt names its manifest's hash
    CONFIRMED = "confirmed"  # received, and every file confirmed
    HELD = "held"  # the server refused it for a reason in `problem`; kept, and tried again slowly


@dataclass(frozen=True, slots=True)
class QueuedReport:
    """`receipt`: JSON as the server last signed it."""

    id: UUID
    kind: Kind
    device: UUID
    sequence: int
    manifest_sha256: str
    sealed_at: datetime
    state: QueueState
    problem: str | None
    attempts: int
    receipt: str | None
    files: tuple[LocalFile, ...]

    @property
    def key(self) -> UUID:
        return self.id


@dataclass(frozen=True, slots=True)
class ReportBrief:
    """A sealed report as a list shows it, without opening what is locked. `offset` and `bytes`: summed over its files,
    `damaged`: how many of them are."""

    number: int
    id: UUID
    kind: Kind
    sequence: int
    sealed_at: datetime
    state: QueueState
    problem: str | None
    files: int
    confirmed: int
    damaged: int
    unsent: int
    offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Sealed reports: `waiting` for the server, `held` by it, whose files are `sending`, `confirmed` with all of them;
    `sealed_since`: since the moment asked about."""

    waiting: int
    held: int
    sending: int
    confirmed: int
    sealed_since: int


@dataclass(frozen=True, slots=True)
class Slot:
    """The next place in the device's chain, held by an open transaction while the report is sealed into it."""

    sequence: int
    previous: str | None
    draft: Draft


@dataclass(frozen=True, slots=True)
class Left:
    """What has not arrived. `waiting`: reports and files that move by themselves; `held`, `damaged`: that need a
    person; `due_in_s`: until the next of any of them is due, None when nothing is."""

    waiting: int
    held: int
    damaged: int
    due_in_s: float | None


class Outbox(Protocol):
    """Sealed reports until the server has vouched for all of them, and afterwards. Nothing is ever deleted."""

    def seal(self, draft: UUID, device: UUID, make: "Callable[[Slot], SealedReport]") -> QueuedReport:
        """Number, chain and insert in one transaction. A draft sealed before gives the report it became."""

    def get(self, report: UUID) -> QueuedReport: ...

    def reports(self, *, limit: int, before: UUID | None = None) -> tuple[QueuedReport, ...]:
        """Sealed last first; `before`: the last report of the page before."""

    def briefs(self, *, limit: int, before: int | None = None) -> tuple[ReportBrief, ...]:
        """As `reports`; `before`: number of the last one of the page before."""

    def totals(self, since: datetime) -> Totals: ...

    def envelope(self, report: UUID) -> Envelope: ...

    def paper_uses(self, keys: Collection[str], *, but: UUID) -> "Mapping[str, Sequence[PaperUse]]":
        """Loads of other reports sealed on this phone, by key of a paper shown for them; not of superseded ones."""

    def due_reports(self, now: datetime) -> tuple[QueuedReport, ...]: ...  # by sequence

    def due_files(self, now: datetime) -> tuple[LocalFile, ...]:
        """To be sent now: one of each report that has none at the server yet, then the rest."""

    def unvouched(self) -> tuple[QueuedReport, ...]:
        """Reports with a file that is whole at the server but not confirmed."""

    def receipt_came(self, receipt: Receipt, text: str) -> None:
        """Store a receipt that was verified, and what it says of report and files."""

    def report_failed(self, report: UUID, *, problem: str, held: bool, next_try: datetime) -> None: ...

    def report_reopened(self, report: UUID) -> None:
        """The server does not know it (any longer): deliver it and its files again."""

    def file_moved(self, file: UUID, *, upload_url: str, offset: int) -> None: ...

    def file_failed(self, file: UUID, *, problem: str, next_try: datetime, restart: bool = False) -> None:
        """`restart`: what the server has of it is worth nothing."""

    def file_damaged(self, file: UUID) -> None: ...
    def left(self, now: datetime) -> Left: ...


@dataclass(frozen=True, slots=True)
class ToCarry:
    """What no server has vouched for, of colleagues too, as a memory card would get it: no file twice, none that is
    damaged or not here. `carried`: reports of colleagues that have not arrived or were taken in lately; `receipts`: of
    those, the ones that have a receipt."""

    reports: int
    files: int
    bytes: int
    carried: int
    receipts: int


class Held(Protocol):
    def waiting_files(self) -> tuple[int, int]:
        """How many files the office has not vouched for, and their bytes; those of drafts too."""

    def reference_bytes(self) -> int: ...

    def to_carry(self, *, since: datetime) -> ToCarry:
        """`since`: when "lately" begins."""
