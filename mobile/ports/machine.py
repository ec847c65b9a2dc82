"""What differs between a phone and a desktop."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from mobile.ports.device import Battery, Gnss, Keystore, KeyWrap, Photo, Scanner, Share
from mobile.ports.settings import Network
from shared.problems import Problem
from shared.wire.v1.records import Purpose


class Camera(Protocol):
    """The phone's own camera app. It may push this one out of memory: what it was opened for is on the disk first."""

    def take(
        self,
        draft: UUID,
        purpose: Purpose,
        done: Callable[[Photo | None], None],
        failed: Callable[[Problem], None],
    ) -> None:
        """Opens it and returns. `done` gets the picture, or None when the officer went back without one; `failed`
        Problem `phone_full`, `photo_unreadable`, `camera_missing`. Both are called on the thread of the screen.

        Whoever gets the picture removes its file once it is kept elsewhere; one that is still there when the app starts
        again is pending again."""

    def pending(self) -> tuple[UUID, Purpose] | None:
        """What the oldest picture of an earlier run was taken for that nobody has taken in."""

    def collect(self, done: Callable[[Photo | None], None], failed: Callable[[Problem], None]) -> None:
        """Brings in that picture; None where none was taken. It is not pending again in this run."""


class Cards(Protocol):
    def folders(self) -> tuple[Path, ...]:
        """One on each memory card that is in and can be written; asked anew each time, for cards come and go."""


class Machine(Protocol):
    """What is made otherwise on every kind of machine. Parts are made when they are asked for."""

    model: str
    platform: str
    camera: Camera | None  # None: pictures are chosen from this machine's folders
    cards: Cards | None  # None: any folder of this machine may be a memory card

    def keystore(self) -> Keystore: ...

    def wrapping(self) -> KeyWrap: ...

    def network(self) -> Network: ...

    def battery(self) -> Battery: ...

    def receiver(self) -> Callable[[], Gnss] | None:
        """Opens a fresh one each time; None where the machine has none."""

    def scanner(self) -> Scanner:
        """On the thread of the screen."""

    def share(self) -> Share:
        """On the thread of the screen."""

    def thread_ends(self) -> None:
        """Said by a thread that is about to end, whatever it did."""
