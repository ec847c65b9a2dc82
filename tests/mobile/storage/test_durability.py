"""What survives a flat battery, by what is synced when; and a phone without room."""

import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.ports import QueuedReport
from mobile.storage import files as files_module
from shared.problems import Problem
from shared.wire.v1.records import Kind, Purpose
from tests.factories import reports as make
from tests.mobile.storage.test_crash import check_chain

SERVER = "http://127.0.0.1:9"  # nothing is sent here
Filed = Callable[..., QueuedReport]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "phone"


# --- a flat battery


def undo_unsynced(home: Path, before: Path, name: str) -> None:
    """The worst that a flat battery may leave after `attach`: no commit that was not synced, no rename. `before`: the
    phone as it last was synced."""
    slot = home / "files" / ".slot-0123456789abcdef"
    (home / "files" / name).rename(slot)
    for path in home.glob("phone.sqlite3*"):
        path.unlink()
    for path in before.glob("phone.sqlite3*"):
        shutil.copy(path, home / path.name)


def test_an_attached_photo_survives_though_its_row_its_draft_and_its_name_were_lost(
    phone: Phone, photo: Callable[..., Path], home: Path, tmp_path: Path
) -> None:
    phone.close()
    shutil.copytree(home, tmp_path / "before")
    phone = open_phone(home, server=SERVER)
    draft = phone.recording.start(Kind.TRANSPORT)
    entry = phone.recording.attach(draft.id, photo(size=200_000), purpose=Purpose.LOAD, taken_at=make.STARTED_AT)
    phone.close()
    undo_unsynced(home, tmp_path / "before", str(entry.id))

    again = open_phone(home, server=SERVER)

    [found] = again.recording.drafts()
    assert (found.id, found.kind, found.files) == (draft.id, Kind.TRANSPORT, (entry,))
    assert (found.started_at, found.supersedes) == (draft.started_at, None)
    assert again.files.measure(str(entry.id)) == (entry.sha256, entry.bytes)
    again.recording.save(draft.id, facts=make.transport_facts())
    assert [file.entry for file in again.sealing.seal(draft.id).files] == [entry]
    again.close()


def test_the_correction_that_a_lost_draft_was_stays_one(
    phone: Phone, filed: Filed, photo: Callable[..., Path], home: Path, tmp_path: Path
) -> None:
    wrong = filed()
    phone.close()
    shutil.copytree(home, tmp_path / "before")
    phone = open_phone(home, server=SERVER)
    draft = phone.recording.start(Kind.TRANSPORT, supersedes=wrong.id)
    entry = phone.recording.attach(draft.id, photo(), purpose=Purpose.LOAD)
    phone.close()
    undo_unsynced(home, tmp_path / "before", str(entry.id))
    again = open_phone(home, server=SERVER)
    assert [found.supersedes for found in again.recording.drafts()] == [wrong.id]
    again.close()


