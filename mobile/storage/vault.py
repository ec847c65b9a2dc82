"""One data key locks everything: rows (AES-256-GCM, random nonces), files (a key for each, see `locked_file`), and the
hashes by which locked values are found."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mobile.ports import KeyWrap
from mobile.storage.database import Database
from shared.problems import Problem

DATA_KEY_BYTES = 32
NONCE_BYTES = 12  # 2^32 rows under one key stay safe with random ones (NIST SP 800-38D §8.3)
PROOF, ABOUT_PROOF = b"kiem-khoang", b"vault.proof"


class AesVault:
    """RFC 5869 makes a key for each use out of the data key."""

    def __init__(self, data_key: bytes) -> None:
        self._rows = AESGCM(_derive(data_key, b"", b"rows"))
        self._files = _derive(data_key, b"", b"files")
        self._index = _derive(data_key, b"", b"index")

    def lock(self, plain: bytes, about: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._rows.encrypt(nonce, plain, about)

    def unlock(self, locked: bytes, about: bytes) -> bytes:
        try:
            return self._rows.decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], about)
        except (InvalidTag, ValueError) as error:
            raise Problem("phone_data_locked") from error

    def index(self, value: bytes) -> bytes:
        return hmac.digest(self._index, value, "sha256")

    def file_cipher(self, salt: bytes, header: bytes) -> AESGCM:
        """Of the one file with this salt and this header, whole as it stands on disk."""
        return AESGCM(_derive(self._files, salt, header))


def open_vault(database: Database, wrapping: KeyWrap) -> AesVault:
    """The vault of this database; a new one has its data key made and wrapped here. Problem `phone_data_locked` when
    the keystore does not have the key that wrapped it; then nothing was changed."""
    row = database.connection.execute("SELECT wrapped, proof FROM vault").fetchone()
    if row is None:
        row = _create(database, wrapping)
    vault = AesVault(wrapping.unwrap(row["wrapped"]))
    if vault.unlock(row["proof"], ABOUT_PROOF) != PROOF:
        raise Problem("phone_data_locked")
    return vault


def _create(database: Database, wrapping: KeyWrap) -> dict[str, bytes]:
    with database.writing() as db:
        found = db.execute("SELECT wrapped, proof FROM vault").fetchone()  # another process may have been quicker
        if found is not None:
            return dict(found)
        key = os.urandom(DATA_KEY_BYTES)
        made = {"wrapped": wrapping.wrap(key), "proof": AesVault(key).lock(PROOF, ABOUT_PROOF)}
        db.execute("INSERT INTO vault (only, wrapped, proof) VALUES (1, :wrapped, :proof)", made)
    return made


def _derive(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), DATA_KEY_BYTES, salt or None, b"kiem-khoang 1 " + purpose).derive(key)
