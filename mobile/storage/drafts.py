"""Drafts: what was typed so far and which files belong to it."""

import json
import sqlite3
from uuid import UUID

from mobile.ports import Draft
from mobile.storage.database import Database, from_millis, to_millis
from shared.problems import Problem
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Kind


class SqliteDrafts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, draft: Draft) -> None:
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO drafts (id, kind, started_at, saved_at, supersedes, content) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    str(draft.id),
                    draft.kind.value,
                    to_millis(draft.started_at),
                    to_millis(draft.saved_at),
                    _text(draft.supersedes),
                    _content(draft),
                ),
            )

    def save(self, draft: Draft) -> None:
        with self._database.writing() as db:
            found = db.execute(
                "UPDATE drafts SET kind = ?, saved_at = ?, supersedes = ?, content = ? WHERE id = ? AND open = 1",
                (draft.kind.value, to_millis(draft.saved_at), _text(draft.supersedes), _content(draft), str(draft.id)),
            )
            if not found.rowcount:
                raise Problem("draft_closed")

    def add_file(self, draft: UUID, entry: EvidenceEntry, name: str) -> None:
        with self._database.writing() as db:
            _require_open(db, draft)
            db.execute(
                "INSERT INTO files (id, report, position, entry, sha256, bytes, name) SELECT"
                " ?1, ?2, coalesce(max(position), 0) + 1, ?3, ?4, ?5, ?6 FROM files WHERE report = ?2",
                (str(entry.id), str(draft), json.dumps(encode(entry)), entry.sha256, entry.bytes, name),
            )

    def remove_file(self, draft: UUID, file: UUID) -> str:
        with self._database.writing() as db:
            _require_open(db, draft)
            row = db.execute("SELECT name FROM files WHERE id = ? AND report = ?", (str(file), str(draft))).fetchone()
            if row is None:
                raise Problem("not_found")
            db.execute("DELETE FROM files WHERE id = ?", (str(file),))
            return str(row["name"])

    def discard(self, draft: UUID) -> tuple[str, ...]:
        with self._database.writing() as db:
            _require_open(db, draft)
            names = db.execute("SELECT name FROM files WHERE report = ?", (str(draft),)).fetchall()
            db.execute("DELETE FROM files WHERE report = ?", (str(draft),))
            db.execute("DELETE FROM drafts WHERE id = ?", (str(draft),))
        return tuple(row["name"] for row in names)

    def get(self, draft: UUID) -> Draft:
        return read_draft(self._database.connection, draft)

    def open_drafts(self) -> tuple[Draft, ...]:
        rows = self._database.connection.execute(
            "SELECT id FROM drafts WHERE open = 1 ORDER BY saved_at DESC, id DESC"
        ).fetchall()
        return tuple(self.get(UUID(row["id"])) for row in rows)


def read_draft(db: sqlite3.Connection, draft: UUID) -> Draft:
    """Problem `draft_closed` for one that is not open."""
    row = db.execute("SELECT * FROM drafts WHERE id = ? AND open = 1", (str(draft),)).fetchone()
    if row is None:
        raise Problem("draft_closed")
    content = json.loads(row["content"])
    files = db.execute("SELECT entry FROM files WHERE report = ? ORDER BY position", (str(draft),)).fetchall()
    return Draft(
        id=draft,
        kind=Kind(row["kind"]),
        started_at=from_millis(row["started_at"]),
        saved_at=from_millis(row["saved_at"]),
        supersedes=None if row["supersedes"] is None else UUID(row["supersedes"]),
        facts=content["facts"],
        assessment=content["assessment"],
        identities=tuple(content["identities"]),
        files=tuple(decode(EvidenceEntry, json.loads(file["entry"])) for file in files),
    )


def _require_open(db: sqlite3.Connection, draft: UUID) -> None:
    if db.execute("SELECT 1 FROM drafts WHERE id = ? AND open = 1", (str(draft),)).fetchone() is None:
        raise Problem("draft_closed")


def _content(draft: Draft) -> str:
    return json.dumps(
        {"facts": draft.facts, "assessment": draft.assessment, "identities": draft.identities}, ensure_ascii=False
    )


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
