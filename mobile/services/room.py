"""What lies on the phone and what room there is."""

from collections.abc import Callable
from dataclasses import dataclass

from mobile.ports import FreeSpace, Held

LOW = 200_000_000  # bytes
SPARE = 50_000_000  # bytes that stay free when a photo is taken: the database and its copy have to be written too


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes; `waiting`: files that the office has not vouched for."""

    waiting: int
    waiting_bytes: int
    map_bytes: int
    reference_bytes: int
    free: int


class Room:
    """`held`: what the database knows of; `maps`: bytes of the maps."""

    def __init__(self, held: Held, maps: Callable[[], int], free: FreeSpace) -> None:
        self._held, self._maps, self._free = held, maps, free

    def stored(self) -> Stored:
        count, size = self._held.waiting_files()
        return Stored(count, size, self._maps(), self._held.reference_bytes(), self._free())

    def is_low(self) -> bool:
        return self._free() < LOW

    def has_place_for(self, size: int) -> bool:
        """For a file of so many bytes, and the spare."""
        return self._free() >= size + SPARE
