"""A zip archive written as it is read: nothing larger than a piece is held, however large its files."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shared.clock import VIETNAM

_PIECE = 2**18


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive. `content`: its bytes, or where they lie; `sha256`: what they must be."""

    name: str
    content: bytes | Path
    sha256: str

    @classmethod
    def of(cls, name: str, content: bytes) -> "Entry":
        return cls(name, content, hashlib.sha256(content).hexdigest())


class Altered(Exception):
    """A stored file is not what its hash says. Nothing is to be handed out as if it were."""


def zip_stream(entries: Iterable[Entry], *, made_at: datetime) -> Iterator[bytes]:
    """The archive in pieces. Raises `Altered` in the middle where a stored file does not match its hash: the archive
    then has no end, and no program opens it."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, made_at.astimezone(VIETNAM).timetuple()[:6])
            info.external_attr = 0o100444 << 16  # a plain file nobody should change
            # Evidence is packed already; the rest is small.
            info.compress_type = zipfile.ZIP_STORED if isinstance(entry.content, Path) else zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                for piece in _checked(entry):
                    member.write(piece)
                    yield from sink.drain()
            yield from sink.drain()
    yield from sink.drain()


def _checked(entry: Entry) -> Iterator[bytes]:
    digest = hashlib.sha256()
    source = io.BytesIO(entry.content) if isinstance(entry.content, bytes) else entry.content.open("rb")
    with source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != entry.sha256:
        raise Altered(entry.name)


class _Sink(io.RawIOBase):
    """Takes what the archive writes; what cannot be wound back is drained. `zipfile` writes such an archive with the
    sizes behind each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # narrower than the buffer protocol
        self._pieces.append(bytes(data))
        return len(data)

    def drain(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        return iter(pieces)
