"""An office that clients from elsewhere send to, and files that reports filed there declare."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.backend.sync.office import Office, office_folder
from tests.factories.reports import SealingPhone

SIZE = 300_000


@dataclass(frozen=True)
class Declared:
    """A file on this machine that a report filed with the office declares, and what tells the office which."""

    office: Office
    path: Path
    metadata: dict[str, str]
    manifest_sha256: str

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.office.port}/api/v1/uploads/"

    def state(self) -> tuple[str, int]:
        """What the receipt says of it."""
        query = f"receipt/?manifest={self.manifest_sha256}"
        receipt = self.office.request("GET", f"/api/v1/reports/{self.metadata['report']}/{query}").json()
        (line,) = receipt["evidence"]
        return line["state"], line["bytes_received"]

    def is_stored(self) -> bool:
        """Confirmed, and the very bytes lie under their hash."""
        sha256 = self.metadata["sha256"]
        stored = self.office.folder / "evidence" / sha256[:2] / sha256
        return self.state() == ("confirmed", SIZE) and hashlib.sha256(stored.read_bytes()).hexdigest() == sha256

    def expire(self) -> None:
        """As if nothing had come for it for a year."""
        database = sqlite3.connect(self.office.folder / "kiemkhoang.sqlite3", timeout=20)
        try:
            with database:
                changed = database.execute("UPDATE sync_upload SET touched_at = '2020-01-01 00:00:00'").rowcount
        finally:
            database.close()
        assert changed


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = Office(office_folder(tmp_path_factory))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def sealing(office: Office) -> tuple[SealingPhone, dict[str, str]]:
    return office.enrolled_phone()


@pytest.fixture
def declared(office: Office, sealing: tuple[SealingPhone, dict[str, str]], tmp_path: Path) -> Callable[[], Declared]:
    def file() -> Declared:
        content = os.urandom(SIZE)
        phone, token = sealing
        report = phone.seal(files=[content], sealed_at=datetime.now(UTC))
        assert office.put(report, **token).status == 201, office.log[-3000:]
        (entry,) = report.manifest.evidence
        path = tmp_path / str(entry.id)
        path.write_bytes(content)
        metadata = {"report": str(report.manifest.id), "evidence": str(entry.id), "sha256": entry.sha256}
        return Declared(office, path, metadata, report.manifest_sha256)

    return file
