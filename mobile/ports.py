"""What the field app needs from the world. Adapters in `storage`, `transport` and `device` fulfil these; `bootstrap`
puts them together; services receive them. Failures that a user can meet are `shared.problems.Problem`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from shared.geo.fix import Fix
from shared.problems import Problem, ProblemType, Text
from shared.rules.papers import PaperUse
from shared.wire.v1.messages import BackedUp, Envelope, EvidenceEntry, Hello, Receipt, ServerKey
from shared.wire.v1.records import Kind
from shared.wire.v1.seal import SealedReport
from shared.wire.v1.signed import Signed as Signed

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


class KeyWrap(Protocol):
    """A key of the keystore that never leaves it. It locks one other key: the data key, which locks what lies here."""

    def wrap(self, key: bytes) -> bytes:
        """Makes its own key when there is none yet."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """Never makes a key. Problem `phone_data_locked` when it is another key than `wrap` used, or none."""


class Vault(Protocol):
    """Locks what lies on the phone, so that a lost phone gives nothing away. `about`: which row and column it is;
    what was locked about one opens about no other."""

    def lock(self, plain: bytes, about: bytes) -> bytes: ...

    def unlock(self, locked: bytes, about: bytes) -> bytes:
        """Problem `phone_data_locked` when another key locked it, when it is about something else, or was changed."""

    def index(self, value: bytes) -> bytes:
        """32 bytes by which a value can be found again, and from which nobody without the key can tell it."""


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
    """Locked on disk; what goes in and comes out are the plain bytes."""

    def add(self, name: str, source: Path, label: Callable[[StoredFile], bytes] | None = None) -> StoredFile:
        """Copy `source`, hashing on the way; returns when bytes and name would survive a flat battery. `label`: what
        the file shall tell of itself when a crash leaves nothing else (see `Drafts.label`); at most 60 kB.
        Problem `photo_unreadable` (also for an empty file), `phone_full`; then nothing is left of it."""

    def open(self, name: str) -> BinaryIO:
        """Can seek. Problem `photo_unreadable` when it has gone; while reading, when it is no longer what was added."""

    def measure(self, name: str) -> tuple[str, int] | None:
        """(SHA-256, bytes) as they are now; None when the file has gone, was changed or cannot be read."""

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
    def key(self) -> UUID:
        return self.entry.id

    @property
    def owner(self) -> UUID:
        return self.report

    @property
    def id(self) -> UUID:
        return self.entry.id

    @property
    def sha256(self) -> str:
        return self.entry.sha256

    @property
    def bytes(self) -> int:
        return self.entry.bytes

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

    def label(self, draft: Draft, entry: EvidenceEntry) -> bytes:
        """What a file has to carry so that it finds its way back into its draft."""

    def add_file(self, draft: UUID, entry: EvidenceEntry, name: str) -> None:
        """For a file that carries its label: after a flat battery it may have to be found by that."""

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

    @property
    def key(self) -> UUID:
        return self.id


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
    """A problem the server told, in its own words: its code may be one this phone does not know. `retry_after_s` among
    the `values` of this and of `answer_invalid`: for how long it asks to be left alone (RFC 9110, 10.2.3)."""

    def __init__(self, *, status: int, code: str, title: str, detail: str, **values: object) -> None:
        self.type = ProblemType(code, status, Text(title, title), Text(detail, detail))
        self.errors = ()
        self.values = values
        self._detail = detail
        Exception.__init__(self, f"{code}: {detail}")

    @property
    def status(self) -> int:
        return self.type.status

    def detail(self, language: str) -> str:
        return self._detail


@dataclass(frozen=True, slots=True)
class Enrolled:
    token: str
    device: UUID
    officer: Officer
    keys: tuple[ServerKey, ...]
    server_time: datetime


Answer = Signed[Receipt] | Problem  # what became of one report of a batch
OnOffset = Callable[[str, int], None]  # (upload address, bytes the server has)
May = Callable[[], None]  # raises the Problem for which nothing may be sent just now


class ServerApi(Protocol):
    """Problem `no_connection`, `answer_invalid`, or ServerProblem from every call. Delivery works without a token."""

    @property
    def address(self) -> str:
        """Up to and without `/api/v1`."""

    def reach(self, address: str) -> None:
        """Ask there from now on."""

    def hello(self, nonce: str) -> Signed[Hello]:
        """Problem `not_our_server` for whatever does not answer as ours would."""

    def enrol(self, *, code: str, public_key: str, model: str, platform: str) -> Enrolled: ...

    def logout(self, token: str) -> None: ...

    def put_report(self, report: UUID, envelope: bytes, token: str | None) -> Signed[Receipt]:
        """`envelope`: its JSON, sent as it is."""

    def post_batch(self, reports: Sequence[tuple[UUID, bytes]], token: str | None) -> tuple[Answer, ...]:
        """One answer for each report, in their order."""

    def receipt(self, report: UUID, manifest_sha256: str, token: str | None) -> Signed[Receipt]: ...

    def send_file(
        self, file: "FileOnItsWay", content: BinaryIO, token: str | None, moved: OnOffset, may: May
    ) -> None:
        """Returns when the server has every byte. `may` is asked before each request, `moved` told after each piece."""

    def backed_up(self, manifests: Sequence[str]) -> Signed[BackedUp]:
        """Which of these (at most 500) stand in the last verified backup."""

    def reference(self, cursor: str | None, token: str, *, etag: str | None = None) -> ReferenceDelta | None:
        """None: the answer is still the one with that etag."""


# --- on their way: the phone's own reports, and a colleague's that it relays


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

    def body(self, key: UUID) -> bytes: ...

    def receipt_for(self, manifest_sha256: str) -> str | None: ...

    def spent(self) -> tuple[str, ...]:
        """Names in the file store that nothing here needs any longer."""

    def let_go(self, name: str) -> None:
        """It has been removed from the file store."""

    def file_names(self) -> frozenset[str]: ...


# --- the network, what the officer chose, and backups


class NetworkKind(StrEnum):
    WIFI = "wifi"  # or a cable: what is not paid for by the byte
    MOBILE = "mobile"
    NONE = "none"
    UNKNOWN = "unknown"


class Network(Protocol):
    def kind(self) -> NetworkKind:
        """Over which network a byte sent now would leave."""


class Preferences(Protocol):
    """Small words the phone keeps for itself; survives sign-out."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...


class Backups(Protocol):
    """Which confirmed reports stood in a verified backup of the office."""

    def unbacked(self, *, limit: int) -> tuple[str, ...]:
        """Manifest hashes of confirmed reports not known to be in one; sealed first first."""

    def backed_up(self, manifests: Sequence[str], taken_at: datetime) -> None: ...

    def taken_at(self, reports: Collection[UUID]) -> Mapping[UUID, datetime]:
        """When the backup was made in which each stood; those in none are left out."""
