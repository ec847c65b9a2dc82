"""A camera that takes what a test gives it."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from mobile.ports import Photo
from shared.problems import Problem
from shared.wire.v1.records import Purpose


class FakeCamera:
    """`coming`: the next pictures, in order; None for one that the officer went back from, a Problem for one that
    failed. `left`: what was being taken when the app was killed, the oldest first."""

    def __init__(self) -> None:
        self.coming: list[Path | Problem | None] = []
        self.asked: list[tuple[UUID, Purpose]] = []
        self.left: list[tuple[UUID, Purpose, Path | Problem | None]] = []

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
        return self.left[0][:2] if self.left else None

    def collect(self, done: Callable[[Photo | None], None], failed: Callable[[Problem], None]) -> None:
        *_, came = self.left.pop(0)
        self._hand(came, done, failed)

    def _hand(
        self, came: Path | Problem | None, done: Callable[[Photo | None], None], failed: Callable[[Problem], None]
    ) -> None:
        if isinstance(came, Problem):
            failed(came)
        else:
            done(None if came is None else Photo(came, None, from_app_camera=True))
