"""Evidence bytes by tus 1.0: core, creation, creation-with-upload, checksum, termination, expiration.

One upload for each declared file, resumable to the byte. A file is confirmed when its bytes lie under their hash on the
disk; until then the phone keeps it, so what is lost here before that is only sent again.
"""

import hashlib
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.common.problems import is_full
from backend.inspections import evidence as filing
from backend.inspections.models import Evidence
from backend.inspections.store import store_ensure
from backend.sync import selectors
from backend.sync.arriving import Read, checked, pieces
from backend.sync.confirming import Confirming
from backend.sync.filing import Delivery
from backend.sync.models import Upload
from backend.sync.mutators import uploads_insert
from backend.sync.partials import Overtaken, Partial, incoming, named_by, partial_path, size_of
from backend.sync.tus_headers import METADATA, Checksum
from shared.problems import FieldError, Problem
from shared.wire.v1.checks import is_hash
from shared.wire.v1.messages import EvidenceState

_CONFIRMING = Confirming()


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries. `declared`: bytes it says it has; `read`: gives the next of them, b"" at the end, OSError
    when the line is cut or says nothing for too long. `waiting`: how many are here already, 0 when nobody knows."""

    declared: int
    read: Read
    checksum: Checksum | None = None
    waiting: int = 0


def upload_create(
    *, metadata: dict[str, str], length: int, body: Body | None, delivery: Delivery, now: datetime
) -> tuple[Upload, int]:
    """The upload of a declared file and how much of it is here. Asking again gives the same one; a body counts only
    when nothing is here yet.

    Problems `request_invalid`, `evidence_unknown`, `evidence_length`, `evidence_too_large`, and those of
    `upload_append` but `upload_offset`.
    """
    evidence, known = _declared(metadata)
    if length != evidence.bytes:
        raise Problem("evidence_length", declared=evidence.bytes)
    if length > (limit := limit_of(evidence.media_type)):
        raise Problem("evidence_too_large", size=_megabytes(length), limit=_megabytes(limit))
    if known is not None and _expires(known, now) and _discard(known, Action.UPLOAD_EXPIRED, audit.SYSTEM, now):
        known = None
    upload = known or Upload(evidence=evidence, created_at=now, touched_at=now)
    here = upload_offset(upload=upload, delivery=delivery, now=now)
    if body is not None and not here:
        try:
            here = _append(upload, 0, body, delivery, now)
        except Problem as problem:
            if problem.code != "upload_offset":
                raise
            here = upload_offset(upload=upload, delivery=delivery, now=now)  # another sender was faster
    if upload._state.adding:
        _record(upload, now)
    return upload, here


def limit_of(media_type: str) -> int:
    """Bytes that a file of this declared type may have."""
    kind = media_type.casefold().partition("/")[0]
    return int(min(settings.EVIDENCE_MAX_BYTES, settings.EVIDENCE_LIMITS.get(kind, settings.EVIDENCE_LIMITS["other"])))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


def _declared(metadata: dict[str, str]) -> tuple[Evidence, Upload | None]:
    errors = []
    ids = {}
    for name in ("report", "evidence"):
        try:
            ids[name] = UUID(metadata[name])
        except KeyError:
            errors.append(FieldError(f"{METADATA}.{name}", "missing"))
        except ValueError:
            errors.append(FieldError(f"{METADATA}.{name}", "value", {"expected": "UUID"}))
    if "sha256" not in metadata:
        errors.append(FieldError(f"{METADATA}.sha256", "missing"))
    elif not is_hash(metadata["sha256"]):
        errors.append(FieldError(f"{METADATA}.sha256", "value", {"expected": "SHA-256 (hex)"}))
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    return selectors.evidence_and_upload(ids["report"], ids["evidence"], metadata["sha256"])


def upload_find(*, upload_id: UUID, now: datetime) -> Upload:
    """Problems `not_found`; `upload_expired`, once: the bytes go, and the next question is `not_found`."""
    upload = selectors.upload_by_id(upload_id)
    if _expires(upload, now) and _discard(upload, Action.UPLOAD_EXPIRED, audit.SYSTEM, now):
        raise Problem("upload_expired")
    return upload


def expires_at(upload: Upload) -> datetime | None:
    """When what came is removed unless more comes; None for a finished upload."""
    return None if _is_confirmed(upload.evidence) else upload.touched_at + settings.UPLOAD_LIFE


def _expires(upload: Upload, now: datetime) -> bool:
    at = expires_at(upload)
    return at is not None and at <= now


def upload_offset(*, upload: Upload, delivery: Delivery, now: datetime) -> int:
    """Where to go on from. What a server killed half way left undone is done here: a file that is whole and not yet
    moved, or moved and not yet confirmed. Problem `storage_away`."""
    evidence = upload.evidence
    if _is_confirmed(evidence):
        return evidence.bytes
    store_ensure()
    path = partial_path(evidence.report_id, evidence.evidence_id)
    # In this order: a file that is moved meanwhile is then found in its place.
    size = size_of(path)
    if size_of(filing.evidence_path(evidence.sha256)) == evidence.bytes:
        _CONFIRMING.confirm(upload, actor=delivery.actor, now=now)
        path.unlink(missing_ok=True)
        return evidence.bytes
    if size != evidence.bytes:
        return size or 0
    try:
        with Partial(path, create=False) as partial, partial.locked():
            partial.settle(size, size)
            return _complete(upload, partial, None, delivery, now)
    except Overtaken:
        evidence.refresh_from_db()
        return evidence.bytes if _is_confirmed(evidence) else size_of(path) or 0
    except Problem as problem:
        if problem.code != "evidence_hash_mismatch":
            raise
        return 0  # it was not the file that was sealed, and is gone


def upload_append(*, upload: Upload, offset: int, body: Body, delivery: Delivery, now: datetime) -> int:
    """Append what the body gives from `offset` on; the new offset.

    Whoever finds the end of the file elsewhere than it left it gives way (`upload_offset`). What arrived before a line
    was cut stays, unless a checksum was announced for the whole part: that is kept aside until it is checked. Problems
    `upload_offset`, `upload_too_long`, `checksum_mismatch`, `evidence_hash_mismatch`, `storage_full`.
    """
    evidence = upload.evidence
    here = upload_offset(upload=upload, delivery=delivery, now=now)
    if offset != here:
        raise Problem("upload_offset", offset=here)
    if _is_confirmed(evidence):
        return here
    return _append(upload, offset, body, delivery, now)


def _append(upload: Upload, offset: int, body: Body, delivery: Delivery, now: datetime) -> int:
    if offset + body.declared > upload.evidence.bytes:
        raise Problem("upload_too_long")
    try:
        return _receive(upload, offset, body, delivery, now)
    except Overtaken as error:
        here = upload_offset(upload=_again(upload), delivery=delivery, now=now)
        raise Problem("upload_offset", offset=here) from error
    except OSError as error:
        if is_full(error):
            raise Problem("storage_full") from error
        raise


def _receive(upload: Upload, begun: int, body: Body, delivery: Delivery, now: datetime) -> int:
    evidence, end = upload.evidence, begun
    digest = hashlib.sha256() if begun == 0 else None
    room = evidence.bytes - begun
    arriving = checked(body.read, body.checksum, room) if body.checksum else pieces(body.read, body.waiting)
    path = partial_path(evidence.report_id, evidence.evidence_id)
    with Partial(path, create=begun == 0) as partial, closing(arriving):
        for piece in arriving:
            if end + len(piece) > evidence.bytes:
                raise Problem("upload_too_long")
            if digest is not None:
                digest.update(piece)
            if end + len(piece) == evidence.bytes:
                # Locked once for all that is left to do: nobody finds it whole and unfinished.
                with partial.locked() as size:
                    partial.append_locked(size, end, piece)
                    partial.settle(begun, evidence.bytes)
                    return _complete(upload, partial, digest.hexdigest() if digest else None, delivery, now)
            partial.append(end, piece)
            end += len(piece)
        if end == begun:
            return end
        try:
            with partial.locked():
                partial.settle(begun, end)
        except Overtaken:
            # All of this part was taken; another request went on from its end and finished the file.
            if upload_offset(upload=_again(upload), delivery=delivery, now=now) < end:
                raise
            return end
    with transaction.atomic():
        _record(upload, now)
        filing.evidence_progress(evidence=evidence, received=end)
    return end


def _complete(upload: Upload, partial: Partial, sha256: str | None, delivery: Delivery, now: datetime) -> int:
    """All bytes are here: they are the file that was sealed, or they go (`evidence_hash_mismatch`). `sha256`: as they
    came, None when not all of them came in one request."""
    evidence = upload.evidence
    if sha256 is None:
        with partial.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != evidence.sha256:
        partial.drop()
        filing.evidence_progress(evidence=evidence, received=0)
        raise Problem("evidence_hash_mismatch")
    partial.move(filing.evidence_path(evidence.sha256))
    _CONFIRMING.confirm(upload, actor=delivery.actor, now=now)
    return evidence.bytes


def _record(upload: Upload, now: datetime) -> None:
    """The upload's row, or that something came for it."""
    upload.touched_at = now
    if upload._state.adding:
        uploads_insert([upload])
    else:
        Upload.objects.filter(pk=upload.pk).update(touched_at=now)


