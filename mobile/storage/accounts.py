"""Device, people and pinned server keys, in the phone's database."""

import sqlite3
from collections.abc import Mapping, Sequence
from uuid import UUID

from mobile.ports import Device, Officer, Session, Vault
from mobile.storage.database import Database
from mobile.storage.rows import lock_json, lock_text, unlock_json, unlock_text
from shared.wire.v1.codec import decode, encode
from shared.wire.v1.messages import ServerKey


class SqliteAccounts:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def device(self) -> Device | None:
        row = self._database.connection.execute("SELECT id, key_id FROM device").fetchone()
        return None if row is None else Device(UUID(row["id"]), row["key_id"])

    def session(self) -> Session | None:
        row = self._database.connection.execute(f"{_SESSION} WHERE current = 1").fetchone()
        return None if row is None else self._read(row)

    def enrolled(self, device: Device, session: Session, keys: Sequence[ServerKey]) -> None:
        officer = session.officer
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO device VALUES (1, ?, ?) ON CONFLICT (only) DO UPDATE"
                " SET id = excluded.id, key_id = excluded.key_id",
                (str(device.id), device.key_id),
            )
            db.execute("UPDATE sessions SET current = 0 WHERE current = 1")
            db.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, 1) ON CONFLICT (officer) DO UPDATE"
                " SET body = excluded.body, token = excluded.token, current = 1",
                (
                    str(officer.id),
                    lock_json(self._vault, encode(officer), _BODY, officer.id),
                    lock_text(self._vault, session.token, _TOKEN, officer.id),
                ),
            )
            db.executemany(_PIN, [(key.id, key.public_key) for key in keys])

    def sessions(self) -> tuple[Session, ...]:
        rows = self._database.connection.execute(f"{_SESSION} WHERE token IS NOT NULL").fetchall()
        return tuple(self._read(row) for row in rows)

    def switched(self, officer: UUID) -> Session | None:
        with self._database.writing() as db:
            row = db.execute(f"{_SESSION} WHERE officer = ? AND token IS NOT NULL", (str(officer),)).fetchone()
            if row is None:
                return None
            db.execute("UPDATE sessions SET current = 0 WHERE current = 1")
            db.execute("UPDATE sessions SET current = 1 WHERE officer = ?", (str(officer),))
        return self._read(row)

    def signed_out(self) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE sessions SET token = NULL, current = 0 WHERE current = 1")

    def dropped(self, officer: UUID) -> None:
        with self._database.writing() as db:
            db.execute("UPDATE sessions SET token = NULL, current = 0 WHERE officer = ?", (str(officer),))

    def server_keys(self) -> Mapping[str, str]:
        rows = self._database.connection.execute("SELECT id, public_key FROM server_keys")
        return {row["id"]: row["public_key"] for row in rows}

    def pin(self, keys: Sequence[ServerKey]) -> None:
        with self._database.writing() as db:
            db.executemany(_PIN, [(key.id, key.public_key) for key in keys])

    def _read(self, row: sqlite3.Row) -> Session:
        officer = unlock_json(self._vault, row["body"], _BODY, row["officer"])
        return Session(decode(Officer, officer), unlock_text(self._vault, row["token"], _TOKEN, row["officer"]))


_SESSION = "SELECT officer, body, token FROM sessions"
_BODY, _TOKEN = "sessions.body", "sessions.token"
_PIN = "INSERT INTO server_keys VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
