"""Rows out of a database that is damaged: everything that still reads."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MISSES = 10_000  # in a row, after which no more rows are looked for one by one: a damaged page holds some hundreds
PAGE_SIZE, FILE_PAGES, FREE_PAGES = slice(16, 18), slice(28, 32), slice(32, 40)  # of the header, fileformat2.html
DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)  # the second: SQLite's own sentence quotes what it read
Row = dict[str, Any]


class Wreck:
    """`good`: a copy whose first page stands in where this one's does not read; `scratch`: where that is tried."""

    def __init__(self, path: Path, good: Path | None, scratch: Path) -> None:
        self._scratch = scratch
        self._db = _open(path)
        if not _opens(self._db) and good is not None and _patched(path, good, scratch):
            self._db.close()
            self._db = _open(scratch)

    def close(self) -> None:
        self._db.close()
        self._scratch.unlink(missing_ok=True)

    def rows(self, table: str, *, rowid: bool = True) -> list[Row]:
        """From the front up to the first damage, from the back, and one by one between. `rowid`: the table has one."""
        key = "rowid" if rowid else None
        first = list(self._scan(table, key, "ASC"))
        if first and first[-1] is None:
            last = [row for row in self._scan(table, key, "DESC") if row is not None]
            found = [row for row in first if row is not None]
            if key is not None:
                found += self._between(table, found, last)
            return found + last
        return [row for row in first if row is not None]

    def _scan(self, table: str, key: str | None, way: str) -> Iterator[Row | None]:
        """None at the end when it broke off."""
        order = "" if key is None else f"ORDER BY {key} {way}"
        named = "*" if key is None else f"{key} AS rowid_, *"
        if key is None and way == "DESC":
            return
        try:
            for row in self._db.execute(f"SELECT {named} FROM {table} {order}"):  # noqa: S608 - our own names
                yield dict(row)
        except DAMAGE:
            yield None

    def _between(self, table: str, front: list[Row], back: list[Row]) -> list[Row]:
        if not front and not back:
            return []  # where the table begins does not read
        rowid = front[-1]["rowid_"] if front else 0
        high = back[-1]["rowid_"] if back else 2**62
        found, misses = [], 0
        while (rowid := rowid + 1) < high and misses < MISSES:
            misses += 1
            try:
                row = self._db.execute(
                    f"SELECT rowid AS rowid_, * FROM {table} WHERE rowid = ?",  # noqa: S608 - our own names
                    (rowid,),
                ).fetchone()
            except DAMAGE:
                continue  # on the damaged page: that it is missing is told by whoever knows what there was
            if row is not None:
                found.append(dict(row))
                misses = 0
        return found


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return db


def _opens(db: sqlite3.Connection) -> bool:
    try:
        return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'reports'").fetchone() is not None
    except DAMAGE:
        return False


def _patched(path: Path, good: Path, scratch: Path) -> bool:
    """The tables of both begin on the same pages: the same migrations made them, and nothing was ever vacuumed away."""
    with good.open("rb") as file:
        head = bytearray(file.read(100))
        size = int.from_bytes(head[PAGE_SIZE], "big")
        size = 65536 if size == 1 else size
        head += file.read(size - 100)
    pages = path.stat().st_size // size
    if pages < 2:
        return False
    head[FILE_PAGES], head[FREE_PAGES] = pages.to_bytes(4, "big"), bytes(8)
    shutil.copyfile(path, scratch)
    with scratch.open("r+b") as file:
        file.write(head)
    return True
