"""What an officer was given to do; its words may name people and lie locked."""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from mobile.ports import GivenTask, OpenTask, Vault
from mobile.storage.database import Database
from mobile.storage.rows import lock_json, unlock_json
from shared.clock import instant_text

_BODY = "tasks.body"


class SqliteTasks:
    """See `mobile.ports.Tasks`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def open(self, officer: UUID) -> tuple[OpenTask, ...]:
        # A draft that was thrown away is no answer; one that was sealed has a row for ever.
        rows = self._database.connection.execute(
            "SELECT tasks.*, drafts.id AS here FROM tasks LEFT JOIN drafts ON drafts.id = tasks.answer"
            " WHERE officer = ? ORDER BY due, tasks.id",
            (str(officer),),
        )
        return tuple(self._read(row) for row in rows)

    def replace(self, officer: UUID, listed: Sequence[GivenTask], received: Sequence[UUID]) -> int:
        with self._database.writing() as db:
            known = {row["id"] for row in db.execute("SELECT id FROM tasks WHERE officer = ?", (str(officer),))}
            gone = known - {str(task.id) for task in listed}
            db.executemany("DELETE FROM tasks WHERE id = ?", [(task,) for task in gone])
            db.executemany("UPDATE tasks SET answer = NULL WHERE answer = ?", [(str(report),) for report in received])
            db.executemany(
                "INSERT INTO tasks (id, officer, due, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET officer = excluded.officer, due = excluded.due, body = excluded.body",
                [(str(task.id), str(officer), task.due.isoformat(), self._body(task)) for task in listed],
            )
        return len({str(task.id) for task in listed} - known)

    def begun(self, task: UUID, draft: UUID) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE tasks SET answer = ? WHERE id = ?", (str(draft), str(task)))

    def _body(self, task: GivenTask) -> bytes:
        body = {
            "number": task.number,
            "words": task.words,
            "given_at": instant_text(task.given_at),
            "given_by": task.given_by,
            "licence": task.licence,
            "place": task.place,
            "case": task.case,
            "report": None if task.report is None else str(task.report),
        }
        return lock_json(self._vault, body, _BODY, task.id)

    def _read(self, row: sqlite3.Row) -> OpenTask:
        body: dict[str, Any] = unlock_json(self._vault, row["body"], _BODY, row["id"])
        report = body.pop("report")
        given_at = datetime.fromisoformat(body.pop("given_at"))
        task = GivenTask(
            id=UUID(row["id"]),
            due=date.fromisoformat(row["due"]),
            given_at=given_at,
            report=None if report is None else UUID(report),
            **body,
        )
        return OpenTask(task, None if row["here"] is None else UUID(row["here"]))
