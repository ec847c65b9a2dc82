"""Evidence bytes by tus 1.0: core, creation, checksum. Resumable to the byte.

The partial file's length on the disk is the offset; a database row could only repeat it, and be wrong after a crash.
"""

import base64
import binascii
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.common.problems import is_full
from backend.inspections import evidence as filing
from backend.inspections import selectors as inspections
from backend.inspections.models import Evidence
from backend.sync.models import Upload
from backend.sync.services import Delivery
from shared.problems import FieldError, Problem
from shared.wire.v1.checks import is_hash
from shared.wire.v1.messages import EvidenceState

# Small, because a piece counts only once it is whole: what a dying line carried of the last one is sent again.
_PIECE = 2**14
# Named in the request by the tus specification; sha1 must be supported.
ALGORITHMS = ("sha1", "sha256")


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: str
    digest: bytes


def parse_metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata`: `key base64,key base64`; Problem `request_invalid`."""
    found = {}
    for pair in filter(None, (entry.strip() for entry in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise Problem("request_invalid", errors=(FieldError(f"Upload-Metadata.{key[:40]}", "base64"),)) from error
    return found


def parse_checksum(header: str | None) -> Checksum | None:
    """`Upload-Checksum: sha256 base64`; Problem `checksum_unsupported`."""
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem("checksum_unsupported") from error
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
        raise Problem("checksum_unsupported")
    return Checksum(algorithm, digest)


def upload_create(*, metadata: dict[str, str], length: int, delivery: Delivery, now: datetime) -> tuple[Upload, int]:
    """The upload of a declared file and how much of it is here. Asking again gives the same one.

    Problems `request_invalid`, `evidence_unknown`, `evidence_length`.
    """
    evidence = _declared(metadata)
    if length != evidence.bytes:
        raise Problem("evidence_length", declared=evidence.bytes)
    if length > settings.EVIDENCE_MAX_BYTES:
        raise Problem("too_large", limit=settings.EVIDENCE_MAX_BYTES)
    with transaction.atomic():
        upload, _ = Upload.objects.select_related("evidence").get_or_create(
            evidence=evidence, defaults={"created_at": now}
        )
    return upload, upload_offset(upload=upload, delivery=delivery, now=now)


def _declared(metadata: dict[str, str]) -> Evidence:
    errors = []
    ids = {}
    for name in ("report", "evidence"):
        try:
            ids[name] = UUID(metadata[name])
        except KeyError:
            errors.append(FieldError(f"Upload-Metadata.{name}", "missing"))
        except ValueError:
            errors.append(FieldError(f"Upload-Metadata.{name}", "value", {"expected": "UUID"}))
    if "sha256" not in metadata:
        errors.append(FieldError("Upload-Metadata.sha256", "missing"))
    elif not is_hash(metadata["sha256"]):
        errors.append(FieldError("Upload-Metadata.sha256", "value", {"expected": "SHA-256 (hex)"}))
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    return inspections.evidence_declared(ids["report"], ids["evidence"], metadata["sha256"])


def upload_offset(*, upload: Upload, delivery: Delivery, now: datetime) -> int:
    """Where to go on from."""
    _heal(upload, delivery, now)
    return offset_of(upload)


def _heal(upload: Upload, delivery: Delivery, now: datetime) -> None:
    """A server killed between moving the finished file and saying so finds it here."""
    evidence = upload.evidence
    if evidence.state != EvidenceState.CONFIRMED.value:
        stored = filing.evidence_path(evidence.sha256)
        if stored.is_file() and stored.stat().st_size == evidence.bytes:
            filing.evidence_confirm(evidence=evidence, actor=delivery.actor, now=now)
            evidence.refresh_from_db()


def offset_of(upload: Upload) -> int:
    """Bytes that lie safely here."""
    if upload.evidence.state == EvidenceState.CONFIRMED.value:
        return upload.evidence.bytes
    path = _partial(upload)
    return path.stat().st_size if path.exists() else 0


def upload_append(
    *,
    upload: Upload,
    offset: int,
    declared: int,
    read: Callable[[int], bytes],
    checksum: Checksum | None,
    delivery: Delivery,
    now: datetime,
) -> int:
    """Append what `read` gives from `offset` on; the new offset. `declared`: bytes the request says it carries, 0
    when it does not say.

    The file is locked for each piece and not while waiting for the line: a connection that died without a word must
    not keep its own phone from going on. Whoever finds the file longer than it left it gives way (`upload_offset`).
    What arrived before a line was cut stays, unless a checksum was announced for the whole part: that is kept aside
    until it is checked. Problems `upload_locked`, `upload_offset`, `upload_too_long`, `checksum_mismatch`,
    `evidence_hash_mismatch`, `storage_full`.
    """
    length, begun = upload.evidence.bytes, offset
    here = upload_offset(upload=upload, delivery=delivery, now=now)
    if offset != here:
        raise Problem("upload_offset", offset=here)
    if upload.evidence.state == EvidenceState.CONFIRMED.value:
        return here
    if offset + declared > length:
        raise Problem("upload_too_long")
    try:
        with closing(_checked(read, checksum, length - offset) if checksum else _arriving(read)) as pieces:
            for piece in pieces:
                offset = _append(upload, offset, piece)
        with _exclusive(upload, create=offset == 0) as descriptor:
            _settle(descriptor, begun, offset)
            if os.fstat(descriptor).st_size == length:
                return _complete(upload, descriptor, delivery, now)
    except OSError as error:
        if is_full(error):
            raise Problem("storage_full") from error
        raise
    filing.evidence_progress(evidence=upload.evidence, received=offset)
    return offset


def _settle(descriptor: int, begun: int, end: int) -> None:
    """What was appended is on the disk when this returns; when the disk refuses, it is not there at all."""
    try:
        os.fsync(descriptor)
    except OSError:
        if os.fstat(descriptor).st_size == end:
            os.ftruncate(descriptor, begun)
        raise


def _arriving(read: Callable[[int], bytes]) -> Generator[bytes, None, None]:
    """What comes, until it ends or the line is cut: then the phone goes on from there."""
    while True:
        try:
            piece = read(_PIECE)
        except OSError:
            return
        if not piece:
            return
        yield piece


def _checked(read: Callable[[int], bytes], checksum: Checksum, room: int) -> Generator[bytes, None, None]:
    """The pieces of a part, once all of it came and is what its checksum says; large parts wait on the disk."""
    digest = hashlib.new(checksum.algorithm)
    aside = Path(settings.EVIDENCE_DIR) / "aside"
    aside.mkdir(parents=True, exist_ok=True)
    with tempfile.SpooledTemporaryFile(max_size=2**20, dir=str(aside)) as part:
        for piece in _arriving(read):
            room -= len(piece)
            if room < 0:
                raise Problem("upload_too_long")
            digest.update(piece)
            part.write(piece)
        if digest.digest() != checksum.digest:
            raise Problem("checksum_mismatch")
        part.seek(0)
        while piece := part.read(_PIECE):
            yield piece


def _append(upload: Upload, at: int, piece: bytes) -> int:
    """Put one piece at the end, when the end is still at `at`; the new end."""
    if at + len(piece) > upload.evidence.bytes:
        raise Problem("upload_too_long")
    with _exclusive(upload, create=at == 0) as descriptor:
        here = os.fstat(descriptor).st_size
        if here != at:
            raise Problem("upload_offset", offset=here)
        view = memoryview(piece)
        try:
            while view:
                view = view[os.write(descriptor, view) :]
        except OSError:
            os.ftruncate(descriptor, at)
            raise
    return at + len(piece)


def _complete(upload: Upload, descriptor: int, delivery: Delivery, now: datetime) -> int:
    """All bytes are here: they are the file that was sealed, or they go."""
    evidence = upload.evidence
    partial, stored = _partial(upload), filing.evidence_path(evidence.sha256)
    with partial.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != evidence.sha256:
        os.ftruncate(descriptor, 0)
        os.fsync(descriptor)
        filing.evidence_progress(evidence=evidence, received=0)
        raise Problem("evidence_hash_mismatch")
    stored.parent.mkdir(parents=True, exist_ok=True)
    partial.chmod(0o440)
    partial.rename(stored)  # the same bytes from two reports: the second replaces the first by its equal
    for folder in (stored.parent, partial.parent):
        _sync_folder(folder)
    filing.evidence_confirm(evidence=evidence, actor=delivery.actor, now=now)
    return evidence.bytes


def _partial(upload: Upload) -> Path:
    return Path(settings.EVIDENCE_DIR) / "incoming" / str(upload.id)


@contextmanager
def _exclusive(upload: Upload, *, create: bool) -> Iterator[int]:
    """The partial file, open for appending and locked against other connections and processes. `create`: it may not
    be there yet; otherwise a missing file was finished by somebody else."""
    path = _partial(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | (os.O_CREAT if create else 0), 0o640)
    except FileNotFoundError as error:
        upload.evidence.refresh_from_db()
        raise Problem("upload_offset", offset=offset_of(upload)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # While this process waited, another may have finished the file and moved it to its place: the descriptor
        # would then write into evidence.
        try:
            moved = path.stat().st_ino != os.fstat(descriptor).st_ino
        except FileNotFoundError:
            moved = True
        if moved:
            raise Problem("upload_locked")
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
