"""The server's own signature: ECDSA P-256 over the RFC 8785 form of a message without its `signature`."""

import base64
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backend.audit import services
from backend.audit.actions import Action
from backend.audit.models import ServerKey
from backend.audit.selectors import newest_key, server_keys
from shared.clock import to_millisecond
from shared.wire.v1 import messages
from shared.wire.v1.canonical import canonical_bytes, parse_json
from shared.wire.v1.codec import decode, encode


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


def key_rotate(now: datetime, by: str) -> ServerKey:
    """A new key that the one before announces; from the commit on it signs, in every process of the office.

    `by`: actor of the audit event. An attempt that died between its files and its row is finished instead of begun
    again, and so is what a restored database has forgotten. FileNotFoundError where the old private key is gone.
    """
    key_ensure(now)
    with _alone():
        old = server_keys()[-1]
        rows = _announced_after(old) or [_announce(old, now)]
        with transaction.atomic():
            for row, before in zip(rows, [old, *rows], strict=False):
                services.record(Action.KEY_ROTATED, subject=f"key:{row.id}", actor=by, at=now, old=before.id)
            current = server_keys()[-1]
            if current.id != old.id:  # a server with another folder of keys was faster
                transaction.set_rollback(True)
                return current
            for row in rows:
                row.save(force_insert=True)
    return rows[-1]


def old_keys_destroy(now: datetime, by: str) -> list[str]:
    """Remove the private halves of all keys but the one that signs: their ids. What they signed can be checked for
    ever. Copies in backups of the folder are for whoever made them to destroy."""
    destroyed = []
    with _alone():
        for row in server_keys()[:-1]:
            if _key_path(row.id).exists():
                with transaction.atomic():
                    services.record(Action.KEY_DESTROYED, subject=f"key:{row.id}", actor=by, at=now)
                    _key_path(row.id).unlink()
                    _sync_folder()
                destroyed.append(row.id)
    return destroyed


def _announce(old: ServerKey, now: datetime) -> ServerKey:
    """A key made and announced by `old`, both on the disk, its row not yet stored."""
    private = ec.generate_private_key(ec.SECP256R1())
    # Later than the one before, whatever became of the clock: the latest signs.
    valid_from = max(to_millisecond(now), to_millisecond(old.valid_from) + timedelta(milliseconds=1))
    row = ServerKey(id=key_id(private.public_key()), public_key=public_pem(private.public_key()), valid_from=valid_from)
    row.announced_by, row.announcement = old.id, _signature(_private_key(old.id), announced_bytes(row))
    _write_private(row.id, private)
    _write_new(_announcement_path(row.id), canonical_bytes(encode(as_message(row))), 0o600)
    return row


def _announced_after(old: ServerKey) -> list[ServerKey]:
    """Keys in the folder that follow `old`, each announced by the one before, up to the last with a private half."""
    announced = {row.announced_by: row for row in map(_read_announcement, Path(settings.KEYS_DIR).glob("*.json"))}
    rows: list[ServerKey] = []
    last = old
    while (row := announced.get(last.id)) is not None and announcement_holds(row, last.public_key):
        rows.append(row)
        last = row
    while rows and not _key_path(rows[-1].id).exists():
        rows.pop()
    return rows


def _read_announcement(path: Path) -> ServerKey:
    key = decode(messages.ServerKey, parse_json(path.read_bytes()))
    if key.announced_by is None:
        raise TypeError(f"{path}: nobody announces this key")
    return ServerKey(
        id=key.id,
        public_key=key.public_key,
        valid_from=key.valid_from,
        announced_by=key.announced_by.key,
        announcement=key.announced_by.signature,
    )


def announced_bytes(row: ServerKey) -> bytes:
    """What the announcing key signs: the server key of the contract without `announced_by`."""
    body = encode(as_message(row))
    del body["announced_by"]
    return canonical_bytes(body)


def announcement_holds(row: ServerKey, by_pem: str) -> bool:
    """Whether the key `by_pem` really signed `row`, and `row.id` is the id of its key."""
    try:
        signature = base64.b64decode(row.announcement, validate=True)
        named = key_id(load_public_key(row.public_key))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return named == row.id and signature_holds(by_pem, announced_bytes(row), signature)


def signed(message: messages.Receipt | messages.Hello) -> dict[str, Any]:
    """The JSON value of `message` with its `signature` filled in by the current key."""
    return signed_body(_unsigned(message))


def signed_many(many: Sequence[messages.Receipt], key: str = "") -> list[dict[str, Any]]:
    """`signed` for each, the key asked for once. `key`: its id, where it was asked for a moment ago."""
    signer = _signer(key)
    return [_signed_by(signer, _unsigned(message)) for message in many]


def _unsigned(message: messages.Receipt | messages.Hello) -> dict[str, Any]:
    body: dict[str, Any] = encode(message)
    del body["signature"]
    return body


def signed_body(body: dict[str, Any]) -> dict[str, Any]:
    """`body` with its `signature`; where it has a member `key`, that becomes the id of the key that signed."""
    return _signed_by(_signer(), body)


def _signed_by(signer: tuple[str, ec.EllipticCurvePrivateKey], body: dict[str, Any]) -> dict[str, Any]:
    id_, private = signer
    said = {**body, "key": id_} if "key" in body else dict(body)
    said["signature"] = _signature(private, canonical_bytes(said))
    return said


def sign(body: dict[str, Any]) -> str:
    """Base64 of the DER signature over the canonical form of `body`. One that names its key: `signed_body`."""
    return base64.b64encode(sign_bytes(canonical_bytes(body))).decode("ascii")


def sign_bytes(message: bytes) -> bytes:
    """DER of the current key's signature over these very bytes."""
    return _signer()[1].sign(message, ec.ECDSA(hashes.SHA256()))


def _signature(private: ec.EllipticCurvePrivateKey, message: bytes) -> str:
    return base64.b64encode(private.sign(message, ec.ECDSA(hashes.SHA256()))).decode("ascii")


def _signer(key: str = "") -> tuple[str, ec.EllipticCurvePrivateKey]:
    """Id and private half of the key that signs now; asked of the database each time, since it may be rotated."""
    id_ = key or newest_key() or key_ensure(timezone.now()).id
    try:
        return id_, _private_key(id_)
    except FileNotFoundError:
        current = newest_key()
        if current == id_:
            raise
        return current, _private_key(current)  # rotated and destroyed between the question and the file


def as_message(row: ServerKey) -> messages.ServerKey:
    announced = messages.Announcement(row.announced_by, row.announcement) if row.announced_by else None
    return messages.ServerKey(row.id, row.public_key, row.valid_from, announced)


def _key_path(id_: str) -> Path:
    return Path(settings.KEYS_DIR) / f"{id_}.pem"


def _announcement_path(id_: str) -> Path:
    return Path(settings.KEYS_DIR) / f"{id_}.json"


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time in this folder of keys."""
    folder = os.open(settings.KEYS_DIR, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write_private(id_: str, private: ec.EllipticCurvePrivateKey) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_new(_key_path(id_), pem, 0o600)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """The whole file or none, on the disk when this returns; never over another."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, making = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.link(making, path)
    finally:
        Path(making).unlink()
    _sync_folder()


def _sync_folder() -> None:
    folder = os.open(settings.KEYS_DIR, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@lru_cache(maxsize=1)  # the one that signs: an older one leaves the memory at the next signature
def _private_key(id_: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(_key_path(id_).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{_key_path(id_)} holds no EC key")
    return key
