"""Writes of an import run: the file kept, the run opened, its rows, and its end. What a row means is not known here."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from backend.accounts.models import Officer
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import ImportRow, ImportRun
from backend.registry.selectors.imports import outcomes
from shared.problems import Problem

_CHUNK = 2**20
READING, CHECKED, STOPPED, REFUSED, APPLIED = "reading", "checked", "stopped", "refused", "applied"


def actor_of(by: Officer | None) -> str:
    return str(by.id) if by else audit.SYSTEM


def kept_path(sha256: str) -> Path:
    return Path(settings.IMPORTS_DIR) / sha256


def file_keep(path: Path) -> tuple[str, int]:
    """Copy a file below IMPORTS_DIR under its SHA-256: (digest in hex, bytes). Memory flat; readable by nobody else;
    a file that is there already stays."""
    folder = Path(settings.IMPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        try:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
            # NamedTemporaryFile makes it 0600.
            Path(copy.name).replace(kept_path(digest.hexdigest()))
        except BaseException:
            Path(copy.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest(), size


def file_check(run: ImportRun) -> None:
    """Problem `import_file_changed` unless the kept file is byte for byte what was read."""
    try:
        with kept_path(run.sha256).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Problem("import_file_changed") from error
    if found != run.sha256:
        raise Problem("import_file_changed")


def run_open(
    *,
    kind: str,
    file_name: str,
    sha256: str,
    size: int,
    options: dict[str, Any],
    answers: dict[str, str],
    by: Officer | None,
    now: datetime,
) -> ImportRun:
    return ImportRun.objects.create(
        kind=kind,
        file_name=file_name[-255:],
        sha256=sha256,
        size=size,
        options=options,
        answers=answers,
        made_by=by,
        made_at=now,
    )


def rows_write(rows: Sequence[ImportRow]) -> None:
    """In a transaction of their own: a long file does not keep the office from writing meanwhile."""
    with transaction.atomic():
        ImportRow.objects.bulk_create(rows)


def rows_update(rows: Sequence[ImportRow]) -> None:
    with transaction.atomic():
        ImportRow.objects.bulk_update(rows, ["outcome", "notes"], batch_size=100)


def run_anew(run: ImportRun) -> bool:
    """Before the file is read: rows that a reading wrote before it was killed go. False when the run has ended, also
    meanwhile."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        run.state, run.counts, run.problem = locked.state, locked.counts, locked.problem
        if locked.state != READING:
            return False
        ImportRow.objects.filter(run=locked).delete()
    return True


def run_progress(run: ImportRun, *, done: int, total: int | None) -> bool:
    """Say how far the reading is; False when somebody ended the run meanwhile."""
    reading = ImportRun.objects.filter(pk=run.pk, state=READING)
    return bool(reading.update(counts={"done": done, "total": total}))


def run_close(run: ImportRun, *, state: str, now: datetime, problem: dict[str, Any] | None = None) -> ImportRun:
    """The end of reading: counts by outcome, and the audit event, which names nobody and no file. A run that somebody
    ended meanwhile stays as that left it."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        run.state, run.counts, run.problem = locked.state, locked.counts, locked.problem
        if locked.state != READING:
            return run
        run.state, run.counts, run.problem = state, outcomes(run), problem or {}
        run.save(update_fields=["state", "counts", "problem"])
        audit.record(
            Action.IMPORT_READ,
            subject=f"import:{run.id}",
            actor=actor_of(run.made_by),
            at=now,
            kind=run.kind,
            sha256=run.sha256,
            state=state,
            counts=run.counts,
            problem=run.problem.get("code", ""),
        )
    return run


def run_stop(run: ImportRun, *, by: Officer, now: datetime) -> ImportRun:
    """End a reading, whether the worker is at it, has not begun, or is gone; the worker sees it within seconds. What
    has ended already stays as it is."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state != READING:
            return locked
        locked.state, locked.counts = STOPPED, outcomes(locked)
        locked.save(update_fields=["state", "counts"])
        audit.record(
            Action.IMPORT_READ,
            subject=f"import:{run.id}",
            actor=str(by.id),
            at=now,
            kind=run.kind,
            sha256=run.sha256,
            state=STOPPED,
            counts=locked.counts,
            problem="",
        )
    return locked


def run_locked(run: ImportRun) -> ImportRun:
    """The run as it is now, locked until the caller's transaction ends; ready to be applied, else Problem
    `import_already_applied` or `import_not_checked`."""
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.state == APPLIED and locked.applied_at:
        raise Problem("import_already_applied", at=f"{locked.applied_at:%d/%m/%Y %H:%M} UTC")
    if locked.state != CHECKED:
        raise Problem("import_not_checked", state=locked.state)
    return locked


def run_applied(run: ImportRun, *, by: Officer | None, now: datetime, applied: dict[str, int]) -> ImportRun:
    """Mark a run as applied, in the transaction that applied it. `applied`: what came of it, in numbers."""
    run.state, run.applied_at, run.counts = APPLIED, now, {**run.counts, **applied}
    run.save(update_fields=["state", "applied_at", "counts"])
    audit.record(
        Action.IMPORT_APPLIED,
        subject=f"import:{run.id}",
        actor=actor_of(by),
        at=now,
        kind=run.kind,
        sha256=run.sha256,
        counts=run.counts,
    )
    return run
