"""Java's cryptography over Android's keystore, as far as the phone's adapters use it: real keys, and Java's strictness
about the order of calls, and about the types by which pyjnius chooses the form of a method."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from tests.fakes.jnius import FakeJnius, JavaException

SIGN, ENCRYPT, DECRYPT = 4, 1, 2
STRONGBOX_UNAVAILABLE = "android.security.keystore.StrongBoxUnavailableException"


def thrown(classname: str) -> NoReturn:
    raise JavaException("no", classname)


class JavaBytes:
    """A `byte[]` as pyjnius hands it over: no `bytes`, and not equal to any."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[int]:
        return iter(self._content)

    def tostring(self) -> bytes:
        return self._content


@dataclass(frozen=True)
class Cast:
    name: str
    value: Any


def uncast(name: str, given: Any) -> Any:
    assert isinstance(given, Cast), "pyjnius would choose among the forms of this method by chance"
    assert given.name == name
    return given.value


@dataclass
class Key:
    spec: "Spec"
    secret: Any
    lost: str = ""  # classname of what is thrown when it is loaded
    invalid: str = ""  # and when it is used


@dataclass
class Spec:
    alias: str
    purposes: int
    said: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Callable[[Any], "Spec"]:
        """A builder's `set…`; what was set stands in `said`."""
        if not name.startswith("set"):
            raise AttributeError(name)

        def put(value: Any) -> Spec:
            self.said[name[3:]] = value
            return self

        return put

    def build(self) -> "Spec":
        return self


@dataclass
class Hardware:
    """`no_strongbox`: classname of what is thrown for a key that asks for one; "" where there is one."""

    sdk: int = 34
    no_strongbox: str = ""
    keys: dict[str, Key] = field(default_factory=dict)
    asked: list[Spec] = field(default_factory=list)

    def generate(self, spec: Spec, secret: Any) -> None:
        self.asked.append(spec)
        if spec.said.get("IsStrongBoxBacked") and self.no_strongbox:
            thrown(self.no_strongbox)
        self.keys[spec.alias] = Key(spec, secret)

    def install(self, jnius: FakeJnius) -> None:
        jnius.cast = Cast  # type: ignore[method-assign]
        jnius.classes |= {
            "android.os.Build$VERSION": SimpleNamespace(SDK_INT=self.sdk),
            "android.security.keystore.KeyGenParameterSpec$Builder": Spec,
            "android.security.keystore.KeyProperties": SimpleNamespace(
                PURPOSE_SIGN=SIGN,
                PURPOSE_ENCRYPT=ENCRYPT,
                PURPOSE_DECRYPT=DECRYPT,
                DIGEST_SHA256="SHA-256",
                BLOCK_MODE_GCM="GCM",
                ENCRYPTION_PADDING_NONE="NoPadding",
                KEY_ALGORITHM_AES="AES",
            ),
            "java.security.KeyStore": SimpleNamespace(getInstance=lambda name: _Store(self, name)),
            "java.security.KeyPairGenerator": SimpleNamespace(getInstance=lambda *names: _PairGenerator(self, *names)),
            "java.security.KeyFactory": SimpleNamespace(getInstance=_KeyFactory),
            "java.security.Signature": SimpleNamespace(getInstance=_Signature),
            "java.security.spec.ECGenParameterSpec": lambda curve: curve,
            "java.security.spec.X509EncodedKeySpec": lambda der: ("X.509", der),
            "javax.crypto.KeyGenerator": SimpleNamespace(getInstance=lambda *names: _KeyGenerator(self, *names)),
            "javax.crypto.Cipher": SimpleNamespace(ENCRYPT_MODE=1, DECRYPT_MODE=2, getInstance=_Cipher),
            "javax.crypto.spec.GCMParameterSpec": lambda bits, iv: (bits, iv),
        }


class _Store:
    def __init__(self, hardware: Hardware, name: str) -> None:
        assert name == "AndroidKeyStore"
        self._hardware, self._loaded = hardware, False

    def load(self, parameter: None) -> None:
        self._loaded = True

    def containsAlias(self, alias: str) -> bool:  # noqa: N802 - Java's names, here and below
        return alias in self._keys()

    def getKey(self, alias: str, password: None) -> Key | None:  # noqa: N802
        key = self._keys().get(alias)
        if key is not None and key.lost:
            thrown(key.lost)
        return key if key is None or key.secret else None

    def getCertificate(self, alias: str) -> Any:  # noqa: N802
        key = self._keys().get(alias)
        if key is None or key.secret is None:
            return None
        der = key.secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        encoded = SimpleNamespace(getEncoded=lambda: JavaBytes(der))
        return SimpleNamespace(getPublicKey=lambda: encoded)

    def _keys(self) -> dict[str, Key]:
        if not self._loaded:
            thrown("java.security.KeyStoreException")
        return self._hardware.keys


