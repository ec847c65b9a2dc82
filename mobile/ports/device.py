"""What the phone is made of: clock, receiver, keys, camera."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from shared.geo.fix import Fix


class Clock(Protocol):
    def now(self) -> datetime:
        """The device's clock, aware, UTC. It may be wrong by years; nothing may depend on its being right."""


class Uptime(Protocol):
    def __call__(self) -> float:
        """Seconds since the phone was started, those asleep included. Nobody can set it; a restart begins at 0."""


class FreeSpace(Protocol):
    def __call__(self) -> int:
        """Bytes that can still be written."""


class Gnss(Protocol):
    def fixes(self) -> Iterator[Fix]:
        """Every usable epoch as it arrives (mode 2D or 3D). Blocks between epochs; ends when the source ends or
        `close` is called from another thread. Raises GnssUnavailable when there is no receiver."""

    def close(self) -> None: ...


class GnssUnavailable(Exception):
    """The receiver cannot be reached or has gone away; the text says what to do, in Vietnamese."""


class Stop(Protocol):
    """`threading.Event` is one: how a long task is told to end, and how it waits meanwhile."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float) -> bool: ...


class Keystore(Protocol):
    """One P-256 key per phone; the private half never leaves the keystore."""

    @property
    def key_id(self) -> str:
        """Hex SHA-256 of the public key's SPKI DER."""

    @property
    def public_key_pem(self) -> str: ...  # SPKI

    def sign(self, message: bytes) -> bytes:
        """DER of an ECDSA signature over the message's SHA-256."""

    def verify(self, public_key_pem: str, message: bytes, der: bytes) -> bool:
        """False also for what is no P-256 key or no signature at all."""


class KeyWrap(Protocol):
    """A key of the keystore that never leaves it. It locks one other key: the data key, which locks what lies here."""

    def wrap(self, key: bytes) -> bytes:
        """Makes its own key when there is none yet."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """Never makes a key. Problem `phone_data_locked` when it is another key than `wrap` used, or none."""


class Vault(Protocol):
    """Locks what lies on the phone, so that a lost phone gives nothing away. `about`: which row and column it is;
    what was locked about one opens about no other."""

    def lock(self, plain: bytes, about: bytes) -> bytes: ...

    def unlock(self, locked: bytes, about: bytes) -> bytes:
        """Problem `phone_data_locked` when another key locked it, when it is about something else, or was changed."""

    def index(self, value: bytes) -> bytes:
        """32 bytes by which a value can be found again, and from which nobody without the key can tell it."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as a camera or a chooser hands it over. `taken_at` None where nobody knows."""

    path: Path
    taken_at: datetime | None
    from_app_camera: bool


class Share(Protocol):
    """Hands a file on to whatever prints it. What it keeps meanwhile nobody but the phone's owner can read."""

    def hand_on(self, name: str, content: bytes) -> str:
        """Where the officer finds it, as a path or a name. Problem `phone_full`."""

    def kept(self) -> tuple[str, ...]:
        """Names of the files that lie open for it."""

    def remove(self, name: str) -> None: ...


class Scanner(Protocol):
    def read(self, picture: Path) -> str:
        """What the QR code in the picture says; may take seconds, from any thread. Problem `qr_not_found`,
        `photo_unreadable`."""


@dataclass(frozen=True, slots=True)
class Charge:
    """`percent`: of the battery, 0 … 100. `charging`: it is on a cable."""

    percent: int
    charging: bool


class Battery(Protocol):
    def __call__(self) -> Charge | None:
        """None where nobody knows, or where there is no battery."""
