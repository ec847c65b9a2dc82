"""Reading the chain: its head, and whether it is whole."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count

from backend.audit.models import ChainHead, Event, ServerKey
from shared.clock import instant_text
from shared.wire.v1.canonical import canonical_bytes

GENESIS = "0" * 64


def event_hash(event: Event) -> str:
    """SHA-256 (hex) over the RFC 8785 form of every other column."""
    content = {
        "index": event.index,
        "at": instant_text(event.at),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "data": event.data,
        "previous": event.previous,
    }
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def head_hash() -> str:
    head = ChainHead.objects.filter(id=1).values_list("hash", flat=True).first()
    return head or GENESIS


def _head() -> tuple[int, str]:
    head = ChainHead.objects.filter(id=1).first()
    return (head.index, head.hash) if head else (0, GENESIS)


def server_keys() -> list[ServerKey]:
    """Oldest first; the last one signs."""
    return list(ServerKey.objects.order_by("valid_from", "id"))


def event_exists(index: int) -> bool:
    return Event.objects.filter(index=index).exists()


@dataclass(frozen=True, slots=True)
class Fault:
    """`index`: the event at fault (0: the chain as a whole); `what`: stable code; `detail`: hex or number."""

    index: int
    what: str
    detail: str = ""


def verify(against: Iterable[str] = ()) -> Iterator[Fault]:
    """Walk the whole chain, memory flat; yields every fault, nothing when it is whole.

    `against`: head hashes that were given out (in receipts, bundles, backups): each must still stand in the chain, so
    a tail that was cut off together with the head row is found too.
    """
    wanted = set(against)
    wanted.discard(GENESIS)
    at_first, stood = _head(), False
    expected_index, previous = 1, GENESIS
    for event in Event.objects.order_by("index").iterator(chunk_size=2000):
        if event.index != expected_index:
            yield Fault(expected_index, "missing", f"{expected_index}–{event.index - 1}")
        elif event.previous != previous:
            yield Fault(event.index, "link_broken", event.previous)
        if event_hash(event) != event.hash:
            yield Fault(event.index, "changed", event.hash)
        wanted.discard(event.hash)
        stood = stood or (event.index, event.hash) == at_first
        expected_index, previous = event.index + 1, event.hash
    head = _head()
    # An office at work appends during the walk: what was the head before stands in the chain, and the head moved on.
    overtaken = (stood or at_first[0] == 0) and at_first[0] <= expected_index - 1 < head[0]
    if head != (expected_index - 1, previous) and not overtaken:
        yield Fault(expected_index - 1, "head_differs", head[1])
    for hash_ in sorted(wanted):
        yield Fault(0, "head_unknown", hash_)


def counts() -> dict[str, int]:
    """Action → number of events."""
    rows = Event.objects.values_list("action").annotate(n=Count("index")).order_by("action")
    return dict(rows)
