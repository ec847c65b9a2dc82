"""A phone's database that is damaged, put back together: its last good copy, and every row that still verifies.

SQLite has no checksums, so a row counts only when what it is locked with says that it is whole; a sealed report also
when its manifest has the hash it was sealed with. Nothing of the damaged database is thrown away: it is moved aside.
"""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mobile.ports import KeyWrap
from mobile.ports.recovered import KEPT, Lost, Recovered
from mobile.storage.chain_log import ChainLog, Link
from mobile.storage.database import Database, is_full
from mobile.storage.good_copy import is_whole
from mobile.storage.merging import Merge, what_waits_reads
from mobile.storage.salvage import Wreck
from mobile.storage.syncing import sync
from mobile.storage.vault import open_vault
from shared.problems import Problem

NAME, GOOD, CHAIN = "phone.sqlite3", "phone.good.sqlite3", "chain.log"
OPEN, SUSPECT = "phone.open", "phone.suspect"  # empty files: see `closed`, `suspect`
DAMAGED, NEW, SCRATCH = "phone.damaged-{time}.sqlite3", "phone.new.sqlite3", "phone.scratch.sqlite3"
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})


def open_database(home: Path, wrapping: KeyWrap, now: Callable[[], datetime]) -> tuple[Database, Recovered | None]:
    """The database under `home`, recovered when it does not read. It is looked through only when it was not closed the
    last time, or is suspect. Problem `phone_full`, `phone_data_newer`, `phone_data_locked`."""
    path, found = home / NAME, None
    thorough = (home / OPEN).exists() or (home / SUSPECT).exists()
    database = None if _has_vanished(home) else _opened(path, home / GOOD, wrapping, thorough=thorough)
    if database is None:
        found = _recover(home, wrapping, now())
        database = Database(path)
    (home / OPEN).touch()
    (home / SUSPECT).unlink(missing_ok=True)
    try:
        behind = _compare(database, ChainLog(home / CHAIN))
    except BaseException:
        database.close()
        raise
    if behind and found is None:
        found = Recovered("", None, behind)
    return database, found


def is_damage(error: Exception, home: Path) -> bool:
    """Whether a database that was not looked through may be why it could not be opened."""
    if isinstance(error, Problem):
        return error.code == "phone_data_locked" and _key_differs(home / NAME, home / GOOD)
    if isinstance(error, sqlite3.DatabaseError):
        return not is_full(error) and getattr(error, "sqlite_errorcode", None) not in BUSY
    return isinstance(error, UnicodeDecodeError)


def closed(home: Path) -> None:
    """The database was closed properly."""
    (home / OPEN).unlink(missing_ok=True)


def suspect(home: Path) -> None:
    """SQLite said that the database is damaged: the next start looks through it, however this one ends."""
    (home / SUSPECT).touch()


def _has_vanished(home: Path) -> bool:
    path = home / NAME
    known = (home / GOOD).exists() or (home / CHAIN).exists() or any(home.glob(DAMAGED.format(time="*")))
    return known and (not path.exists() or not path.stat().st_size)


def _opened(path: Path, good: Path, wrapping: KeyWrap, *, thorough: bool) -> Database | None:
    """None when it is damaged."""
    try:
        database = Database(path)
    except UnicodeDecodeError:  # SQLite's own sentence about a damaged schema quotes what it read
        return None
    except sqlite3.DatabaseError as error:
        if is_full(error) or error.sqlite_errorcode in BUSY:
            raise
        return None
    if not thorough:
        return database
    try:
        whole = is_whole(database.connection) and what_waits_reads(database, wrapping)
    except Problem:
        whole = False
        if not _key_differs(path, good):
            database.close()
            raise
    if not whole:
        database.close()
        return None
    return database


def _key_differs(path: Path, good: Path) -> bool:
    """A key that does not open is the phone's other key, or a damaged one: the good copy tells."""
    if not good.exists():
        return False
    keys = []
    for one in (good, path):
        connection = sqlite3.connect(one)
        try:
            keys.append(connection.execute("SELECT wrapped, proof FROM vault").fetchone())
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            keys.append(None)
        finally:
            connection.close()
    return keys[0] is not None and keys[0] != keys[1]


def _recover(home: Path, wrapping: KeyWrap, now: datetime) -> Recovered:
    damaged = _set_aside(home, now)
    new, good = home / NEW, home / GOOD
    _remove(new)
    copy_of = None
    if good.exists() and _is_good(good):
        shutil.copyfile(good, new)
        copy_of = int(good.stat().st_mtime * 1000)
    wreck = None if damaged is None else Wreck(damaged, good if copy_of else None, home / SCRATCH)
    try:
        database = Database(new)
        try:
            result = _fill(database, wreck, wrapping, home, copy_of, "" if damaged is None else damaged.name)
        finally:
            database.close()
    except OSError as error:
        raise Problem("phone_full") from error
    finally:
        if wreck is not None:
            wreck.close()
    sync(new)
    for ending in ("-wal", "-shm"):
        (home / f"{NAME}{ending}").unlink(missing_ok=True)
    new.replace(home / NAME)
    sync(home)
    return result


