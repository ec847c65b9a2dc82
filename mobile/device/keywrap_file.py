"""The key that wraps the phone's data key, as a file, where there is no hardware keystore (desktop, tests).

It lies on the same disk as what it protects: a database or folder that was copied without it stays shut, a whole disk
that was taken does not. For that the disk itself has to be encrypted.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.problems import Problem

KEY_BYTES, NONCE_BYTES = 32, 12
ABOUT = b"kiem-khoang data key"


class FileKeyWrap:
    """AES-256-GCM under 32 random bytes in a file of mode 0600. Nothing is read or made before it is needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def wrap(self, key: bytes) -> bytes:
        if not self._path.exists():
            _create(self._path)
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(_load(self._path)).encrypt(nonce, key, ABOUT)

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return AESGCM(_load(self._path)).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], ABOUT)
        except (InvalidTag, ValueError) as error:
            raise Problem("phone_data_locked") from error


def _create(path: Path) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, not a rename: of two processes that start at once the second must take the first one's key.
            path.hardlink_to(temporary)
        except FileExistsError:
            return
    finally:
        temporary.unlink()
    # Before anything is locked with it: what it locks must not outlive it.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _load(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Problem("phone_data_locked")
            key = file.read(KEY_BYTES + 1)
    except OSError as error:
        raise Problem("phone_data_locked") from error
    if len(key) != KEY_BYTES:
        raise Problem("phone_data_locked")
    return key
