"""What happens to an envelope: the answer table of design §5, in one place."""

import hashlib
import json
from collections.abc import Iterator, Sequence
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
from backend.audit.selectors import head_hash
from backend.common.problems import problem_json
from backend.inspections import selectors as inspections
from backend.inspections.models import Report
from backend.sync.bodies import envelope_value
from backend.sync.filing import Answer, Delivery, Filed, envelopes_file
from backend.sync.models import QuarantinedEnvelope
from shared.problems import Problem
from shared.wire.v1.checks import is_hash
from shared.wire.v1.codec import decode
from shared.wire.v1.seal import peek_manifest

__all__ = [
    "Answer",
    "Delivery",
    "batch_receive",
    "envelope_receive",
    "quarantine_keep",
    "quarantine_replay",
    "receipt_json",
    "receipts_json",
]
_KEPT_STATUS = (409, 422)  # answers of the table behind which the body stays in quarantine
BATCH_PIECE = 4 * 2**20  # characters of envelopes that are opened and filed together


def envelope_receive(*, value: Any, raw: bytes, report_id: UUID | None, delivery: Delivery, now: datetime) -> Answer:
    """File an envelope or raise its Problem; what is refused with 409 or 422 is in quarantine when this returns.

    `value`: the JSON value of `raw`. `report_id`: the id in the address, None in a batch.
    """
    filed = _filed(value, report_id, delivery, now)
    if isinstance(filed, Problem):
        if filed.type.status in _KEPT_STATUS:
            quarantine_keep(raw=raw, value=value, problem=filed, delivery=delivery, now=now)
        raise filed
    return filed


def _filed(value: Any, report_id: UUID | None, delivery: Delivery, now: datetime) -> Filed:
    return envelopes_file([value], report_id=report_id, delivery=delivery, now=now)[0]


def receipt_json(report: Report) -> dict[str, Any]:
    """Of a report that was received before."""
    return signing.signed(inspections.receipt(report))


def receipts_json(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """The receipts for what was filed just now, without asking again what is known."""
    if not answers:
        return []
    head = next((answer.head for answer in answers if answer.head), "") or head_hash()
    key = next((answer.key for answer in answers if answer.key), "")
    receipts = [inspections.receipt(one.report, one.evidence, one.head or head) for one in answers]
    return signing.signed_many(receipts, key)


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
    answer = _filed(envelope_value(raw), row.report, delivery, now)
    if isinstance(answer, Problem):
        raise Problem("still_refused", errors=answer.errors, reason=answer.detail(language)) from answer
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
    """Each envelope as if it came alone, in order: `{id, status, receipt | problem}`. Filed in pieces of about
    BATCH_PIECE, so that no more than that is ever held opened."""
    results = []
    for piece in _pieces(envelopes):
        filed = iter(envelopes_file([v for v, big in piece if not big], report_id=None, delivery=delivery, now=now))
        answers = [Problem("too_large", limit=settings.ENVELOPE_MAX_BYTES) if big else next(filed) for _, big in piece]
        for (value, _), answer in zip(piece, answers, strict=True):
            if isinstance(answer, Problem) and answer.type.status in _KEPT_STATUS:
                quarantine_keep(raw=_alone(value), value=value, problem=answer, delivery=delivery, now=now)
        receipts = iter(receipts_json([answer for answer in answers if isinstance(answer, Answer)]))
        for (value, _), answer in zip(piece, answers, strict=True):
            if isinstance(answer, Problem):
                said = {"status": answer.type.status, "problem": problem_json(answer, language)}
                results.append({"id": _claimed_id(value), **said})
            else:
                results.append({"id": str(answer.report.id), "status": answer.status, "receipt": next(receipts)})
    return results


def _pieces(envelopes: list[Any]) -> Iterator[list[tuple[Any, bool]]]:
    """Envelopes in order, each with whether it is over the limit by itself."""
    piece: list[tuple[Any, bool]] = []
    size = 0
    for value in envelopes:
        # No character takes more than 6 bytes; only what might be over the limit is written out to be measured.
        weight = _characters(value)
        big = 6 * weight > settings.ENVELOPE_MAX_BYTES and len(_alone(value)) > settings.ENVELOPE_MAX_BYTES
        if piece and size + weight > BATCH_PIECE:
            yield piece
            piece, size = [], 0
        piece.append((value, big))
        size += weight
    if piece:
        yield piece


def _characters(value: Any) -> int:
    """Of all strings in a JSON value, and a little for whatever stands between and beside them."""
    if isinstance(value, str):
        return len(value) + 4
    if isinstance(value, dict):
        return 4 + sum(len(name) + 4 + _characters(entry) for name, entry in value.items())
    if isinstance(value, list):
        return 4 + sum(map(_characters, value))
    return 400 if isinstance(value, int) and abs(value) >= 10**20 else 30


def _alone(value: Any) -> bytes:
    """In quarantine lies what would have come alone: the envelope, not the batch around it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _claimed_id(value: Any) -> str | None:
    """The id a refused envelope gives itself, so that a phone can tell which one the answer is about."""
    claimed = peek_manifest(_unpacked(value.get("manifest"))).get("id") if isinstance(value, dict) else None
    return claimed if isinstance(claimed, str) and len(claimed) == 36 else None
