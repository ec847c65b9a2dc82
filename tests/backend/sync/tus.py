"""tus as a phone speaks it, through Django's test client."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from rest_framework.test import APIClient

from shared.wire.v1.messages import EvidenceEntry

OFFSET_STREAM = "application/offset+octet-stream"


def metadata(report: UUID, entry: EvidenceEntry, /, **overrides: str | None) -> str:
    """The header's value; None takes a name out."""
    pairs = {"report": str(report), "evidence": str(entry.id), "sha256": entry.sha256, **overrides}
    return ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items() if value is not None
    )


def post(api: APIClient, upload_metadata: str, length: object, **headers: str) -> Any:
    given = {"Tus-Resumable": "1.0.0", "Upload-Metadata": upload_metadata, "Upload-Length": str(length), **headers}
    return api.generic("POST", "/api/v1/uploads/", headers=given)


def create(api: APIClient, report: UUID, entry: EvidenceEntry) -> str:
    """Path of the upload."""
    answer = post(api, metadata(report, entry), entry.bytes)
    assert answer.status_code == 201, answer.content
    return urlsplit(answer["Location"]).path


def head(api: APIClient, path: str) -> tuple[int, int]:
    """Offset and length."""
    answer = api.head(path, headers={"Tus-Resumable": "1.0.0"})
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    return int(answer["Upload-Offset"]), int(answer["Upload-Length"])


def patch(api: APIClient, path: str, offset: object, part: bytes, **headers: str) -> Any:
    given = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), **headers}
    return api.generic("PATCH", path, part, content_type=OFFSET_STREAM, headers=given)


def checksum(algorithm: str, part: bytes) -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, part).digest()).decode()}"
