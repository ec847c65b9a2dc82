"""Appending to the chain."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.dispatch import Signal

from backend.audit.actions import Action
from backend.audit.models import ChainHead, Event
from backend.audit.selectors import GENESIS, event_hash
from backend.common.asking import Answer, Statement, ask_together
from backend.common.inserting import insert_together
from shared.clock import to_millisecond

SYSTEM = "system"
step_reached = Signal()  # sent after the commit of every settings.HEADS_EVERY-th event


def record(action: Action, *, subject: str, actor: str, at: datetime, **data: Any) -> Event:
    """Append one event in the caller's transaction, so that what it records and the record live or die together.

    `subject`: `type:id`. `actor`: an officer's id, `device:<id>`, or SYSTEM. `data`: JSON values; no names, no document
    numbers, no bodies. Call it last: the head row stays locked until the transaction ends.
    """
    return record_many(action, [Entry(subject, actor, data)], at=at)[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """What `record` is told of one event, but for its action and moment."""

    subject: str
    actor: str
    data: Mapping[str, Any]


Along = Callable[[Sequence[Event]], Sequence[Sequence[Model]]]


def record_many(
    action: Action, entries: Sequence[Entry], *, at: datetime, along: Along = lambda _: (), head: Answer | None = None
) -> list[Event]:
    """As `record` for each entry, in order, with one look at the head; at least one. `along`: gives rows (lists of one
    model each) that carry the index of their event, written in the same exchange with the database. `head`: the last
    answer to `head_questions`, by whoever asked them along with its own in this transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of what it records")
    index, hash_before = _locked_head(head)
    events = []
    for entry in entries:
        index += 1
        event = Event(
            index=index,
            at=to_millisecond(at),
            actor=entry.actor,
            action=action.value,
            subject=entry.subject,
            data=json.dumps(entry.data, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            previous=hash_before,
        )
        event.hash = hash_before = event_hash(event)
        events.append(event)
    insert_together(events, *along(events), then=[(_MOVE_HEAD, [index, hash_before])])
    if settings.HEADS_EVERY and any(event.index % settings.HEADS_EVERY == 0 for event in events):
        # What was committed stays so when the head cannot be written: that is logged, and the next step tries again.
        transaction.on_commit(_tell_step, robust=True)
    return events


def _tell_step() -> None:
    step_reached.send(sender=None)


# Every write of the office ends here: these statements are not composed anew each time.
_HEAD = f'SELECT "index", hash FROM {ChainHead._meta.db_table} WHERE id = 1'  # noqa: S608 - the name of our own table
_MOVE_HEAD = f'UPDATE {ChainHead._meta.db_table} SET "index" = %s, hash = %s WHERE id = 1'  # noqa: S608 - the same
# Who waits for a row that changes is woken at each change, by all others that wait, to wait for the row's next version.
# For this lock, which ends with the transaction as a row's does, they stand in line, and each is woken once. Whoever
# moved the head without it would be refused by the key of the events.
_IN_LINE = "SELECT pg_advisory_xact_lock(7310428865203)"


def head_questions() -> tuple[Statement, ...]:
    """For `ask_together`: lock the head of the chain for this transaction, and read it. What else the transaction locks
    it locks before. SQLite knows no lock of a row, and lets one write at a time."""
    head: Statement = (_HEAD, [])
    return ((_IN_LINE, []), head) if connection.vendor == "postgresql" else (head,)


def _locked_head(head: Answer | None) -> tuple[int, str]:
    """Index and hash of the last event."""
    if head is None:
        head = ask_together(*head_questions())[-1]
    if not head:
        ChainHead.objects.bulk_create([ChainHead(id=1, index=0, hash=GENESIS)], ignore_conflicts=True)
        head = ask_together(*head_questions())[-1]
    return int(head[0][0]), str(head[0][1])
