"""Zip files opened with distrust: few members, no bombs, no paths out of the folder, known suffixes only."""

import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from backend.registry.importing.rows import FileRefused, size_words

MAX_MEMBERS = 1000
MAX_RATIO = 300
SMALL = 2**20  # a member below this size may have any ratio
_CHUNK = 2**16
_ENCRYPTED = 0x1


def members(archive: ZipFile, max_bytes: int) -> list[ZipInfo]:
    """All files in it. FileRefused: too many, too large, too densely packed, encrypted, or named out of the folder."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_MEMBERS:
        raise FileRefused("zip_too_many", count=len(infos), limit=MAX_MEMBERS)
    if sum(info.file_size for info in infos) > max_bytes:
        raise FileRefused("zip_bomb", limit=size_words(max_bytes))
    for info in infos:
        if info.flag_bits & _ENCRYPTED:
            raise FileRefused("zip_encrypted")
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in info.filename or "\x00" in info.filename:
            raise FileRefused("zip_path", name=info.filename[:100])
        if info.file_size > SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise FileRefused("zip_bomb", limit=size_words(max_bytes))
    return infos


def opened(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise FileRefused("zip_broken", reason=str(error)[:200]) from error


def unpack(path: Path, folder: Path, suffixes: Sequence[str], max_bytes: int) -> list[Path]:
    """Write the members with these suffixes into `folder` under names of our own: `<n>.<suffix>`, where members that
    share path and stem share n. Folders of macOS are passed over."""
    written = []
    with opened(path) as archive:
        stems: dict[str, int] = {}
        for info in members(archive, max_bytes):
            name = PurePosixPath(info.filename.replace("\\", "/"))
            if name.suffix.lower() not in suffixes or name.parts[0] == "__MACOSX" or name.name.startswith("."):
                continue
            stem = str(name.with_suffix("")).lower()
            target = folder / f"{stems.setdefault(stem, len(stems))}{name.suffix.lower()}"
            if target.exists():
                raise FileRefused("zip_path", name=info.filename[:100])
            _write(archive, info, target)
            written.append(target)
    return written


def _write(archive: ZipFile, info: ZipInfo, target: Path) -> None:
    try:
        with archive.open(info) as source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
    except (BadZipFile, NotImplementedError, EOFError, zlib.error, RuntimeError) as error:
        raise FileRefused("zip_broken", reason=str(error)[:200]) from error


def refuse_entities(path: Path, max_bytes: int) -> None:
    """FileRefused when an XML member of an office file declares a document type: sheets have none, bombs do."""
    with opened(path) as archive:
        for info in members(archive, max_bytes):
            if not info.filename.lower().endswith((".xml", ".rels", ".vml")):
                continue
            tail = b""
            try:
                with archive.open(info) as source:
                    while chunk := source.read(_CHUNK):
                        seen = (tail + chunk).replace(b"\x00", b"").upper()
                        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                            raise FileRefused("xml_entities")
                        tail = chunk[-32:]
            except (BadZipFile, NotImplementedError, EOFError, zlib.error, RuntimeError) as error:
                raise FileRefused("zip_broken", reason=str(error)[:200]) from error
