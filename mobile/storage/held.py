"""How much of what the database knows of lies on the phone."""

from mobile.storage.database import Database


class SqliteHeld:
    """See `mobile.ports.Held`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting_files(self) -> tuple[int, int]:
        row = self._database.connection.execute(
            "SELECT count(*), coalesce(sum(bytes), 0) FROM files WHERE state <> 'confirmed'"
        ).fetchone()
        return int(row[0]), int(row[1])

    def reference_bytes(self) -> int:
        row = self._database.connection.execute("SELECT coalesce(sum(length(body)), 0) FROM reference_rows").fetchone()
        return int(row[0])
