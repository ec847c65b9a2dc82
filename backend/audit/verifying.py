"""Is the chain whole, and is it the chain whose heads were given out?"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from cryptography.exceptions import UnsupportedAlgorithm

from backend.audit import signing
from backend.audit.claims import Claim
from backend.audit.models import Event, ServerKey
from backend.audit.selectors import COLUMNS, GENESIS, head, row_hash, server_keys
from backend.audit.triggers import trigger_faults

CHUNK = 2000  # events read at a time
_CLAIMS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """`index`: the event at fault (0: the chain as a whole); `what`: stable code; `detail`: what more is known."""

    index: int
    what: str
    detail: str = ""


def verify(claims: Iterable[Claim] = (), seen: Callable[[int], None] = lambda _: None) -> Iterator[Fault]:
    """Every fault of triggers, heads given out and chain; nothing when all is whole. Memory flat.

    `claims`: heads that left the database, each to stand in the chain still. `seen` is told the index of the last
    event read, every CHUNK events and at the end.
    """
    for name in trigger_faults():
        yield Fault(0, "trigger_missing", name)
    yield from _heads(claims)
    yield from _chain(seen)


def _chain(seen: Callable[[int], None]) -> Iterator[Fault]:
    at_first, stood = head(), False
    expected_index, previous = 1, GENESIS
    rows = Event.objects.order_by("index").values_list(*COLUMNS, "hash").iterator(chunk_size=CHUNK)
    for count, (*columns, hash_) in enumerate(rows, 1):
        index, before = columns[0], columns[-1]
        if index != expected_index:
            yield Fault(expected_index, "missing", f"{expected_index}–{index - 1}")
        elif before != previous:
            yield Fault(index, "link_broken", before)
        if row_hash(tuple(columns)) != hash_:
            yield Fault(index, "changed", hash_)
        stood = stood or (index, hash_) == at_first
        expected_index, previous = index + 1, hash_
        if count % CHUNK == 0:
            seen(index)
    last = head()
    # An office at work appends during the walk: what was the head before stands in the chain, and the head moved on.
    overtaken = (stood or at_first[0] == 0) and at_first[0] <= expected_index - 1 < last[0]
    if last != (expected_index - 1, previous) and not overtaken:
        yield Fault(expected_index - 1, "head_differs", last[1])
    seen(expected_index - 1)


def _heads(claims: Iterable[Claim]) -> Iterator[Fault]:
    """Each claim that is not true, and between which events the chain stops being the one that was signed."""
    standing, gone = array("q"), array("q")
    remaining = iter(claims)
    while batch := list(islice(remaining, _CLAIMS_AT_ONCE)):
        found = {GENESIS: 0, **dict(Event.objects.filter(hash__in=_hashes(batch)).values_list("hash", "index"))}
        for claim in batch:
            index = found.get(claim.hash)
            if claim.what:
                yield Fault(claim.index or 0, claim.what, claim.where)
            elif index is None or claim.index not in (None, index):
                yield Fault(claim.index or 0, "head_unknown", f"{claim.hash} {claim.where}")
                gone.extend([] if claim.index is None else [claim.index])
            else:
                standing.append(index)
    if gone:
        yield _since_when(sorted(standing), min(gone), max(gone))


def _hashes(batch: list[Claim]) -> set[str]:
    return {claim.hash for claim in batch}


def _since_when(standing: list[int], first_gone: int, last_gone: int) -> Fault:
    last = Event.objects.order_by("-index").values_list("index", flat=True).first() or 0
    if first_gone > last:
        return Fault(last, "tail_cut", f"{last + 1}–{last_gone}")
    at = bisect_left(standing, first_gone)
    whole_to = standing[at - 1] if at else 0
    return Fault(whole_to + 1, "made_again", f"{whole_to + 1}–{first_gone}")


def trusted_keys(given: Iterable[str] = ()) -> tuple[dict[str, str], list[Fault]]:
    """Keys whose signature counts, id → PEM, and a fault for each key of the database that does not belong to them.

    `given`: PEMs known from outside. What they announce, in any number of steps, is trusted too. Without them the
    oldest key that nobody announces is where trust begins. ValueError for a PEM that is no P-256 key.
    """
    rows = server_keys()
    trusted = {signing.key_id(signing.load_public_key(pem)): pem for pem in given}
    if not trusted:
        beginnings = (row for row in rows if not row.announced_by and _is_itself(row))
        trusted = {row.id: row.public_key for row in islice(beginnings, 1)}
    waiting = [row for row in rows if trusted.get(row.id) != row.public_key]
    while vouched := [row for row in waiting if _is_announced(row, trusted)]:
        trusted |= {row.id: row.public_key for row in vouched}
        waiting = [row for row in waiting if row.id not in trusted]
    return trusted, [Fault(0, "key_foreign", row.id) for row in waiting]


def _is_announced(row: ServerKey, trusted: dict[str, str]) -> bool:
    return row.announced_by in trusted and signing.announcement_holds(row, trusted[row.announced_by])


def _is_itself(row: ServerKey) -> bool:
    try:
        return signing.key_id(signing.load_public_key(row.public_key)) == row.id
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
