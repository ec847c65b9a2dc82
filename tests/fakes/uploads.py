"""The tus half of the fake server: creation, creation-with-upload, checksum, expiration, as tus 1.0.0 says.

A part with a checksum counts only whole; of a part without one, what arrived stays.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.problems import Problem
from shared.wire.v1.seal import SealedReport

EXTENSIONS = ("creation", "creation-with-upload", "checksum", "termination", "expiration")
BYTES = "application/offset+octet-stream"
Answer = tuple[int, None, dict[str, str]]


# Where what came is kept, and how it is hashed: a test with files too large to keep has its own.
new_content = bytearray


def hash_of(content: bytearray) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Upload:
    report: str
    evidence: str
    sha256: str
    length: int
    content: bytearray = field(default_factory=lambda: new_content())

    @property
    def confirmed(self) -> bool:
        return len(self.content) == self.length


class Uploads:
    """`extensions`: what this server says that it can, and does. `whole`: set when a file arrived whole."""

    def __init__(self, reports: Mapping[str, SealedReport]) -> None:
        self._reports = reports
        self.by_name: dict[str, Upload] = {}
        self.expired: set[str] = set()
        self.extensions = set(EXTENSIONS)
        self.payload = 0  # bytes of bodies that reached us
        self._made = 0

    def of(self, evidence: str) -> Upload | None:
        return next((upload for upload in self.by_name.values() if upload.evidence == evidence), None)

    def expire(self) -> None:
        """All that is unfinished is past its time."""
        unfinished = {name for name, upload in self.by_name.items() if not upload.confirmed}
        self.expired |= unfinished
        for name in unfinished:
            del self.by_name[name]

    def answer(self, method: str, name: str | None, headers: Mapping[str, str], raw: bytes) -> Answer:
        """`raw`: the whole body. Problems of the catalogue."""
        if method == "OPTIONS":
            said = {"Tus-Version": "1.0.0", "Tus-Extension": ",".join(sorted(self.extensions))}
            if "checksum" in self.extensions:
                said["Tus-Checksum-Algorithm"] = "sha1,sha256"
            return 204, None, said
        self.payload += len(raw)
        if headers.get("Tus-Resumable") != "1.0.0":
            raise Problem("tus_version")
        if name is None:
            return self._post(headers, raw)
        upload = self._known(name)
        if method == "PATCH":
            self._append(upload, int(headers["Upload-Offset"]), headers, raw)
            self._finish(name)
        return (204 if method == "PATCH" else 200), None, {"Upload-Offset": str(len(upload.content))}

    def cut(self, method: str, name: str | None, headers: Mapping[str, str], raw: bytes) -> None:
        """The line died after `raw` of the body."""
        self.payload += len(raw)
        if method == "POST" and name is None and "Upload-Metadata" in headers:
            upload = self.by_name[self._create(headers)]
            offset = 0
        elif method == "PATCH" and name in self.by_name:
            upload, offset = self.by_name[name], int(headers["Upload-Offset"])
        else:
            return
        if "Upload-Checksum" not in headers and offset == len(upload.content):
            upload.content += raw

    def _post(self, headers: Mapping[str, str], raw: bytes) -> Answer:
        if raw and "creation-with-upload" not in self.extensions:
            raise Problem("media_type_unsupported", expected="")
        name = self._create(headers)
        upload = self.by_name[name]
        if raw and not upload.content:
            self._append(upload, 0, headers, raw)
            self._finish(name)
        return 201, None, {"Location": f"/api/v1/uploads/{name}/", "Upload-Offset": str(len(upload.content))}

    def _create(self, headers: Mapping[str, str]) -> str:
        pairs = (pair.split(" ") for pair in headers["Upload-Metadata"].split(","))
        metadata = {key: base64.b64decode(value).decode() for key, value in pairs}
        sealed = self._reports.get(metadata["report"])
        declared = {str(entry.id): entry for entry in sealed.manifest.evidence} if sealed else {}
        entry = declared.get(metadata["evidence"])
        if entry is None or entry.sha256 != metadata["sha256"]:
            raise Problem("evidence_unknown")
        length = int(headers["Upload-Length"])
        if entry.bytes != length:
            raise Problem("evidence_length", declared=entry.bytes)
        for name, upload in self.by_name.items():
            if upload.evidence == metadata["evidence"]:
                return name
        self._made += 1
        name = f"{metadata['report']}-{metadata['evidence']}-{self._made}"
        self.by_name[name] = Upload(metadata["report"], metadata["evidence"], entry.sha256, length)
        return name

    def _known(self, name: str) -> Upload:
        if name in self.by_name:
            return self.by_name[name]
        raise Problem("upload_expired" if name in self.expired else "not_found")

    def _append(self, upload: Upload, offset: int, headers: Mapping[str, str], raw: bytes) -> None:
        assert headers["Content-Type"] == BYTES
        if offset != len(upload.content):
            raise Problem("upload_offset", offset=len(upload.content))
        if offset + len(raw) > upload.length:
            raise Problem("upload_too_long")
        checksum = headers.get("Upload-Checksum")
        if checksum is not None:
            assert "checksum" in self.extensions, "a checksum was sent to a server that has none"
            algorithm, _, digest = checksum.partition(" ")
            if hashlib.new(algorithm, raw).digest() != base64.b64decode(digest):
                raise Problem("checksum_mismatch")
        upload.content += raw

    def _finish(self, name: str) -> None:
        upload = self.by_name[name]
        if upload.confirmed and hash_of(upload.content) != upload.sha256:
            del self.by_name[name]
            raise Problem("evidence_hash_mismatch")
