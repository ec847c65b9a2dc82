"""What carries a field report: manifest, envelope, receipt, and what the server says of itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.wire.v1.records import Kind, Purpose

REPORT_SCHEMA = "report/1.0"


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One file, named before it travels. `sha256` of the exact bytes as the app received them."""

    id: UUID
    sha256: str
    bytes: int
    media_type: str
    purpose: Purpose
    taken_at: datetime | None
    from_app_camera: bool


@dataclass(frozen=True, slots=True)
class App:
    name: str
    version: str
    platform: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed. `sequence` counts 1, 2, 3 … per device; `previous` is the SHA-256 of the device's manifest
    before this one, null at 1. `facts`, `assessment`, `identities` are SHA-256 of the parts' bytes."""

    schema: str
    id: UUID
    kind: Kind
    device: UUID
    officer: UUID
    unit: UUID
    sequence: int
    previous: str | None
    supersedes: UUID | None
    sealed_at: datetime
    facts: str
    assessment: str | None
    identities: tuple[str, ...]
    evidence: tuple[EvidenceEntry, ...]
    reference_cursor: str | None
    app: App


@dataclass(frozen=True, slots=True)
class EnvelopeParts:
    facts: bytes
    assessment: bytes | None
    identities: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """`manifest`: the bytes that were signed; `signature`: ECDSA P-256 with SHA-256, DER; `key`: SHA-256 of the
    public key's SPKI DER, hex. Bytes are base64 in JSON."""

    manifest: bytes
    signature: bytes
    key: str
    parts: EnvelopeParts


class EvidenceState(StrEnum):
    MISSING = "missing"
    PARTIAL = "partial"
    CONFIRMED = "confirmed"


class ReportState(StrEnum):
    """What has become of a report at the server."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class EvidenceReceipt:
    id: UUID
    sha256: str
    bytes_received: int
    state: EvidenceState


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's word for what it has. Signed by `key` over the RFC 8785 form without `signature`, base64 of DER."""

    report: UUID
    manifest_sha256: str
    received_at: datetime
    number: int
    state: ReportState
    flags: tuple[str, ...]
    evidence: tuple[EvidenceReceipt, ...]
    audit_head: str
    key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Announcement:
    key: str
    signature: str


@dataclass(frozen=True, slots=True)
class ServerKey:
    """`id`: hex SHA-256 of the SPKI DER. `announced_by`: the older key's signature over this object without it."""

    id: str
    public_key: str
    valid_from: datetime
    announced_by: Announcement | None


@dataclass(frozen=True, slots=True)
class Hello:
    nonce: str
    server_time: datetime
    keys: tuple[ServerKey, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class BackedUp:
    """Which of the manifests that were asked for (SHA-256, hex) stand in the last verified backup with their report and
    every file of it. `taken_at`: when that backup was made; null where there is none. Signed like a receipt."""

    taken_at: datetime | None
    manifests: tuple[str, ...]
    key: str
    signature: str
