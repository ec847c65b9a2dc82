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
from backend.sync.mutators import insertion, uploads_inserted
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
        self._changed = threading.Condition()
        self._waiting: list[_Finished] = []
        self._writing = False

    def confirm(self, upload: Upload, *, actor: str, now: datetime) -> None:
        """The bytes lie under their hash: when this returns, it is committed that they do. Within a transaction of the
        caller's it is written with that one, and alone."""
        mine = _Finished(upload, actor, now)
        if connection.in_atomic_block:
            _write([mine])
            return
        with self._changed:
            self._waiting.append(mine)
        while (batch := self._turn(mine)) is not None:
            try:
                _write_each(batch)
            finally:
                with self._changed:
                    self._writing = False
                    self._changed.notify_all()
        if mine.error is not None:
            raise mine.error

    def _turn(self, mine: _Finished) -> list[_Finished] | None:
        """What to write, when nobody else writes; None when what was `mine` is written. Whoever is done leaves at once
        and does not stand in line behind those that come after."""
        with self._changed:
            while self._writing and not mine.done:
                self._changed.wait()
            if mine.done:
                return None
            self._writing = True
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            return batch


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
        along = [insertion(list(new.values()))] if new else []
        answers = filing.evidences_confirm(
            confirming=[(one.upload.evidence, one.actor) for one in batch],
            now=max(one.now for one in batch),
            before=along,
        )
        if new:
            uploads_inserted(list(new.values()), answers[0])
    for one in batch:
        if one.upload._state.adding:
            one.upload.id, one.upload._state.adding = new[one.upload.evidence_id].id, False
        one.upload.evidence.state = EvidenceState.CONFIRMED.value