class _PairGenerator:
    def __init__(self, hardware: Hardware, algorithm: str, provider: str) -> None:
        assert (algorithm, provider) == ("EC", "AndroidKeyStore")
        self._hardware, self._spec = hardware, None

    _spec: Spec | None

    def initialize(self, spec: Any) -> None:
        self._spec = uncast("java.security.spec.AlgorithmParameterSpec", spec)

    def generateKeyPair(self) -> None:  # noqa: N802
        if self._spec is None:
            thrown("java.lang.IllegalStateException")
        curve = uncast("java.security.spec.AlgorithmParameterSpec", self._spec.said["AlgorithmParameterSpec"])
        curves = {"secp256r1": ec.SECP256R1(), "secp384r1": ec.SECP384R1()}
        self._hardware.generate(self._spec, ec.generate_private_key(curves[curve]))


class _KeyGenerator:
    def __init__(self, hardware: Hardware, algorithm: str, provider: str) -> None:
        assert (algorithm, provider) == ("AES", "AndroidKeyStore")
        self._hardware, self._spec = hardware, None

    _spec: Spec | None

    def init(self, spec: Any) -> None:
        self._spec = uncast("java.security.spec.AlgorithmParameterSpec", spec)

    def generateKey(self) -> None:  # noqa: N802
        if self._spec is None:
            thrown("java.lang.IllegalStateException")
        self._hardware.generate(self._spec, os.urandom(self._spec.said["KeySize"] // 8))


class _KeyFactory:
    def __init__(self, algorithm: str) -> None:
        assert algorithm == "EC"

    def generatePublic(self, spec: tuple[str, bytes]) -> Any:  # noqa: N802
        try:
            return load_der_public_key(spec[1])
        except ValueError:
            thrown("java.security.spec.InvalidKeySpecException")


class _Signature:
    def __init__(self, algorithm: str) -> None:
        assert algorithm == "SHA256withECDSA"
        self._private: Key | None = None
        self._public: Any = None
        self._message = b""

    def initSign(self, key: Any) -> None:  # noqa: N802
        self._private = uncast("java.security.PrivateKey", key)
        if self._private.invalid:
            thrown(self._private.invalid)
        if self._private.spec.purposes != SIGN or self._private.spec.said["Digests"] != "SHA-256":
            thrown("java.security.InvalidKeyException")

    def initVerify(self, key: Any) -> None:  # noqa: N802
        self._public = key

    def update(self, part: bytes) -> None:
        if self._private is None and self._public is None:
            thrown("java.security.SignatureException")
        self._message += part

    def sign(self) -> JavaBytes:
        if self._private is None:
            thrown("java.security.SignatureException")
        return JavaBytes(self._private.secret.sign(self._message, ec.ECDSA(hashes.SHA256())))

    def verify(self, der: bytes) -> bool:
        if self._public is None or not der.startswith(b"\x30"):
            thrown("java.security.SignatureException")
        try:
            self._public.verify(der, self._message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class _Cipher:
    """Android's: it chooses the IV by itself when it locks, and takes none."""

    def __init__(self, name: str) -> None:
        assert name == "AES/GCM/NoPadding"
        self._mode, self._about = 0, b""

    def init(self, mode: int, key: Key, spec: Any = None) -> None:
        if key.invalid:
            thrown(key.invalid)
        said = key.spec.said
        if not key.spec.purposes & mode or (said["BlockModes"], said["EncryptionPaddings"]) != ("GCM", "NoPadding"):
            thrown("java.security.InvalidKeyException")
        if (spec is None) != (mode == ENCRYPT):
            thrown("java.security.InvalidAlgorithmParameterException")
        bits, iv = (128, os.urandom(12)) if spec is None else uncast("java.security.spec.AlgorithmParameterSpec", spec)
        if bits != 128 or len(iv) != 12:
            thrown("java.security.InvalidAlgorithmParameterException")
        self._mode, self._iv, self._key, self._about = mode, iv, AESGCM(key.secret), b""

    def updateAAD(self, about: bytes) -> None:  # noqa: N802
        self._ready()
        self._about += about

    def getIV(self) -> JavaBytes | None:  # noqa: N802
        return JavaBytes(self._iv) if self._mode else None

    def doFinal(self, content: bytes) -> JavaBytes:  # noqa: N802
        self._ready()
        try:
            work = self._key.encrypt if self._mode == ENCRYPT else self._key.decrypt
            return JavaBytes(work(self._iv, content, self._about))
        except InvalidTag:
            thrown("javax.crypto.AEADBadTagException")

    def _ready(self) -> None:
        if not self._mode:
            thrown("java.lang.IllegalStateException")
