"""How far a long piece of copying is, and the officer's wish to end it."""

from collections.abc import Callable

from shared.wire.v1.card import Source

Moved = Callable[[int, int], None]  # bytes of files that are through, of how many
Halted = Callable[[], bool]


class Halt(Exception):
    """Between two pieces."""


class Way:
    """How far a card is."""

    def __init__(self, moved: Moved, halted: Halted) -> None:
        self._moved, self._halted = moved, halted
        self._done = self._total = 0

    def look(self) -> None:
        if self._halted():
            raise Halt

    def begin(self, total: int) -> None:
        self._total = total
        self.at(0)

    def at(self, done: int) -> None:
        self._done = min(done, self._total)  # a file that was changed may be longer than it was sealed
        self._moved(self._done, self._total)
        self.look()

    def more(self, count: int) -> None:
        self.at(self._done + count)


class Watched:
    """A file that tells its way while it is read."""

    def __init__(self, source: Source, way: Way) -> None:
        self._source, self._way = source, way

    def read(self, size: int, /) -> bytes:
        piece = self._source.read(size)
        self._way.more(len(piece))
        return piece


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def never() -> bool:
    return False
