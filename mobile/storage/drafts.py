"""Drafts: what was typed so far and which files belong to it."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mobile.ports import Draft, StoredFile, Vault
from mobile.storage.database import Database, from_millis, to_millis
from mobile.storage.files import Found
from mobile.storage.rows import lock_json, unlock_json
from shared.problems import Problem
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Kind

FILE_ENTRY, _CONTENT = "files.entry", "drafts.content"


class SqliteDrafts:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def start(self, draft: Draft) -> None:
        # Nothing has been typed yet. The first words or the first photo bring it along.
        with self._database.writing(synced=False) as db:
            self._insert(db, draft)

    def _insert(self, db: sqlite3.Connection, draft: Draft) -> None:
        db.execute(
            "INSERT INTO drafts (id, kind, started_at, saved_at, supersedes, content) VALUES (?, ?, ?, ?, ?, ?)",
            (
                str(draft.id),
                draft.kind.value,
                to_millis(draft.started_at),
                to_millis(draft.saved_at),
                _text(draft.supersedes),
                self._content(draft),
            ),
        )

    def save(self, draft: Draft, *, synced: bool = True) -> None:
        with self._database.writing(synced=synced) as db:
            found = db.execute(
                "UPDATE drafts SET kind = ?, saved_at = ?, supersedes = ?, content = ? WHERE id = ? AND open = 1",
                (
                    draft.kind.value,
                    to_millis(draft.saved_at),
                    _text(draft.supersedes),
                    self._content(draft),
                    str(draft.id),
                ),
            )
            if not found.rowcount:
                raise Problem("draft_closed")

    def label(self, draft: Draft, entry: EvidenceEntry) -> bytes:
        words = {
            "draft": str(draft.id),
            "kind": draft.kind.value,
            "started_at": to_millis(draft.started_at),
            "supersedes": _text(draft.supersedes),
            "entry": encode(entry),
        }
        return json.dumps(words).encode("ascii")

    def adopt(self, stored: StoredFile, label: bytes) -> Found:
        """Give a file whose row was lost its row again, and its draft too where a flat battery took that along."""
        try:
            words = json.loads(label)
            entry, draft = decode(EvidenceEntry, words["entry"]), UUID(words["draft"])
        except (ValueError, LookupError, TypeError, Problem):
            return Found.STRANGE  # without a label, or one of another version of the app: for a person to look at
        with self._database.writing() as db:
            if db.execute("SELECT 1 FROM dropped_files WHERE name = ?", (stored.name,)).fetchone() is not None:
                return Found.DROPPED
            found = db.execute("SELECT open FROM drafts WHERE id = ?", (str(draft),)).fetchone()
            if (found is not None and not found["open"]) or (entry.sha256, entry.bytes) != (stored.sha256, stored.size):
                return Found.STRANGE
            if found is None:
                self._insert(db, _empty(draft, words))
            self._insert_file(db, draft, entry, stored.name)
        return Found.ADOPTED

    def add_file(self, draft: UUID, entry: EvidenceEntry, name: str) -> None:
        # The file itself is synced and tells where it belongs: see `adopt`.
        with self._database.writing(synced=False) as db:
            _require_open(db, draft)
            self._insert_file(db, draft, entry, name)

    def remove_file(self, draft: UUID, file: UUID) -> str:
        with self._database.writing() as db:
            _require_open(db, draft)
            row = db.execute("SELECT name FROM files WHERE id = ? AND report = ?", (str(file), str(draft))).fetchone()
            if row is None:
                raise Problem("not_found")
            db.execute("DELETE FROM files WHERE id = ?", (str(file),))
            _drop(db, [row["name"]])
            return str(row["name"])

    def discard(self, draft: UUID) -> tuple[str, ...]:
        with self._database.writing() as db:
            _require_open(db, draft)
            names = db.execute("SELECT name FROM files WHERE report = ?", (str(draft),)).fetchall()
            db.execute("DELETE FROM files WHERE report = ?", (str(draft),))
            _drop(db, [row["name"] for row in names])
            db.execute("DELETE FROM drafts WHERE id = ?", (str(draft),))
        return tuple(row["name"] for row in names)

    def get(self, draft: UUID) -> Draft:
        return read_draft(self._database.connection, self._vault, draft)

    def open_drafts(self) -> tuple[Draft, ...]:
        rows = self._database.connection.execute(
            "SELECT id FROM drafts WHERE open = 1 ORDER BY saved_at DESC, id DESC"
        ).fetchall()
        return tuple(self.get(UUID(row["id"])) for row in rows)

    def _insert_file(self, db: sqlite3.Connection, draft: UUID, entry: EvidenceEntry, name: str) -> None:
        locked = lock_json(self._vault, encode(entry), FILE_ENTRY, entry.id)
        db.execute(
            "INSERT INTO files (id, report, position, entry, sha256, bytes, name) SELECT"
            " ?1, ?2, coalesce(max(position), 0) + 1, ?3, ?4, ?5, ?6 FROM files WHERE report = ?2",
            (str(entry.id), str(draft), locked, entry.sha256, entry.bytes, name),
        )

    def _content(self, draft: Draft) -> bytes:
        words = {
            "facts": draft.facts,
            "assessment": draft.assessment,
            "identities": draft.identities,
            "typed": draft.typed,
        }
        return lock_json(self._vault, words, _CONTENT, draft.id)


def read_draft(db: sqlite3.Connection, vault: Vault, draft: UUID) -> Draft:
    """Problem `draft_closed` for one that is not open."""
    row = db.execute("SELECT * FROM drafts WHERE id = ? AND open = 1", (str(draft),)).fetchone()
    if row is None:
        raise Problem("draft_closed")
    content = unlock_json(vault, row["content"], _CONTENT, draft)
    files = db.execute("SELECT * FROM files WHERE report = ? ORDER BY position", (str(draft),)).fetchall()
    return Draft(
        id=draft,
        kind=Kind(row["kind"]),
        started_at=from_millis(row["started_at"]),
        saved_at=from_millis(row["saved_at"]),
        supersedes=None if row["supersedes"] is None else UUID(row["supersedes"]),
        facts=content["facts"],
        assessment=content["assessment"],
        identities=tuple(content["identities"]),
        files=tuple(read_entry(vault, file) for file in files),
        typed=content.get("typed", {}),  # not there in what an older version of the app kept
    )


def read_entry(vault: Vault, file: sqlite3.Row) -> EvidenceEntry:
    return decode(EvidenceEntry, unlock_json(vault, file["entry"], FILE_ENTRY, file["id"]))


def _empty(draft: UUID, words: dict[str, Any]) -> Draft:
    """As it was started; what was typed since would have brought its row along."""
    started = from_millis(words["started_at"])
    supersedes = None if words["supersedes"] is None else UUID(words["supersedes"])
    return Draft(draft, Kind(words["kind"]), started, started, supersedes, {}, None, (), ())


def _drop(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Should a crash or a flat battery keep the files, they are not taken for lost ones."""
    db.executemany("INSERT OR IGNORE INTO dropped_files VALUES (?)", [(name,) for name in names])


def _require_open(db: sqlite3.Connection, draft: UUID) -> None:
    if db.execute("SELECT 1 FROM drafts WHERE id = ? AND open = 1", (str(draft),)).fetchone() is None:
        raise Problem("draft_closed")


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
