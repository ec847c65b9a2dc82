"""What a phone must know of a sealed report to carry it; the report may be of a newer version than the phone."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mobile.ports import Declared
from shared.problems import Problem
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.checks import is_hash
from shared.wire.v1.codec import MAX_INTEGER
from shared.wire.v1.seal import peek_manifest, sha256_hex


@dataclass(frozen=True, slots=True)
class OnCard:
    """`device`: the phone it says it is from."""

    report: UUID
    manifest_sha256: str
    device: str
    files: tuple[Declared, ...]


def read_envelope(body: bytes) -> OnCard | None:
    """None for what is no envelope."""
    try:
        value = parse_json(body)
        raw = base64.b64decode(value["manifest"], validate=True) if isinstance(value, dict) else b""
        manifest = peek_manifest(raw)
        report = UUID(str(manifest["id"]))
    except (Problem, KeyError, TypeError, ValueError, binascii.Error):
        return None
    evidence = manifest.get("evidence")
    declared = (_declared(entry) for entry in evidence) if isinstance(evidence, list) else ()
    files = tuple(entry for entry in declared if entry is not None)
    return OnCard(report, sha256_hex(raw), str(manifest.get("device")), files)


def _declared(entry: Any) -> Declared | None:
    if not isinstance(entry, dict):
        return None
    sha256, size = entry.get("sha256"), entry.get("bytes")
    if not isinstance(sha256, str) or not is_hash(sha256):
        return None
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= MAX_INTEGER:
        return None
    try:
        return Declared(UUID(str(entry.get("id"))), sha256, size)
    except ValueError:
        return None
