"""What the field app needs from the world. Adapters in `storage`, `transport` and `device` fulfil these; `bootstrap`
puts them together; services receive them. Failures that a user can meet are `shared.problems.Problem`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, TypeVar
from uuid import UUID

from shared.geo.fix import Fix
from shared.problems import Problem, ProblemType, Text
from shared.rules.papers import PaperUse
from shared.wire.v1.messages import Envelope, EvidenceEntry, Hello, Receipt, ServerKey
from shared.wire.v1.records import Kind
from shared.wire.v1.seal import SealedReport

T = TypeVar("T")

# --- the device


class Clock(Protocol):
    def now(self) -> datetime:
        """The device's clock, aware, UTC. It may be wrong by years; nothing may depend on its being right."""


class Gnss(Protocol):
    def fixes(self) -> Iterator[Fix]:
        """Every usable epoch as it arrives (mode 2D or 3D). Blocks between epochs; ends when the source ends or
        `close` is called from another thread. Raises GnssUnavailable when there is no receiver."""

    def close(self) -> None: ...


class GnssUnavailable(Exception):
    """The receiver cannot be reached or has gone away; the text says what to do, in Vietnamese."""


class Stop(Protocol):
    """`threading.Event` is one: how a long task is told to end, and how it waits meanwhile."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float) -> bool: ...


class Keystore(Protocol):
    """One P-256 key per phone; the private half never leaves the keystore."""

    @property
    def key_id(self) -> str:
        """Hex SHA-256 of the public key's SPKI DER."""

    @property
    def public_key_pem(self) -> str: ...  # SPKI

    def sign(self, message: bytes) -> bytes:
        """DER of an ECDSA signature over the message's SHA-256."""

    def verify(self, public_key_pem: str, message: bytes, der: bytes) -> bool:
        """False also for what is no P-256 key or no signature at all."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as a camera or a chooser hands it over. `taken_at` None where nobody knows."""

    path: Path
    taken_at: datetime | None
    from_app_camera: bool


class PhotoSource(Protocol):
    def take(self) -> Photo | None:
        """The next picture; None when the officer went back without one."""


# --- who and what the phone is


@dataclass(frozen=True, slots=True)
class Officer:
    id: UUID
    username: str
    name: str
    post: str | None
    unit: UUID
    agency: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """`key_id`: the key that was enrolled under `id`. A phone whose key differs has to be enrolled again."""

    id: UUID
    key_id: str


@dataclass(frozen=True, slots=True)
class Session:
    """Who works with the phone now. `token` None: unknown or forgotten; recording and delivery go on without it."""

    officer: Officer
    token: str | None


class Accounts(Protocol):
    """Device, people and pinned server keys. Nothing here ever touches what waits to be sent."""

    def device(self) -> Device | None: ...

    def session(self) -> Session | None: ...

    def sessions(self) -> tuple[Session, ...]:
        """Everybody whose token is kept on this phone, the current one too."""

    def switched(self, officer: UUID) -> Session | None:
        """Make this officer's kept session the current one; None, and nothing, when no token of theirs is kept."""

    def enrolled(self, device: Device, session: Session, keys: Sequence[ServerKey]) -> None:
        """All three at once; the session becomes the current one."""

    def signed_out(self) -> None:
        """Forget the current officer's token, and that anybody is current."""

    def server_keys(self) -> Mapping[str, str]: ...  # pinned: id → PEM

    def pin(self, keys: Sequence[ServerKey]) -> None: ...


# --- drafts and files


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is safe on disk. `head`: its first bytes, to tell what it is."""

    name: str
    sha256: str
    size: int
    head: bytes


class FileStore(Protocol):
    def add(self, name: str, source: Path) -> StoredFile:
        """Copy `source`, hashing on the way; returns when bytes and name have reached the disk.
        Problem `photo_unreadable`, `phone_full`."""

    def open(self, name: str) -> BinaryIO:
        """Problem `photo_unreadable` when it has gone."""

    def measure(self, name: str) -> tuple[str, int] | None:
        """(SHA-256, bytes) as they are on disk now; None when the file has gone or cannot be read."""

    def remove(self, name: str) -> None: ...


class FileState(StrEnum):
    """Where one file is, told truthfully."""

    ON_PHONE = "on_phone"
    SENDING = "sending"  # the server has `offset` of the bytes
    RECEIVED = "received"  # the server has taken every byte, but has not vouched for the hash
    CONFIRMED = "confirmed"  # a signed receipt names id and hash
    DAMAGED = "damaged"  # the phone's own copy no longer matches what was sealed


@dataclass(frozen=True, slots=True)
class LocalFile:
    """`offset`: bytes the server is known to have. `problem`: code of the last failure."""

    report: UUID
    entry: EvidenceEntry
    name: str
    state: FileState
    offset: int
    upload_url: str | None
    attempts: int
    problem: str | None

    @property
    def percent(self) -> int:
        """Sent so far, 0 … 100; 100 only when all of it is there."""
        return self.offset * 100 // self.entry.bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far: JSON values as on the wire, but perhaps incomplete. Its id becomes the report's."""

    id: UUID
    kind: Kind
    started_at: datetime
    saved_at: datetime
    supersedes: UUID | None
    facts: Mapping[str, Any]
    assessment: Mapping[str, Any] | None
    identities: tuple[Mapping[str, Any], ...]
    files: tuple[EvidenceEntry, ...]


