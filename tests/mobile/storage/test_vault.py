"""A lost phone gives nothing away; a phone whose key is gone says so and loses nothing."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.device.keywrap_file import FileKeyWrap
from mobile.ports import QueuedReport
from mobile.storage.database import Database
from mobile.storage.vault import AesVault, open_vault
from shared.problems import Problem
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make
from tests.fakes.server import FakeServer
from tests.mobile.storage.older import found_in_clear, make_old_phone

SERVER = "http://127.0.0.1:9"  # nothing is sent here
Filed = Callable[..., QueuedReport]


def test_what_was_locked_opens_about_the_same_thing_only() -> None:
    vault = AesVault(bytes(32))
    locked = vault.lock(b"words", b"drafts.content:1")
    assert vault.unlock(locked, b"drafts.content:1") == b"words"
    for about in (b"drafts.content:2", b"reports.parts:1", b""):
        with pytest.raises(Problem, match="phone_data_locked"):
            vault.unlock(locked, about)
    for place in range(len(locked)):
        changed = bytearray(locked)
        changed[place] ^= 0x80
        with pytest.raises(Problem, match="phone_data_locked"):
            vault.unlock(bytes(changed), b"drafts.content:1")
    with pytest.raises(Problem, match="phone_data_locked"):
        AesVault(bytes(31) + b"\x01").unlock(locked, b"drafts.content:1")
    with pytest.raises(Problem, match="phone_data_locked"):
        vault.unlock(locked[:5], b"drafts.content:1")


def test_the_same_words_are_locked_differently_but_found_by_the_same_hash() -> None:
    vault, other = AesVault(bytes(32)), AesVault(b"\x01" * 32)
    assert vault.lock(b"29C-123.45", b"x") != vault.lock(b"29C-123.45", b"x")
    assert vault.index(b"29C-123.45") == AesVault(bytes(32)).index(b"29C-123.45")
    assert len({vault.index(b"29C-123.45"), vault.index(b"29C-123.46"), other.index(b"29C-123.45")}) == 3


def test_nothing_a_phone_keeps_of_people_stands_on_its_disk_in_clear(
    phone: Phone, server: FakeServer, photo: Callable[..., Path], tmp_path: Path
) -> None:
    picture = photo(size=100_000)
    who = make.identity_part(name="Người Minh Họa")
    facts = make.transport_facts(
        place="bến cát minh họa", statement="lời khai của lái xe", subjects=(make.subject(identity="#0"),)
    )
    sealed_draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.attach(sealed_draft.id, picture, purpose=Purpose.LOAD)
    phone.recording.save(sealed_draft.id, facts=facts, assessment=make.assessment("VC-01"), identities=[who])
    report = phone.sealing.seal(sealed_draft.id)
    phone.sending.send_round(phone.clock.now())
    open_draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.attach(open_draft.id, picture, purpose=Purpose.LOAD)
    phone.recording.save(open_draft.id, facts={"statement": "chưa niêm phong"}, identities=[{"name": "Người Thứ Hai"}])
    session = phone.accounts.session()
    assert session is not None
    assert session.token
    receipt = phone.outbox.get(report.id).receipt
    assert receipt
    envelope = phone.outbox.envelope(report.id)
    vehicle = facts.vehicles[0].mark
    assert vehicle
    words = [
        *(
            text.encode()
            for text in (
                "bến cát minh họa",
                "lời khai của lái xe",
                "Người Minh Họa",
                "chưa niêm phong",
                "Người Thứ Hai",
                "VC-01",
                vehicle,
                session.token,
                session.officer.name,
                receipt[:50],
            )
        ),
        envelope.manifest[:60],
        envelope.parts.facts[50:120],
        picture.read_bytes()[:200],
        picture.read_bytes()[50_000:50_100],
    ]
    home = tmp_path / "phone"
    assert found_in_clear(home, words) == [], "while it runs: the log is there too"
    phone.close()
    assert found_in_clear(home, words) == []


@pytest.fixture
def shut(phone: Phone, filed: Filed, tmp_path: Path) -> tuple[Path, UUID]:
    """A phone with a report, switched off."""
    report = filed(photos=1)
    phone.close()
    return tmp_path / "phone", report.id


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("what", ["missing", "another", "readable by others", "damaged"])
def test_without_its_key_the_phone_says_so_and_changes_nothing(
    shut: tuple[Path, UUID], tmp_path: Path, what: str
) -> None:
    home, report = shut
    key = home / "lock.key"
    right = key.read_bytes()
    if what == "missing":
        key.unlink()
    elif what == "another":
        key.unlink()
        FileKeyWrap(key).wrap(bytes(32))
    elif what == "damaged":
        key.write_bytes(right[:-1])
    else:
        key.chmod(0o644)
    before = contents(home)

    with pytest.raises(Problem, match="phone_data_locked"):
        open_phone(home, server=SERVER)

    assert contents(home) == before
    key.unlink(missing_ok=True)
    key.touch(mode=0o600)
    key.write_bytes(right)
    phone = open_phone(home, server=SERVER)
    file = phone.outbox.get(report).files[0]
    assert phone.files.measure(file.name) == (file.entry.sha256, file.entry.bytes)
    phone.close()


def test_a_key_that_unwraps_to_another_data_key_is_noticed_before_anything_is_read(
    shut: tuple[Path, UUID], tmp_path: Path
) -> None:
    class Confused(FileKeyWrap):
        def unwrap(self, wrapped: bytes) -> bytes:
            return bytes(32)

    home, _ = shut
    database = Database(home / "phone.sqlite3")
    with pytest.raises(Problem, match="phone_data_locked"):
        open_vault(database, Confused(home / "lock.key"))
    database.close()


def test_the_rows_of_two_reports_cannot_be_exchanged(phone: Phone, filed: Filed) -> None:
    first, second = filed(), filed()
    with phone.outbox._database.writing() as db:
        parts = {row["id"]: row["parts"] for row in db.execute("SELECT id, parts FROM reports").fetchall()}
        db.execute("UPDATE reports SET parts = ? WHERE id = ?", (parts[str(second.id)], str(first.id)))
    with pytest.raises(Problem, match="phone_data_locked"):
        phone.outbox.envelope(first.id)
    assert phone.outbox.envelope(second.id)


def test_a_file_under_the_name_of_another_is_not_taken_for_it(phone: Phone, filed: Filed, tmp_path: Path) -> None:
    first, second = (file.name for file in filed(photos=2).files)
    folder = tmp_path / "phone" / "files"
    shutil.copy(folder / second, folder / first)
    assert phone.files.measure(first) is None
    with pytest.raises(Problem, match="photo_unreadable"):
        phone.files.open(first)


def test_a_file_changed_in_the_middle_is_found_while_it_is_read(phone: Phone, filed: Filed, tmp_path: Path) -> None:
    [file] = filed(photos=1, size=300_000).files
    path = tmp_path / "phone" / "files" / file.name
    raw = bytearray(path.read_bytes())
    raw[200_000] ^= 1
    path.write_bytes(raw)
    with phone.files.open(file.name) as content:
        assert len(content.read(100)) == 100
        content.seek(180_000)
        with pytest.raises(Problem, match="photo_unreadable"):
            content.read(50_000)
    assert phone.files.measure(file.name) is None


def test_an_older_version_s_rows_and_files_are_locked_at_the_first_start(tmp_path: Path) -> None:
    old = make_old_phone(tmp_path / "old")
    for _ in range(2):
        phone = open_phone(old.home, server=SERVER)
        old.check(phone)
        phone.close()
        old.check_nothing_is_in_clear(old.home)
    assert {path.name for path in (old.home / "files").iterdir()} == {*old.files, ".lock", "leftovers"}


def test_an_older_file_that_there_is_no_room_to_lock_is_read_as_it_is_and_locked_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mobile.storage import files

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    old = make_old_phone(tmp_path / "old")
    with monkeypatch.context() as full:
        full.setattr(files, "write_locked", no_room)
        phone = open_phone(old.home, server=SERVER)
        old.check(phone)
        phone.close()
    open_phone(old.home, server=SERVER).close()
    old.check_nothing_is_in_clear(old.home)


def test_what_an_older_version_had_deleted_does_not_stay_in_free_pages(tmp_path: Path) -> None:
    old = make_old_phone(tmp_path / "old")
    path = old.home / "phone.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA secure_delete = OFF")  # as SQLite has it by itself; some builds overwrite what is deleted
        db.execute("CREATE TABLE gone (words TEXT)")
        db.executemany("INSERT INTO gone VALUES (?)", [(f"words typed and deleted {i:05}",) for i in range(2000)])
        db.commit()
        db.execute("DROP TABLE gone")
        db.commit()
    assert found_in_clear(old.home, [b"words typed and deleted"])

    open_phone(old.home, server=SERVER).close()

    assert found_in_clear(old.home, [b"words typed and deleted"]) == []
