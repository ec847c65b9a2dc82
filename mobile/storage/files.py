"""A folder of photos and other files, written so that a name in it always stands for a whole file."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

from mobile.ports import StoredFile
from shared.problems import Problem

PIECE = 1 << 18
HEAD = 64
TEMPORARY = ".part"


class FileFolder:
    """`folder` holds the files; `folder/leftovers` what a crash left whole but without a row in the database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / ".lock").open("ab")

    def close(self) -> None:
        self._lock.close()

    def add(self, name: str, source: Path) -> StoredFile:
        """Copied, hashed, synced, named, the name synced, in this order: a crash leaves a `.part` or a whole file."""
        temporary = self._folder / (name + TEMPORARY)
        try:
            reading = source.open("rb")
        except OSError as error:
            raise Problem("photo_unreadable", name=source.name) from error
        try:
            with reading, temporary.open("wb") as writing:
                stored = _copy(reading, writing, name)
                os.fsync(writing.fileno())
            temporary.replace(self._folder / name)
            _sync_folder(self._folder)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Problem("phone_full") from error
            raise Problem("photo_unreadable", name=source.name) from error
        return stored

    def open(self, name: str) -> BinaryIO:
        try:
            return (self._folder / name).open("rb")
        except OSError as error:
            raise Problem("photo_unreadable", name=name) from error

    def measure(self, name: str) -> tuple[str, int] | None:
        try:
            with (self._folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                return digest, file.tell()
        except OSError:
            return None  # gone or unreadable is the answer here

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def sweep(self, known: Callable[[], Collection[str]]) -> tuple[str, ...]:
        """At start: drop halves, and move whole files without a row to `leftovers`, where a person can look at them;
        their names. `known` is asked once nobody else works here. Does nothing while another process has the folder
        open: what looks left over may be its work."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            return ()
        try:
            return self._sweep(known())
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def _sweep(self, known: Collection[str]) -> tuple[str, ...]:
        leftovers = []
        for path in sorted(self._folder.iterdir()):
            if path.is_dir() or path.name == ".lock" or path.name in known:
                continue
            if path.name.endswith(TEMPORARY):
                path.unlink()
            else:
                (self._folder / "leftovers").mkdir(exist_ok=True)
                path.replace(self._folder / "leftovers" / path.name)
                leftovers.append(path.name)
        return tuple(leftovers)


def _copy(reading: BinaryIO, writing: BinaryIO, name: str) -> StoredFile:
    digest, size, head = hashlib.sha256(), 0, b""
    while piece := reading.read(PIECE):
        head = head or piece[:HEAD]
        digest.update(piece)
        size += len(piece)
        writing.write(piece)
    writing.flush()
    return StoredFile(name, digest.hexdigest(), size, head)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
