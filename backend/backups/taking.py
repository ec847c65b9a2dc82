"""Taking a backup: the database of one moment, then every file it names, then the server's signature over the list."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.db import connection, transaction

from backend.audit import services as audit
from backend.audit import signing
from backend.audit.actions import Action
from backend.audit.heads import head_publish, signed_head
from backend.audit.models import Backup
from backend.audit.selectors import server_keys
from backend.audit.verifying import verify
from backend.backups import databases
from backend.backups.vault import FORMAT, BackupFolder, hash_of
from backend.inspections.evidence import evidence_path
from backend.inspections.selectors import evidence_confirmed
from shared.clock import instant_text
from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import encode
from shared.wire.v1.seal import sha256_hex

OnFile = Callable[[int], None]  # files done


@dataclass(frozen=True, slots=True)
class Taken:
    """`copied`: files that earlier snapshots did not have. `keys`: the private keys are in it, locked."""

    name: str
    files: int
    copied: int
    events: int
    keys: bool


def backup_take(
    *, folder: Path, now: datetime, passphrase: str | None = None, on_file: OnFile = lambda _: None
) -> Taken:
    """Back up database, originals and (with a passphrase) the server's private keys to `folder`.

    Problems `audit_broken` (a chain with a fault is not backed up as if it were whole: `audit_verify` says where),
    `backup_file_damaged`, `backup_database`, `backup_tool_missing`. Nothing counts until all of it is there.
    """
    fault = next(iter(verify()), None)
    if fault is not None:
        raise Problem("audit_broken", index=fault.index)
    vault = BackupFolder(folder)
    making = vault.begin(now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ"))
    database = making / databases.FILE[databases.SQLITE if _on_sqlite() else databases.POSTGRESQL]
    # The head first: whatever is committed while the database is being read may be in it, and need not.
    head = signed_head(now)
    databases.dump(database)
    files, copied = _copy_files(vault, making / "FILES", on_file)
    keys = _lock_keys(making / "keys", passphrase) if passphrase else False
    manifest = {
        "format": FORMAT,
        "taken_at": instant_text(now),
        "head": head,
        "database": {"engine": "sqlite" if _on_sqlite() else "postgresql", **_described(database)},
        "files": {"count": files, **_described(making / "FILES")},
        "keys": [_described(path) for path in sorted((making / "keys").glob("*"))] if keys else [],
        "server_keys": [encode(signing.as_message(row)) for row in server_keys()],
    }
    raw = canonical_bytes(manifest)
    (making / "MANIFEST.json").write_bytes(raw)
    (making / "MANIFEST.sig").write_bytes(signing.sign_bytes(raw))
    name = vault.finish(making).name
    backup_record(name=name, manifest=raw, head=head, now=now)
    return Taken(name, files, copied, int(head["index"]), keys)


def _on_sqlite() -> bool:
    return connection.vendor == databases.SQLITE


def _described(path: Path) -> dict[str, Any]:
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": hash_of(path)}


def _copy_files(vault: BackupFolder, listing: Path, on_file: OnFile) -> tuple[int, int]:
    """Every confirmed original, each once: (files, of those copied). What is confirmed after the database was read is
    copied too; it does no harm."""
    files = copied = 0
    with listing.open("w", encoding="ascii") as lines:
        for sha256, size in evidence_confirmed():
            path = evidence_path(sha256)
            if not path.is_file():
                raise Problem("backup_file_damaged", sha256=sha256)
            copied += vault.add(sha256, size, path)
            lines.write(f"{sha256} {size}\n")
            files += 1
            on_file(files)
    return files, copied


def _lock_keys(folder: Path, passphrase: str) -> bool:
    """The private keys, each as PKCS#8 locked by the passphrase."""
    folder.mkdir(mode=0o700)
    for path in sorted(Path(settings.KEYS_DIR).glob("*.pem")):
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        locked = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )
        descriptor = os.open(folder / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(locked)
    return any(folder.iterdir())


def backup_record(*, name: str, manifest: bytes, head: dict[str, Any], now: datetime) -> None:
    """From now on reports and files up to that head are "in the last backup"."""
    sha256 = sha256_hex(manifest)
    with transaction.atomic():
        Backup.objects.create(name=name, taken_at=now, index=head["index"], hash=head["hash"], manifest_sha256=sha256)
        audit.record(
            Action.BACKUP_TAKEN,
            subject=f"backup:{name}",
            actor=audit.SYSTEM,
            at=now,
            manifest=sha256,
            head=head["hash"],
        )
    head_publish(now)
