"""The server's own signature: ECDSA P-256 over the RFC 8785 form of a message without its `signature`."""

import base64
import hashlib
import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backend.audit import services
from backend.audit.actions import Action
from backend.audit.models import ServerKey
from backend.audit.selectors import server_keys
from shared.wire.v1 import messages
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import encode


def key_id(public_key: ec.EllipticCurvePublicKey) -> str:
    """Hex SHA-256 of the SPKI DER."""
    spki = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def public_pem(public_key: ec.EllipticCurvePublicKey) -> str:
    return public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode(
        "ascii"
    )


def load_public_key(pem: str) -> ec.EllipticCurvePublicKey:
    """A P-256 key from SPKI PEM; ValueError for anything else."""
    key = serialization.load_pem_public_key(pem.encode("ascii"))
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return key


@lru_cache(maxsize=4096)
def _cached_public_key(pem: str) -> ec.EllipticCurvePublicKey:
    return load_public_key(pem)


def signature_holds(pem: str, message: bytes, signature: bytes) -> bool:
    try:
        _cached_public_key(pem).verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def key_ensure(now: datetime) -> ServerKey:
    """The key that signs, made at first need. The private file is written whole before its row is."""
    keys = server_keys()
    if keys:
        return keys[-1]
    private = ec.generate_private_key(ec.SECP256R1())
    row = ServerKey(id=key_id(private.public_key()), public_key=public_pem(private.public_key()), valid_from=now)
    _write_private(row.id, private)
    with transaction.atomic():
        # Two processes that start together: the head row's lock lets the second see the first one's key.
        services.record(Action.KEY_MADE, subject=f"key:{row.id}", actor=services.SYSTEM, at=now)
        existing = server_keys()
        if existing:
            transaction.set_rollback(True)
            return existing[-1]
        row.save(force_insert=True)
    return row


def signed(message: messages.Receipt | messages.Hello) -> dict[str, Any]:
    """The JSON value of `message` with its `signature` filled in by the current key."""
    body: dict[str, Any] = encode(message)
    del body["signature"]
    body["signature"] = sign(body)
    return body


def sign(body: dict[str, Any]) -> str:
    """Base64 of the DER signature over the canonical form of `body`."""
    der = _private_key(key_ensure(timezone.now()).id).sign(canonical_bytes(body), ec.ECDSA(hashes.SHA256()))
    return base64.b64encode(der).decode("ascii")


def as_message(row: ServerKey) -> messages.ServerKey:
    announced = messages.Announcement(row.announced_by, row.announcement) if row.announced_by else None
    return messages.ServerKey(row.id, row.public_key, row.valid_from, announced)


def _key_path(id_: str) -> Path:
    return Path(settings.KEYS_DIR) / f"{id_}.pem"


def _write_private(id_: str, private: ec.EllipticCurvePrivateKey) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = _key_path(id_)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


@lru_cache(maxsize=8)
def _private_key(id_: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(_key_path(id_).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{_key_path(id_)} holds no EC key")
    return key
