"""The key that wraps the phone's data key, in the phone's own hardware, through Android's keystore."""

from importlib import import_module
from typing import Any

from mobile.device.android.keystore import STORE, as_parameters, in_hardware, open_store, spec_builder
from shared.problems import Problem

ALIAS = "kiem-khoang.wrapping"
FORMAT = b"\x01"  # AES-256-GCM: this byte, the IV, what was locked, the tag
ABOUT = b"kiem-khoang data key"
KEY_BITS, TAG_BITS, IV_BYTES = 256, 128, 12
_CIPHER = "AES/GCM/NoPadding"
# What Android says of a key that is another, was made invalid, or that the hardware no longer opens.
_DOES_NOT_OPEN = frozenset(
    {
        "android.security.keystore.KeyPermanentlyInvalidatedException",
        "java.security.InvalidAlgorithmParameterException",
        "java.security.InvalidKeyException",
        "java.security.KeyStoreException",
        "java.security.ProviderException",
        "java.security.UnrecoverableKeyException",
        "javax.crypto.AEADBadTagException",
        "javax.crypto.BadPaddingException",
        "javax.crypto.IllegalBlockSizeException",
    }
)


class AndroidKeyWrap:
    """A `KeyWrap`. Nothing is read or made before it is needed."""

    def __init__(self, alias: str = ALIAS) -> None:
        self._alias = alias
        self._java: Any = import_module("jnius")
        self._ciphers = self._java.autoclass("javax.crypto.Cipher")

    def wrap(self, key: bytes) -> bytes:
        """Problem `phone_data_locked` when there is a key of its own that is of no use; it is not replaced."""
        store = open_store(self._java)
        if not store.containsAlias(self._alias):
            in_hardware(self._java, self._generate)
        try:
            cipher = self._ciphers.getInstance(_CIPHER)
            cipher.init(self._ciphers.ENCRYPT_MODE, self._load(store))
            iv = bytes(cipher.getIV())  # the keystore chooses it, a new one each time
            cipher.updateAAD(FORMAT + ABOUT)
            return FORMAT + iv + bytes(cipher.doFinal(key))
        except self._java.JavaException as error:
            if error.classname not in _DOES_NOT_OPEN:
                raise
            raise Problem("phone_data_locked") from error

    def unwrap(self, wrapped: bytes) -> bytes:
        iv, locked = wrapped[1 : 1 + IV_BYTES], wrapped[1 + IV_BYTES :]
        if wrapped[:1] != FORMAT or len(locked) < TAG_BITS // 8:
            raise Problem("phone_data_locked")
        try:
            spec = self._java.autoclass("javax.crypto.spec.GCMParameterSpec")(TAG_BITS, iv)
            cipher = self._ciphers.getInstance(_CIPHER)
            key = self._load(open_store(self._java))
            cipher.init(self._ciphers.DECRYPT_MODE, key, as_parameters(self._java, spec))
            cipher.updateAAD(FORMAT + ABOUT)
            return bytes(cipher.doFinal(locked))
        except self._java.JavaException as error:
            if error.classname not in _DOES_NOT_OPEN:
                raise
            raise Problem("phone_data_locked") from error

    def _load(self, store: Any) -> Any:
        key = store.getKey(self._alias, None)
        if key is None:
            raise Problem("phone_data_locked")
        return key

    def _generate(self, strongbox: bool) -> None:
        java = self._java
        properties = java.autoclass("android.security.keystore.KeyProperties")
        purposes = properties.PURPOSE_ENCRYPT | properties.PURPOSE_DECRYPT
        builder = spec_builder(java, self._alias, purposes, strongbox)
        builder.setKeySize(KEY_BITS)
        builder.setBlockModes(properties.BLOCK_MODE_GCM)
        builder.setEncryptionPaddings(properties.ENCRYPTION_PADDING_NONE)
        generator = java.autoclass("javax.crypto.KeyGenerator").getInstance(properties.KEY_ALGORITHM_AES, STORE)
        generator.init(as_parameters(java, builder.build()))
        generator.generateKey()
