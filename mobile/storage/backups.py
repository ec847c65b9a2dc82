"""Which reports stood in a verified backup of the office."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from mobile.storage.database import Database, from_millis, to_millis


class SqliteBackups:
    """See `mobile.ports.Backups`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unbacked(self, *, limit: int) -> tuple[str, ...]:
        rows = self._database.connection.execute(
            "SELECT manifest_sha256 FROM reports WHERE state = 'confirmed'"
            " AND NOT EXISTS (SELECT 1 FROM backups WHERE backups.report = reports.id) ORDER BY number LIMIT ?",
            (limit,),
        )
        return tuple(row["manifest_sha256"] for row in rows)

    def backed_up(self, manifests: Sequence[str], taken_at: datetime) -> None:
        with self._database.writing() as db:
            db.executemany(
                "INSERT INTO backups SELECT id, ? FROM reports WHERE manifest_sha256 = ? AND state = 'confirmed'"
                " ON CONFLICT (report) DO UPDATE SET taken_at = excluded.taken_at",
                [(to_millis(taken_at), manifest) for manifest in manifests],
            )

    def taken_at(self, reports: Collection[UUID]) -> Mapping[UUID, datetime]:
        found = {}
        for report in reports:  # a page of a list, each by its key
            row = self._database.connection.execute(
                "SELECT taken_at FROM backups WHERE report = ?", (str(report),)
            ).fetchone()
            if row is not None:
                found[report] = from_millis(row["taken_at"])
        return found
