"""The place of every sealed report in the chain of this phone, a second time, outside the database.

A database that had to be put back to an older state no longer knows which numbers it gave away; a number that is given
twice makes an honest phone look like one that swaps reports.
"""

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

TAIL = 4096  # bytes, far more than a line


@dataclass(frozen=True, slots=True)
class Link:
    """`kind`, `sealed_at` (ms since 1970): to name a report of which nothing else is left."""

    device: str
    sequence: int
    manifest_sha256: str
    report: str
    kind: str
    sealed_at: int


class ChainLog:
    """A line for each report with its checksum; lines that do not read are passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, links: tuple[Link, ...]) -> None:
        """Returns when they would survive a flat battery. OSError."""
        if not links:
            return
        lines = []
        for link in links:
            body = json.dumps(asdict(link)).encode("ascii")
            lines.append(b"%08x %s\n" % (zlib.crc32(body), body))
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A line that was cut off must not swallow the next one.
            os.write(descriptor, b"\n" * (os.fstat(descriptor).st_size > 0) + b"".join(lines))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def last(self, device: str) -> Link | None:
        """Of this device the one that lies furthest; looked for at the end only."""
        if not self._path.exists():
            return None
        with self._path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
            links = _links(file.read())
        return max((one for one in links if one.device == device), key=lambda one: one.sequence, default=None)

    def all(self) -> tuple[Link, ...]:
        return _links(self._path.read_bytes()) if self._path.exists() else ()


def _links(content: bytes) -> tuple[Link, ...]:
    links = []
    for line in content.splitlines():
        checksum, _, body = line.partition(b" ")
        if checksum == b"%08x" % zlib.crc32(body):
            links.append(Link(**json.loads(body)))
    return tuple(links)
