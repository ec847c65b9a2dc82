"""A report as a stranger can check it: sealed bytes, signatures, originals, receipt, what happened to it, public keys.

Everything needed is in the archive but one thing: whether the server's key is the office's own must be asked elsewhere
(`hello`, a phone's pinned keys, a paper). docs/evidence.md explains each file.
"""

import base64
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from backend.accounts.models import Device, Officer
from backend.audit import services as audit
from backend.audit import signing
from backend.audit.actions import Action
from backend.audit.heads import signed_head
from backend.audit.models import Event, ServerKey
from backend.audit.selectors import event_content, events_about, server_keys
from backend.common.zips import Entry
from backend.inspections import verify_words
from backend.inspections.evidence import evidence_path
from backend.inspections.models import Evidence, Report, SealedBytes, SealedIdentity
from backend.inspections.selectors import receipt
from shared.clock import instant_text
from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import encode
from shared.wire.v1.messages import EvidenceState
from shared.wire.v1.records import Purpose

FORMAT = "bundle/1.0"


class Part(StrEnum):
    """What may be held back; the seal holds without it."""

    ASSESSMENT = "assessment"
    IDENTITIES = "identities"


@dataclass(frozen=True, slots=True)
class Bundle:
    """`folder`: the name of archive and top folder. `entries`: in the order in which they are written."""

    folder: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One report of a bundle: its files, and what bundle.json and the VERIFY text say of it."""

    report: Report
    device: Device
    entries: tuple[Entry, ...]
    said: dict[str, Any]
    subjects: frozenset[str]


def report_bundle(*, report: Report, without: Collection[Part], by: Officer, now: datetime) -> Bundle:
    """One report; handing it out is recorded first, so that the archive tells of itself. Problem `evidence_damaged`."""
    part = report_part(report, without)
    with transaction.atomic():
        handing_out_record(part, without=without, by=by, now=now)
    folder = f"phieu-{report.id}"
    return compose(folder=folder, about={"kind": "report"}, parts=[part], extra=(), without=without, by=by, now=now)


def handing_out_record(part: ReportPart, *, without: Collection[Part], by: Officer, now: datetime) -> None:
    """Who took which originals out of the office, in the chain of each report."""
    audit.record(
        Action.REPORT_BUNDLED,
        subject=f"report:{part.report.id}",
        actor=str(by.id),
        at=now,
        without=sorted(without),
        evidence=[file["id"] for file in part.said["evidence"] if file["file"]],
    )


def compose(
    *,
    folder: str,
    about: dict[str, Any],
    parts: Sequence[ReportPart],
    extra: Sequence[Entry],
    without: Collection[Part],
    by: Officer,
    now: datetime,
    subjects: Collection[str] = (),
) -> Bundle:
    """The archive of these reports. `about`: what bundle.json says first; `extra`: files of the caller; `subjects`: of
    further events. Last of all stand the list of hashes and the server's signature over it."""
    keys = server_keys()
    signer = keys[-1]
    events = events_about(frozenset(subjects).union(*(part.subjects for part in parts)))
    said = {
        "format": FORMAT,
        **about,
        "made_at": instant_text(now),
        "made_by": str(by.id),
        "without": sorted(without),
        "server_key": signer.id,
        "reports": [part.said for part in parts],
    }
    entries = [
        Entry.of("bundle.json", canonical_bytes(said)),
        *extra,
        *(entry for part in parts for entry in part.entries),
        *_keys(keys, parts),
        *_audit_entries(events, now),
    ]
    verify = verify_words.text(said, server_key=_server_key_name(signer), events=[event.index for event in events])
    entries.insert(0, Entry.of("VERIFY.txt", verify.encode("utf-8")))
    sums = "".join(f"{entry.sha256}  {entry.name}\n" for entry in entries).encode("ascii")
    entries += [Entry.of("SHA256SUMS", sums), Entry.of("SHA256SUMS.sig", signing.sign_bytes(sums))]
    inside = tuple(Entry(f"{folder}/{entry.name}", entry.content, entry.sha256) for entry in entries)
    return Bundle(folder, inside)


# --- one report


