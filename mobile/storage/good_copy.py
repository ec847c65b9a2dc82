"""A copy of the database that was whole when it was made."""

import sqlite3
import threading
from pathlib import Path

from mobile.ports import Uptime
from mobile.storage.database import is_full
from mobile.storage.syncing import sync
from shared.problems import Problem

EVERY_S = 900.0
WRITING = ".new"


def is_whole(connection: sqlite3.Connection) -> bool:
    """As far as SQLite can tell: it has no checksums of its pages."""
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # the second: SQLite's own sentence quotes what it read
        return False


class GoodCopy:
    """Of the database at `path`, in `target`."""

    def __init__(self, path: Path, target: Path, uptime: Uptime) -> None:
        self._path, self._target, self._uptime = path, target, uptime
        self._at: float | None = None
        self._seen: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def keep(self, *, soonest: float = EVERY_S) -> bool:
        """True when a copy was made: something was written since the last one, and that is `soonest` seconds ago. The
        last one stays when this one is not whole. Problem `phone_full`."""
        with self._lock:
            now, state = self._uptime(), self._state()
            if self._at is not None and (state == self._seen or now - self._at < soonest):
                return False
            if not self._make():
                return False
            self._at, self._seen = now, state
            return True

    def _state(self) -> tuple[int, int]:
        """Another one whenever something was written."""
        files = (self._path, self._path.with_name(f"{self._path.name}-wal"))
        found = [file.stat() for file in files if file.exists()]
        return sum(one.st_size for one in found), max((one.st_mtime_ns for one in found), default=0)

    def _make(self) -> bool:
        new = self._target.with_name(self._target.name + WRITING)
        new.unlink(missing_ok=True)
        source, copy = sqlite3.connect(self._path, timeout=30), sqlite3.connect(new)
        try:
            source.backup(copy)  # one step: a snapshot, beside which others write on
            whole = is_whole(copy)
        except sqlite3.DatabaseError as error:
            new.unlink(missing_ok=True)
            if is_full(error):
                raise Problem("phone_full") from error
            return False  # the database itself does not read: the next start recovers it from the copy that stays
        finally:
            source.close()
            copy.close()
        if not whole:
            new.unlink()
            return False
        sync(new)
        new.replace(self._target)
        sync(self._target.parent)
        return True
