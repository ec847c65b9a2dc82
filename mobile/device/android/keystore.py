"""The signing key in the phone's own hardware, through Android's keystore.

What goes to Java is cast to the type that the method names, wherever a method has several forms: pyjnius chooses among
them by exact names, and by chance where none is exact.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

from shared.problems import Problem

STORE = "AndroidKeyStore"
ALIAS = "kiem-khoang.signing"
_SIGNATURE = "SHA256withECDSA"
_STRONGBOX_SDK = 28  # the first Android that has one
# A StrongBox that a maker built badly throws the parent of what the documentation names.
_NO_STRONGBOX = frozenset(
    {"android.security.keystore.StrongBoxUnavailableException", "java.security.ProviderException"}
)
# RFC 5480: what stands in the SPKI of every P-256 key before the 64 bytes of its point.
_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_SPKI_BYTES = len(_P256) + 64
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
_USELESS = frozenset(
    {
        "android.security.keystore.KeyPermanentlyInvalidatedException",
        "java.security.InvalidKeyException",
        "java.security.UnrecoverableKeyException",
    }
)
_NONSENSE = frozenset(
    {
        "java.security.InvalidKeyException",
        "java.security.SignatureException",
        "java.security.spec.InvalidKeySpecException",
    }
)


class AndroidKeystore:
    """A `Keystore`. P-256 in the StrongBox, or in the TEE where there is none; made when there is no key under `alias`,
    by one process only. Problem `key_unsafe` for a key that is there and of no use: it is never replaced silently,
    because what was sealed with it chains to it."""

    def __init__(self, alias: str = ALIAS) -> None:
        self._java: Any = import_module("jnius")
        self._signatures = self._java.autoclass("java.security.Signature")
        self._factory = self._java.autoclass("java.security.KeyFactory").getInstance("EC")
        self._specs = self._java.autoclass("java.security.spec.X509EncodedKeySpec")
        store = open_store(self._java)
        if not store.containsAlias(alias):
            in_hardware(self._java, lambda strongbox: _generate(self._java, alias, strongbox))
        self._private = self._load(store, alias)
        certificate = store.getCertificate(alias)
        spki = b"" if certificate is None else bytes(certificate.getPublicKey().getEncoded())
        if not _is_p256(spki):
            raise Problem("key_unsafe")
        self._pem, self._id = _pem(spki), hashlib.sha256(spki).hexdigest()

    @property
    def key_id(self) -> str:
        return self._id

    @property
    def public_key_pem(self) -> str:
        return self._pem

    def sign(self, message: bytes) -> bytes:
        """Problem `key_unsafe` when Android no longer lets the key sign."""
        signature = self._signatures.getInstance(_SIGNATURE)
        try:
            signature.initSign(self._private)
            signature.update(message)
            return bytes(signature.sign())
        except self._java.JavaException as error:
            if error.classname not in _USELESS:
                raise
            raise Problem("key_unsafe") from error

    def verify(self, public_key_pem: str, message: bytes, der: bytes) -> bool:
        spki = _spki(public_key_pem)
        if spki is None or not _is_p256(spki):
            return False
        try:
            signature = self._signatures.getInstance(_SIGNATURE)
            signature.initVerify(self._factory.generatePublic(self._specs(spki)))
            signature.update(message)
            return bool(signature.verify(der))
        except self._java.JavaException as error:
            if error.classname not in _NONSENSE:
                raise
            return False  # whatever is wrong with key or signature, the answer is no

    def _load(self, store: Any, alias: str) -> Any:
        try:
            key = store.getKey(alias, None)
        except self._java.JavaException as error:
            if error.classname not in _USELESS:
                raise
            raise Problem("key_unsafe") from error
        if key is None:
            raise Problem("key_unsafe")
        return self._java.cast("java.security.PrivateKey", key)


def open_store(java: Any) -> Any:
    """The `java.security.KeyStore` of this app's keys."""
    store = java.autoclass("java.security.KeyStore").getInstance(STORE)
    store.load(None)
    return store


def in_hardware(java: Any, make: Callable[[bool], None]) -> None:
    """Makes a key: `make(True)` asks for the StrongBox, `make(False)`, where there is none, takes the TEE."""
    if java.autoclass("android.os.Build$VERSION").SDK_INT >= _STRONGBOX_SDK:
        try:
            return make(True)
        except java.JavaException as error:
            if error.classname not in _NO_STRONGBOX:
                raise
    return make(False)


def spec_builder(java: Any, alias: str, purposes: int, strongbox: bool) -> Any:
    """A `KeyGenParameterSpec.Builder`."""
    builder = java.autoclass("android.security.keystore.KeyGenParameterSpec$Builder")(alias, purposes)
    if strongbox:
        builder.setIsStrongBoxBacked(True)
    return builder


def as_parameters(java: Any, spec: Any) -> Any:
    return java.cast("java.security.spec.AlgorithmParameterSpec", spec)


def _generate(java: Any, alias: str, strongbox: bool) -> None:
    properties = java.autoclass("android.security.keystore.KeyProperties")
    builder = spec_builder(java, alias, properties.PURPOSE_SIGN, strongbox)
    curve = java.autoclass("java.security.spec.ECGenParameterSpec")("secp256r1")
    builder.setAlgorithmParameterSpec(as_parameters(java, curve))
    builder.setDigests(properties.DIGEST_SHA256)
    generator = java.autoclass("java.security.KeyPairGenerator").getInstance("EC", STORE)
    generator.initialize(as_parameters(java, builder.build()))
    generator.generateKeyPair()


def _is_p256(spki: bytes) -> bool:
    return len(spki) == _SPKI_BYTES and spki.startswith(_P256)


def _pem(spki: bytes) -> str:
    text = base64.b64encode(spki).decode("ascii")
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def _spki(pem: str) -> bytes | None:
    lines = pem.strip().splitlines()
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        return None
    try:
        return base64.b64decode("".join(line.strip() for line in lines[1:-1]).encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None  # no base64: no key either