class Drafts(Protocol):
    def start(self, draft: Draft) -> None: ...

    def save(self, draft: Draft) -> None:
        """Everything but the files. Problem `draft_closed` when it was sealed or discarded meanwhile; so below."""

    def add_file(self, draft: UUID, entry: EvidenceEntry, name: str) -> None: ...

    def remove_file(self, draft: UUID, file: UUID) -> str:
        """The name under which the file store has it."""

    def discard(self, draft: UUID) -> tuple[str, ...]:
        """Names of the files nothing refers to any longer."""

    def get(self, draft: UUID) -> Draft: ...

    def open_drafts(self) -> tuple[Draft, ...]: ...


# --- the outbox


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

    def seal(self, draft: UUID, device: UUID, make: Callable[[Slot], SealedReport]) -> QueuedReport:
        """Number, chain and insert in one transaction. A draft sealed before gives the report it became."""

    def get(self, report: UUID) -> QueuedReport: ...

    def reports(self, *, limit: int, before: UUID | None = None) -> tuple[QueuedReport, ...]:
        """Sealed last first; `before`: the last report of the page before."""

    def envelope(self, report: UUID) -> Envelope: ...

    def paper_uses(self, keys: Collection[str], *, but: UUID) -> Mapping[str, Sequence[PaperUse]]:
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


# --- reference data


@dataclass(frozen=True, slots=True)
class ReferenceDelta:
    """What `GET reference/` answered. `items`: kind (`licences`, `communes` …) → rows with an `id`; `removed`: ids, and
    `shared.wire.v1.reference.ALL_ELSE` for all that is not in `items`. `etag`: the server knows this answer by it."""

    cursor: str
    items: Mapping[str, tuple[Mapping[str, Any], ...]]
    settings: Mapping[str, Any]
    removed: tuple[str, ...]
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class ReferenceState:
    """What the phone has. `etag`: of the answer "nothing new" to `cursor`, where the server gave one before. `as_of`:
    when it was last brought up to date, by the phone's clock. `revision`: another one whenever a row may be another."""

    cursor: str
    etag: str | None
    as_of: datetime
    revision: int


class Reference(Protocol):
    """Rows of another format than `shared.wire.v1.reference.ROW_FORMAT` count as none."""

    def state(self) -> ReferenceState | None: ...

    def apply(self, delta: ReferenceDelta, now: datetime, *, asked: str | None) -> bool:
        """All of it or nothing. False, and nothing, when the cursor is no longer the one that was asked with: another
        process was quicker. Problem `phone_full`."""

    def confirmed(self, now: datetime, *, asked: str) -> None:
        """The server has nothing new for that cursor."""

    def rows(self, kind: str) -> tuple[Mapping[str, Any], ...]: ...

    def settings(self) -> Mapping[str, Any]: ...


# --- the server


class ServerProblem(Problem):
    """A problem the server told, in its own words: its code may be one this phone does not know."""

    def __init__(self, *, status: int, code: str, title: str, detail: str) -> None:
        self.type = ProblemType(code, status, Text(title, title), Text(detail, detail))
        self.errors = ()
        self.values = {}
        self._detail = detail
        Exception.__init__(self, f"{code}: {detail}")

    @property
    def status(self) -> int:
        return self.type.status

    def detail(self, language: str) -> str:
        return self._detail


@dataclass(frozen=True, slots=True)
class Signed(Generic[T]):
    """A message of the server with what its signature stands over (RFC 8785 form without `signature`) and the JSON
    text it came in."""

    message: T
    signed: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    token: str
    device: UUID
    officer: Officer
    keys: tuple[ServerKey, ...]
    server_time: datetime


Answer = Signed[Receipt] | Problem  # what became of one report of a batch
OnOffset = Callable[[str, int], None]  # (upload address, bytes the server has)


class ServerApi(Protocol):
    """Problem `no_connection`, `answer_invalid`, or ServerProblem from every call. Delivery works without a token."""

    def hello(self, nonce: str) -> Signed[Hello]:
        """Problem `not_our_server` for whatever does not answer as ours would."""

    def enrol(self, *, code: str, public_key: str, model: str, platform: str) -> Enrolled: ...

    def logout(self, token: str) -> None: ...

    def put_report(self, report: UUID, envelope: Envelope, token: str | None) -> Signed[Receipt]: ...

    def post_batch(self, reports: Sequence[tuple[UUID, Envelope]], token: str | None) -> tuple[Answer, ...]:
        """One answer for each report, in their order."""

    def receipt(self, report: UUID, manifest_sha256: str, token: str | None) -> Signed[Receipt]: ...

    def send_file(self, file: LocalFile, content: BinaryIO, token: str | None, moved: OnOffset) -> None:
        """Returns when the server has every byte; `moved` after each piece."""

    def reference(self, cursor: str | None, token: str, *, etag: str | None = None) -> ReferenceDelta | None:
        """None: the answer is still the one with that etag."""
