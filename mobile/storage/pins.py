"""PINs, in the phone's database."""

from uuid import UUID

from mobile.ports import PinRecord, Vault
from mobile.storage.database import Database
from mobile.storage.rows import about

SALT_BYTES = 16


class SqlitePins:
    """See `mobile.ports.PinStore`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def get(self, officer: UUID) -> PinRecord | None:
        row = self._database.connection.execute("SELECT * FROM pins WHERE officer = ?", (str(officer),)).fetchone()
        if row is None:
            return None
        body = self._vault.unlock(row["body"], about(_BODY, officer))
        return PinRecord(body[:SALT_BYTES], body[SALT_BYTES:], row["wrong"], row["since"])

    def put(self, officer: UUID, salt: bytes, digest: bytes) -> None:
        body = self._vault.lock(salt + digest, about(_BODY, officer))
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO pins (officer, body) VALUES (?, ?)", (str(officer), body))

    def tried(self, officer: UUID, since: float) -> int:
        with self._database.writing() as db:
            db.execute("UPDATE pins SET wrong = wrong + 1, since = ? WHERE officer = ?", (since, str(officer)))
            row = db.execute("SELECT wrong FROM pins WHERE officer = ?", (str(officer),)).fetchone()
        return 0 if row is None else int(row["wrong"])

    def moved(self, officer: UUID, since: float) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE pins SET since = ? WHERE officer = ?", (since, str(officer)))

    def passed(self, officer: UUID) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE pins SET wrong = 0, since = 0 WHERE officer = ?", (str(officer),))

    def remove(self, officer: UUID) -> None:
        with self._database.writing() as db:
            db.execute("DELETE FROM pins WHERE officer = ?", (str(officer),))


_BODY = "pins.body"
