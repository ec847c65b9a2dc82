"""Files that manifests named: how much of each is here, that one is whole, and who looked at it."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.db import connection, transaction

from backend.accounts.models import Officer
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.common.queueing import waiting_row
from backend.inspections.files import evidence_path, small_picture_path
from backend.inspections.models import Content, Evidence
from backend.inspections.pictures.tasks import evidence_look, evidences_look, small_pictures_restore
from shared.problems import Problem
from shared.wire.v1.messages import EvidenceState

__all__ = [
    "evidence_confirm",
    "evidence_path",
    "evidences_confirm",
    "evidence_progress",
    "original_open",
    "small_picture_open",
]


def evidence_progress(*, evidence: Evidence, received: int) -> None:
    state = EvidenceState.PARTIAL if received else EvidenceState.MISSING
    Evidence.objects.filter(pk=evidence.pk).exclude(state=EvidenceState.CONFIRMED.value).update(
        bytes_received=received, state=state.value
    )


def evidence_confirm(*, evidence: Evidence, actor: str, now: datetime) -> None:
    """The bytes lie under their hash on the disk: say so, once, and order a look into them."""
    evidences_confirm(confirming=[(evidence, actor)], now=now)


def evidences_confirm(*, confirming: Sequence[tuple[Evidence, str]], now: datetime) -> None:
    """As `evidence_confirm` for each file with who brought it, in one transaction."""
    with transaction.atomic(savepoint=False):
        changed = _confirm([evidence.pk for evidence, _ in confirming], now)
        if not changed:
            return
        entries = [
            audit.Entry(
                f"evidence:{evidence.report_id}/{evidence.evidence_id}",
                actor,
                {"sha256": evidence.sha256, "bytes": evidence.bytes},
            )
            for evidence, actor in {evidence.pk: (evidence, actor) for evidence, actor in confirming}.values()
            if evidence.pk in changed
        ]
        one = len(changed) == 1
        waiting = waiting_row(evidence_look, *changed) if one else waiting_row(evidences_look, changed)
        along = [] if waiting is None else [[waiting]]
        audit.record_many(Action.EVIDENCE_CONFIRMED, entries, at=now, along=lambda _: along)
        if waiting is None and one:
            evidence_look.enqueue(*changed)
        elif waiting is None:
            evidences_look.enqueue(changed)


_EVIDENCE, _CONFIRMED = Evidence._meta.db_table, EvidenceState.CONFIRMED.value


def _confirm(rows: Sequence[int], now: datetime) -> list[int]:
    """Those that were not confirmed before. In a statement of our own, because this is done for every file."""
    confirm = f"UPDATE {_EVIDENCE} SET state = %s, bytes_received = bytes, confirmed_at = %s WHERE id"  # noqa: S608 - our table
    confirmed = [_CONFIRMED, connection.ops.adapt_datetimefield_value(now)]
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(f"{confirm} = %s AND state <> %s", [*confirmed, *rows, _CONFIRMED])
            return list(rows) if cursor.rowcount else []
        listed = f"({', '.join(['%s'] * len(rows))})"
        # Locked in one order, so that two transactions over the same files do not wait for each other.
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        locked = f"SELECT id FROM {_EVIDENCE} WHERE id IN {listed} AND state <> %s ORDER BY id{lock}"  # noqa: S608 - our table
        cursor.execute(locked, [*rows, _CONFIRMED])
        changed = [int(row[0]) for row in cursor.fetchall()]
        if changed:
            cursor.execute(f"{confirm} IN ({', '.join(['%s'] * len(changed))})", [*confirmed, *changed])
    return changed


def original_open(*, evidence: Evidence, by: Officer, part: str, now: datetime) -> tuple[BinaryIO, int]:
    """An original for handing out, and its bytes; recorded first. `part`: the range asked for, "" for all of it.
    Problem `evidence_damaged` when it is not where it should be."""
    try:
        file = evidence_path(evidence.sha256).open("rb")
    except FileNotFoundError as error:
        raise Problem("evidence_damaged", sha256=evidence.sha256) from error
    try:
        size = os.fstat(file.fileno()).st_size
        _record(Action.EVIDENCE_DOWNLOADED, evidence, by, now, size="original", **({"part": part} if part else {}))
    except BaseException:
        file.close()
        raise
    return file, size


def small_picture_open(*, evidence: Evidence, size: str, by: Officer, now: datetime) -> BinaryIO:
    """A small picture (`size`: thumbnail | preview) for handing out; recorded first. Problems of the catalogue,
    `thumbnail_…`, where there is none."""
    content = Content.objects.filter(sha256=evidence.sha256).first()
    if content is None:
        raise Problem("thumbnail_pending")
    if not content.pictured:
        raise Problem("thumbnail_not_picture")
    if content.problem:
        raise Problem(content.problem)
    try:
        file = small_picture_path(evidence.sha256, size).open("rb")
    except FileNotFoundError as error:
        small_pictures_restore(evidence, now)
        raise Problem("thumbnail_pending") from error
    try:
        _record(Action.EVIDENCE_VIEWED, evidence, by, now, size=size)
    except BaseException:
        file.close()
        raise
    return file


def _record(action: Action, evidence: Evidence, by: Officer, now: datetime, **data: str) -> None:
    with transaction.atomic():
        audit.record(
            action,
            subject=f"evidence:{evidence.report_id}/{evidence.evidence_id}",
            actor=str(by.id),
            at=now,
            **data,
        )
