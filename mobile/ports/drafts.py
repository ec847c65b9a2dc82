"""Files and drafts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Kind


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

    def copy(self, name: str, of: str, label: Callable[[StoredFile], bytes] | None = None) -> StoredFile:
        """As `add`, from a file that the store has: it never lies open on the disk."""

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
    """What was typed so far: JSON values as on the wire, but perhaps incomplete. Its id becomes the report's.

    `typed`: what the form knows besides: text that is no value yet, the page that is open.
    """

    id: UUID
    kind: Kind
    started_at: datetime
    saved_at: datetime
    supersedes: UUID | None
    facts: Mapping[str, Any]
    assessment: Mapping[str, Any] | None
    identities: tuple[Mapping[str, Any], ...]
    files: tuple[EvidenceEntry, ...]
    typed: Mapping[str, Any] = field(default_factory=dict)


class Drafts(Protocol):
    def start(self, draft: Draft) -> None: ...

    def save(self, draft: Draft, *, synced: bool = True) -> None:
        """Everything but the files. `synced=False`: survives the app's being killed, a flat battery only with the next
        save that is synced. Problem `draft_closed` when it was sealed or discarded meanwhile; so below."""

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
