"""What is on its way: the phone's own reports, and a colleague's that it relays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mobile.ports.drafts import FileState
from mobile.ports.outbox import Left, QueueState
from shared.wire.v1.messages import Receipt


class FileOnItsWay(Protocol):
    """`key`: its name in its queue, `owner` its report's; `id` and `report`: on the wire; `name`: in the file store."""

    @property
    def key(self) -> UUID: ...
    @property
    def owner(self) -> UUID: ...
    @property
    def report(self) -> UUID: ...
    @property
    def id(self) -> UUID: ...
    @property
    def sha256(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def state(self) -> FileState: ...
    @property
    def offset(self) -> int: ...
    @property
    def upload_url(self) -> str | None: ...
    @property
    def attempts(self) -> int: ...


class ReportOnItsWay(Protocol):
    @property
    def key(self) -> UUID: ...
    @property
    def id(self) -> UUID: ...
    @property
    def manifest_sha256(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def receipt(self) -> str | None: ...
    @property
    def files(self) -> Sequence[FileOnItsWay]: ...


class Queue(Protocol):
    """What the sync engine asks of `Outbox` and of `Relayed`; see `Outbox` for what each does."""

    def get(self, key: UUID, /) -> ReportOnItsWay: ...
    def due_reports(self, now: datetime, /) -> Sequence[ReportOnItsWay]: ...
    def due_files(self, now: datetime, /) -> Sequence[FileOnItsWay]: ...
    def unvouched(self) -> Sequence[ReportOnItsWay]: ...
    def receipt_came(self, receipt: Receipt, text: str, /) -> None: ...
    def report_failed(self, key: UUID, /, *, problem: str, held: bool, next_try: datetime) -> None: ...
    def report_reopened(self, key: UUID, /) -> None: ...
    def file_moved(self, key: UUID, /, *, upload_url: str, offset: int) -> None: ...
    def file_failed(self, key: UUID, /, *, problem: str, next_try: datetime, restart: bool = False) -> None: ...
    def file_damaged(self, key: UUID, /) -> None: ...
    def left(self, now: datetime, /) -> Left: ...


@dataclass(frozen=True, slots=True)
class Declared:
    """A file as a manifest of any version names it."""

    id: UUID
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class RelayedFile:
    """`here`: this phone has its bytes; it may come with a later card, or by the phone that took it."""

    key: UUID
    owner: UUID
    report: UUID
    id: UUID
    sha256: str
    bytes: int
    name: str
    here: bool
    state: FileState
    offset: int
    upload_url: str | None
    attempts: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class RelayedReport:
    """A colleague's sealed report. `key` is this phone's name for it: anybody may have claimed its `id`."""

    key: UUID
    id: UUID
    manifest_sha256: str
    state: QueueState
    problem: str | None
    attempts: int
    receipt: str | None
    files: tuple[RelayedFile, ...]


RELAYED_NAME = "relayed-"  # in the file store, before the hash


class Relayed(Queue, Protocol):
    """Reports and files carried for colleagues. Their bytes go once the server has vouched for them: who lends a phone
    does not keep other people's evidence. The receipt stays, to be brought back."""

    def take(self, report: UUID, manifest_sha256: str, body: bytes, files: Sequence[Declared], now: datetime) -> bool:
        """False when it is here already. Kept byte for byte."""

    def file_came(self, sha256: str, name: str) -> int:
        """This file is in the store now; how many reports were waiting for it."""

    def wanted(self) -> frozenset[str]:
        """Hashes of files that were declared, are not here and were not vouched for."""

    def reports(self, *, limit: int) -> tuple[RelayedReport, ...]: ...  # taken in last first

    def unvouched_first(self, *, limit: int, since: datetime) -> tuple[RelayedReport, ...]:
        """As `reports`, but those that are confirmed last, and only if they were taken in `since` then."""

    def body(self, key: UUID) -> bytes: ...

    def receipt_for(self, manifest_sha256: str) -> str | None: ...

    def spent(self) -> tuple[str, ...]:
        """Names in the file store that nothing here needs any longer."""

    def let_go(self, name: str) -> None:
        """It has been removed from the file store."""

    def file_names(self) -> frozenset[str]: ...
