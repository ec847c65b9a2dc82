"""What supervisors said of reports sealed here; their notes may name people and lie locked."""

import sqlite3
from collections.abc import Collection, Sequence
from uuid import UUID

from mobile.ports import Reviewed, Vault, Verdict
from mobile.storage.database import Database, from_millis, to_millis
from mobile.storage.rows import lock_text, unlock_text

_NOTE = "reviews.note"


class SqliteReviews:
    """See `mobile.ports.Reviews`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def unknown(self, reports: Sequence[UUID], verdict: Verdict) -> tuple[UUID, ...]:
        statement = (
            "SELECT EXISTS (SELECT 1 FROM reports WHERE id = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM reviews WHERE report = ?1 AND verdict = ?2)"
        )
        found = self._database.connection
        return tuple(
            report for report in reports if found.execute(statement, (str(report), verdict.value)).fetchone()[0]
        )

    def keep(self, reviewed: Reviewed, officer: UUID) -> None:
        with self._database.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO reviews (report, officer, verdict, note, at) VALUES (?, ?, ?, ?, ?)",
                (
                    str(reviewed.report),
                    str(officer),
                    reviewed.verdict.value,
                    lock_text(self._vault, reviewed.note, _NOTE, reviewed.report),
                    to_millis(reviewed.at),
                ),
            )

    def of(self, report: UUID) -> Reviewed | None:
        row = self._database.connection.execute("SELECT * FROM reviews WHERE report = ?", (str(report),)).fetchone()
        return None if row is None else self._read(row)

    def to_correct(self, officer: UUID) -> tuple[Reviewed, ...]:
        rows = self._database.connection.execute(
            "SELECT * FROM reviews WHERE verdict = ? AND officer = ? AND settled = 0"
            " AND NOT EXISTS (SELECT 1 FROM drafts JOIN reports AS newer ON newer.id = drafts.id"
            " WHERE drafts.supersedes = reviews.report) ORDER BY at DESC",
            (Verdict.RETURNED.value, str(officer)),
        )
        return tuple(self._read(row) for row in rows)

    def correction(self, report: UUID) -> UUID | None:
        row = self._database.connection.execute(
            "SELECT id FROM drafts WHERE supersedes = ? AND open = 1 ORDER BY started_at DESC LIMIT 1", (str(report),)
        ).fetchone()
        return None if row is None else UUID(row["id"])

    def settled(self, still_returned: Collection[UUID], officer: UUID) -> None:
        waiting = [one.report for one in self.to_correct(officer) if one.report not in still_returned]
        if waiting:
            with self._database.writing() as db:
                db.executemany("UPDATE reviews SET settled = 1 WHERE report = ?", [(str(one),) for one in waiting])

    def _read(self, row: sqlite3.Row) -> Reviewed:
        report = UUID(row["report"])
        note = unlock_text(self._vault, row["note"], _NOTE, report)
        return Reviewed(report, Verdict(row["verdict"]), note or "", from_millis(row["at"]))
