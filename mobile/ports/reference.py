"""What the phone takes along of the register."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ReferenceDelta:
    """What `GET reference/` answered. `items`: kind (`licences`, `communes` …) → rows with an `id`; `removed`: ids, and
    `shared.wire.v1.reference.ALL_ELSE` for all that is not in `items`. `etag`: the server knows this answer by it."""

    cursor: str
    items: Mapping[str, tuple[Mapping[str, Any], ...]]
    settings: Mapping[str, Any]
    removed: tuple[str, ...]
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class ReferenceState:
    """What the phone has. `etag`: of the answer "nothing new" to `cursor`, where the server gave one before. `as_of`:
    when it was last brought up to date, by the phone's clock. `revision`: another one whenever a row may be another."""

    cursor: str
    etag: str | None
    as_of: datetime
    revision: int


class Reference(Protocol):
    """Rows of another format than `shared.wire.v1.reference.ROW_FORMAT` count as none."""

    def state(self) -> ReferenceState | None: ...

    def apply(self, delta: ReferenceDelta, now: datetime, *, asked: str | None) -> bool:
        """All of it or nothing. False, and nothing, when the cursor is no longer the one that was asked with: another
        process was quicker. Problem `phone_full`."""

    def confirmed(self, now: datetime, *, asked: str) -> None:
        """The server has nothing new for that cursor."""

    def rows(self, kind: str) -> tuple[Mapping[str, Any], ...]: ...

    def settings(self) -> Mapping[str, Any]: ...
