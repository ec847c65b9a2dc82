"""A folder of photos and other files, locked, written so that a name in it always stands for a whole file."""

import errno
import fcntl
import hashlib
import io
import os
import secrets
import threading
from collections.abc import Callable, Collection
from enum import Enum
from pathlib import Path
from typing import BinaryIO, TypeVar

from mobile.ports import StoredFile
from mobile.storage.locked_file import Label, LockedReader, Tail, is_locked, write_locked
from mobile.storage.syncing import sync
from mobile.storage.vault import AesVault
from shared.problems import Problem

T = TypeVar("T")
BUFFER = 1 << 16
TEMPORARY = ".part"  # of older versions
SLOT = ".slot-"
SLOTS = 16
LEFTOVERS = "leftovers"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Found(Enum):
    """What became of a whole file without a row."""

    ADOPTED = "it has its row again"
    DROPPED = "it was thrown away before"
    STRANGE = "nobody knows it"


Adopt = Callable[[StoredFile, bytes], Found]  # given the file's label


class FileFolder:
    """`folder` holds the files; `folder/leftovers` what a crash left whole and nothing knows where it belongs.

    A file costs one fsync. It is written into a slot, an empty file whose own name was synced long before (one sync of
    the folder for SLOTS of them), synced, and renamed. The rename is not synced: should a flat battery undo it, the
    file stands whole in its slot, its header tells its name and its label the rest, and `sweep` puts it right.
    """

    def __init__(self, folder: Path, vault: AesVault) -> None:
        self._folder, self._vault = folder, vault
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / ".lock").open("ab")
        self._slots: list[Path] = []
        self._taking = threading.Lock()

    def close(self) -> None:
        self._lock.close()

    def add(self, name: str, source: Path, label: Label | None = None) -> StoredFile:
        try:
            reading = source.open("rb")
        except OSError as error:
            raise Problem("photo_unreadable", name=source.name) from error
        with reading:
            if not os.fstat(reading.fileno()).st_size:
                raise Problem("photo_unreadable", name=source.name)
            return self._write(self._folder / name, reading, label, shown=source.name)

    def copy(self, name: str, of: str, label: Label | None = None) -> StoredFile:
        with self.open(of) as reading:
            return self._write(self._folder / name, reading, label, shown=of)

    def open(self, name: str) -> BinaryIO:
        return self._open(self._folder / name)

    def open_leftover(self, name: str) -> BinaryIO:
        """One of those that `sweep` named, for a person to look at. Problem `photo_unreadable`."""
        return self._open(self._folder / LEFTOVERS / name)

    def _open(self, path: Path) -> BinaryIO:
        name = path.name
        try:
            if not is_locked(path):
                return path.open("rb")  # of an older version; what it is worth its hash will tell
            reader = LockedReader(path, self._vault)
        except OSError as error:
            raise Problem("photo_unreadable", name=name) from error
        if reader.tail.name != name:
            reader.close()
            raise Problem("photo_unreadable", name=name)
        return io.BufferedReader(reader, BUFFER)

    def measure(self, name: str) -> tuple[str, int] | None:
        try:
            with self.open(name) as file:
                return _digest(file), file.tell()
        except (OSError, Problem):
            return None  # gone, changed or unreadable is the answer here

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    # --- at start

    def sweep(self, known: Callable[[], Collection[str]], adopt: Adopt | None = None) -> tuple[str, ...]:
        """Drop halves, give whole files without a row to `adopt`, and move those that nobody knows to `leftovers`;
        their names. `known` is asked once nobody else works here. Does nothing while another process has the folder
        open: what looks left over may be its work."""
        return self._alone(lambda: self._sweep(known(), adopt)) or ()

    def lock_old(self) -> bool:
        """Lock what older versions left in clear, one file after the other; a crash between is no harm. False when
        that has to be tried again: another process has the folder open, or there is no room for a second copy."""
        return self._alone(self._lock_old) or False

    def _alone(self, work: Callable[[], T]) -> T | None:
        """None, and nothing done, while another process has the folder open."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            return None
        try:
            return work()
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def _sweep(self, known: Collection[str], adopt: Adopt | None) -> tuple[str, ...]:
        with self._taking:
            self._slots.clear()
        for path in sorted(self._folder.iterdir()):
            if path.name.startswith(SLOT):
                self._settle(path)
            elif path.name.endswith(TEMPORARY):
                path.unlink()
        left = [
            path.name
            for path in sorted(self._folder.iterdir())
            if path.is_file() and not path.name.startswith(".") and path.name not in known
        ]
        leftovers = tuple(name for name in left if not self._has_place(name, adopt))
        sync(self._folder)
        return leftovers

    def _settle(self, slot: Path) -> None:
        """A whole file that a flat battery kept from its name gets it; anything else in a slot was never finished."""
        tail = self._whole(slot)
        target = None if tail is None else self._folder / tail.name
        if target is None or (target.exists() and is_locked(target)):
            slot.unlink()
        else:
            slot.replace(target)

    def _whole(self, path: Path) -> Tail | None:
        """All of it read: a flat battery may have written the end and not the middle of what nobody had synced."""
        try:
            reader = LockedReader(path, self._vault)
            with io.BufferedReader(reader, BUFFER) as plain:
                return reader.tail if _digest(plain) == reader.tail.sha256 else None
        except Problem:
            return None

    def _has_place(self, name: str, adopt: Adopt | None) -> bool:
        """False when it went to the leftovers."""
        path = self._folder / name
        tail = self._whole(path)
        if tail is not None and tail.name == name and adopt is not None:
            fate = adopt(StoredFile(name, tail.sha256, tail.size, b""), tail.label)
            if fate is Found.DROPPED:
                path.unlink()
            if fate is not Found.STRANGE:
                return True
        (self._folder / LEFTOVERS).mkdir(exist_ok=True)
        path.replace(self._folder / LEFTOVERS / name)
        return False

    def _lock_old(self) -> bool:
        for folder in (self._folder, self._folder / LEFTOVERS):
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if path.is_file() and not path.name.startswith(".") and path.stat().st_size and not is_locked(path):
                    try:
                        with path.open("rb") as reading:
                            self._write(path, reading, None, shown=path.name)
                    except Problem:
                        return False  # it stays as it was, and can be read; the next start tries again
        sync(self._folder)
        return True

    # --- writing

    def _write(self, target: Path, reading: BinaryIO, label: Label | None, *, shown: str) -> StoredFile:
        """Problem `phone_full`, `photo_unreadable`; then the slot has gone too."""
        try:
            slot = self._slot()
            try:
                descriptor = os.open(slot, os.O_WRONLY)
                try:
                    stored = write_locked(reading, descriptor, target.name, self._vault, label)
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
                slot.replace(target)
            except BaseException:
                slot.unlink(missing_ok=True)
                raise
        except OSError as error:
            if error.errno in NO_ROOM:
                raise Problem("phone_full") from error
            raise Problem("photo_unreadable", name=shown) from error
        return stored

    def _slot(self) -> Path:
        with self._taking:
            if not self._slots:
                made: list[Path] = []
                try:
                    for _ in range(SLOTS):
                        made.append(self._folder / (SLOT + secrets.token_hex(8)))
                        os.close(os.open(made[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
                    sync(self._folder)
                except BaseException:
                    for path in made:
                        path.unlink(missing_ok=True)
                    raise
                self._slots = made
            return self._slots.pop()


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(BUFFER):
        digest.update(piece)
    return digest.hexdigest()
