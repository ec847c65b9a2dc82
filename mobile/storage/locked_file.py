"""A locked file: encrypted piece by piece, so that a video is never held in memory and reading can begin anywhere.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, CRYPTO 2015, §7) over AES-256-GCM: the nonce is the piece's number and whether it is the last, so a
file that was cut, re-ordered or put together from others does not open. On disk:

    header  MAGIC (8 bytes, the last one the version), piece size as a power of two (1), length of the name (1),
            salt (32 random bytes), name (UTF-8)
    pieces  each `piece size` plain bytes (the last one fewer), locked: as many bytes + 16
    tail    locked as the last piece: the size (8 bytes), SHA-256 (32 bytes) and label of the plain bytes
    4 bytes the length of the locked tail

The key of a file is made from the data key, the salt and the whole header, name included: a file that was given the
name of another does not open. Numbers are big-endian.
"""

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag

from mobile.ports import StoredFile
from mobile.storage.vault import AesVault
from shared.problems import Problem

MAGIC = b"KKLOCK\x00\x01"
PIECE_POWER = 16
TAG, SALT, HEAD = 16, 32, 64
FIXED = len(MAGIC) + 2 + SALT
MAX_LABEL = 60_000
LENGTH, SUMS = 4, 8 + 32
MAX_TAIL = SUMS + MAX_LABEL + TAG

Label = Callable[[StoredFile], bytes]


class Unfinished(Problem):
    """Not a whole locked file of this vault under this name: cut off, changed, or never one."""

    def __init__(self, name: str) -> None:
        super().__init__("photo_unreadable", name=name)


@dataclass(frozen=True, slots=True)
class Tail:
    """What a whole file says of itself. `name`: the one it was written under."""

    name: str
    size: int
    sha256: str
    label: bytes


def is_locked(path: Path) -> bool:
    """By its first bytes. OSError when it cannot be read."""
    with path.open("rb", buffering=0) as file:
        return file.read(len(MAGIC)) == MAGIC


def write_locked(source: BinaryIO, target: int, name: str, vault: AesVault, label: Label | None = None) -> StoredFile:
    """From a file object into a descriptor; not synced. ValueError for an empty source."""
    size_of_piece, salt, coded = 1 << PIECE_POWER, os.urandom(SALT), name.encode("utf-8")
    header = MAGIC + bytes((PIECE_POWER, len(coded))) + salt + coded
    cipher = vault.file_cipher(salt, header)
    digest, size, head, number = hashlib.sha256(), 0, b"", 0
    _write(target, header)
    while piece := source.read(size_of_piece):
        head = head or piece[:HEAD]
        digest.update(piece)
        size += len(piece)
        _write(target, cipher.encrypt(_nonce(number), piece, None))
        number += 1
    if not size:
        raise ValueError("an empty file is no evidence")
    stored = StoredFile(name, digest.hexdigest(), size, head)
    words = b"" if label is None else label(stored)
    if len(words) > MAX_LABEL:
        raise ValueError(f"the label has {len(words)} bytes, at most {MAX_LABEL} fit")
    tail = cipher.encrypt(_nonce(number, last=True), size.to_bytes(8) + digest.digest() + words, None)
    _write(target, tail + len(tail).to_bytes(LENGTH))
    return stored


class LockedReader(io.RawIOBase):
    """The plain bytes of a locked file. Raises Unfinished when it is none, also in the middle of reading."""

    def __init__(self, path: Path, vault: AesVault) -> None:
        """OSError when it cannot be opened."""
        super().__init__()
        self._name = path.name
        self._file = path.open("rb", buffering=0)
        try:
            self._header = self._read_header()
            self._power = self._header[len(MAGIC)]
            self._cipher = vault.file_cipher(self._header[len(MAGIC) + 2 : FIXED], self._header)
            self.tail = self._read_tail()
        except BaseException:
            self._file.close()
            raise
        self._at, self._held, self._piece = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.tail.size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self.tail.size:
            return 0
        number, start = divmod(self._at, 1 << self._power)
        if number != self._held:
            self._piece, self._held = self._read_piece(number), number
        part = self._piece[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _read_header(self) -> bytes:
        fixed = self._exactly(FIXED)
        if fixed[: len(MAGIC)] != MAGIC or not 10 <= fixed[len(MAGIC)] <= 24:
            raise Unfinished(self._name)
        return fixed + self._exactly(fixed[len(MAGIC) + 1])

    def _read_tail(self) -> Tail:
        end = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(0, end - LENGTH))
        length = int.from_bytes(self._exactly(LENGTH))
        start = end - LENGTH - length
        pieces, rest = divmod(start - len(self._header), (1 << self._power) + TAG)
        if not SUMS + TAG <= length <= MAX_TAIL or pieces < 0:
            raise Unfinished(self._name)
        self._file.seek(start)
        words = self._unlock(self._exactly(length), pieces + (rest > 0), last=True)
        size = int.from_bytes(words[:8])
        if size != (pieces << self._power) + max(0, rest - TAG):
            raise Unfinished(self._name)
        return Tail(self._header[FIXED:].decode("utf-8"), size, words[8:SUMS].hex(), words[SUMS:])

    def _read_piece(self, number: int) -> bytes:
        size = min(1 << self._power, self.tail.size - (number << self._power))
        self._file.seek(len(self._header) + number * ((1 << self._power) + TAG))
        return self._unlock(self._exactly(size + TAG), number)

    def _unlock(self, locked: bytes, number: int, *, last: bool = False) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number, last=last), locked, None)
        except (InvalidTag, ValueError) as error:
            raise Unfinished(self._name) from error

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            try:
                piece = self._file.read(size - len(found))
            except OSError as error:
                raise Unfinished(self._name) from error
            if not piece:
                raise Unfinished(self._name)
            found = found + piece if found else piece
        return found


def _write(target: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(target, rest) :]


def _nonce(number: int, *, last: bool = False) -> bytes:
    return number.to_bytes(11) + bytes((last,))