def test_a_photo_taken_back_stays_away_though_its_file_came_back(
    phone: Phone, photo: Callable[..., Path], home: Path, tmp_path: Path
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    entries = [phone.recording.attach(draft.id, photo(i), purpose=Purpose.LOAD) for i in range(2)]
    other = phone.recording.start(Kind.TRANSPORT)
    entries.append(phone.recording.attach(other.id, photo(2), purpose=Purpose.LOAD))
    kept = tmp_path / "kept"
    shutil.copytree(home / "files", kept)
    phone.recording.detach(draft.id, entries[0].id)
    phone.recording.discard(other.id)
    phone.close()
    for entry in (entries[0], entries[2]):
        shutil.copy(kept / str(entry.id), home / "files" / str(entry.id))

    again = open_phone(home, server=SERVER)

    assert [(found.id, found.files) for found in again.recording.drafts()] == [(draft.id, (entries[1],))]
    assert {path.name for path in (home / "files").iterdir()} == {".lock", str(entries[1].id)}
    assert again.leftovers == ()
    again.close()


def test_a_file_whose_end_was_written_and_whose_middle_was_not_is_no_photo(
    phone: Phone, photo: Callable[..., Path], home: Path, tmp_path: Path
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    entry = phone.recording.attach(draft.id, photo(size=300_000), purpose=Purpose.LOAD)
    path = home / "files" / str(entry.id)
    raw = bytearray(path.read_bytes())
    raw[100_000:104_096] = bytes(4096)
    with phone.outbox._database.writing() as db:
        db.execute("DELETE FROM files")
    phone.close()
    path.unlink()
    (home / "files" / ".slot-0123456789abcdef").write_bytes(raw)
    again = open_phone(home, server=SERVER)
    assert again.recording.get(draft.id).files == ()
    assert [file.name for file in (home / "files").iterdir()] == [".lock"]
    again.close()


def test_a_whole_file_of_a_report_that_is_sealed_is_set_aside_for_a_person(
    phone: Phone, filed: Filed, photo: Callable[..., Path], home: Path
) -> None:
    """As after a crash between a second photo's file and its row, when the seal came from another process."""
    draft = phone.recording.start(Kind.TRANSPORT)
    first, second = (phone.recording.attach(draft.id, photo(i), purpose=Purpose.LOAD) for i in range(2))
    kept = (home / "files" / str(second.id)).read_bytes()
    with phone.outbox._database.writing() as db:
        db.execute("DELETE FROM files WHERE id = ?", (str(second.id),))
    phone.recording.save(draft.id, facts=make.transport_facts())
    phone.sealing.seal(draft.id)
    phone.close()
    again = open_phone(home, server=SERVER)
    assert again.leftovers == (str(second.id),)
    assert (home / "files" / "leftovers" / str(second.id)).read_bytes() == kept
    with again.files.open_leftover(str(second.id)) as content:
        assert hashlib.sha256(content.read()).hexdigest() == second.sha256
    assert [file.entry.id for report in again.outbox.reports(limit=9) for file in report.files] == [first.id]
    again.close()


@pytest.mark.parametrize("label", [b"", b"{}", b"no JSON", b'{"draft": "x", "entry": {"newer": 1}}', b"[1]"])
def test_a_file_with_a_label_that_this_version_cannot_read_stops_nothing_and_is_set_aside(
    phone: Phone, home: Path, tmp_path: Path, label: bytes
) -> None:
    source = tmp_path / "x"
    source.write_bytes(b"content")
    phone.files.add("0197c0de-0000-7000-8000-000000000001", source, lambda stored: label)
    phone.close()
    again = open_phone(home, server=SERVER)
    assert again.leftovers == ("0197c0de-0000-7000-8000-000000000001",)
    assert again.recording.drafts() == ()
    again.close()


class Log:
    """What was asked of the system: ("sync", name) ("rename", from, to) ("commit", synced)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[tuple[Any, ...]] = []
        sync, replace = os.fsync, Path.replace

        def fsync(descriptor: int) -> None:
            self.did.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name[:6]))
            sync(descriptor)

        def renamed(path: Path, target: Path) -> Path:
            self.did.append(("rename", path.name[:6], target.name))
            return replace(path, target)

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Path, "replace", renamed)

    def watch(self, connection: sqlite3.Connection) -> None:
        def traced(statement: str) -> None:
            if statement == "COMMIT":
                level = connection.execute("PRAGMA synchronous").fetchone()[0]
                self.did.append(("commit", {2: "synced", 1: "not synced"}[level]))

        connection.set_trace_callback(traced)


@pytest.fixture
def log(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    made = Log(monkeypatch)
    connection = phone.outbox._database.connection
    made.watch(connection)
    yield made
    connection.set_trace_callback(None)


def test_each_photo_is_synced_once_before_it_gets_its_name_and_words_and_seal_are_synced(
    phone: Phone, photo: Callable[..., Path], log: Log
) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    entries = [phone.recording.attach(draft.id, photo(i), purpose=Purpose.LOAD) for i in range(3)]
    phone.recording.save(draft.id, facts=make.transport_facts())
    phone.sealing.seal(draft.id)
    one = [("sync", ".slot-"), ("rename", ".slot-"), ("commit", "not synced")]
    assert [step[:2] for step in log.did] == [
        ("commit", "not synced"),
        ("sync", "files"),  # the names of the slots, once for many
        *(3 * one),
        ("commit", "synced"),
        ("commit", "synced"),
        ("sync", "chain."),  # the number of the report, outside the database too
    ]
    assert [step[2] for step in log.did if step[0] == "rename"] == [str(entry.id) for entry in entries]


def test_slots_are_made_for_many_files_at_once(phone: Phone, photo: Callable[..., Path], log: Log) -> None:
    draft = phone.recording.start(Kind.TRANSPORT)
    for i in range(files_module.SLOTS + 1):
        phone.recording.attach(draft.id, photo(i), purpose=Purpose.LOAD)
    assert log.did.count(("sync", "files")) == 2
    assert log.did.count(("sync", ".slot-")) == files_module.SLOTS + 1


# --- no room


class NoRoom:
    """The n-th of these calls, and all after it, find the disk full until there is room again."""

    CALLS = ("write", "fsync", "open")
    PLENTY = 10**9

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = self.PLENTY
        for name in self.CALLS:
            monkeypatch.setattr(os, name, self.guarded(getattr(os, name)))

    def guarded(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*arguments: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*arguments)

        return asked

    def after(self, calls: int, work: Callable[[], object]) -> str | None:
        """The code of the Problem when the disk is full after so many calls; None when that was enough."""
        self.left = calls
        try:
            work()
        except Problem as problem:
            return problem.code
        finally:
            self.left = self.PLENTY
        return None


def test_a_full_phone_says_so_at_any_step_of_a_photo_and_goes_on_when_there_is_room(
    phone: Phone, photo: Callable[..., Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, picture = phone.recording.start(Kind.TRANSPORT), photo(size=200_000)
    room, steps = NoRoom(monkeypatch), 0
    while (
        code := room.after(steps, lambda: phone.recording.attach(draft.id, picture, purpose=Purpose.LOAD))
    ) is not None:
        assert code == "phone_full"
        assert phone.recording.get(draft.id).files == ()
        assert {path.name[:6] for path in (home / "files").iterdir()} <= {".lock", ".slot-"}
        assert all(path.stat().st_size == 0 for path in (home / "files").iterdir()), "nothing half-written stays"
        assert phone.files.sweep(phone.outbox.file_names) == ()  # the slots too, so that each time has all the steps
        steps += 1
    # 16 slots and their folder are opened, the folder is synced; a slot, a header, four pieces and a tail, a sync.
    assert steps == files_module.SLOTS + 2 + 8
    [entry] = phone.recording.get(draft.id).files
    assert phone.files.measure(str(entry.id)) == (entry.sha256, entry.bytes)


def test_a_full_database_says_so_at_every_step_and_leaves_the_step_undone(
    phone: Phone, photo: Callable[..., Path], home: Path
) -> None:
    database = phone.outbox._database
    picture, long = photo(size=10_000), "lời khai dài " * 3000

    def full(work: Callable[[], object]) -> None:
        pages = database.connection.execute("PRAGMA page_count").fetchone()[0]
        database.connection.execute(f"PRAGMA max_page_count = {pages}")
        fill(database.connection)
        with pytest.raises(Problem, match="phone_full"):
            work()
        database.connection.execute("PRAGMA max_page_count = 1000000")

    def fill(connection: sqlite3.Connection) -> None:
        """Until no page is free."""
        connection.execute("CREATE TABLE IF NOT EXISTS ballast (y)")
        try:
            while True:
                connection.execute("INSERT INTO ballast VALUES (zeroblob(900))")
        except sqlite3.OperationalError:
            return

    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts={"statement": "trước"})
    full(lambda: phone.recording.save(draft.id, facts=make.transport_facts(statement=long)))
    assert phone.recording.get(draft.id).facts == {"statement": "trước"}

    def many() -> None:
        for _ in range(200):
            phone.recording.attach(draft.id, picture, purpose=Purpose.LOAD)

    full(many)
    attached = phone.recording.get(draft.id).files
    names = {path.name for path in (home / "files").iterdir() if not path.name.startswith(".")}
    assert names == {str(entry.id) for entry in attached}, "the photo that had no row has no file either"
    phone.recording.save(draft.id, facts=make.transport_facts(statement=long))
    full(lambda: phone.sealing.seal(draft.id))
    assert phone.outbox.reports(limit=9) == ()
    assert [kept.id for kept in phone.recording.drafts()] == [draft.id]
    assert phone.sealing.seal(draft.id).sequence == 1
    assert len(check_chain(phone)) == 1


def test_a_phone_too_full_to_open_its_database_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mobile.storage import database

    def no_room(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("CREATE TABLE x (y)")

    monkeypatch.setattr(database, "migrate", no_room)
    with pytest.raises(Problem, match="phone_full"):
        database.Database(tmp_path / "phone.sqlite3")