def _fill(
    database: Database, wreck: Wreck | None, wrapping: KeyWrap, home: Path, copy_of: int | None, kept_as: str
) -> Recovered:
    if wreck is not None and copy_of is None:
        _take_key(database, wreck, wrapping)
    vault = open_vault(database, wrapping)
    merge = Merge(database, vault, wreck)
    merge.all()
    links, rows = ChainLog(home / CHAIN).all(), database.connection.execute("SELECT id FROM reports").fetchall()
    known = {row["id"] for row in rows}
    missing = {link.report: link for link in links if link.report not in known}
    lost = [Lost(link.kind, link.sealed_at, link.sequence) for link in missing.values()]
    lost += [Lost(kind, at) for kind, at in merge.lost_drafts]
    lost += [Lost(kind, at, older=True) for kind, at in merge.older_drafts]
    _raise_floor(database, links)
    result = Recovered(kept_as, copy_of, tuple(lost), empty=copy_of is None and not merge.taken)
    with database.writing() as db:
        db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (KEPT, result.text()))
    return result


def _take_key(database: Database, wreck: Wreck, wrapping: KeyWrap) -> None:
    """Without the data key nothing that is locked can be read, so it is looked for first; when it is lost too, the
    phone begins with another."""
    for row in wreck.rows("vault"):
        with database.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO vault (only, wrapped, proof, rows, files) VALUES (1, ?, ?, ?, ?)",
                (row["wrapped"], row["proof"], row["rows"], row["files"]),
            )
        try:
            open_vault(database, wrapping)
        except (Problem, TypeError):
            with database.writing() as db:
                db.execute("DELETE FROM vault")


def _compare(database: Database, chain: ChainLog) -> tuple[Lost, ...]:
    """Add to the log what it lacks. What comes back: reports that the log knows and the database does not, as when the
    log of the database was damaged, which SQLite passes over in silence."""
    device = database.connection.execute("SELECT id FROM device").fetchone()
    if device is None:
        return ()
    last = chain.last(device["id"])
    reached = 0 if last is None else last.sequence
    newer = database.connection.execute(
        "SELECT device, sequence, manifest_sha256, id AS report, kind, sealed_at FROM reports"
        " WHERE device = ? AND sequence > ? ORDER BY sequence",
        (device["id"], reached),
    ).fetchall()
    chain.append(tuple(Link(**dict(row)) for row in newer))
    here = database.connection.execute(
        "SELECT max((SELECT coalesce(max(sequence), 0) FROM reports WHERE device = ?1),"
        " (SELECT coalesce(max(sequence), 0) FROM chain_floor WHERE device = ?1))",
        (device["id"],),
    ).fetchone()[0]
    if reached <= here:
        return ()
    links = tuple(one for one in chain.all() if one.device == device["id"] and one.sequence > here)
    _raise_floor(database, links)
    lost = tuple(Lost(one.kind, one.sealed_at, one.sequence) for one in links)
    with database.writing() as db:
        db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (KEPT, Recovered("", None, lost).text()))
    return lost


def _raise_floor(database: Database, links: tuple[Link, ...]) -> None:
    with database.writing() as db:
        for link in sorted(links, key=lambda one: one.sequence):
            db.execute(
                "INSERT INTO chain_floor VALUES (?, ?, ?) ON CONFLICT (device) DO UPDATE SET"
                " sequence = excluded.sequence, manifest_sha256 = excluded.manifest_sha256"
                " WHERE excluded.sequence > sequence",
                (link.device, link.sequence, link.manifest_sha256),
            )


def _set_aside(home: Path, now: datetime) -> Path | None:
    """What is damaged under its new name; None when there is nothing. A start that was cut off here goes on with what
    it had moved."""
    path = home / NAME
    older = sorted(home.glob(DAMAGED.format(time="*")), key=lambda one: one.stat().st_mtime)
    if path.exists() and path.stat().st_size:
        target = _free(home, now)
        path.replace(target)
    elif older and not path.exists():
        target = older[-1]
    else:
        path.unlink(missing_ok=True)
        return None
    wal = home / f"{NAME}-wal"
    if wal.exists():
        wal.replace(target.with_name(f"{target.name}-wal"))
    (home / f"{NAME}-shm").unlink(missing_ok=True)
    sync(home)
    return target


def _free(home: Path, now: datetime) -> Path:
    time = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    number = 0
    while (path := home / DAMAGED.format(time=f"{time}-{number}" if number else time)).exists():
        number += 1
    return path


def _is_good(path: Path) -> bool:
    connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    try:
        return is_whole(connection)
    finally:
        connection.close()


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
