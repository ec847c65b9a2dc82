"""Is a snapshot what was taken? Signature, hashes of every part and of every original, before anything is put back."""

import base64
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from backend.audit import signing
from backend.backups.vault import BackupFolder, Snapshot, hash_of
from shared.problems import Problem

OnFile = Callable[[int, int], None]  # (files done, files in all)


def snapshot_check(
    snapshot: Snapshot, vault: BackupFolder, *, keys: Collection[str] = (), on_file: OnFile = lambda *_: None
) -> None:
    """`keys`: PEMs of server keys known from elsewhere. Without any, the keys that the snapshot itself names are used:
    then damage is found, but not somebody who made all of it anew. Problem `backup_damaged`, naming the part."""
    manifest = snapshot.manifest
    try:
        _check_signature(snapshot, keys or [row["public_key"] for row in manifest["server_keys"]])
        for said, path in _parts(snapshot):
            if not path.is_file() or path.stat().st_size != said["bytes"] or hash_of(path) != said["sha256"]:
                raise Problem("backup_damaged", part=f"{snapshot.name}/{said['name']}")
        total, done = int(manifest["files"]["count"]), 0
        for file in snapshot.files():
            path = vault.file(file.sha256)
            if not path.is_file() or path.stat().st_size != file.bytes or hash_of(path) != file.sha256:
                raise Problem("backup_damaged", part=f"files/{file.sha256}")
            done += 1
            on_file(done, total)
        if done != total:
            raise Problem("backup_damaged", part=f"{snapshot.name}/FILES")
    except (KeyError, TypeError, ValueError) as error:
        raise Problem("backup_damaged", part=f"{snapshot.name}/MANIFEST.json") from error


def _check_signature(snapshot: Snapshot, keys: Collection[str]) -> None:
    try:
        signature = (snapshot.path / "MANIFEST.sig").read_bytes()
    except OSError as error:
        raise Problem("backup_damaged", part=f"{snapshot.name}/MANIFEST.sig") from error
    if not any(signing.signature_holds(pem, snapshot.manifest_bytes, signature) for pem in keys):
        raise Problem("backup_damaged", part=f"{snapshot.name}/MANIFEST.sig")


def _parts(snapshot: Snapshot) -> Iterator[tuple[dict[str, Any], Path]]:
    manifest = snapshot.manifest
    for said in (manifest["database"], manifest["files"]):
        yield said, snapshot.path / Path(said["name"]).name
    for said in manifest["keys"]:
        yield said, snapshot.path / "keys" / Path(said["name"]).name


def head_line(manifest: dict[str, Any]) -> dict[str, Any]:
    """The signed head of the moment; Problem `backup_damaged` for none."""
    head = manifest.get("head")
    if not isinstance(head, dict) or not isinstance(head.get("signature"), str):
        raise Problem("backup_damaged", part="MANIFEST.json")
    try:
        base64.b64decode(head["signature"], validate=True)
    except ValueError as error:
        raise Problem("backup_damaged", part="MANIFEST.json") from error
    return head
