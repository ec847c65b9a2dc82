"""Appending to the chain."""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from backend.audit.actions import Action
from backend.audit.models import ChainHead, Event
from backend.audit.selectors import GENESIS, event_hash
from shared.clock import to_millisecond

SYSTEM = "system"


def record(action: Action, *, subject: str, actor: str, at: datetime, **data: Any) -> Event:
    """Append one event in the caller's transaction, so that what it records and the record live or die together.

    `subject`: `type:id`. `actor`: an officer's id, `device:<id>`, or SYSTEM. `data`: JSON values; no names, no document
    numbers, no bodies. Call it last: the head row stays locked until the transaction ends.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of what it records")
    head = _locked_head()
    event = Event(
        index=head.index + 1,
        at=to_millisecond(at),
        actor=actor,
        action=action.value,
        subject=subject,
        data=json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        previous=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    ChainHead.objects.filter(id=1).update(index=event.index, hash=event.hash)
    return event


def _locked_head() -> ChainHead:
    head = ChainHead.objects.select_for_update().filter(id=1).first()
    if head is None:
        ChainHead.objects.bulk_create([ChainHead(id=1, index=0, hash=GENESIS)], ignore_conflicts=True)
        head = ChainHead.objects.select_for_update().get(id=1)
    return head
