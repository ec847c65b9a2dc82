"""Bytes as the line brings them."""

import hashlib
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

from django.conf import settings

from backend.sync.tus_headers import Checksum
from shared.problems import Problem

Read = Callable[[int], bytes]

# A piece counts only once it is whole: what a dying line carried of the last one is sent again. So pieces are small
# on a slow line, and as large as comes at once on a fast one. What the kernel has already
# is taken at once: no line can lose it.
_LEAST, _MOST, _MOST_HERE = 2**12, 2**16, 2**18
_AT_ONCE_S = 0.05


def pieces(read: Read, waiting: int = 0) -> Generator[bytes, None, None]:
    """What comes, until it ends or the line is cut: then the phone goes on from there. `waiting`: bytes known to be
    here already."""
    size = min(max(waiting, _LEAST), _MOST_HERE)
    while True:
        asked = time.perf_counter()
        try:
            piece = read(size)
        except OSError:
            return
        if not piece:
            return
        size = min(2 * size, _MOST) if time.perf_counter() - asked < _AT_ONCE_S else _LEAST
        yield piece


def checked(read: Read, checksum: Checksum, room: int) -> Generator[bytes, None, None]:
    """The pieces of a part, once all of it came and is what its checksum says; large parts wait on the disk.

    Problems `upload_too_long` beyond `room` bytes, `checksum_mismatch`.
    """
    digest = hashlib.new(checksum.algorithm)
    aside = Path(settings.EVIDENCE_DIR) / "aside"
    aside.mkdir(parents=True, exist_ok=True)
    with tempfile.SpooledTemporaryFile(max_size=2**20, dir=str(aside)) as part:
        for piece in pieces(read):
            room -= len(piece)
            if room < 0:
                raise Problem("upload_too_long")
            digest.update(piece)
            part.write(piece)
        if digest.digest() != checksum.digest:
            raise Problem("checksum_mismatch")
        part.seek(0)
        while piece := part.read(_MOST):
            yield piece
