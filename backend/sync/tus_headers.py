"""What tus says in its headers (tus.io/protocols/resumable-upload, 1.0.0)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from shared.problems import FieldError, Problem

# Named in the request by the tus specification; sha1 must be supported.
ALGORITHMS = ("sha1", "sha256")
EXTENSIONS = ("creation", "creation-with-upload", "checksum", "termination", "expiration")
METADATA = "Upload-Metadata"


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: str
    digest: bytes


def parse_metadata(header: str) -> dict[str, str]:
    """`Upload-Metadata`: `key base64,key base64,key`; each key once. Problem `request_invalid`."""
    found: dict[str, str] = {}
    for pair in filter(None, (entry.strip() for entry in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise Problem("request_invalid", errors=(FieldError(f"{METADATA}.{key[:40]}", "base64"),)) from error
        if key in found:
            raise Problem(
                "request_invalid", errors=(FieldError(f"{METADATA}.{key[:40]}", "duplicate", {"name": key[:40]}),)
            )
        found[key] = text
    return found


def metadata_header(words: dict[str, str]) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode('ascii')}" for name, value in words.items())


def parse_checksum(header: str | None) -> Checksum | None:
    """`Upload-Checksum: sha256 base64`; Problem `checksum_unsupported`."""
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem("checksum_unsupported") from error
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
        raise Problem("checksum_unsupported")
    return Checksum(algorithm, digest)
