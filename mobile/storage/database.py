"""One SQLite database per phone, used from several threads and, on Android, from two processes."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mobile.storage.schema import migrate
from shared.problems import Problem

BUSY_S = 30.0  # the other process may be waiting for a hardware keystore to sign
# The second: no room for the index of the log, which comes with the first reading.
FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})


class Database:
    """A connection for each thread. `synchronous=FULL`: what was committed survives a flat battery."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[sqlite3.Connection] = []
        try:
            migrate(self.connection)
        except BaseException as error:
            self.close()
            if is_full(error):
                raise Problem("phone_full") from error
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """In autocommit; to write, use `writing`."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # check_same_thread: only so that `close` may close what other threads opened.
            connection = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            with self._lock:
                self._all.append(connection)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
        return connection

    @contextmanager
    def writing(self, *, synced: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its first moment, so that what it reads stays true.
        Problem `phone_full`.

        `synced=False`: the commit survives this process, but a flat battery only once a later one is synced, which
        syncs all before it. For what can be found again by other means. https://www.sqlite.org/pragma.html#pragma_synchronous
        """
        connection = self.connection
        if not synced:
            connection.execute("PRAGMA synchronous = NORMAL")
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:  # a full disk has rolled back by itself
                connection.execute("ROLLBACK")
            if is_full(error):
                raise Problem("phone_full") from error
            raise
        finally:
            if not synced:
                connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


def is_full(error: BaseException) -> bool:
    """SQLite had no room."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode in FULL


def to_millis(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def from_millis(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)
