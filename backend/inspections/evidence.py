"""Files that manifests named: how much of each is here, that one is whole, and who looked at it."""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.db import connection, transaction

from backend.accounts.models import Officer
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.common.asking import Answer, Statement, ask_together
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


def evidences_confirm(
    *, confirming: Sequence[tuple[Evidence, str]], now: datetime, before: Sequence[Statement] = ()
) -> list[Answer]:
    """As `evidence_confirm` for each file with who brought it, in one transaction. `before`: asked in the same exchange
    with the database, before these; their answers are returned."""
    with transaction.atomic(savepoint=False):
        *answers, changed, head = _confirm([evidence.pk for evidence, _ in confirming], now, before)
        if changed:
            _tell(confirming, sorted(int(row[0]) for row in changed), now, head)
    return answers


def _tell(confirming: Sequence[tuple[Evidence, str]], changed: list[int], now: datetime, head: Answer) -> None:
    """In the audit chain, and to the queue: each is looked into."""
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
    audit.record_many(Action.EVIDENCE_CONFIRMED, entries, at=now, along=lambda _: along, head=head)
    if waiting is None and one:
        evidence_look.enqueue(*changed)
    elif waiting is None:
        evidences_look.enqueue(changed)


_EVIDENCE, _CONFIRMED = Evidence._meta.db_table, EvidenceState.CONFIRMED.value


def _confirm(rows: Sequence[int], now: datetime, before: Sequence[Statement]) -> list[Answer]:
    """The answers of `before`, the keys of those that were not confirmed yet, and the head of the audit chain. In
    statements of our own and one exchange, because this is done for every file."""
    listed = f"({', '.join(['%s'] * len(rows))})"
    lock: list[Statement] = []
    if len(rows) > 1 and connection.features.has_select_for_update:
        # In one order, so that two transactions over the same files do not wait for each other.
        locked = f"SELECT id FROM {_EVIDENCE} WHERE id IN {listed} AND state <> %s ORDER BY id FOR UPDATE"  # noqa: S608 - our table
        lock = [(locked, [*rows, _CONFIRMED])]
    confirm = (
        f"UPDATE {_EVIDENCE} SET state = %s, bytes_received = bytes, confirmed_at = %s"  # noqa: S608 - our table
        f" WHERE id IN {listed} AND state <> %s RETURNING id"
    )
    moment = connection.ops.adapt_datetimefield_value(now)
    mine: Statement = (confirm, [_CONFIRMED, moment, *rows, _CONFIRMED])
    answers = ask_together(*before, *lock, mine, *audit.head_questions())
    return [*answers[: len(before)], answers[len(before) + len(lock)], answers[-1]]


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
