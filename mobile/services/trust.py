"""Is this our server? Pinned keys, keys they announce, and signatures by them."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from mobile.ports import Keystore
from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes, parse_json
from shared.wire.v1.messages import Hello, Receipt, ServerKey
from shared.wire.v1.signed import Signed


def key_id_of(public_key_pem: str) -> str | None:
    """Hex SHA-256 of the SPKI DER inside the PEM; None when it is no PEM."""
    lines = public_key_pem.strip().splitlines()
    if len(lines) < 3 or lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
        return None
    der = _from_base64("".join(line.strip() for line in lines[1:-1]))
    return None if der is None else hashlib.sha256(der).hexdigest()


def check_hello(
    hello: Signed[Hello], nonce: str, pinned: Mapping[str, str], keystore: Keystore
) -> tuple[ServerKey, ...]:
    """The keys to pin from now on, those already pinned included. Problem `not_our_server` unless the answer is to
    our question and signed by a pinned key or by one that a pinned key, or one so announced, announces."""
    trusted = _trusted(hello, pinned, keystore)
    if hello.message.nonce != nonce or not _signed_by_one(hello, trusted, keystore):
        raise Problem("not_our_server")
    return tuple(key for key in hello.message.keys if key.id in trusted)


def named_key(hello: Signed[Hello], key_id: str) -> dict[str, str]:
    """The one key that an enrolment code names, as hello shows it: id → PEM; Problem `not_our_server`."""
    for key in hello.message.keys:
        if key.id == key_id and key_id_of(key.public_key) == key_id:
            return {key_id: key.public_key}
    raise Problem("not_our_server")


def check_first_hello(hello: Signed[Hello], nonce: str, keystore: Keystore) -> None:
    """At the first enrolment nothing is pinned yet: the answer must at least be to our question and by one of the keys
    it shows. Problem `not_our_server`."""
    shown = {key.id: key.public_key for key in hello.message.keys if key_id_of(key.public_key) == key.id}
    if hello.message.nonce != nonce or not _signed_by_one(hello, shown, keystore):
        raise Problem("not_our_server")


def _trusted(hello: Signed[Hello], pinned: Mapping[str, str], keystore: Keystore) -> dict[str, str]:
    """Pinned keys and all that are announced by them, in any number of steps: id → PEM."""
    trusted = dict(pinned)
    # An announcement stands over the key as the server wrote it, fields this phone does not know included.
    written: dict[str, dict[str, Any]] = {
        entry["id"]: entry for entry in parse_json(hello.text.encode("utf-8"))["keys"]
    }
    waiting = [key for key in hello.message.keys if key.id not in trusted]
    while vouched := [key for key in waiting if _is_announced(key, written[key.id], trusted, keystore)]:
        trusted |= {key.id: key.public_key for key in vouched}
        waiting = [key for key in waiting if key.id not in trusted]
    return trusted


def receipt_is_true(receipt: Signed[Receipt], pinned: Mapping[str, str], keystore: Keystore) -> bool:
    """Signed by the pinned key it names."""
    return is_signed_by_pinned(receipt.message.key, receipt.message.signature, receipt.signed, pinned, keystore)


def is_signed_by_pinned(key: str, signature: str, signed: bytes, pinned: Mapping[str, str], keystore: Keystore) -> bool:
    public_key = pinned.get(key)
    return public_key is not None and _verify(public_key, signed, signature, keystore)


def _is_announced(key: ServerKey, written: dict[str, Any], trusted: Mapping[str, str], keystore: Keystore) -> bool:
    if key.announced_by is None or key.announced_by.key not in trusted or key_id_of(key.public_key) != key.id:
        return False
    announced = {name: entry for name, entry in written.items() if name != "announced_by"}
    return _verify(trusted[key.announced_by.key], canonical_bytes(announced), key.announced_by.signature, keystore)


def _signed_by_one(hello: Signed[Hello], keys: Mapping[str, str], keystore: Keystore) -> bool:
    return any(_verify(key, hello.signed, hello.message.signature, keystore) for key in keys.values())


def _verify(public_key: str, message: bytes, signature: str, keystore: Keystore) -> bool:
    der = _from_base64(signature)
    return der is not None and keystore.verify(public_key, message, der)


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None  # no base64: the caller's answer is no
