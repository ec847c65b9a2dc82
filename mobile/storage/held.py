"""How much of what the database knows of lies on the phone."""

from datetime import datetime

from mobile.ports import ToCarry
from mobile.storage.database import Database, to_millis


class SqliteHeld:
    """See `mobile.ports.Held`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting_files(self) -> tuple[int, int]:
        row = self._database.connection.execute(
            "SELECT count(*), coalesce(sum(bytes), 0) FROM files WHERE state <> 'confirmed'"
        ).fetchone()
        return int(row[0]), int(row[1])

    def to_carry(self, *, since: datetime) -> ToCarry:
        db = self._database.connection
        own = db.execute(_REPORTS).fetchone()[0]
        carried, bodies, receipts = db.execute(
            "SELECT count(*), coalesce(sum(body IS NOT NULL), 0), coalesce(sum(receipt IS NOT NULL), 0)"
            " FROM relayed_reports WHERE state <> 'confirmed' OR taken_at >= ?",
            (to_millis(since),),
        ).fetchone()
        files, size = db.execute(_FILES).fetchone()
        return ToCarry(own + bodies, files, size, carried, receipts)

    def reference_bytes(self) -> int:
        row = self._database.connection.execute("SELECT coalesce(sum(length(body)), 0) FROM reference_rows").fetchone()
        return int(row[0])


# By the indexes of what is to be done: however many reports have arrived, they are not looked at.
_OWN = (
    "SELECT id FROM reports WHERE state IN ('on_phone', 'held') UNION ALL"
    " SELECT id FROM reports WHERE state = 'received'"
)
_REPORTS = f"SELECT count(*) FROM ({_OWN})"  # noqa: S608 - put together from constants
_FILES = f"""
    SELECT count(*), coalesce(sum(bytes), 0) FROM (
        SELECT sha256, max(bytes) AS bytes FROM (
            SELECT sha256, bytes FROM files WHERE report IN ({_OWN}) AND state NOT IN ('confirmed', 'damaged')
            UNION ALL
            SELECT sha256, bytes FROM relayed_files WHERE here = 1 AND state NOT IN ('confirmed', 'damaged'))
        GROUP BY sha256)"""  # noqa: S608 - put together from constants