def report_part(report: Report, without: Collection[Part]) -> ReportPart:
    """Problem `evidence_damaged` when a confirmed file is not where it should be."""
    sealed = SealedBytes.objects.get(report=report)
    device = Device.objects.get(key_id=sealed.key)
    folder = f"reports/{report.id}"
    identities = list(SealedIdentity.objects.filter(report=report).order_by("id"))
    entries = [
        Entry.of(f"{folder}/manifest.json", bytes(sealed.manifest)),
        Entry.of(f"{folder}/manifest.sig", bytes(sealed.signature)),
        Entry.of(f"{folder}/facts.json", bytes(sealed.facts)),
    ]
    states = {"facts": "included", "assessment": "none" if sealed.assessment is None else "included"}
    if Part.ASSESSMENT in without and sealed.assessment is not None:
        states["assessment"] = "withheld"
    elif sealed.assessment is not None:
        entries.append(Entry.of(f"{folder}/assessment.json", bytes(sealed.assessment)))
    parts = []
    for row in identities:
        state = "withheld" if Part.IDENTITIES in without else "removed" if row.content is None else "included"
        parts.append({"sha256": row.sha256, "state": state})
        if state == "included" and row.content is not None:
            entries.append(Entry.of(f"{folder}/identities/{row.sha256}.json", bytes(row.content)))
    files = [_file(row, folder, without) for row in Evidence.objects.filter(report=report).order_by("position")]
    entries += [entry for entry, _ in files if entry is not None]
    entries += _receipt_entries(report, folder)
    said = {
        "id": str(report.id),
        "number": report.number,
        "device": str(device.id),
        "device_key": device.key_id,
        "manifest_sha256": report.manifest_sha256,
        "received_at": instant_text(report.received_at),
        "flags": list(report.flags),
        "parts": {**states, "identities": parts},
        "evidence": [words for _, words in files],
    }
    return ReportPart(report, device, tuple(entries), said, _subjects(report, device, said))


def _file(row: Evidence, folder: str, without: Collection[Part]) -> tuple[Entry | None, dict[str, Any]]:
    """The original under its hash, and what is said of it; `absent` says why it is not here."""
    absent = None
    if row.state != EvidenceState.CONFIRMED.value:
        absent = "not_received"
    elif row.purpose == Purpose.IDENTITY.value and Part.IDENTITIES in without:
        absent = "withheld"
    entry = None
    if absent is None:
        path = evidence_path(row.sha256)
        if not path.is_file() or path.stat().st_size != row.bytes:
            raise Problem("evidence_damaged", sha256=row.sha256)
        entry = Entry(f"{folder}/evidence/{row.sha256}{_suffix(row.media_type)}", path, row.sha256)
    return entry, {
        "id": str(row.evidence_id),
        "sha256": row.sha256,
        "bytes": row.bytes,
        "media_type": row.media_type,
        "purpose": row.purpose,
        "taken_at": None if row.taken_at is None else instant_text(row.taken_at),
        "from_app_camera": row.from_app_camera,
        "file": None if entry is None else entry.name,
        "absent": absent,
    }


def _suffix(media_type: str) -> str:
    """So that a double click opens it; the name is the hash."""
    kind = re.fullmatch(r"(?:image|video|audio|application)/([a-z0-9]{2,9})", media_type)
    return f".{'jpg' if kind[1] == 'jpeg' else kind[1]}" if kind else ""


def _receipt_entries(report: Report, folder: str) -> Iterator[Entry]:
    """The receipt as it stands now: the signed bytes and the signature, each by itself, for openssl."""
    body = signing.signed(receipt(report))
    signature = base64.b64decode(body.pop("signature"))
    yield Entry.of(f"{folder}/receipt.json", canonical_bytes(body))
    yield Entry.of(f"{folder}/receipt.sig", signature)


def _subjects(report: Report, device: Device, said: dict[str, Any]) -> frozenset[str]:
    files = (f"evidence:{report.id}/{file['id']}" for file in said["evidence"])
    return frozenset({f"report:{report.id}", f"device:{device.id}", *files})


# --- keys and the chain of events


def _server_key_name(row: ServerKey) -> str:
    return f"keys/server-{row.id[:16]}.pem"


def _keys(keys: Iterable[ServerKey], parts: Sequence[ReportPart]) -> Iterator[Entry]:
    for row in keys:
        yield Entry.of(_server_key_name(row), row.public_key.encode("ascii"))
        yield Entry.of(f"keys/server-{row.id[:16]}.json", canonical_bytes(encode(signing.as_message(row))))
    for device in {part.device.id: part.device for part in parts}.values():
        yield Entry.of(verify_words.device_key_name(device.key_id), device.public_key.encode("ascii"))


def _audit_entries(events: Sequence[Event], now: datetime) -> Iterator[Entry]:
    """Each event as the very bytes its hash is of, the list of those hashes, and the signed head of the whole chain."""
    named = [(event, f"audit/{event.index:09d}.json") for event in events]
    yield from (Entry.of(name, canonical_bytes(event_content(event))) for event, name in named)
    yield Entry.of("audit/EVENTS.sha256", "".join(f"{event.hash}  {name}\n" for event, name in named).encode("ascii"))
    head = signed_head(now)
    yield Entry.of("audit/heads.jsonl", canonical_bytes(head) + b"\n")
    signature = base64.b64decode(head.pop("signature"))
    yield Entry.of("audit/head.json", canonical_bytes(head))
    yield Entry.of("audit/head.sig", signature)
