"""The clock of the machine this runs on."""

import time
from datetime import UTC, datetime


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def uptime() -> float:
    """See `mobile.ports.Uptime`."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
