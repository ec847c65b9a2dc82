"""A memory card or folder that carries sealed reports, files and receipts between a phone and whoever delivers them.

    card.json                                 {"format": "card/1.0"}
    reports/<report>.<16 hex of manifest>.json  the envelope, byte for byte as in PUT
    files/<sha256>                            the bytes of a file
    receipts/<report>.json                    a signed receipt brought back

Nothing on a card is believed: an envelope's authority is its signature, a file's authority is its hash. So names only
help to find things, links are never followed, and what is no plain file is not there. Cards are often FAT: a name may
come back in capitals, there are no links and no owners, and a card that is pulled out leaves what was being written.
"""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes, parse_json
from shared.wire.v1.checks import is_hash

CARD_FORMAT = "card/1.0"
REPORT_MAX_BYTES = 2 * 2**20
RECEIPT_MAX_BYTES = 2**20
_LABEL, _LABEL_MAX_BYTES = "card.json", 4096
_REPORTS, _FILES, _RECEIPTS = "reports", "files", "receipts"
_PIECE = 2**18
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the last: FAT takes no file of 4 GiB
_LOCKED = (errno.EROFS, errno.EACCES, errno.EPERM)
# Never opened through a link; a named pipe must not hold the reader up. Neither flag exists on Windows.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class CardReport:
    """One envelope of a card. `problem`: why its body was not read (`too_large`, `card_failed`); it is empty then."""

    name: str
    body: bytes
    problem: Problem | None = None


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Card:
    """Problems of every method: `card_failed` when the card cannot be read or written (pulled out, worn out); of those
    that write, `card_locked` too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def is_at(folder: Path) -> bool:
        """Whether somebody made one of this folder, readable or not."""
        return _found(folder, _LABEL) is not None

    @classmethod
    def create(cls, folder: Path) -> "Card":
        """Make what is missing of a card; one that is there already is opened. Problems `card_full`, `card_invalid`."""
        with _failures(writing=True):
            folder.mkdir(parents=True, exist_ok=True)
            for name in (_REPORTS, _FILES, _RECEIPTS):
                if _found(folder, name) is None:
                    (folder / name).mkdir(exist_ok=True)
            if _found(folder, _LABEL) is None:
                _write(folder / _LABEL, canonical_bytes({"format": CARD_FORMAT}))
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "Card":
        """A card that somebody made. Problem `card_invalid` for any other folder and for a later format."""
        label = _found(folder, _LABEL)
        if label is None:
            raise Problem("card_invalid")
        try:
            value = parse_json(_read(label, _LABEL_MAX_BYTES))
        except Problem as problem:
            if problem.code == "card_failed":
                raise
            raise Problem("card_invalid") from problem
        format_ = value.get("format") if isinstance(value, dict) else None
        if not isinstance(format_, str) or not re.fullmatch(r"card/1\.\d{1,4}", format_, re.ASCII):
            raise Problem("card_invalid")
        return cls(folder)

    def add_report(self, report: UUID, manifest_sha256: str, body: bytes) -> None:
        """Whole and on the card when this returns, or not there at all. Problem `card_full`."""
        if not is_hash(manifest_sha256):
            raise ValueError("manifest_sha256 is no SHA-256")
        with _failures(writing=True):
            _write(self._room(_REPORTS) / f"{report}.{manifest_sha256[:16]}.json", body)

    def reports(self, limit: int = REPORT_MAX_BYTES) -> Iterator[CardReport]:
        """Every envelope by name, one in memory at a time. A body over `limit` bytes is named and not read.

        Any plain `.json` file counts, for people copy and rename; what begins with a dot is another system's or was
        being written when the card was pulled out.
        """
        for path in self._plain(_REPORTS, ".json"):
            try:
                yield CardReport(printable(path.name), _read(path, limit))
            except Problem as problem:
                yield CardReport(printable(path.name), b"", problem)

    def add_file(self, sha256: str, source: Source) -> None:
        """Copy a file under its hash, hashed on the way. Problems `card_file_differs` (`source` is not what `sha256`
        names), `card_full`. One that lies there already and is what its name says is left alone."""
        if not is_hash(sha256):
            raise ValueError("sha256 is no SHA-256")
        there = self.file(sha256)
        if there is not None and _hash_of(there) == sha256:
            return
        with _failures(writing=True):
            path = self._room(_FILES) / sha256
            with _written(path) as file:
                digest = hashlib.sha256()
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    file.write(piece)
                if digest.hexdigest() != sha256:
                    raise Problem("card_file_differs", name=sha256[:16])

    def file(self, sha256: str) -> Path | None:
        """Where a plain file of that name lies, whatever it holds: read it with `open_plain`, and hash it."""
        if not is_hash(sha256):
            return None
        room = _found(self.folder, _FILES)
        found = None if room is None or not _is_folder(room) else _found(room, sha256)
        return found if found is not None and _is_plain(found) else None

    def files(self) -> Iterator[str]:
        """Names in `files/` that are a SHA-256, in order; what they hold is not checked."""
        for path in self._plain(_FILES, ""):
            if is_hash(path.name.lower()):
                yield path.name.lower()

    def strangers(self) -> Iterator[str]:
        """What lies on the card and is none of its own: links, folders, files of other names. Half-written ones too."""
        with _failures():
            for name, suffix in ((_REPORTS, ".json"), (_FILES, ""), (_RECEIPTS, ".json")):
                room = _found(self.folder, name)
                if room is None or not _is_folder(room):
                    continue
                own = {path.name for path in self._plain(name, suffix)}
                if name == _FILES:
                    own = {entry for entry in own if is_hash(entry.lower())}
                for entry in sorted(path.name for path in room.iterdir()):
                    if entry not in own:
                        yield printable(f"{name}/{entry}")

    def add_receipt(self, report: UUID, text: str) -> None:
        """A later receipt takes the place of an earlier one. Problem `card_full`."""
        with _failures(writing=True):
            _write(self._room(_RECEIPTS) / f"{report}.json", text.encode("utf-8"))

    def receipts(self) -> Iterator[tuple[str, bytes]]:
        """Name and text of each receipt. What is too large to be a receipt is none."""
        for path in self._plain(_RECEIPTS, ".json"):
            try:
                yield printable(path.name), _read(path, RECEIPT_MAX_BYTES)
            except Problem as problem:
                if problem.code != "too_large":
                    raise

    def _room(self, name: str) -> Path:
        """The folder to write into; made when somebody removed it. A link in its place is no folder of this card."""
        room = _found(self.folder, name)
        if room is None:
            room = self.folder / name
            room.mkdir()
        elif not _is_folder(room):
            raise Problem("card_invalid")
        return room

    def _plain(self, name: str, suffix: str) -> list[Path]:
        room = _found(self.folder, name)
        if room is None or not _is_folder(room):
            return []
        with _failures():
            found = sorted(room.iterdir(), key=lambda path: path.name)
        return [
            path
            for path in found
            if path.name.lower().endswith(suffix) and not path.name.startswith(".") and _is_plain(path)
        ]


def open_plain(path: Path) -> BinaryIO:
    """Open a plain file and nothing else: no link, pipe or device, though one took its place since it was found.
    Problem `card_failed`."""
    with _failures():
        descriptor = os.open(path, _READ)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "not a plain file")
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise


def printable(name: str) -> str:
    """A name as it may be written to any screen, on one line: what is no text, or would move the cursor, is `\\x..`."""
    safe = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in safe)


def _found(folder: Path, name: str) -> Path | None:
    """`name` in `folder`, as written or in capitals (FAT); links are found and left to the caller to refuse."""
    for spelling in (name, name.upper()):
        path = folder / spelling
        with _failures():
            if os.path.lexists(path):
                return path
    return None


def _is_plain(path: Path) -> bool:
    return _is(path, stat.S_ISREG)


def _is_folder(path: Path) -> bool:
    return _is(path, stat.S_ISDIR)


def _is(path: Path, kind: Callable[[int], bool]) -> bool:
    try:
        return kind(os.lstat(path).st_mode)
    except OSError:
        return False  # gone since it was listed: not there


def _read(path: Path, limit: int) -> bytes:
    """All of a plain file; Problem `too_large` over `limit` bytes, whatever its size was said to be."""
    with open_plain(path) as file, _failures():
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise Problem("too_large", limit=limit)
    return raw


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with open_plain(path) as file, _failures():
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _write(path: Path, raw: bytes) -> None:
    with _written(path) as file:
        file.write(raw)


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name only once all of it is on the card."""
    part = path.with_name(f".{path.name}.part")
    try:
        # Whatever lies there was left by a card pulled out, or is a link to somewhere else: never written through.
        part.unlink(missing_ok=True)
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        _drop(part, error)
        raise
    _sync_folder(path.parent)


def _drop(part: Path, why: BaseException) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError as error:
        why.add_note(f"{part.name} stays: {error}")


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders; its rename is written through
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # Android's view of a card cannot sync a folder
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _failures(*, writing: bool = False) -> Iterator[None]:
    """What the card's file system says, as a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Problem("card_full") from error
        if writing and error.errno in _LOCKED:
            raise Problem("card_locked") from error
        raise Problem("card_failed") from error
