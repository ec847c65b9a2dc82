"""The beginning of a file on its way: one file on the disk, and its length is the offset.

A row could only repeat that length, and be wrong after a crash. The file is locked for each piece and not while waiting
for the line: a connection that died without a word must not keep its own phone from going on.

What one request wrote is neither changed nor taken away by another while the file keeps its inode: whoever begins anew
unlinks it. So a hash computed while writing from the first byte on holds for what lies on the disk.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from django.conf import settings

from backend.inspections.store import store_ensure

_INCOMING = "incoming"


class Overtaken(Exception):
    """Another request moved the end of the file, finished it, or began it anew."""


def incoming() -> Path:
    """Problem `storage_away` while the store is not the one this office knows."""
    store_ensure()
    return Path(settings.EVIDENCE_DIR) / _INCOMING


def partial_path(report: UUID, evidence: UUID) -> Path:
    """By what is sent and not by the upload: a server killed before it recorded the upload still finds the bytes.
    Whether the store is there is not asked here."""
    return Path(settings.EVIDENCE_DIR) / _INCOMING / f"{report}.{evidence}"


def named_by(path: Path) -> tuple[UUID, UUID] | None:
    """Report and evidence of a partial file; None for what is no such file."""
    report, _, evidence = path.name.partition(".")
    try:
        return UUID(report), UUID(evidence)
    except ValueError:
        return None


def size_of(path: Path) -> int | None:
    """None when there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


class Partial:
    """The file, open for the length of one request; `with` closes it. Overtaken when it should be there and is not;
    Problem `storage_away`."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        flags = os.O_RDWR | os.O_APPEND | (os.O_CREAT if create else 0)
        try:
            self._descriptor = os.open(path, flags, 0o640)
        except FileNotFoundError as error:
            if not create:
                raise Overtaken from error
            store_ensure()  # no folder is made where the store is not
            make_folder(path.parent)
            self._descriptor = os.open(path, flags, 0o640)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Its size; nobody else writes meanwhile. Overtaken when the file is no longer the one at its place: finished
        and moved (this descriptor would then write into evidence), or begun anew."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            try:
                there = self.path.stat()
            except FileNotFoundError as error:
                raise Overtaken from error
            if there.st_ino != os.fstat(self._descriptor).st_ino:
                raise Overtaken
            yield there.st_size
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def append(self, at: int, piece: bytes) -> None:
        """Put one piece at the end, when the end is still at `at`; Overtaken otherwise. Whole or not at all."""
        with self.locked() as size:
            self.append_locked(size, at, piece)

    def append_locked(self, size: int, at: int, piece: bytes) -> None:
        """As `append`, within `locked`, which told `size`."""
        if size != at:
            raise Overtaken
        view = memoryview(piece)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            os.ftruncate(self._descriptor, at)
            raise

    def settle(self, begun: int, end: int) -> None:
        """What was appended from `begun` to `end` is on the disk when this returns; when the disk refuses, it is not
        there at all. Within `locked`."""
        try:
            os.fsync(self._descriptor)
        except OSError:
            if self.size() == end:
                os.ftruncate(self._descriptor, begun)
            raise

    def move(self, to: Path) -> None:
        """Put the finished file in its place, so that it is there after a power cut too. Within `locked`, settled."""
        # The same bytes from two reports: the second replaces the first by its equal.
        try:
            self.path.rename(to)
        except FileNotFoundError:
            store_ensure()
            make_folder(to.parent)
            self.path.rename(to)
        # Not before it is in its place: a server killed in between could not open its own partial file again.
        os.fchmod(self._descriptor, 0o440)
        sync_folder(to.parent)
        store_ensure()  # a store that went away since holds a file that nobody will see

    def drop(self) -> None:
        """Begin anew. Within `locked`."""
        self.path.unlink()


def make_folder(folder: Path) -> None:
    """With those above it; each stands in its parent on the disk when this returns."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
