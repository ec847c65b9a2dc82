"""Files that are finished in the same moment are confirmed together.

Every confirmation holds the end of the audit chain until its commit is on the disk. When many phones send at once, each
would wait for all before it; so whoever's turn it is takes along what came meanwhile.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from backend.inspections import evidence as filing
from backend.sync.models import Upload
from backend.sync.mutators import uploads_insert
from shared.wire.v1.messages import EvidenceState

_MOST = 50


@dataclass(eq=False, slots=True)
class _Finished:
    upload: Upload
    actor: str
    now: datetime
    done: bool = False
    error: BaseException | None = None


class Confirming:
    """One for the threads of a process."""

    def __init__(self) -> None:
        self._guard, self._turn = threading.Lock(), threading.Lock()
        self._waiting: list[_Finished] = []

    def confirm(self, upload: Upload, *, actor: str, now: datetime) -> None:
        """The bytes lie under their hash: when this returns, it is committed that they do. Within a transaction of the
        caller's it is written with that one, and alone."""
        mine = _Finished(upload, actor, now)
        if connection.in_atomic_block:
            _write([mine])
            return
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            while not mine.done:
                with self._guard:
                    batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                _write_each(batch)
        if mine.error is not None:
            raise mine.error


def _write_each(batch: list[_Finished]) -> None:
    """All at once or, when one of them cannot be written, each by itself."""
    try:
        _write(batch)
    except BaseException as error:
        if len(batch) == 1 or not isinstance(error, Exception):
            for one in batch:
                one.error, one.done = error, True
            return
        for one in batch:
            _write_each([one])
    for one in batch:
        one.done = True


def _write(batch: list[_Finished]) -> None:
    with transaction.atomic():
        new = {one.upload.evidence_id: one.upload for one in batch if one.upload._state.adding}
        if new:
            uploads_insert(list(new.values()))
        filing.evidences_confirm(
            confirming=[(one.upload.evidence, one.actor) for one in batch], now=max(one.now for one in batch)
        )
    for one in batch:
        if one.upload._state.adding:
            one.upload.id, one.upload._state.adding = new[one.upload.evidence_id].id, False
        one.upload.evidence.state = EvidenceState.CONFIRMED.value