def _again(upload: Upload) -> Upload:
    upload.evidence.refresh_from_db()
    return upload


def _is_confirmed(evidence: Evidence) -> bool:
    return evidence.state == EvidenceState.CONFIRMED.value


def upload_terminate(*, upload: Upload, delivery: Delivery, now: datetime) -> None:
    """Remove what came of an unfinished upload; Problem `evidence_kept` for a finished one.

    May be asked by whoever may send: who has the upload's address, which is random and given only to those who can name
    report, file and hash of a received manifest. They could spoil the partial file as well by sending other bytes. In
    both cases nothing is lost: the phone has the file until a signed receipt calls it confirmed, and a confirmed one is
    out of reach. What was removed stands in the audit chain with who asked.
    """
    upload_offset(upload=upload, delivery=delivery, now=now)
    if not _discard(upload, Action.UPLOAD_TERMINATED, delivery.actor, now):
        raise Problem("evidence_kept")


def _discard(upload: Upload, action: Action, actor: str, now: datetime) -> bool:
    """The upload and its bytes go; False when they are evidence by now, which stays."""
    evidence = upload.evidence
    store_ensure()
    with ExitStack() as stack:
        # The file is locked before the database, as by whoever finishes it.
        partial = None
        try:
            partial = stack.enter_context(Partial(partial_path(evidence.report_id, evidence.evidence_id), create=False))
            stack.enter_context(partial.locked())
        except Overtaken:
            partial = None  # nothing came, or it was finished just now
        with transaction.atomic():
            evidence.refresh_from_db()
            if _is_confirmed(evidence):
                return False
            size = partial.size() if partial is not None else 0
            deleted, _ = Upload.objects.filter(pk=upload.pk).delete()
            filing.evidence_progress(evidence=evidence, received=0)
            if partial is not None:
                partial.drop()
            if deleted:
                subject = f"evidence:{evidence.report_id}/{evidence.evidence_id}"
                audit.record(action, subject=subject, actor=actor, at=now, bytes=size)
    return True


def uploads_expire(*, now: datetime, limit: int) -> int:
    """Remove at most `limit` unfinished uploads that nothing came for in KK_UPLOAD_DAYS; how many went."""
    expired = selectors.uploads_untouched_since(now - settings.UPLOAD_LIFE)[:limit]
    return sum(_discard(upload, Action.UPLOAD_EXPIRED, audit.SYSTEM, now) for upload in list(expired))


def leftovers_remove(*, now: datetime) -> int:
    """Remove old partial files that no upload goes on with: a server was killed before it recorded the upload, or the
    same bytes came with another report meanwhile. How many went."""
    oldest = (now - settings.UPLOAD_LIFE).timestamp()
    gone = 0
    for path in incoming().iterdir() if incoming().is_dir() else ():
        named = named_by(path)
        if named is None or path.stat().st_mtime > oldest or selectors.upload_is_open(*named):
            continue
        try:
            with Partial(path, create=False) as partial, partial.locked():
                partial.drop()
                gone += 1
        except Overtaken:
            continue  # somebody goes on with it after all
    return gone
