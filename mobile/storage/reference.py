"""Licences, communes and the other lists the server sends, in the phone's database."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mobile.ports import ReferenceDelta
from mobile.storage.database import Database, from_millis, to_millis


class SqliteReference:
    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self) -> str | None:
        row = self._database.connection.execute("SELECT cursor FROM reference").fetchone()
        return None if row is None else str(row["cursor"])

    def as_of(self) -> datetime | None:
        row = self._database.connection.execute("SELECT fetched_at FROM reference").fetchone()
        return None if row is None else from_millis(row["fetched_at"])

    def settings(self) -> Mapping[str, Any]:
        row = self._database.connection.execute("SELECT settings FROM reference").fetchone()
        return {} if row is None else dict(json.loads(row["settings"]))

    def apply(self, delta: ReferenceDelta, now: datetime) -> None:
        rows = [
            (kind, str(item["id"]), json.dumps(item, ensure_ascii=False))
            for kind, items in delta.items.items()
            for item in items
        ]
        with self._database.writing() as db:
            # Removed first: an id that is removed and listed again in one delta has been replaced.
            db.executemany("DELETE FROM reference_rows WHERE id = ?", [(key,) for key in delta.removed])
            db.executemany(
                "INSERT INTO reference_rows VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                rows,
            )
            db.execute(
                "INSERT INTO reference VALUES (1, ?, ?, ?) ON CONFLICT (only) DO UPDATE SET"
                " cursor = excluded.cursor, settings = excluded.settings, fetched_at = excluded.fetched_at",
                (delta.cursor, json.dumps(delta.settings, ensure_ascii=False), to_millis(now)),
            )

    def rows(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        found = self._database.connection.execute("SELECT body FROM reference_rows WHERE kind = ? ORDER BY id", (kind,))
        return tuple(json.loads(row["body"]) for row in found)

    def row(self, kind: str, key: str) -> Mapping[str, Any] | None:
        found = self._database.connection.execute(
            "SELECT body FROM reference_rows WHERE kind = ? AND id = ?", (kind, key)
        ).fetchone()
        return None if found is None else dict(json.loads(found["body"]))
