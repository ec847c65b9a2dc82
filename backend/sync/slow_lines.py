"""Slow senders hold a thread only as long as nobody else needs it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Clock = Callable[[], float]


@dataclass(eq=False, slots=True)
class Line:
    """One request whose body is read. `let_go` makes the thread that waits for it stop waiting."""

    let_go: Callable[[], None]
    begun: float
    received: int = field(default=0)

    def rate(self, now: float) -> float:
        """Bytes a second."""
        return self.received / max(now - self.begun, 1e-6)


class SlowLines:
    """Of the requests that have been read for `grace_s` and longer, this process keeps the `most` that are fastest and
    lets the others go.

    What they brought stays, and their senders go on from there: to be let go costs a sender one question.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: set[Line] = set()
        self._sweeping = False

    @contextmanager
    def holding(self, let_go: Callable[[], None], *, most: int, grace_s: float) -> Iterator[Line]:
        line = Line(let_go, self._clock())
        with self._lock:
            self._lines.add(line)
            starts, self._sweeping = not self._sweeping, True
        if starts:
            threading.Thread(target=self._sweep, args=(most, grace_s), name="slow-lines", daemon=True).start()
        try:
            yield line
        finally:
            with self._lock:
                self._lines.discard(line)

    def look(self, *, most: int, grace_s: float) -> int:
        """Let go what has to go; how many lines are left."""
        now = self._clock()
        with self._lock:
            slow = [line for line in self._lines if now - line.begun >= grace_s]
            slow.sort(key=lambda line: line.rate(now))
            for line in slow[: max(0, len(slow) - most)]:
                self._lines.discard(line)
                line.let_go()
            self._sweeping = bool(self._lines)
            return len(self._lines)

    def _sweep(self, most: int, grace_s: float) -> None:
        """Runs while there is a line to watch."""
        while True:
            time.sleep(min(1.0, grace_s / 2))
            if not self.look(most=most, grace_s=grace_s):
                return
