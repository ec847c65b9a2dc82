"""What happens to an envelope: the answer table of design §5, in one place."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from backend.accounts import selectors as accounts
from backend.accounts.models import Device, Officer
from backend.audit import services as audit
from backend.audit import signing
from backend.audit.actions import Action
from backend.common.problems import problem_json
from backend.inspections import evidence as files
from backend.inspections import selectors as inspections
from backend.inspections import services as filing
from backend.inspections.models import Evidence, Report
from backend.sync.models import QuarantinedEnvelope
from shared.problems import FieldError, Problem
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.checks import is_hash
from shared.wire.v1.codec import decode
from shared.wire.v1.messages import EvidenceState
from shared.wire.v1.seal import SealedReport, open_envelope, peek_manifest, read_envelope

_KEPT_STATUS = (409, 422)  # answers of the table behind which the body stays in quarantine


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who brings something: `device` and `officer` are None without a token. `from_card`: it lay on a memory card.
    `at_office`: who does this there (imports a card, tries again what waits), whoever brought it; "" for nobody."""

    device: Device | None
    officer: Officer | None
    from_card: bool = False
    at_office: str = ""

    @property
    def actor(self) -> str:
        if self.at_office:
            return self.at_office
        if self.device is not None:
            return f"device:{self.device.id}"
        return str(self.officer.id) if self.officer is not None else "anonymous"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    report: Report


def envelope_receive(*, value: Any, raw: bytes, report_id: UUID | None, delivery: Delivery, now: datetime) -> Answer:
    """File an envelope or raise its Problem; what is refused with 409 or 422 is in quarantine when this returns.

    `value`: the JSON value of `raw`. `report_id`: the id in the address, None in a batch.
    """
    try:
        return _file(value, report_id, delivery, now)
    except Problem as problem:
        if problem.type.status in _KEPT_STATUS:
            quarantine_keep(raw=raw, value=value, problem=problem, delivery=delivery, now=now)
        raise


def _file(value: Any, report_id: UUID | None, delivery: Delivery, now: datetime) -> Answer:
    envelope = read_envelope(value)
    device = accounts.device_by_key(envelope.key)
    sealed = open_envelope(
        envelope,
        lambda _, message, signature: (
            None if device is None else signing.signature_holds(device.public_key, message, signature)
        ),
    )
    if device is None:  # `open_envelope` said so already; this says it to the type checker
        raise Problem("device_unknown")
    if report_id is not None and sealed.manifest.id != report_id:
        raise Problem("id_mismatch", errors=(FieldError("id", "value", {"expected": str(report_id)}),))
    kept = inspections.report_by_id(sealed.manifest.id)
    if kept is not None and kept.manifest_sha256 == sealed.manifest_sha256:  # whatever became of its officer since
        confirm_stored(report=kept, actor=delivery.actor, now=now)
        return Answer(200, kept)
    officer = _parties(sealed, device)
    received = filing.report_receive(
        sealed=sealed,
        device=device,
        officer=officer,
        delivered_by=delivery.device,
        flags=_flags(sealed, device, officer, delivery),
        now=now,
    )
    confirm_stored(report=received.report, actor=delivery.actor, now=now)
    return Answer(201 if received.new else 200, received.report)


def _parties(sealed: SealedReport, device: Device) -> Officer:
    """The officer the manifest names. A device, officer or unit that this office does not know makes the whole
    report unreadable for it: Problem `report_invalid`."""
    manifest = sealed.manifest
    errors = []
    if manifest.device != device.id:
        errors.append(FieldError("device", "value", {"expected": "the device of this key"}))
    officer = accounts.officer_by_id(manifest.officer)
    if officer is None or officer.unit is None:
        errors.append(FieldError("officer", "value", {"expected": "an officer of this office"}))
    if not accounts.unit_exists(manifest.unit):
        errors.append(FieldError("unit", "value", {"expected": "a unit of this office"}))
    if errors or officer is None:
        raise Problem("report_invalid", errors=tuple(errors))
    return officer


def _flags(sealed: SealedReport, device: Device, officer: Officer, delivery: Delivery) -> tuple[str, ...]:
    flags = []
    enrolment = accounts.enrolment_of(device, officer.id)
    if enrolment is None:
        flags.append("officer_switched")
    elif enrolment.revoked_at is not None:
        flags.append("officer_revoked")
    if sealed.manifest.unit != officer.unit_id:
        flags.append("unit_differs")
    if device.revoked_at is not None:
        flags.append("device_revoked")
    if delivery.from_card:
        flags += ["from_card", "relayed"]
    elif delivery.device is None:
        flags.append("delivered_without_token")
    elif delivery.device.id != device.id:
        flags.append("relayed")
    return tuple(flags)


def confirm_stored(*, report: Report, actor: str, now: datetime) -> None:
    """Files whose bytes lie here already (another report's, or left by a server that was killed between writing the
    file and its row) need not travel."""
    for evidence in Evidence.objects.filter(report=report).exclude(state=EvidenceState.CONFIRMED.value):
        path = files.evidence_path(evidence.sha256)
        if path.is_file() and path.stat().st_size == evidence.bytes:
            files.evidence_confirm(evidence=evidence, actor=actor, now=now)


