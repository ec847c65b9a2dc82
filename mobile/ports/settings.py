"""The network, what the officer chose, and backups."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class NetworkKind(StrEnum):
    WIFI = "wifi"  # or a cable: what is not paid for by the byte
    MOBILE = "mobile"
    NONE = "none"
    UNKNOWN = "unknown"


class Network(Protocol):
    def kind(self) -> NetworkKind:
        """Over which network a byte sent now would leave."""


class Preferences(Protocol):
    """Small words the phone keeps for itself; survives sign-out."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...


class Backups(Protocol):
    """Which confirmed reports stood in a verified backup of the office."""

    def unbacked(self, *, limit: int) -> tuple[str, ...]:
        """Manifest hashes of confirmed reports not known to be in one; sealed first first."""

    def backed_up(self, manifests: Sequence[str], taken_at: datetime) -> None: ...

    def taken_at(self, reports: Collection[UUID]) -> Mapping[UUID, datetime]:
        """When the backup was made in which each stood; those in none are left out."""
