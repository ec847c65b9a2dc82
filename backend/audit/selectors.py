"""Reading the chain: its head, its events and what their hashes cover; the keys of this server."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Count

from backend.audit.models import ChainHead, Event, ServerKey
from shared.clock import instant_text
from shared.wire.v1.canonical import canonical_bytes

GENESIS = "0" * 64
# The columns of an event that its hash covers, in the order in which `row_hash` takes them.
COLUMNS = ("index", "at", "actor", "action", "subject", "data", "previous")
_MOST_SUBJECTS = 1000  # in one query
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def event_content(event: Event) -> dict[str, Any]:
    """The JSON object whose RFC 8785 form has `event.hash` as its SHA-256: every other column."""
    return _content(tuple(getattr(event, column) for column in COLUMNS))


def event_hash(event: Event) -> str:
    return content_hash(event_content(event))


def row_hash(row: tuple[Any, ...]) -> str:
    """As `event_hash`, of a row of COLUMNS."""
    return content_hash(_content(row))


def _content(row: tuple[Any, ...]) -> dict[str, Any]:
    content: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    content["at"] = instant_text(content["at"])
    return content


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 (hex) over the RFC 8785 form of a flat object of strings and integers below 2^53."""
    # Python's own writer gives the same bytes for those while they are ASCII, in a sixth of the time: an event is
    # hashed within every write of the office, and a million of them in a verification.
    text = _write(content)
    written = text.encode("ascii") if text.isascii() else canonical_bytes(content)
    return hashlib.sha256(written).hexdigest()


def head_hash() -> str:
    return head()[1]


def head() -> tuple[int, str]:
    """Index and hash of the last event; (0, GENESIS) before the first."""
    row = ChainHead.objects.filter(id=1).values_list("index", "hash").first()
    return row or (0, GENESIS)


def server_keys() -> list[ServerKey]:
    """Oldest first; the last one signs."""
    return list(ServerKey.objects.order_by("valid_from", "id"))


def newest_key() -> str:
    """Id of the key that signs now, "" before the first."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_KEY)
        found = cursor.fetchone()
    return "" if found is None else str(found[0])


# Asked for each signature of the office, and so not composed anew each time.
NEWEST_KEY = f"SELECT id FROM {ServerKey._meta.db_table} ORDER BY valid_from DESC, id DESC LIMIT 1"  # noqa: S608 - our own


def events_about(subjects: Collection[str]) -> list[Event]:
    """Every event whose subject (`type:id`) is one of `subjects`, in the order of the chain."""
    asked = sorted(set(subjects))
    found: list[Event] = []
    for i in range(0, len(asked), _MOST_SUBJECTS):
        found += Event.objects.filter(subject__in=asked[i : i + _MOST_SUBJECTS])
    return sorted(found, key=lambda event: event.index)


def counts() -> dict[str, int]:
    """Action → number of events."""
    rows = Event.objects.values_list("action").annotate(n=Count("index")).order_by("action")
    return dict(rows)
