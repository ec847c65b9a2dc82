"""What still verifies in a damaged database, into one that is whole."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from mobile.ports import FileState, KeyWrap, QueueState, Vault
from mobile.storage.database import Database
from mobile.storage.locking import CLEAR
from mobile.storage.rows import about, unlock_json
from mobile.storage.salvage import Row, Wreck
from mobile.storage.vault import open_vault
from shared.problems import Problem
from shared.wire.v1.codec import decode
from shared.wire.v1.messages import EnvelopeParts, EvidenceEntry, Manifest
from shared.wire.v1.records import Kind
from shared.wire.v1.seal import sha256_hex

# In an order in which no row comes before what it refers to. The register and tasks are fetched again; the
# rest is small.
_SMALL = ("device", "server_keys", "preferences", "backups", "relayed_reports", "relayed_files", "reviews")
_WITHOUT_ROWID = frozenset({"preferences", "backups", "reviews", "pins", "dropped_files", "chain_floor"})
_UNREADABLE = (Problem, ValueError, LookupError, TypeError, AttributeError)


class Merge:
    """`taken`: rows that came over. `lost_drafts`, `older_drafts`: (kind, begun at in ms); see `recovery.Lost`."""

    def __init__(self, database: Database, vault: Vault, wreck: Wreck | None) -> None:
        self._database, self._vault, self._wreck = database, vault, wreck
        self.taken = 0
        self.lost_drafts: list[tuple[str, int]] = []
        self.older_drafts: list[tuple[str, int]] = []

    def all(self) -> None:
        wreck = self._wreck
        if wreck is None:
            rows = self._database.connection.execute("SELECT kind, started_at FROM drafts WHERE open = 1").fetchall()
            self.older_drafts = [(row["kind"], row["started_at"]) for row in rows]
            return
        with self._database.writing() as db:
            for table, about_body in (("sessions", "sessions.body"), ("pins", "pins.body")):
                self._officers(db, table, about_body)
            reports = {row["id"]: row for row in wreck.rows("reports") if self.is_report(row)}
            self._drafts(db, reports)
            for row in sorted(reports.values(), key=lambda one: int(one["number"])):
                self._put(db, "reports", row, replace=True)
            for row in wreck.rows("files"):
                if self._is_file(row):
                    self._put(db, "files", row, replace=True)
            for table in _SMALL:
                for row in wreck.rows(table, rowid=table not in _WITHOUT_ROWID):
                    self._put(db, table, row, replace=False)

    def _officers(self, db: sqlite3.Connection, table: str, body: str) -> None:
        """What the damaged database says is newer: who signed out there is not signed in again by the copy."""
        rows = [row for row in self._rows(table) if self._opens(row["body"], body, row["officer"])]
        if rows:
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        for row in rows:
            self._put(db, table, row, replace=True)

    def _drafts(self, db: sqlite3.Connection, reports: dict[str, Row]) -> None:
        here = {row["id"]: dict(row) for row in db.execute("SELECT * FROM drafts")}
        seen = set()
        for row in self._rows("drafts"):
            mine = here.get(row["id"])
            sealed = row["id"] in reports or row["open"] == 0
            if sealed and self.is_draft(row | {"open": 0, "content": None}):
                seen.add(row["id"])
                self._put(db, "drafts", row | {"open": 0, "content": None}, replace=True)
            elif self.is_draft(row):
                seen.add(row["id"])
                self._put(db, "drafts", row, replace=True)
            elif mine is None and isinstance(row["started_at"], int) and 0 < row["started_at"] < _NO_TIME:
                self.lost_drafts.append((str(row["kind"]), row["started_at"]))
        for report in reports.values():
            if report["id"] not in seen:
                self._put(db, "drafts", _sealed_draft(report), replace=True)
                seen.add(report["id"])
        self.older_drafts = [
            (row["kind"], row["started_at"]) for row in here.values() if row["open"] and row["id"] not in seen
        ]

    # --- what verifies

    def is_draft(self, row: Row) -> bool:
        """Words that are gone from an open draft are no draft."""
        if not _is_kind(row) or not all(isinstance(row[name], int) for name in ("started_at", "saved_at")):
            return False
        if row["content"] is None:
            return bool(row["open"] == 0)
        return self._reads(lambda: unlock_json(self._vault, row["content"], "drafts.content", row["id"]))

    def is_report(self, row: Row) -> bool:
        def read() -> bool:
            raw = self._vault.unlock(row["manifest"], about("reports.manifest", row["id"]))
            manifest = decode(Manifest, json.loads(raw))
            decode(EnvelopeParts, unlock_json(self._vault, row["parts"], "reports.parts", row["id"]))
            if row["state"] not in {one.value for one in QueueState}:
                row["state"] = QueueState.ON_PHONE.value  # sent once more does no harm
            if row["receipt"] is not None and not self._opens(row["receipt"], "reports.receipt", row["id"]):
                row["receipt"], row["state"] = None, QueueState.ON_PHONE.value
            row["device"], row["sequence"], row["kind"] = str(manifest.device), manifest.sequence, manifest.kind.value
            return bool(sha256_hex(raw) == row["manifest_sha256"] and str(manifest.id) == row["id"])

        return self._holds(read)

    def _is_file(self, row: Row) -> bool:
        def read() -> bool:
            entry = decode(EvidenceEntry, unlock_json(self._vault, row["entry"], "files.entry", row["id"]))
            row["sha256"], row["bytes"] = entry.sha256, entry.bytes
            if row["state"] not in {one.value for one in FileState}:
                row["state"], row["offset"], row["upload_url"] = FileState.ON_PHONE.value, 0, None
            return bool(str(entry.id) == row["id"])

        return self._holds(read)

    def _opens(self, locked: Any, column: str, row: Any) -> bool:
        return self._reads(lambda: self._vault.unlock(locked, about(column, row)))

    def _reads(self, read: Callable[[], Any]) -> bool:
        try:
            read()
        except _UNREADABLE:
            return False  # changed by the damage: that is what is asked here
        return True

    def _holds(self, read: Callable[[], bool]) -> bool:
        try:
            return read()
        except _UNREADABLE:
            return False

    # ---

    def _rows(self, table: str) -> list[Row]:
        return [] if self._wreck is None else self._wreck.rows(table, rowid=table not in _WITHOUT_ROWID)

    def _put(self, db: sqlite3.Connection, table: str, row: Row, *, replace: bool) -> None:
        """Not over anything when it may not `replace`; a row that contradicts another is left where it is."""
        values = {name: value for name, value in row.items() if name != "rowid_"}
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        update = ", ".join(f"{name} = excluded.{name}" for name in values)
        how = f"ON CONFLICT ({_KEYS[table]}) DO UPDATE SET {update}" if replace else "ON CONFLICT DO NOTHING"
        db.execute("SAVEPOINT row")
        try:
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}) {how}", tuple(values.values()))  # noqa: S608 - ours
        except sqlite3.IntegrityError:
            db.execute("ROLLBACK TO row")
        else:
            self.taken += 1
        db.execute("RELEASE row")


_NO_TIME = 253_402_300_800_000  # ms: the year 10000
_KEYS = {"sessions": "officer", "pins": "officer", "drafts": "id", "reports": "id", "files": "id"}


def _is_kind(row: Row) -> bool:
    return row["kind"] in {one.value for one in Kind}


def _sealed_draft(report: Row) -> Row:
    """The row to which a sealed report and its files belong; its words are in the report."""
    at = report["sealed_at"]
    whole = {"id": report["id"], "kind": report["kind"], "started_at": at, "saved_at": at}
    return {**whole, "supersedes": None, "content": None, "open": 0}


def what_waits_reads(database: Database, wrapping: KeyWrap) -> bool:
    """Whether every row can be read, and what the office does not have yet opens: SQLite does not notice damage inside
    of a value. Problem `phone_data_locked` for a phone without its key."""
    vault = open_vault(database, wrapping)
    db = database.connection
    try:
        for table in ("sessions", "drafts", "reports", "files"):
            for _ in db.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
                pass
        waiting = db.execute("SELECT * FROM reports WHERE state <> 'confirmed'").fetchall()
        drafts = db.execute("SELECT * FROM drafts WHERE open = 1").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False  # text that is none
    if db.execute("SELECT rows FROM vault").fetchone()[0] == CLEAR:
        return True  # of an older version, which locked nothing: the start that was to lock it was cut off
    merge = Merge(database, vault, None)
    return all(merge.is_report(dict(row)) for row in waiting) and all(merge.is_draft(dict(row)) for row in drafts)
