"""Is the folder of evidence the one that this office knows?

A disk that is not mounted leaves an empty folder behind. What is written there is out of sight once the disk is back:
files that receipts had confirmed would be lost. So the store carries a mark, and the office remembers it beside its
keys, on another disk where there is one.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from shared.problems import Problem

MARK, MEMORY = ".store", "evidence-store"
# The two files of marks as they were when they were last read and were the same.
_same: tuple[tuple[int, ...], ...] = ()


def store_ensure() -> None:
    """Problem `storage_away` when evidence must not be written now; the store is made at the first call ever."""
    global _same
    # Asked several times for every file that comes. What is not mounted, or another disk, is another file.
    found = _told(f"{settings.EVIDENCE_DIR}/{MARK}"), _told(f"{settings.KEYS_DIR}/{MEMORY}")
    if found == _same and () not in found:
        return
    known, there = remembered(), _read(_mark())
    if known is not None and known != there:
        raise Problem("storage_away")
    if known is None:
        store_claim()
    else:
        _same = found


def _told(path: str) -> tuple[int, ...]:
    """What changes with a file; () when there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - several times for every file
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def store_claim() -> None:
    """From now on the folder at EVIDENCE_DIR is this office's store: at its first file, after a restore, or after the
    files were moved to another disk. A mark that is there already stays."""
    Path(settings.EVIDENCE_DIR).mkdir(parents=True, exist_ok=True)
    _memory().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _opened(_memory().parent) as keys:
        fcntl.flock(keys, fcntl.LOCK_EX)  # two processes at their first file make one mark
        there = _read(_mark())
        if there is None:
            there = uuid.uuid4().hex
            _put(_mark(), there)
        _put(_memory(), there)


def remembered() -> str | None:
    """The mark of the store that this office works with; None before the first file."""
    return _read(_memory())


def _mark() -> Path:
    return Path(settings.EVIDENCE_DIR) / MARK


def _memory() -> Path:
    return Path(settings.KEYS_DIR) / MEMORY


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _put(path: Path, words: str) -> None:
    """Whole or not at all, and on the disk when this returns. Within the lock."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="ascii") as file:
        file.write(words)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    with _opened(path.parent) as folder:
        os.fsync(folder)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
