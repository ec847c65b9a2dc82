"""What each side has, read after a run: the office's rows and files without the office's code, a phone's outbox through
the phone's own storage (it is locked for everybody else)."""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from mobile.bootstrap import open_phone

NOWHERE = "http://127.0.0.1:9"  # nothing is sent while books are read

# --- the office


@dataclass(frozen=True, slots=True)
class Filed:
    """A report's row with its sealed bytes. `identities`: as the office keeps them, sorted."""

    id: str
    device: str
    sequence: int
    manifest_sha256: str
    manifest: bytes
    signature: bytes
    facts: bytes
    assessment: bytes | None
    identities: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    report: str
    evidence: str
    sha256: str
    size: int
    state: str


@dataclass(frozen=True, slots=True)
class OfficeBooks:
    """`files`: every file of the evidence store, path → (SHA-256 measured, bytes). `events`: (action, subject) → how
    often. `quarantine`: (code, body). `keys`: server key → PEM. `unfinished`: tasks that neither succeeded nor wait
    (status and what they were). `stored_at`: SHA-256 → where the office looks for that file."""

    reports: tuple[Filed, ...]
    evidence: tuple[Evidence, ...]
    files: dict[str, tuple[str, int]]
    events: Counter[tuple[str, str]]
    quarantine: tuple[tuple[str, bytes], ...]
    keys: dict[str, str]
    unfinished: tuple[str, ...]


def read_office(folder: Path, database: str) -> OfficeBooks:
    """`folder`: where everything but a PostgreSQL database lies."""
    tables = _Tables(database)
    identities: dict[str, list[bytes]] = {}
    for report, content in tables.rows("SELECT report_id, content FROM inspections_sealedidentity"):
        identities.setdefault(_id(report), []).append(bytes(content))
    reports = tables.rows(
        "SELECT r.id, r.device_id, r.sequence, r.manifest_sha256, s.manifest, s.signature, s.facts, s.assessment"
        " FROM inspections_report r LEFT JOIN inspections_sealedbytes s ON s.report_id = r.id ORDER BY r.number"
    )
    evidence = tables.rows("SELECT report_id, evidence_id, sha256, bytes, state FROM inspections_evidence ORDER BY id")
    events = tables.rows("SELECT action, subject FROM audit_event")
    quarantine = tables.rows("SELECT code, body FROM sync_quarantinedenvelope ORDER BY number")
    keys = tables.rows("SELECT id, public_key FROM audit_serverkey")
    tasks = tables.rows(
        "SELECT status, task_path, exception_class_path FROM django_tasks_database_dbtaskresult"
        " WHERE status NOT IN ('SUCCESSFUL', 'READY')"
    )
    return OfficeBooks(
        tuple(_filed(row, identities) for row in reports),
        tuple(Evidence(_id(row[0]), _id(row[1]), row[2], row[3], row[4]) for row in evidence),
        dict(_files(folder / "evidence")),
        Counter((row[0], row[1]) for row in events),
        tuple((row[0], bytes(row[1])) for row in quarantine),
        dict(keys),
        tuple(" ".join(filter(None, row)) for row in tasks),
    )


def _filed(row: Sequence[Any], identities: dict[str, list[bytes]]) -> Filed:
    report, device, sequence, manifest_sha256, manifest, signature, facts, assessment = row
    return Filed(
        _id(report),
        _id(device),
        sequence,
        manifest_sha256,
        bytes(manifest or b""),
        bytes(signature or b""),
        bytes(facts or b""),
        None if assessment is None else bytes(assessment),
        tuple(sorted(identities.get(_id(report), []))),
    )


def _files(store: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    for path in sorted(store.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield path.relative_to(store).as_posix(), (digest, path.stat().st_size)


class _Tables:
    """The rows of a database by its URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        if self._url.startswith("sqlite:///"):
            with closing(sqlite3.connect(self._url.removeprefix("sqlite:///"))) as lite:
                return lite.execute(statement).fetchall()
        import psycopg

        with psycopg.connect(self._url) as connection:
            return connection.execute(statement).fetchall()


def _id(value: Any) -> str:
    """Ids as text with hyphens, however the database keeps them."""
    return str(value if isinstance(value, UUID) else UUID(value))


# --- a phone


@dataclass(frozen=True, slots=True)
class KeptFile:
    """`whole`: its bytes on the phone are still those that were sealed."""

    evidence: str
    sha256: str
    state: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as its phone has it. `receipt`: as it was signed, None before the first."""

    id: str
    device: str
    sequence: int
    manifest_sha256: str
    manifest: bytes
    signature: bytes
    facts: bytes
    assessment: bytes | None
    identities: tuple[bytes, ...]
    state: str
    problem: str | None
    receipt: str | None
    files: tuple[KeptFile, ...]


@dataclass(frozen=True, slots=True)
class PhoneBooks:
    """`sealed`: what the phone said it had sealed while it ran, report → manifest hash. `left`: how many of its
    reports and files it says have not arrived (waiting, held, damaged)."""

    number: int
    reports: tuple[Kept, ...]
    sealed: dict[str, str]
    left: tuple[int, int, int]


def read_phone(number: int, home: Path, sealed: dict[str, str]) -> PhoneBooks:
    """Of a phone that is switched off."""
    phone = open_phone(home, server=NOWHERE)
    try:
        kept = []
        for queued in reversed(phone.outbox.reports(limit=1_000_000)):
            envelope = phone.outbox.envelope(queued.id)
            files = tuple(
                KeptFile(
                    str(file.entry.id),
                    file.entry.sha256,
                    file.state.value,
                    phone.files.measure(file.name) == (file.entry.sha256, file.entry.bytes),
                )
                for file in queued.files
            )
            kept.append(
                Kept(
                    str(queued.id),
                    str(queued.device),
                    queued.sequence,
                    queued.manifest_sha256,
                    envelope.manifest,
                    envelope.signature,
                    envelope.parts.facts,
                    envelope.parts.assessment,
                    tuple(sorted(envelope.parts.identities)),
                    queued.state.value,
                    queued.problem,
                    queued.receipt,
                    files,
                )
            )
        left = phone.outbox.left(phone.clock.now())
        return PhoneBooks(number, tuple(kept), sealed, (left.waiting, left.held, left.damaged))
    finally:
        phone.close()


def receipts_of(phones: Sequence[PhoneBooks]) -> list[dict[str, Any]]:
    return [json.loads(kept.receipt) for phone in phones for kept in phone.reports if kept.receipt]


def tasks_waiting(database: str) -> dict[str, int]:
    """Tasks of the office that did not end, or failed because the database could not write and are tried again: status
    → how many."""
    rows = _Tables(database).rows(
        "SELECT status, count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
        " OR (status = 'FAILED' AND exception_class_path LIKE '%OperationalError') GROUP BY status"
    )
    return dict(rows)
