"""Who and what the phone is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.wire.v1.messages import ServerKey


@dataclass(frozen=True, slots=True)
class Officer:
    id: UUID
    username: str
    name: str
    post: str | None
    unit: UUID
    agency: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """`key_id`: the key that was enrolled under `id`. A phone whose key differs has to be enrolled again."""

    id: UUID
    key_id: str


@dataclass(frozen=True, slots=True)
class Session:
    """Who works with the phone now. `token` None: unknown or forgotten; recording and delivery go on without it."""

    officer: Officer
    token: str | None


class Accounts(Protocol):
    """Device, people and pinned server keys. Nothing here ever touches what waits to be sent."""

    def device(self) -> Device | None: ...

    def session(self) -> Session | None: ...

    def sessions(self) -> tuple[Session, ...]:
        """Everybody whose token is kept on this phone, the current one too."""

    def switched(self, officer: UUID) -> Session | None:
        """Make this officer's kept session the current one; None, and nothing, when no token of theirs is kept."""

    def enrolled(self, device: Device, session: Session, keys: Sequence[ServerKey]) -> None:
        """All three at once; the session becomes the current one."""

    def signed_out(self) -> None:
        """Forget the current officer's token, and that anybody is current."""

    def dropped(self, officer: UUID) -> None:
        """Forget this officer's token; when they were the current one, nobody is."""

    def server_keys(self) -> Mapping[str, str]: ...  # pinned: id → PEM

    def pin(self, keys: Sequence[ServerKey]) -> None: ...


@dataclass(frozen=True, slots=True)
class PinRecord:
    """`wrong`: tries in a row that failed; `since`: `Uptime` at the last of them."""

    salt: bytes
    digest: bytes
    wrong: int
    since: float


class PinStore(Protocol):
    def get(self, officer: UUID) -> PinRecord | None: ...

    def put(self, officer: UUID, salt: bytes, digest: bytes) -> None:
        """In the place of an older one; no try has failed."""

    def tried(self, officer: UUID, since: float) -> int:
        """One more try; how many in a row now. 0 when there is no PIN any longer."""

    def moved(self, officer: UUID, since: float) -> None: ...

    def passed(self, officer: UUID) -> None:
        """No try has failed."""

    def remove(self, officer: UUID) -> None: ...
