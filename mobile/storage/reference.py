"""Licences, communes and the other lists the server sends, in the phone's database."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mobile.ports import ReferenceDelta, ReferenceState
from mobile.storage.database import Database, from_millis, to_millis
from shared.wire.v1.reference import ALL_ELSE, ROW_FORMAT

# Rows another version of the app has stored count as none: this one may not understand them.
_OURS = "EXISTS (SELECT 1 FROM reference WHERE format = ?)"


class SqliteReference:
    def __init__(self, database: Database, row_format: str = ROW_FORMAT) -> None:
        self._database, self._format = database, row_format

    def state(self) -> ReferenceState | None:
        row = self._database.connection.execute(
            "SELECT cursor, etag, fetched_at, revision FROM reference WHERE format = ?", (self._format,)
        ).fetchone()
        if row is None:
            return None
        return ReferenceState(row["cursor"], row["etag"], from_millis(row["fetched_at"]), row["revision"])

    def apply(self, delta: ReferenceDelta, now: datetime, *, asked: str | None) -> bool:
        rows = [
            (kind, str(item["id"]), json.dumps(item, ensure_ascii=False))
            for kind, items in delta.items.items()
            for item in items
        ]
        # Good for the same question again only when the answer was that there is nothing new.
        etag = delta.etag if delta.cursor == asked else None
        with self._database.writing() as db:
            before = self.state()
            if asked != (before and before.cursor):
                return False
            if before is None or ALL_ELSE in delta.removed:
                db.execute("DELETE FROM reference_rows")
            # Removed first: an id that is removed and listed again in one delta has been replaced.
            db.executemany("DELETE FROM reference_rows WHERE id = ?", [(key,) for key in delta.removed])
            db.executemany(
                "INSERT INTO reference_rows VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                rows,
            )
            db.execute(
                "INSERT INTO reference (only, format, cursor, etag, settings, fetched_at, revision)"
                " VALUES (1, ?, ?, ?, ?, ?, 1) ON CONFLICT (only) DO UPDATE SET format = excluded.format,"
                " cursor = excluded.cursor, etag = excluded.etag, settings = excluded.settings,"
                " fetched_at = excluded.fetched_at, revision = revision + 1",
                (self._format, delta.cursor, etag, json.dumps(delta.settings, ensure_ascii=False), to_millis(now)),
            )
        return True

    def confirmed(self, now: datetime, *, asked: str) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE reference SET fetched_at = ? WHERE format = ? AND cursor = ?",
                (to_millis(now), self._format, asked),
            )

    def settings(self) -> Mapping[str, Any]:
        row = self._database.connection.execute(
            "SELECT settings FROM reference WHERE format = ?", (self._format,)
        ).fetchone()
        return {} if row is None else dict(json.loads(row["settings"]))

    def rows(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        found = self._database.connection.execute(
            f"SELECT body FROM reference_rows WHERE kind = ? AND {_OURS} ORDER BY id",  # noqa: S608 - a constant
            (kind, self._format),
        )
        return tuple(json.loads(row["body"]) for row in found)
