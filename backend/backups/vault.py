"""The folder that holds backups.

    <folder>/files/ab/cd/<sha256>       originals, once for all snapshots: a second backup copies what is new
    <folder>/snapshots/<time>/          database.sqlite3 | database.dump, FILES, keys/, MANIFEST.json, MANIFEST.sig

A snapshot gets its name when all of it is on the disk; one that was interrupted has no name and counts as none.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.problems import Problem

FORMAT = "backup/1.0"
_PIECE = 2**20
_MAKING = ".making-"


@dataclass(frozen=True, slots=True)
class StoredFile:
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A finished snapshot, its manifest read but not believed yet: see `checking`."""

    path: Path
    manifest: dict[str, Any]
    manifest_bytes: bytes

    @property
    def name(self) -> str:
        return self.path.name

    def files(self) -> Iterator[StoredFile]:
        with (self.path / "FILES").open(encoding="ascii") as lines:
            for line in lines:
                sha256, size = line.split()
                yield StoredFile(sha256, int(size))


class BackupFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, sha256: str) -> Path:
        return self.folder / "files" / sha256[:2] / sha256[2:4] / sha256

    def begin(self, name: str) -> Path:
        """A folder to fill; what an interrupted backup left is taken away."""
        snapshots = self.folder / "snapshots"
        snapshots.mkdir(parents=True, exist_ok=True)
        for left in snapshots.glob(f"{_MAKING}*"):
            shutil.rmtree(left)
        making = snapshots / f"{_MAKING}{name}"
        making.mkdir(mode=0o700)
        return making

    def finish(self, making: Path) -> Path:
        """Give it its name, once everything in it has reached the disk."""
        for path in [*sorted(making.rglob("*")), making]:
            sync(path)
        done = making.with_name(making.name.removeprefix(_MAKING))
        making.rename(done)
        sync(done.parent)
        return done

    def add(self, sha256: str, size: int, source: Path) -> bool:
        """Copy a file unless it is here; True when it was copied. Problem `backup_file_damaged` when the original is
        not what its hash says."""
        target = self.file(sha256)
        if target.is_file() and target.stat().st_size == size:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{sha256}.part")
        try:
            if copied(source, unfinished) != sha256:
                raise Problem("backup_file_damaged", sha256=sha256)
        except (OSError, Problem):
            unfinished.unlink(missing_ok=True)
            raise
        unfinished.rename(target)
        sync(target.parent)
        return True

    def snapshots(self) -> list[str]:
        """Names of finished snapshots, oldest first."""
        found = (self.folder / "snapshots").glob("[0-9]*")
        return sorted(path.name for path in found if path.is_dir())

    def snapshot(self, name: str | None = None) -> Snapshot:
        """The named or the newest one; Problems `backup_missing`, `backup_damaged`."""
        names = self.snapshots()
        if not names or (name is not None and name not in names):
            raise Problem("backup_missing", folder=self.folder)
        path = self.folder / "snapshots" / (name or names[-1])
        try:
            raw = (path / "MANIFEST.json").read_bytes()
            manifest = json.loads(raw)
        except (OSError, ValueError) as error:
            raise Problem("backup_damaged", part=f"{path.name}/MANIFEST.json") from error
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise Problem("backup_damaged", part=f"{path.name}/MANIFEST.json")
        return Snapshot(path, manifest, raw)


def copied(source: Path, target: Path) -> str:
    """Copy, synced; the SHA-256 of what was read."""
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        while piece := reading.read(_PIECE):
            digest.update(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
