"""Reports and files that this phone carries for colleagues, until a server has vouched for them.

Nothing here is the phone's own: what it carries is dropped once it has done its work, and locked until then.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from mobile.ports import (
    RELAYED_NAME,
    Declared,
    FileState,
    Left,
    QueueState,
    RelayedFile,
    RelayedReport,
    StoredFile,
    Vault,
)
from mobile.storage.database import Database, to_millis
from mobile.storage.files import Found
from mobile.storage.outbox import HORIZON
from shared.wire.v1.messages import EvidenceState, Receipt

_DUE = "(next_try <= :now OR next_try > :horizon)"
_UNDONE = "files.here = 1 AND files.state NOT IN ('confirmed', 'damaged')"


class SqliteRelayed:
    """See `mobile.ports.Relayed`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    # --- from a card

    def take(self, report: UUID, manifest_sha256: str, body: bytes, files: Sequence[Declared], now: datetime) -> bool:
        with self._database.writing() as db:
            known = db.execute("SELECT 1 FROM relayed_reports WHERE manifest_sha256 = ?", (manifest_sha256,)).fetchone()
            if known is not None:
                return False
            key = str(uuid4())
            db.execute(
                "INSERT INTO relayed_reports (key, id, manifest_sha256, body, taken_at, state)"
                " VALUES (?, ?, ?, ?, ?, 'on_phone')",
                (key, str(report), manifest_sha256, self._locked(key, body), to_millis(now)),
            )
            db.executemany(
                "INSERT INTO relayed_files (key, owner, report, position, id, sha256, bytes, name)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (str(uuid4()), key, str(report), i, str(file.id), file.sha256, file.bytes, file.sha256)
                    for i, file in enumerate(files)
                ],
            )
        return True

    def file_came(self, sha256: str, name: str) -> int:
        with self._database.writing() as db:
            # What was found damaged here has been replaced by bytes of the right hash.
            return db.execute(
                "UPDATE relayed_files SET here = 1, name = ?, problem = NULL, attempts = 0, next_try = 0,"
                " state = CASE WHEN state = 'damaged' THEN 'on_phone' ELSE state END"
                " WHERE sha256 = ? AND state <> 'confirmed' AND (here = 0 OR state = 'damaged')",
                (name, sha256),
            ).rowcount

    def wanted(self) -> frozenset[str]:
        rows = self._database.connection.execute(
            "SELECT DISTINCT sha256 FROM relayed_files WHERE state = 'damaged' OR (here = 0 AND state <> 'confirmed')"
        )
        return frozenset(row["sha256"] for row in rows)

    # --- reading

    def get(self, key: UUID, /) -> RelayedReport:
        row = self._database.connection.execute(f"{_REPORT} WHERE key = ?", (str(key),)).fetchone()
        if row is None:
            raise KeyError(key)
        return self._read(row)

    def reports(self, *, limit: int) -> tuple[RelayedReport, ...]:
        return self._read_all(f"{_REPORT} ORDER BY number DESC LIMIT :limit", {"limit": limit})

    def unvouched_first(self, *, limit: int, since: datetime) -> tuple[RelayedReport, ...]:
        return self._read_all(
            f"{_REPORT} WHERE state <> 'confirmed' OR taken_at >= :since"
            " ORDER BY state = 'confirmed', number DESC LIMIT :limit",
            {"limit": limit, "since": to_millis(since)},
        )

    def body(self, key: UUID) -> bytes:
        row = self._database.connection.execute(
            "SELECT body FROM relayed_reports WHERE key = ? AND body IS NOT NULL", (str(key),)
        ).fetchone()
        if row is None:
            raise KeyError(key)
        return self._vault.unlock(row["body"], _about("body", str(key)))

    def receipt_for(self, manifest_sha256: str) -> str | None:
        row = self._database.connection.execute(
            "SELECT key, receipt FROM relayed_reports WHERE manifest_sha256 = ?", (manifest_sha256,)
        ).fetchone()
        return None if row is None else self._receipt(row)

    def due_reports(self, now: datetime, /) -> tuple[RelayedReport, ...]:
        return self._read_all(
            f"{_REPORT} WHERE state IN ('on_phone', 'held') AND body IS NOT NULL AND {_DUE} ORDER BY number",
            _times(now),
        )

    def due_files(self, now: datetime, /) -> tuple[RelayedFile, ...]:
        rows = self._database.connection.execute(
            # S608: put together from constants
            f"""SELECT files.* FROM relayed_files AS files JOIN relayed_reports AS owner ON owner.key = files.owner
                WHERE owner.state = 'received' AND files.here = 1 AND files.state IN ('on_phone', 'sending')
                  AND {_DUE.replace("next_try", "files.next_try")}
                ORDER BY files.position > 0, owner.number, files.position""",  # noqa: S608
            _times(now),
        )
        return tuple(_file(row) for row in rows)

    def unvouched(self) -> tuple[RelayedReport, ...]:
        return self._read_all(
            _REPORT + " WHERE state = 'received' AND EXISTS"  # noqa: S608 - put together from constants
            " (SELECT 1 FROM relayed_files AS files WHERE files.owner = relayed_reports.key"
            " AND files.state = 'received') ORDER BY number",
            {},
        )

    def left(self, now: datetime, /) -> Left:
        db = self._database.connection
        held, waiting = db.execute(
            "SELECT coalesce(sum(state = 'held'), 0), coalesce(sum(state = 'on_phone'), 0) FROM relayed_reports"
        ).fetchone()
        files, damaged = db.execute(
            f"SELECT coalesce(sum({_UNDONE}), 0), coalesce(sum(files.state = 'damaged'), 0)"  # noqa: S608 - constants
            " FROM relayed_files AS files JOIN relayed_reports AS owner ON owner.key = files.owner"
            " WHERE owner.state <> 'held'"
        ).fetchone()
        soonest = db.execute(
            "SELECT min(next_try) FROM (SELECT next_try FROM relayed_reports WHERE state IN ('on_phone', 'held')"  # noqa: S608
            " UNION ALL SELECT files.next_try FROM relayed_files AS files JOIN relayed_reports AS owner"
            f" ON owner.key = files.owner WHERE owner.state = 'received' AND {_UNDONE})"
        ).fetchone()[0]
        due = None if soonest is None else (soonest - to_millis(now)) / 1000
        if due is not None and due > HORIZON.total_seconds():
            due = 0.0
        return Left(waiting + files, held, damaged, None if due is None else max(0.0, due))

    # --- what the server said

    def receipt_came(self, receipt: Receipt, text: str, /) -> None:
        with self._database.writing() as db:
            row = db.execute(
                "SELECT key FROM relayed_reports WHERE manifest_sha256 = ? AND id = ?",
                (receipt.manifest_sha256, str(receipt.report)),
            ).fetchone()
            if row is None:
                return
            key = row["key"]
            for entry in receipt.evidence:
                if entry.state is EvidenceState.CONFIRMED:
                    db.execute(
                        "UPDATE relayed_files SET state = 'confirmed', offset = bytes, problem = NULL"
                        " WHERE owner = ? AND id = ? AND sha256 = ?",
                        (key, str(entry.id), entry.sha256),
                    )
            db.execute(
                "UPDATE relayed_reports SET receipt = ?, problem = NULL, attempts = 0, next_try = 0, state = CASE WHEN"
                " EXISTS (SELECT 1 FROM relayed_files WHERE owner = ?2 AND state <> 'confirmed')"
                " THEN 'received' ELSE 'confirmed' END WHERE key = ?2",
                (self._vault.lock(text.encode("utf-8"), _about("receipt", key)), key),
            )
            # Nothing more that this phone could do for it: the identities in it need not lie here any longer.
            db.execute(
                "UPDATE relayed_reports SET body = NULL WHERE key = ? AND NOT EXISTS"  # noqa: S608 - constants
                f" (SELECT 1 FROM relayed_files AS files WHERE files.owner = relayed_reports.key AND {_UNDONE})",
                (key,),
            )

    def report_failed(self, key: UUID, /, *, problem: str, held: bool, next_try: datetime) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE relayed_reports SET problem = ?, attempts = attempts + 1, next_try = ?,"
                " state = CASE WHEN ? THEN 'held' ELSE state END WHERE key = ? AND state IN ('on_phone', 'held')",
                (problem, to_millis(next_try), held, str(key)),
            )

    def report_reopened(self, key: UUID, /) -> None:
        with self._database.writing() as db:
            # One whose body has gone stays as it is: the phone it is from still has it, or has its receipt.
            found = db.execute(
                "UPDATE relayed_reports SET state = 'on_phone', attempts = 0, next_try = 0"
                " WHERE key = ? AND body IS NOT NULL",
                (str(key),),
            )
            if found.rowcount:
                db.execute(
                    "UPDATE relayed_files SET state = 'on_phone', upload_url = NULL, offset = 0"
                    " WHERE owner = ? AND here = 1 AND state <> 'damaged'",
                    (str(key),),
                )

    def file_moved(self, key: UUID, /, *, upload_url: str, offset: int) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE relayed_files SET upload_url = ?1, offset = ?2, state = CASE"
                " WHEN ?2 >= bytes THEN 'received' WHEN ?2 > 0 THEN 'sending' ELSE 'on_phone' END"
                " WHERE key = ?3 AND state IN ('on_phone', 'sending')",
                (upload_url, offset, str(key)),
            )
            # As in the outbox: a whole file that came in vain slows down who sends it again.
            db.execute(
                "UPDATE relayed_files SET attempts = 0, problem = NULL WHERE key = ?"
                " AND problem NOT IN ('evidence_hash_mismatch', 'evidence_missing')",
                (str(key),),
            )

    def file_failed(self, key: UUID, /, *, problem: str, next_try: datetime, restart: bool = False) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE relayed_files SET problem = ?, attempts = attempts + 1, next_try = ?"
                " WHERE key = ? AND state <> 'confirmed'",
                (problem, to_millis(next_try), str(key)),
            )
            if restart:
                db.execute(
                    "UPDATE relayed_files SET state = 'on_phone', offset = 0, upload_url = NULL"
                    " WHERE key = ? AND state IN ('sending', 'received')",
                    (str(key),),
                )

    def file_damaged(self, key: UUID, /) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE relayed_files SET state = 'damaged', problem = 'file_damaged'"
                " WHERE key = ? AND state <> 'confirmed'",
                (str(key),),
            )

    # --- letting go

    def spent(self) -> tuple[str, ...]:
        rows = self._database.connection.execute(
            "SELECT DISTINCT name FROM relayed_files AS files WHERE here = 1 AND NOT EXISTS"
            " (SELECT 1 FROM relayed_files AS other WHERE other.name = files.name AND other.here = 1"
            " AND other.state <> 'confirmed') ORDER BY name"
        )
        return tuple(row["name"] for row in rows)

    def let_go(self, name: str) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE relayed_files SET here = 0 WHERE name = ? AND state = 'confirmed'", (name,))

    def adopt(self, stored: StoredFile) -> Found | None:
        """Of a file that a crash left without its row: one from a card may go, the card has it. None: of no card."""
        return Found.DROPPED if stored.name.startswith(RELAYED_NAME) else None

    def file_names(self) -> frozenset[str]:
        rows = self._database.connection.execute("SELECT name FROM relayed_files WHERE here = 1")
        return frozenset(row["name"] for row in rows)

    # --- rows into records

    def _locked(self, key: str, body: bytes) -> bytes:
        return self._vault.lock(body, _about("body", key))

    def _receipt(self, row: sqlite3.Row) -> str | None:
        if row["receipt"] is None:
            return None
        return self._vault.unlock(row["receipt"], _about("receipt", row["key"])).decode("utf-8")

    def _read_all(self, statement: str, values: dict[str, int]) -> tuple[RelayedReport, ...]:
        return tuple(self._read(row) for row in self._database.connection.execute(statement, values).fetchall())

    def _read(self, row: sqlite3.Row) -> RelayedReport:
        files = self._database.connection.execute(
            "SELECT * FROM relayed_files WHERE owner = ? ORDER BY position", (row["key"],)
        )
        return RelayedReport(
            key=UUID(row["key"]),
            id=UUID(row["id"]),
            manifest_sha256=row["manifest_sha256"],
            state=QueueState(row["state"]),
            problem=row["problem"],
            attempts=row["attempts"],
            receipt=self._receipt(row),
            files=tuple(_file(file) for file in files),
        )


_REPORT = "SELECT key, id, manifest_sha256, state, problem, attempts, receipt FROM relayed_reports"


def _about(column: str, key: str) -> bytes:
    return f"relayed_reports.{column}:{key}".encode("ascii")


def _file(row: sqlite3.Row) -> RelayedFile:
    return RelayedFile(
        key=UUID(row["key"]),
        owner=UUID(row["owner"]),
        report=UUID(row["report"]),
        id=UUID(row["id"]),
        sha256=row["sha256"],
        bytes=row["bytes"],
        name=row["name"],
        here=bool(row["here"]),
        state=FileState(row["state"]),
        offset=row["offset"],
        upload_url=row["upload_url"],
        attempts=row["attempts"],
        problem=row["problem"],
    )


def _times(now: datetime) -> dict[str, int]:
    return {"now": to_millis(now), "horizon": to_millis(now + HORIZON)}
