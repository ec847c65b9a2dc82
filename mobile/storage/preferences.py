"""What the officer chose, and small words the phone keeps for itself."""

from mobile.storage.database import Database


class SqlitePreferences:
    """See `mobile.ports.Preferences`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        row = self._database.connection.execute("SELECT value FROM preferences WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def put(self, name: str, value: str) -> None:
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO preferences VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )
