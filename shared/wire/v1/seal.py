"""Sealing a report on the phone and opening it at the server: hashes, signature, chain.

The cryptography itself comes from outside (Android's keystore, `cryptography`): `sign` and `verify` are functions.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shared.problems import FieldError, Problem
from shared.wire.v1.canonical import canonical_bytes, parse_canonical, parse_json
from shared.wire.v1.checks import check_manifest, check_parts, is_hash
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.messages import REPORT_SCHEMA, Envelope, EnvelopeParts, Manifest
from shared.wire.v1.records import Assessment, Facts, IdentityPart

_MOST_IN_MANIFEST = 20_000  # commas: 9 for each file, so some 2,000 files

Sign = Callable[[bytes], bytes]  # message → DER of an ECDSA P-256 signature over its SHA-256


def sha256_hex(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def to_bytes(message: Any) -> bytes:
    """Canonical bytes of a message of this version."""
    return canonical_bytes(encode(message))


@dataclass(frozen=True, slots=True)
class SealedReport:
    """An envelope that was opened: the bytes as sealed and what they say."""

    envelope: Envelope
    manifest_sha256: str
    manifest: Manifest
    facts: Facts
    assessment: Assessment | None
    identities: tuple[IdentityPart, ...]


def seal(
    manifest: Manifest,
    facts: Facts,
    assessment: Assessment | None,
    identities: tuple[IdentityPart, ...],
    *,
    sign: Sign,
    key: str,
) -> SealedReport:
    """Seal a report: the part hashes of `manifest` are filled in here, whatever stood there.

    Problem `report_invalid` when the report contradicts itself or holds what JSON cannot carry, so that nothing is
    signed that the server would refuse. The answer is what the bytes say, read back (NFC, whole milliseconds).
    Identity parts are named by their hash in `facts.subjects[].identity`: see `identity_hash`.
    """
    try:
        parts = EnvelopeParts(
            facts=to_bytes(facts),
            assessment=None if assessment is None else to_bytes(assessment),
            identities=tuple(to_bytes(part) for part in identities),
        )
        manifest = replace(
            manifest,
            schema=REPORT_SCHEMA,
            facts=sha256_hex(parts.facts),
            assessment=None if parts.assessment is None else sha256_hex(parts.assessment),
            identities=tuple(sha256_hex(part) for part in parts.identities),
        )
        raw = to_bytes(manifest)
    except ValueError as error:
        raise Problem("report_invalid", errors=(FieldError("", "invalid"),)) from error
    sealed = _read(Envelope(manifest=raw, signature=b"", key=key, parts=parts))
    return replace(sealed, envelope=replace(sealed.envelope, signature=sign(raw)))


def identity_hash(part: IdentityPart) -> str:
    return sha256_hex(to_bytes(part))


def read_envelope(body: Any) -> Envelope:
    """The envelope's own shape; Problem `envelope_invalid`."""
    envelope = decode(Envelope, body, problem="envelope_invalid")
    if not is_hash(envelope.key):
        raise Problem("envelope_invalid", errors=(FieldError("key", "value", {"expected": "SHA-256 (hex)"}),))
    return envelope


def open_envelope(envelope: Envelope, verify: Callable[[str, bytes, bytes], bool | None]) -> SealedReport:
    """Check everything an envelope claims, in the order of design §5; Problems of the 422 row.

    `verify(key, message, signature)`: True, False, or None for a key that was never enrolled.
    """
    known = verify(envelope.key, envelope.manifest, envelope.signature)
    if known is None:
        raise Problem("device_unknown", errors=(FieldError("key", "value", {"expected": "an enrolled key"}),))
    if not known:
        raise Problem("signature_bad", errors=(FieldError("signature", "hash"),))
    return _read(envelope)


def _read(envelope: Envelope) -> SealedReport:
    """Everything but the signature."""
    manifest = read_manifest(envelope.manifest)
    check_manifest(manifest)
    _check_hashes(manifest, envelope.parts)
    facts = decode(Facts, parse_canonical(envelope.parts.facts, "facts"), path="facts")
    assessment = None
    if envelope.parts.assessment is not None:
        assessment = decode(Assessment, parse_canonical(envelope.parts.assessment, "assessment"), path="assessment")
    identities = tuple(
        decode(IdentityPart, parse_canonical(raw, f"identities[{i}]"), path=f"identities[{i}]")
        for i, raw in enumerate(envelope.parts.identities)
    )
    check_parts(manifest, facts, assessment, identities)
    return SealedReport(envelope, sha256_hex(envelope.manifest), manifest, facts, assessment, identities)


def read_manifest(raw: bytes) -> Manifest:
    """The manifest's bytes as a message. A schema of another version is `schema_unknown`, whatever else differs."""
    value = parse_canonical(raw, "manifest")
    schema = value.get("schema") if isinstance(value, dict) else None
    if isinstance(schema, str) and schema != REPORT_SCHEMA:
        raise Problem(
            "schema_unknown", errors=(FieldError("schema", "value", {"expected": REPORT_SCHEMA}),), schema=schema[:40]
        )
    return decode(Manifest, value)


def peek_manifest(raw: bytes) -> dict[str, Any]:
    """What can be read of a manifest that may be of any version: for quarantine, where nothing may be refused. Nothing
    of one with far more in it than any manifest: nobody has signed it yet, and reading costs fifty times its bytes."""
    if raw.count(b",") > _MOST_IN_MANIFEST:
        return {}
    try:
        value = parse_json(raw)
    except Problem:
        return {}
    return value if isinstance(value, dict) else {}


def _check_hashes(manifest: Manifest, parts: EnvelopeParts) -> None:
    claims: list[tuple[str, str | None, bytes | None]] = [
        ("parts.facts", manifest.facts, parts.facts),
        ("parts.assessment", manifest.assessment, parts.assessment),
    ]
    if len(manifest.identities) == len(parts.identities):
        claims += [
            (f"parts.identities[{i}]", claim, raw)
            for i, (claim, raw) in enumerate(zip(manifest.identities, parts.identities, strict=True))
        ]
    else:
        raise Problem("part_hash_mismatch", errors=(FieldError("parts.identities", "hash"),))
    wrong = [path for path, claim, raw in claims if claim != (None if raw is None else sha256_hex(raw))]
    if wrong:
        raise Problem("part_hash_mismatch", errors=tuple(FieldError(path, "hash") for path in wrong))


class ChainFlag:
    """Flags a report gets from its place in its device's chain."""

    GAP = "sequence_gap"  # the one before has not arrived (yet)
    BROKEN = "chain_broken"  # the one before arrived and is another than this one names
    REUSED = "sequence_reused"  # another report of the device has the same number


def chain_flags(sequence: int, previous: str | None, *, before: str | None, same_sequence: bool) -> tuple[str, ...]:
    """`before`: manifest hash of the report with `sequence − 1`, None when it has not arrived."""
    flags = []
    if same_sequence:
        flags.append(ChainFlag.REUSED)
    if sequence > 1:
        if before is None:
            flags.append(ChainFlag.GAP)
        elif before != previous:
            flags.append(ChainFlag.BROKEN)
    return tuple(flags)
