"""Putting a backup back: checked whole first, originals next, the database last; and its chain walked before it counts.

Until the last step nothing of a running office is touched, so that a restore may be killed at any moment and begun
again.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.db import connection, transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.backups import databases
from backend.backups.checking import OnFile, head_line, snapshot_check
from backend.backups.vault import BackupFolder, Snapshot, copied, sync
from backend.inspections.evidence import evidence_path
from backend.inspections.store import store_claim
from shared.problems import Problem


@dataclass(frozen=True, slots=True)
class Restored:
    """`moved`: where the database went that stood there before, None when there was none."""

    name: str
    files: int
    copied: int
    moved: Path | None


def backup_restore(
    *,
    folder: Path,
    now: datetime,
    name: str | None = None,
    replace: bool = False,
    passphrase: str | None = None,
    keys: Collection[str] = (),
    on_file: OnFile = lambda *_: None,
) -> Restored:
    """Problems `backup_missing`, `backup_damaged`, `backup_other_database`, `backup_not_empty`, `backup_passphrase`,
    `backup_chain`; in all of them the office is as it was."""
    vault = BackupFolder(folder)
    snapshot = vault.snapshot(name)
    if snapshot.manifest["database"]["engine"] != connection.vendor:
        raise Problem("backup_other_database", engine=snapshot.manifest["database"]["engine"])
    target = Path(str(connection.settings_dict["NAME"]))
    standing = target.exists() if connection.vendor == databases.SQLITE else not databases.is_empty()
    if standing and not (replace and connection.vendor == databases.SQLITE):
        raise Problem("backup_not_empty")
    snapshot_check(snapshot, vault, keys=keys, on_file=on_file)
    private = _unlocked(snapshot, passphrase)
    files, fresh = _put_files(vault, snapshot)
    moved = None
    if connection.vendor == databases.SQLITE:
        moved = _put_sqlite(snapshot, target)
    else:
        _put_postgresql(snapshot)
    for id_, pem in private.items():
        _put_key(id_, pem)
    with transaction.atomic():
        audit.record(Action.BACKUP_RESTORED, subject=f"backup:{snapshot.name}", actor=audit.SYSTEM, at=now, files=files)
    return Restored(snapshot.name, files, fresh, moved)


# --- originals and keys


def _put_files(vault: BackupFolder, snapshot: Snapshot) -> tuple[int, int]:
    files = fresh = 0
    store_claim()
    for file in snapshot.files():
        target = evidence_path(file.sha256)
        files += 1
        if target.is_file() and target.stat().st_size == file.bytes:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{file.sha256}.part")
        if copied(vault.file(file.sha256), unfinished) != file.sha256:
            unfinished.unlink()
            raise Problem("backup_damaged", part=f"files/{file.sha256}")
        unfinished.chmod(0o440)
        unfinished.rename(target)
        sync(target.parent)
        fresh += 1
    return files, fresh


def _unlocked(snapshot: Snapshot, passphrase: str | None) -> dict[str, bytes]:
    """Private keys of the snapshot that this office does not have: id → PEM. None asked for without a passphrase."""
    found: dict[str, bytes] = {}
    if passphrase is None:
        return found
    for path in sorted((snapshot.path / "keys").glob("*.pem")):
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=passphrase.encode())
        except ValueError as error:
            raise Problem("backup_passphrase") from error
        found[path.stem] = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    return found


def _put_key(id_: str, pem: bytes) -> None:
    path = Path(settings.KEYS_DIR) / f"{id_}.pem"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return  # the office still has it
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


# --- the database


def _put_sqlite(snapshot: Snapshot, target: Path) -> Path | None:
    """Walk the chain of a copy, then give the copy the office's name; what stood there is kept beside it."""
    copy = target.with_name(f"{target.name}.checking")
    copy.unlink(missing_ok=True)
    databases.restore_sqlite(snapshot.path / databases.FILE[databases.SQLITE], copy)
    try:
        _require_whole_chain(snapshot, f"sqlite:///{copy}")
    except BaseException:
        copy.unlink()
        raise
    connection.close()
    moved = None
    if target.exists():
        moved = target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        for suffix in ("-wal", "-shm"):
            beside = target.with_name(target.name + suffix)
            if beside.exists():
                beside.rename(moved.with_name(moved.name + suffix))
        target.rename(moved)
    copy.rename(target)
    sync(target.parent)
    return moved


def _put_postgresql(snapshot: Snapshot) -> None:
    with databases.emptied_again():
        databases.restore_postgresql(snapshot.path / databases.FILE[databases.POSTGRESQL])
        _require_whole_chain(snapshot, _url())


def _url() -> str:
    given = {
        key: quote(str(connection.settings_dict[key] or ""), safe="") for key in ("USER", "PASSWORD", "HOST", "PORT")
    }
    name = connection.settings_dict["NAME"]
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{name}"


def _require_whole_chain(snapshot: Snapshot, database_url: str) -> None:
    """`audit_verify` on what was put back, against the head that the server signed when the backup was taken; in a
    process of its own, because this one is connected to another database. Problem `backup_chain`."""
    with tempfile.TemporaryDirectory() as folder:
        heads = Path(folder) / "heads.jsonl"
        heads.write_text(json.dumps(head_line(snapshot.manifest)) + "\n", encoding="ascii")
        known = Path(folder) / "keys.pem"
        known.write_text("".join(row["public_key"] for row in snapshot.manifest["server_keys"]), encoding="ascii")
        # The heads this office published later are of events that this backup does not have, and cannot.
        own = {"DATABASE_URL": database_url, "KK_HEADS": str(Path(folder) / "none")}
        manage = Path(settings.BASE_DIR) / "backend" / "manage.py"
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            [sys.executable, str(manage), "audit_verify", "--against", str(heads), "--keys", str(known)],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        faults, errors = done.stdout.strip().splitlines(), done.stderr.strip().splitlines()
        raise Problem("backup_chain", reason=[*faults[:1], *errors[-1:], "?"][0])
