"""The signing key as a file, where there is no hardware keystore (desktop, tests, demonstration)."""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shared.problems import Problem


class FileKeystore:
    """P-256, PKCS#8 PEM, mode 0600, made at first use. Problem `key_unsafe` for a key that others can read or that is
    none: it is never replaced silently, because what was sealed with it chains to it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            _create(path)
        self._key = _load(path)
        public = self._key.public_key()
        self._pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
        self._id = hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()

    @property
    def key_id(self) -> str:
        return self._id

    @property
    def public_key_pem(self) -> str:
        return self._pem

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def verify(self, public_key_pem: str, message: bytes, der: bytes) -> bool:
        try:
            key = load_pem_public_key(public_key_pem.encode("utf-8"))
            if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
                return False
            key.verify(der, message, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False  # whatever is wrong with key or signature, the answer is no
        return True


def _create(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, not a rename: when two processes start at once the second must find the first one's key, not
            # replace it.
            path.hardlink_to(temporary)
        except FileExistsError:
            return  # the other's key is the phone's key
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _load(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Problem("key_unsafe")
            key = load_pem_private_key(file.read(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Problem("key_unsafe") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Problem("key_unsafe")
    return key
