"""A key of a server, for tests: what it signs and how it is announced."""

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.wire.v1.canonical import canonical_bytes


class SigningKey:
    """One of the server's keys."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        public = self.private.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        self.pem = public.public_bytes(serialization.Encoding.PEM, form).decode("ascii")
        self.id = hashlib.sha256(public.public_bytes(serialization.Encoding.DER, form)).hexdigest()

    def sign(self, value: dict[str, Any]) -> str:
        return base64.b64encode(self.private.sign(canonical_bytes(value), ec.ECDSA(hashes.SHA256()))).decode("ascii")

    def record(self, announced_by: "SigningKey | None" = None) -> dict[str, Any]:
        value = {"id": self.id, "public_key": self.pem, "valid_from": "2026-01-01T00:00:00.000+00:00"}
        by = None if announced_by is None else {"key": announced_by.id, "signature": announced_by.sign(value)}
        return {**value, "announced_by": by}
