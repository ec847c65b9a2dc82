"""Names minted where the work happens, without asking a server."""

import secrets
import threading
from datetime import UTC, datetime
from uuid import UUID

_lock = threading.Lock()
_last = (0, 0)  # milliseconds, counter of the id minted last in this process


def uuid7(now: datetime) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7) for the instant `now`; ids of one process grow even within a millisecond.

    Python 3.11 has none. `rand_a` is a counter seeded at random for each millisecond (§6.2, method 1); when the clock
    stands still or goes back, the last millisecond is used on, so order holds although phone clocks jump.
    """
    global _last
    millis = int(now.timestamp() * 1000)
    with _lock:
        last_millis, counter = _last
        if millis > last_millis:
            counter = secrets.randbits(11)
        else:
            millis, counter = last_millis, counter + 1
            if counter > 0xFFF:
                millis, counter = millis + 1, secrets.randbits(11)
        _last = (millis, counter)
    value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def minted_at(name: UUID) -> datetime | None:
    """When a UUIDv7 was minted, by the clock of whoever did; None for a UUID of another kind."""
    if name.version != 7:
        return None
    return datetime.fromtimestamp((name.int >> 80) / 1000, UTC)
