"""The outbox: sealed reports and their files until a server has vouched for them, and afterwards.

It belongs to the phone, not to whoever is signed in: nothing here knows of sessions, and no statement here deletes.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from mobile.ports import FileState, Left, LocalFile, QueuedReport, QueueState, ReportBrief, Slot, Totals, Vault
from mobile.storage.chain_log import ChainLog, Link
from mobile.storage.database import Database, from_millis, to_millis
from mobile.storage.drafts import read_draft, read_entry
from mobile.storage.papers import insert_paper, uses_of
from mobile.storage.rows import about, lock_json, lock_text, unlock_json, unlock_text
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.messages import Envelope, EnvelopeParts, EvidenceState, Receipt
from shared.wire.v1.records import Kind

if TYPE_CHECKING:
    from shared.rules.papers import PaperUse
    from shared.wire.v1.seal import SealedReport

# Phone clocks jump. A try that lies further ahead than any wait this app makes was set by a clock since put right.
HORIZON = timedelta(hours=12)
_MANIFEST, _PARTS, _RECEIPT = "reports.manifest", "reports.parts", "reports.receipt"
_DUE = "(next_try <= :now OR next_try > :horizon)"


class SqliteOutbox:
    def __init__(self, database: Database, vault: Vault, chain: ChainLog | None = None) -> None:
        self._database, self._vault, self._chain = database, vault, chain

    # --- sealing

    def seal(self, draft: UUID, device: UUID, make: "Callable[[Slot], SealedReport]") -> QueuedReport:
        # The number is read and used under one write lock: a crash leaves neither gap nor double, and a second thread
        # or process waits here until the first has its place in the chain.
        with self._database.writing() as db:
            again = db.execute("SELECT 1 FROM reports WHERE id = ?", (str(draft),)).fetchone() is not None
            if not again:
                last = db.execute(
                    "SELECT * FROM (SELECT sequence, manifest_sha256 FROM reports WHERE device = ?1"
                    " ORDER BY sequence DESC LIMIT 1) UNION ALL SELECT sequence, manifest_sha256 FROM chain_floor"
                    " WHERE device = ?1 ORDER BY sequence DESC LIMIT 1",
                    (str(device),),
                ).fetchone()
                sequence, previous = (1, None) if last is None else (last["sequence"] + 1, last["manifest_sha256"])
                self._insert(db, make(Slot(sequence, previous, read_draft(db, self._vault, draft))))
                # What was typed is in the sealed parts now; the draft's copy has done its work.
                db.execute("UPDATE drafts SET open = 0, content = NULL WHERE id = ?", (str(draft),))
        sealed = self.get(draft)
        if not again:
            self._note(sealed)
        return sealed

    def _note(self, sealed: QueuedReport) -> None:
        """After the commit: a line about a report that was never sealed would leave a gap in the chain."""
        if self._chain is None:
            return
        link = Link(
            str(sealed.device),
            sealed.sequence,
            sealed.manifest_sha256,
            str(sealed.id),
            sealed.kind.value,
            to_millis(sealed.sealed_at),
        )
        try:
            self._chain.append((link,))
        except OSError:
            return  # no room: the report is sealed all the same, and the next start of the app adds the line

    # --- reading

    def get(self, report: UUID) -> QueuedReport:
        row = self._database.connection.execute(f"{_REPORT} WHERE id = ?", (str(report),)).fetchone()
        if row is None:
            raise KeyError(report)
        return self._read(row)

    def reports(self, *, limit: int, before: UUID | None = None) -> tuple[QueuedReport, ...]:
        where, values = "", {"limit": limit, "before": str(before)}
        if before is not None:
            where = "WHERE number < (SELECT number FROM reports WHERE id = :before)"
        return self._read_all(f"{_REPORT} {where} ORDER BY number DESC LIMIT :limit", values)

    def briefs(self, *, limit: int, before: int | None = None) -> tuple[ReportBrief, ...]:
        # The page first: sums over the files of all reports would cost as much as there ever were.
        rows = self._database.connection.execute(
            """SELECT page.*, count(files.id) AS files, coalesce(sum(files.state = 'confirmed'), 0) AS confirmed,
                  coalesce(sum(files.state = 'damaged'), 0) AS damaged,
                  coalesce(sum(files.state IN ('on_phone', 'sending')), 0) AS unsent,
                  coalesce(sum(files.offset), 0) AS offset, coalesce(sum(files.bytes), 0) AS bytes
                FROM (SELECT number, id, kind, sequence, sealed_at, state, problem FROM reports
                      WHERE number < :before ORDER BY number DESC LIMIT :limit) AS page
                LEFT JOIN files ON files.report = page.id GROUP BY page.number ORDER BY page.number DESC""",
            {"limit": limit, "before": 2**62 if before is None else before},
        )
        return tuple(_brief(row) for row in rows)

    def totals(self, since: datetime) -> Totals:
        db = self._database.connection
        states = dict(db.execute("SELECT state, count(*) FROM reports GROUP BY state").fetchall())
        since_then = db.execute("SELECT count(*) FROM reports WHERE sealed_at >= ?", (to_millis(since),)).fetchone()[0]
        return Totals(
            waiting=states.get("on_phone", 0),
            held=states.get("held", 0),
            sending=states.get("received", 0),
            confirmed=states.get("confirmed", 0),
            sealed_since=since_then,
        )

    def envelope(self, report: UUID) -> Envelope:
        row = self._database.connection.execute(
            "SELECT manifest, signature, key, parts FROM reports WHERE id = ?", (str(report),)
        ).fetchone()
        return Envelope(
            self._vault.unlock(row["manifest"], about(_MANIFEST, report)),
            row["signature"],
            row["key"],
            decode(EnvelopeParts, unlock_json(self._vault, row["parts"], _PARTS, report)),
        )

    def paper_uses(self, keys: Collection[str], *, but: UUID) -> "Mapping[str, Sequence[PaperUse]]":
        return uses_of(self._database.connection, self._vault, keys, but=but)

    def due_reports(self, now: datetime) -> tuple[QueuedReport, ...]:
        return self._read_all(f"{_REPORT} WHERE state IN ('on_phone', 'held') AND {_DUE} ORDER BY number", _times(now))

    def due_files(self, now: datetime) -> tuple[LocalFile, ...]:
        # `turn` is 0 for the first due file of a report of which the server has no whole file yet: a supervisor sees
        # one picture of every report before the second of any.
        rows = self._database.connection.execute(
            # S608: the statement is put together from constants
            f"""SELECT files.*, reports.number,
                  (files.position > min(files.position) OVER (PARTITION BY files.report)
                   OR EXISTS (SELECT 1 FROM files AS whole WHERE whole.report = files.report
                              AND whole.state IN ('received', 'confirmed'))) AS turn
                FROM files JOIN reports ON reports.id = files.report
                WHERE reports.state = 'received' AND files.state IN ('on_phone', 'sending')
                  AND {_DUE.replace("next_try", "files.next_try")}
                ORDER BY turn, reports.number, files.position""",  # noqa: S608
            _times(now),
        )
        return tuple(self._file(row) for row in rows)

    def unvouched(self) -> tuple[QueuedReport, ...]:
        return self._read_all(
            _REPORT + " WHERE state = 'received' AND EXISTS"  # noqa: S608 - put together from constants
            " (SELECT 1 FROM files WHERE files.report = reports.id AND files.state = 'received') ORDER BY number",
            {},
        )

    def left(self, now: datetime) -> Left:
        db = self._database.connection
        held = db.execute("SELECT count(*) FROM reports WHERE state = 'held'").fetchone()[0]
        waiting, damaged = db.execute(
            "SELECT (SELECT count(*) FROM reports WHERE state = 'on_phone')"
            " + coalesce(sum(files.state <> 'damaged'), 0), coalesce(sum(files.state = 'damaged'), 0)"
            " FROM files JOIN reports ON reports.id = files.report"
            " WHERE reports.state <> 'held' AND files.state <> 'confirmed'"
        ).fetchone()
        soonest = db.execute(
            "SELECT min(next_try) FROM (SELECT next_try FROM reports WHERE state IN ('on_phone', 'held') UNION ALL"
            " SELECT files.next_try FROM files JOIN reports ON reports.id = files.report"
            " WHERE reports.state = 'received' AND files.state IN ('on_phone', 'sending', 'received'))"
        ).fetchone()[0]
        due = None if soonest is None else (soonest - to_millis(now)) / 1000
        if due is not None and due > HORIZON.total_seconds():
            due = 0.0
        return Left(waiting, held, damaged, None if due is None else max(0.0, due))

    # --- what the server said

    def receipt_came(self, receipt: Receipt, text: str) -> None:
        report = str(receipt.report)
        with self._database.writing() as db:
            # The hash again, inside the statement: no other report can ever be marked by this receipt.
            db.execute(
                "UPDATE reports SET receipt = ?, problem = NULL, attempts = 0, next_try = 0, state = CASE"
                " WHEN state = 'confirmed' THEN state ELSE 'received' END WHERE id = ? AND manifest_sha256 = ?",
                (lock_text(self._vault, text, _RECEIPT, report), report, receipt.manifest_sha256),
            )
            for entry in receipt.evidence:
                if entry.state is EvidenceState.CONFIRMED:
                    db.execute(
                        "UPDATE files SET state = 'confirmed', offset = bytes, problem = NULL"
                        " WHERE id = ? AND report = ? AND sha256 = ?",
                        (str(entry.id), report, entry.sha256),
                    )
            db.execute(
                "UPDATE reports SET state = 'confirmed' WHERE id = ? AND manifest_sha256 = ? AND NOT EXISTS"
                " (SELECT 1 FROM files WHERE report = reports.id AND state <> 'confirmed')",
                (report, receipt.manifest_sha256),
            )

    def report_failed(self, report: UUID, *, problem: str, held: bool, next_try: datetime) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE reports SET problem = ?, attempts = attempts + 1, next_try = ?,"
                " state = CASE WHEN ? THEN 'held' ELSE state END WHERE id = ? AND state IN ('on_phone', 'held')",
                (problem, to_millis(next_try), held, str(report)),
            )

    def report_reopened(self, report: UUID) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE reports SET state = 'on_phone', attempts = 0, next_try = 0 WHERE id = ?", (str(report),))
            db.execute(
                "UPDATE files SET state = 'on_phone', upload_url = NULL, offset = 0"
                " WHERE report = ? AND state <> 'damaged'",
                (str(report),),
            )

    def file_moved(self, file: UUID, *, upload_url: str, offset: int) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE files SET upload_url = ?1, offset = ?2, state = CASE"
                " WHEN ?2 >= bytes THEN 'received' WHEN ?2 > 0 THEN 'sending' ELSE 'on_phone' END"
                " WHERE id = ?3 AND state IN ('on_phone', 'sending')",
                (upload_url, offset, str(file)),
            )
            # Moving on ends the growing of waits, except after the whole file had arrived in vain: whoever sends it
            # again and again for nothing must slow down.
            db.execute(
                "UPDATE files SET attempts = 0, problem = NULL WHERE id = ?"
                " AND problem NOT IN ('evidence_hash_mismatch', 'evidence_missing')",
                (str(file),),
            )

    def file_failed(self, file: UUID, *, problem: str, next_try: datetime, restart: bool = False) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE files SET problem = ?, attempts = attempts + 1, next_try = ?"
                " WHERE id = ? AND state <> 'confirmed'",
                (problem, to_millis(next_try), str(file)),
            )
            if restart:
                db.execute(
                    "UPDATE files SET state = 'on_phone', offset = 0, upload_url = NULL"
                    " WHERE id = ? AND state IN ('sending', 'received')",
                    (str(file),),
                )

    def file_damaged(self, file: UUID) -> None:
        with self._database.writing() as db:
            db.execute(
                "UPDATE files SET state = 'damaged', problem = 'file_damaged' WHERE id = ? AND state <> 'confirmed'",
                (str(file),),
            )

    def file_names(self) -> frozenset[str]:
        """Every file that drafts and reports refer to."""
        return frozenset(row["name"] for row in self._database.connection.execute("SELECT name FROM files"))

    # --- rows into records

    def _read_all(self, statement: str, values: dict[str, object] | dict[str, int]) -> tuple[QueuedReport, ...]:
        return tuple(self._read(row) for row in self._database.connection.execute(statement, values).fetchall())

    def _read(self, row: sqlite3.Row) -> QueuedReport:
        files = self._database.connection.execute(
            "SELECT * FROM files WHERE report = ? ORDER BY position", (row["id"],)
        )
        return QueuedReport(
            id=UUID(row["id"]),
            kind=Kind(row["kind"]),
            device=UUID(row["device"]),
            sequence=row["sequence"],
            manifest_sha256=row["manifest_sha256"],
            sealed_at=from_millis(row["sealed_at"]),
            state=QueueState(row["state"]),
            problem=row["problem"],
            attempts=row["attempts"],
            receipt=unlock_text(self._vault, row["receipt"], _RECEIPT, row["id"]),
            files=tuple(self._file(file) for file in files),
        )

    def _file(self, row: sqlite3.Row) -> LocalFile:
        return LocalFile(
            report=UUID(row["report"]),
            entry=read_entry(self._vault, row),
            name=row["name"],
            state=FileState(row["state"]),
            offset=row["offset"],
            upload_url=row["upload_url"],
            attempts=row["attempts"],
            problem=row["problem"],
        )

    def _insert(self, db: sqlite3.Connection, sealed: "SealedReport") -> None:
        from shared.wire.v1.load_papers import papers_seen  # not needed for the first screen

        manifest, envelope = sealed.manifest, sealed.envelope
        db.execute(
            "INSERT INTO reports (id, kind, device, sequence, sealed_at, manifest, manifest_sha256, signature, key,"
            " parts, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'on_phone')",
            (
                str(manifest.id),
                manifest.kind.value,
                str(manifest.device),
                manifest.sequence,
                to_millis(manifest.sealed_at),
                self._vault.lock(envelope.manifest, about(_MANIFEST, manifest.id)),
                sealed.manifest_sha256,
                envelope.signature,
                envelope.key,
                lock_json(self._vault, encode(envelope.parts), _PARTS, manifest.id),
            ),
        )
        uses = {(seen.key, seen.use.load): seen.use for seen in papers_seen(manifest.kind, manifest.id, sealed.facts)}
        for (key, _), use in uses.items():
            if key:
                insert_paper(db, self._vault, key, use)


_REPORT = (
    "SELECT id, kind, device, sequence, manifest_sha256, sealed_at, state, problem, attempts, receipt FROM reports"
)


def _brief(row: sqlite3.Row) -> ReportBrief:
    counts = {name: int(row[name]) for name in ("files", "confirmed", "damaged", "unsent", "offset", "bytes")}
    return ReportBrief(
        number=row["number"],
        id=UUID(row["id"]),
        kind=Kind(row["kind"]),
        sequence=row["sequence"],
        sealed_at=from_millis(row["sealed_at"]),
        state=QueueState(row["state"]),
        problem=row["problem"],
        **counts,
    )


def _times(now: datetime) -> dict[str, int]:
    return {"now": to_millis(now), "horizon": to_millis(now + HORIZON)}
