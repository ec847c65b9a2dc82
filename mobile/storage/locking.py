"""Locking what older versions of the app left in clear: once, and so that a kill at any moment does no harm.

`vault.rows` tells how far it has come: 0 nothing is locked yet, 1 all rows are, but the clear ones may still lie in
free pages, 2 done. `vault.files`: 0 clear files may be left, 1 done.
"""

import sqlite3
from uuid import UUID

from mobile.ports import Vault
from mobile.storage.database import Database, from_millis, is_full
from mobile.storage.files import FileFolder
from mobile.storage.papers import insert_paper
from mobile.storage.rows import about

CLEAR, LOCKED, DONE = 0, 1, 2
# (table, column that names the row, columns)
COLUMNS = (
    ("sessions", "officer", ("body", "token")),
    ("drafts", "id", ("content",)),
    ("files", "id", ("entry",)),
    ("reports", "id", ("manifest", "parts", "receipt")),
)


def lock_old_rows(database: Database, vault: Vault) -> None:
    """Problem `phone_full`: nothing was changed."""
    state = _state(database.connection)
    if state == CLEAR:
        with database.writing() as db:
            state = _state(db)  # another process may have been quicker
            if state == CLEAR:
                state = LOCKED if _lock_all(db, vault) else DONE
                db.execute("UPDATE vault SET rows = ?", (state,))
    if state == LOCKED and _free_pages_are_gone(database.connection):
        with database.writing() as db:
            db.execute("UPDATE vault SET rows = ?", (DONE,))


def lock_old_files(database: Database, files: FileFolder) -> None:
    """After the folder was swept. What could not be locked now is at the next start; it can be read meanwhile."""
    if not database.connection.execute("SELECT files FROM vault").fetchone()[0] and files.lock_old():
        with database.writing() as db:
            db.execute("UPDATE vault SET files = 1")


def _state(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT rows FROM vault").fetchone()[0])


def _lock_all(db: sqlite3.Connection, vault: Vault) -> int:
    """The number of values that were in clear."""
    from shared.rules.papers import PaperUse  # of phones that are still to be locked

    count = 0
    for table, key, columns in COLUMNS:
        for column in columns:
            # S608: names from the constant above
            for (row,) in db.execute(f"SELECT {key} FROM {table} WHERE {column} IS NOT NULL").fetchall():  # noqa: S608
                clear = db.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (row,)).fetchone()[0]  # noqa: S608
                raw = clear if isinstance(clear, bytes) else clear.encode("utf-8")
                locked = vault.lock(raw, about(f"{table}.{column}", row))
                db.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (locked, row))  # noqa: S608
                count += 1
    for seen in db.execute("SELECT * FROM papers_seen").fetchall():
        use = PaperUse(
            UUID(seen["report"]),
            seen["load"],
            from_millis(seen["at"]),
            seen["mark_key"],
            seen["quantity"],
            seen["unit"],
        )
        insert_paper(db, vault, seen["key"], use)
        count += 1
    db.execute("DROP TABLE papers_seen")
    return count


def _free_pages_are_gone(db: sqlite3.Connection) -> bool:
    """Rewrite the database without what is no longer in it, and empty the log. False when there is no room for that or
    another process is reading: the next start tries again."""
    try:
        db.execute("VACUUM")
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if is_full(error) or error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        raise
