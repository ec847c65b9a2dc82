"""A phone as the version before locking left it: rows and files in clear (schema 3)."""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from mobile.bootstrap import Phone
from mobile.device.keystore_file import FileKeystore
from mobile.storage.database import to_millis
from mobile.storage.schema import MIGRATIONS
from shared.wire.v1.codec import encode
from shared.wire.v1.load_papers import papers_seen
from shared.wire.v1.messages import EvidenceEntry
from shared.wire.v1.records import Purpose
from shared.wire.v1.seal import SealedReport, open_envelope, read_envelope
from tests.factories import reports as make

VERSION = 3
OFFICER = UUID("0197c0de-0000-7000-8000-00000000000a")
DRAFT = UUID("0197c0de-0000-7000-8000-00000000000b")
TOKEN = "token-cua-can-bo-minh-hoa"
NAME = "Cán bộ minh họa An"
WORDS = "lời khai nháp còn để ngỏ"
RECEIPT = '{"report": "biên nhận minh họa"}'


@dataclass(frozen=True)
class OldPhone:
    home: Path
    sealed: SealedReport
    files: dict[str, bytes]
    leftover: bytes
    draft_file: EvidenceEntry

    def check(self, phone: Phone) -> None:
        """Everything is there as it was."""
        session = phone.accounts.session()
        assert session is not None
        assert (session.officer.name, session.token) == (NAME, TOKEN)
        assert phone.drafts.get(DRAFT).facts == {"statement": WORDS}
        assert phone.drafts.get(DRAFT).files == (self.draft_file,)
        report = self.sealed.manifest.id
        assert phone.outbox.envelope(report) == self.sealed.envelope
        assert phone.outbox.get(report).receipt == RECEIPT
        assert tuple(file.entry for file in phone.outbox.get(report).files) == self.sealed.manifest.evidence
        for name, content in self.files.items():
            with phone.files.open(name) as file:
                assert file.read() == content
            assert phone.files.measure(name) == (hashlib.sha256(content).hexdigest(), len(content))
        seen = [paper for paper in papers_seen(self.sealed.manifest.kind, report, self.sealed.facts) if paper.key]
        assert seen, "the report shows papers"
        uses = phone.outbox.paper_uses({paper.key for paper in seen}, but=DRAFT)
        assert {key: list(found) for key, found in uses.items()} == {
            paper.key: [other.use for other in seen if other.key == paper.key] for paper in seen
        }
        # The file that was one already: killed while it is locked, it may be found, and put there, once more.
        assert set(phone.leftovers) <= {str(OFFICER)}

    def check_nothing_is_in_clear(self, home: Path) -> None:
        """After the phone was closed: not in a free page, a log, a folder."""
        assert found_in_clear(home, self.words()) == []

    def words(self) -> list[bytes]:
        """Some of everything that must not stand anywhere in clear."""
        facts = self.sealed.envelope.parts.facts
        return [
            *(word.encode() for word in (TOKEN, NAME, WORDS, "biên nhận")),
            facts[100:160],
            self.sealed.envelope.manifest[:60],
            self.leftover[1000:1100],
            *(content[1000:1100] for content in self.files.values()),
        ]


def found_in_clear(home: Path, words: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Where one of the words stands in any file below `home`, also as JSON writes it and in base64 at any offset."""
    found = []
    for path in sorted(home.rglob("*")):
        raw = path.read_bytes() if path.is_file() else b""
        found += [(path.name, word) for word in words if any(form in raw for form in forms(word))]
    return found


def forms(word: bytes) -> list[bytes]:
    # Three offsets within a group of base64; the characters at both ends depend on the neighbours.
    shifted = [base64.b64encode(bytes(shift) + word)[4:-4] for shift in range(3)]
    try:
        escaped = json.dumps(word.decode()).strip('"').encode()
    except UnicodeDecodeError:
        escaped = word
    return [word, escaped, *(form for form in shifted if len(form) >= 12)]


def make_old_phone(home: Path) -> OldPhone:
    (home / "files" / "leftovers").mkdir(parents=True)
    keystore = FileKeystore(home / "key.pem")
    device = make.SealingPhone()
    pictures = [make.jpeg(i) + bytes((i + k) % 251 for k in range(90_000)) for i in range(4)]
    entries = [make.evidence_entry(picture, purpose=Purpose.LOAD) for picture in pictures[:3]]
    envelope = read_envelope(make.envelope_json(device.seal(facts=make.transport_facts(), evidence=tuple(entries[:2]))))
    sealed = open_envelope(envelope, lambda key, message, der: True)
    names = {str(entry.id): content for entry, content in zip(entries, pictures[:3], strict=True)}
    for name, content in names.items():
        (home / "files" / name).write_bytes(content)
    (home / "files" / "leftovers" / str(OFFICER)).write_bytes(pictures[3])
    (home / "files" / "cut-off.part").write_bytes(pictures[3][:500])
    db = sqlite3.connect(home / "phone.sqlite3")
    db.execute("PRAGMA journal_mode = WAL")
    for statements in MIGRATIONS[:VERSION]:
        for statement in statements:
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")
    _fill(db, sealed, entries, keystore.key_id)
    db.commit()
    db.close()
    return OldPhone(home, sealed, names, pictures[3], entries[2])


def _fill(db: sqlite3.Connection, sealed: SealedReport, entries: list[EvidenceEntry], key: str) -> None:
    """As that version wrote it."""
    manifest, envelope = sealed.manifest, sealed.envelope
    report = str(manifest.id)
    officer: dict[str, object] = {
        "id": str(OFFICER),
        "username": "an",
        "name": NAME,
        "post": None,
        "unit": str(manifest.unit),
        "agency": "A",
        "roles": [],
    }
    db.execute("INSERT INTO device VALUES (1, ?, ?)", (str(manifest.device), key))
    db.execute(
        "INSERT INTO sessions VALUES (?, ?, ?, 1)", (str(OFFICER), json.dumps(officer, ensure_ascii=False), TOKEN)
    )
    content = json.dumps({"facts": {"statement": WORDS}, "assessment": None, "identities": []}, ensure_ascii=False)
    for draft, words, is_open in ((report, None, 0), (str(DRAFT), content, 1)):
        db.execute(
            "INSERT INTO drafts (id, kind, started_at, saved_at, content, open) VALUES (?, 'transport', 1, 1, ?, ?)",
            (draft, words, is_open),
        )
    db.execute(
        "INSERT INTO reports (id, kind, device, sequence, sealed_at, manifest, manifest_sha256, signature, key, parts,"
        " state, receipt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', ?)",
        (
            report,
            manifest.kind.value,
            str(manifest.device),
            manifest.sequence,
            to_millis(manifest.sealed_at),
            envelope.manifest,
            sealed.manifest_sha256,
            envelope.signature,
            envelope.key,
            json.dumps(encode(envelope.parts)),
            RECEIPT,
        ),
    )
    for position, entry in enumerate(entries, start=1):
        owner = report if position <= 2 else str(DRAFT)
        db.execute(
            "INSERT INTO files (id, report, position, entry, sha256, bytes, name) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (str(entry.id), owner, position, json.dumps(encode(entry)), entry.sha256, entry.bytes, str(entry.id)),
        )
    for seen in papers_seen(manifest.kind, manifest.id, sealed.facts):
        if seen.key:
            use = seen.use
            row = (seen.key, report, use.load, to_millis(use.at), use.mark_key, use.quantity, use.unit)
            db.execute("INSERT INTO papers_seen VALUES (?, ?, ?, ?, ?, ?, ?)", row)