def receipt_json(report: Report) -> dict[str, Any]:
    return signing.signed(inspections.receipt(report))


def quarantine_keep(
    *, raw: bytes, value: Any, problem: Problem, delivery: Delivery, now: datetime
) -> QuarantinedEnvelope:
    """Keep a refused body whole, once; a repeat is counted. What it says of its place in a chain is read too."""
    sha256 = hashlib.sha256(raw).hexdigest()
    claims = _claims(value)
    device = claims["device"]
    try:
        with transaction.atomic():
            row = QuarantinedEnvelope.objects.select_for_update(of=("self",)).filter(sha256=sha256).first()
            if row is None:
                row = QuarantinedEnvelope(
                    sha256=sha256,
                    body=raw,
                    received_at=now,
                    times=0,
                    delivered_by=delivery.device,
                    from_card=delivery.from_card,
                    **claims,
                    unit=None if device is None else device.unit,
                )
            row.times, row.last_seen_at, row.code = row.times + 1, now, problem.code
            row.problem = problem_json(problem, "vi")
            row.save()
            if row.times == 1:
                event = audit.record(
                    Action.QUARANTINE_KEPT,
                    subject=f"quarantine:{row.id}",
                    actor=delivery.actor,
                    at=now,
                    code=problem.code,
                    sha256=sha256,
                )
                row.number = event.index
                row.save(update_fields=["number"])
            return row
    except IntegrityError:  # the same body arrived on another connection this instant and is kept there
        return QuarantinedEnvelope.objects.get(sha256=sha256)


def _claims(value: Any) -> dict[str, Any]:
    """What a refused envelope says of itself, nothing of it believed further than for finding it again."""
    found: dict[str, Any] = {"report": None, "device": None, "sequence": None}
    if not isinstance(value, dict):
        return found
    key = value.get("key")
    if isinstance(key, str) and is_hash(key):
        found["device"] = accounts.device_by_key(key)
    # Read by itself: a newer app's envelope may have members that are not known here, around a manifest that is.
    raw = _unpacked(value.get("manifest"))
    manifest = peek_manifest(raw)
    device: Device | None = found["device"]
    if device is not None and not signing.signature_holds(device.public_key, raw, _unpacked(value.get("signature"))):
        return found  # anybody could have written that number
    sequence, report = manifest.get("sequence"), manifest.get("id")
    if device is not None and type(sequence) is int and 0 < sequence < 2**53:
        found["sequence"] = sequence
    if isinstance(report, str):
        try:
            found["report"] = UUID(report)
        except ValueError:
            found["report"] = None
    return found


def _unpacked(value: Any) -> bytes:
    """Base64 as the wire has it; nothing for anything else."""
    try:
        return decode(bytes, value)
    except Problem:
        return b""


def quarantine_replay(*, row: QuarantinedEnvelope, by: Officer | None, now: datetime, language: str) -> Answer:
    """Try again after a fix or an upgrade, as if it came once more from who brought it; Problem `still_refused` with
    the reason when it is. `by`: None for a command that nobody signed in for."""
    raw = bytes(row.body)
    actor = audit.SYSTEM if by is None else str(by.id)
    delivery = Delivery(row.delivered_by, None, from_card=row.from_card, at_office=actor)
    try:
        answer = _file(parse_json(raw), row.report, delivery, now)
    except Problem as problem:
        raise Problem("still_refused", errors=problem.errors, reason=problem.detail(language)) from problem
    with transaction.atomic():
        row.replayed_at = now
        row.save(update_fields=["replayed_at"])
        audit.record(
            Action.QUARANTINE_REPLAYED,
            subject=f"quarantine:{row.id}",
            actor=actor,
            at=now,
            report=str(answer.report.id),
        )
    return answer


def batch_receive(*, envelopes: list[Any], delivery: Delivery, now: datetime, language: str) -> list[dict[str, Any]]:
    """Each envelope as if it came alone, in order: `{id, status, receipt | problem}`."""
    results = []
    for value in envelopes:
        # In quarantine lies what would have come alone: the envelope, not the batch around it.
        raw = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            if len(raw) > settings.ENVELOPE_MAX_BYTES:
                raise Problem("too_large", limit=settings.ENVELOPE_MAX_BYTES)
            answer = envelope_receive(value=value, raw=raw, report_id=None, delivery=delivery, now=now)
        except Problem as problem:
            results.append(
                {"id": _claimed_id(value), "status": problem.type.status, "problem": problem_json(problem, language)}
            )
        else:
            results.append(
                {"id": str(answer.report.id), "status": answer.status, "receipt": receipt_json(answer.report)}
            )
    return results


def _claimed_id(value: Any) -> str | None:
    """The id a refused envelope gives itself, so that a phone can tell which one the answer is about."""
    claimed = peek_manifest(_unpacked(value.get("manifest"))).get("id") if isinstance(value, dict) else None
    return claimed if isinstance(claimed, str) and len(claimed) == 36 else None
