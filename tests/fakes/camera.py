"""A camera that takes what a test gives it."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from mobile.ports import Photo
from shared.problems import Problem
from shared.wire.v1.records import Purpose


class FakeCamera:
    """`coming`: the next pictures, in order; None for one that the officer went back from, a Problem for one that
    failed. `left`: what was being taken when the app was killed."""

    def __init__(self) -> None:
        self.coming: list[Path | Problem | None] = []
        self.asked: list[tuple[UUID, Purpose]] = []
        self.left: tuple[UUID, Purpose, Path | None] | None = None

    def take(
        self,
        draft: UUID,
        purpose: Purpose,
        done: Callable[[Photo | None], None],
        failed: Callable[[Problem], None],
    ) -> None:
        self.asked.append((draft, purpose))
        self._hand(self.coming.pop(0), done, failed)

    def pending(self) -> tuple[UUID, Purpose] | None:
        return None if self.left is None else self.left[:2]

    def collect(self, done: Callable[[Photo | None], None], failed: Callable[[Problem], None]) -> None:
        assert self.left is not None
        (_, _, path), self.left = self.left, None
        self._hand(path, done, failed)

    def _hand(
        self, came: Path | Problem | None, done: Callable[[Photo | None], None], failed: Callable[[Problem], None]
    ) -> None:
        if isinstance(came, Problem):
            failed(came)
        else:
            done(None if came is None else Photo(came, None, from_app_camera=True))
