"""The count after a run must be able to fail: a doctored office, and a doctored phone, are seen through."""

import hashlib
import json
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mobile.bootstrap import Phone, open_phone
from shared.wire.v1.records import Kind, Purpose
from tests.backend.sync.office import office_folder
from tests.factories import reports as make
from tests.soak import books, checks
from tests.soak.office import Office
from tests.soak.run import audit_whole

REPORTS = 3


@dataclass(frozen=True)
class Place:
    """An office that is closed, one phone, and what was photographed."""

    office: Office
    phone: books.PhoneBooks
    photos: frozenset[str]

    def faults(self) -> set[str]:
        there = books.read_office(self.office.folder, self.office.database)
        return {fault.code for fault in checks.faults(there, [self.phone], self.photos, ())}

    def audit_faults(self) -> list[str]:
        receipts = books.receipts_of([self.phone])
        return [fault.about for fault in audit_whole(self.office, receipts, self.office.folder)]

    @contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        """The database as somebody with its file in hand changes it: triggers are away meanwhile."""
        path = self.office.folder / "kiemkhoang.sqlite3"
        with closing(sqlite3.connect(path, isolation_level=None)) as lite:
            triggers = lite.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                lite.execute(f'DROP TRIGGER "{name}"')
            yield lite
            for _, statement in triggers:
                lite.execute(statement)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One afternoon without a fault: reports with 0, 1, 2 files, sent, confirmed, assessed."""
    folder = tmp_path_factory.mktemp("doctored")
    prepared = office_folder(tmp_path_factory)
    office = Office(prepared, folder)
    office.use_prepared((prepared / "token").read_text(encoding="ascii"))
    office.start_server()
    phone = open_phone(folder / "home", server=f"http://127.0.0.1:{office.port}")
    try:
        phone.enrolment.enrol(office.enrolment_code())
        photos = _file(phone, folder)
        result = phone.sending.send_round(phone.clock.now())
        assert (result.received, result.left.waiting) == (REPORTS, 0)
        sealed = {str(report.id): report.manifest_sha256 for report in phone.outbox.reports(limit=REPORTS)}
    finally:
        phone.close()
        office.stop()
    done = office.manage("db_worker", "--batch", "--no-startup-delay")
    assert done.returncode == 0, done.stderr
    return Place(office, books.read_phone(1, folder / "home", sealed), photos)


def _file(phone: Phone, folder: Path) -> frozenset[str]:
    taken = set()
    for number in range(REPORTS):
        draft = phone.recording.start(Kind.TRANSPORT)
        for photo in range(number):
            path = folder / f"{number}-{photo}.mp3"
            path.write_bytes(b"ID3" + bytes((number, photo)) * 5_000)
            phone.recording.attach(draft.id, path, purpose=Purpose.LOAD)
            taken.add(hashlib.sha256(path.read_bytes()).hexdigest())
        phone.recording.save(draft.id, facts=make.transport_facts())
        phone.sealing.seal(draft.id)
    return frozenset(taken)


@pytest.fixture
def place(worked: Place, tmp_path: Path) -> Place:
    """A copy that may be doctored."""
    folder = Path(shutil.copytree(worked.office.folder, tmp_path / "var"))
    return replace(worked, office=Office(folder, tmp_path))


def test_an_honest_office_has_no_fault(place: Place) -> None:
    assert place.faults() == set()


# --- doctored rows and files


def double(rows: sqlite3.Connection, table: str, own: str, *unset: str) -> None:
    """Another row like the first, with an id of its own in `own`."""
    names = [row[1] for row in rows.execute(f"PRAGMA table_info({table})")]
    same = ", ".join(f'"{name}"' for name in names if name not in (own, *unset))
    rows.execute(
        f"INSERT INTO {table} ({own}, {same}) SELECT ?, {same} FROM {table} LIMIT 1",  # noqa: S608
        [uuid.uuid4().hex],
    )


def test_a_doubled_report_is_seen(place: Place) -> None:
    with place.rows() as rows:
        double(rows, "inspections_report", "id", "number")
    assert {"manifest_twice", "sequence_twice", "report_nobody_sealed", "event_count"} <= place.faults()


def test_a_doubled_evidence_row_is_seen(place: Place) -> None:
    with place.rows() as rows:
        double(rows, "inspections_evidence", "evidence_id", "id")
    assert {"evidence_rows_differ", "event_count"} <= place.faults()


def test_a_report_that_went_is_seen(place: Place) -> None:
    with place.rows() as rows:
        rows.execute("DELETE FROM inspections_report WHERE sequence = 1")
    assert {"confirmed_report_missing", "event_without_row"} <= place.faults()


def stored(place: Place) -> Path:
    return next(place.office.folder / "evidence" / checks.stored_at(sha256) for sha256 in sorted(place.photos))


def test_a_lost_file_is_seen(place: Place) -> None:
    stored(place).unlink()
    assert place.faults() == {"confirmed_file_missing", "stored_file_missing"}


def test_a_changed_byte_in_a_file_is_seen(place: Place) -> None:
    path = stored(place)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.chmod(0o640)
    path.write_bytes(content)
    assert place.faults() == {"stored_file_changed", "confirmed_file_missing"}


def test_a_file_kept_twice_and_a_file_of_nobody_are_seen(place: Place) -> None:
    path = stored(place)
    shutil.copy(path, place.office.folder / "evidence" / "copy")
    stranger = b"nobody declared this"
    name = hashlib.sha256(stranger).hexdigest()
    there = place.office.folder / "evidence" / checks.stored_at(name)
    there.parent.mkdir(parents=True)
    there.write_bytes(stranger)
    assert place.faults() == {"file_twice", "stored_file_undeclared"}


@pytest.mark.parametrize("column", ["manifest", "facts", "signature"])
def test_a_changed_byte_in_what_was_sealed_is_seen(place: Place, column: str) -> None:
    with place.rows() as rows:
        report, content = rows.execute(f"SELECT report_id, {column} FROM inspections_sealedbytes").fetchone()  # noqa: S608
        changed = content.replace(b"2026", b"2025", 1) if column != "signature" else content[:-1] + b"\0"
        assert changed != content
        rows.execute(
            f"UPDATE inspections_sealedbytes SET {column} = ? WHERE report_id = ?",  # noqa: S608
            [changed, report],
        )
    assert "report_differs" in place.faults()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_event SET actor = 'somebody' WHERE action = 'report:received'", "changed"),
        ('DELETE FROM audit_event WHERE "index" = (SELECT max("index") - 1 FROM audit_event)', "missing"),
    ],
    ids=["changed", "removed"],
)
def test_a_broken_chain_is_seen(place: Place, statement: str, words: str) -> None:
    with place.rows() as rows:
        assert rows.execute(statement).rowcount
    (said,) = place.audit_faults()
    assert words in said


def test_a_refused_body_that_the_line_did_not_make_is_seen(place: Place) -> None:
    envelope = {"manifest": "nobody changed this"}
    alone, in_batch = json.dumps(envelope).encode(), json.dumps({"envelopes": [envelope]}).encode()
    kept_of_batch = json.dumps(envelope, separators=(",", ":")).encode()
    there = books.read_office(place.office.folder, place.office.database)

    def found(kept: bytes, *corrupted: bytes) -> list[str]:
        office = replace(there, quarantine=(("envelope_invalid", kept),))
        return [fault.code for fault in checks.quarantine_explained(office, corrupted)]

    assert found(alone) == found(kept_of_batch) == ["quarantined_for_nothing"]
    assert found(alone, alone) == found(kept_of_batch, in_batch) == []
    assert found(alone, in_batch) == ["quarantined_for_nothing"]  # what is kept of a batch is written in another way


# --- a phone that says what is not so


def with_report(place: Place, index: int, **changes: object) -> Place:
    kept = list(place.phone.reports)
    kept[index] = replace(kept[index], **changes)  # type: ignore[arg-type]
    return replace(place, phone=replace(place.phone, reports=tuple(kept)))


def forged(receipt: str | None, **changes: object) -> str:
    return json.dumps({**json.loads(receipt or "{}"), **changes})


PHONES: dict[str, tuple[Callable[[Place], Place], set[str]]] = {
    "sealed report gone": (
        lambda place: replace(place, phone=replace(place.phone, sealed={**place.phone.sealed, "gone": "0" * 64})),
        {"sealed_report_gone"},
    ),
    "hole in the chain": (
        lambda place: replace(
            place, phone=replace(place.phone, reports=place.phone.reports[:1] + place.phone.reports[2:])
        ),
        {"phone_chain_broken", "sealed_report_gone", "report_nobody_sealed"},
    ),
    "unsent and silent about it": (
        lambda place: with_report(place, 0, state="on_phone", receipt=None),
        {"phone_says_otherwise"},
    ),
    "lost before it was sent": (
        lambda place: with_report(
            replace(place, phone=replace(place.phone, left=(1, 0, 0))),
            1,
            state="received",
            files=(replace(place.phone.reports[1].files[0], state="on_phone", whole=False),),
        ),
        {"file_lost_on_phone"},
    ),
    "confirmed before its file": (
        lambda place: with_report(place, 1, files=(replace(place.phone.reports[1].files[0], state="sending"),)),
        {"confirmed_too_early"},
    ),
    "receipt changed": (
        lambda place: with_report(place, 0, receipt=forged(place.phone.reports[0].receipt, number=10**6)),
        {"receipt_signature"},
    ),
    "receipt of another report": (
        lambda place: with_report(place, 0, receipt=place.phone.reports[1].receipt),
        {"receipt_of_another", "receipt_promise_broken"},
    ),
    "manifest changed": (
        lambda place: with_report(place, 0, manifest=place.phone.reports[0].manifest.replace(b"2026", b"2025")),
        {"phone_manifest_changed", "report_differs"},
    ),
}


@pytest.mark.parametrize("what", sorted(PHONES))
def test_a_phone_that_says_what_is_not_so_is_seen(place: Place, what: str) -> None:
    doctor, expected = PHONES[what]
    assert doctor(place).faults() == expected


def test_work_that_was_never_done_and_a_picture_nobody_took_are_seen(place: Place) -> None:
    there = books.read_office(place.office.folder, place.office.database)
    undone = replace(there, events=+there.events)
    for event in list(undone.events):
        if event[0] == "report:assessed":
            del undone.events[event]
    assert {fault.code for fault in checks.assessed(undone)} == {"report_not_assessed"}
    assert len(list(checks.assessed(undone))) == REPORTS
    found = {fault.code for fault in checks.faults(there, [place.phone], frozenset(), ())}
    assert found == {"evidence_nobody_took"}


def test_a_promise_of_a_receipt_that_is_not_kept_is_seen(place: Place) -> None:
    with place.rows() as rows:
        rows.execute("UPDATE inspections_evidence SET state = 'missing'")
    assert {"receipt_promise_broken", "confirmed_file_missing", "event_without_row"} <= place.faults()
