"""A database damaged on purpose: the app opens, keeps every sealed report that still verifies, and names the rest."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.bootstrap import Phone, open_phone
from mobile.ports import QueuedReport
from mobile.ports.recovered import Recovered
from mobile.storage.chain_log import ChainLog
from mobile.storage.salvage import Wreck
from shared.wire.v1.records import Kind

NOWHERE = "http://127.0.0.1:9"
Damage = Callable[[Path], None]


@pytest.fixture
def home(phone: Phone, filed: Callable[..., QueuedReport], tmp_path: Path) -> Path:
    """Of a phone that was killed: nine reports, three of them sent, a good copy after the sixth, a draft on each side
    of it."""
    for number in range(9):
        filed(photos=number % 2)
        if number == 2:
            phone.sending.send_round(phone.clock.now())
        if number == 5:
            phone.recording.start(Kind.EXTRACTION)
            assert phone.good.keep(soonest=0)
    phone.recording.start(Kind.STOCKYARD)
    killed = tmp_path / "killed"
    shutil.copytree(tmp_path / "phone", killed)
    return killed


def reports(phone: Phone) -> dict[int, QueuedReport]:
    return {one.sequence: one for one in phone.outbox.reports(limit=100)}


def settled(home: Path) -> None:
    """Everything in the one file."""
    db = sqlite3.connect(home / "phone.sqlite3")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def opened(home: Path) -> Phone:
    return open_phone(home, server=NOWHERE)


def flip(path: Path, offset: int, length: int = 64, seed: int = 1) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        old = file.read(length)
        file.seek(offset)
        file.write(bytes(byte ^ 0xA5 for byte in old))


def check_whole(home: Path, phone: Phone) -> None:
    db = sqlite3.connect(home / "phone.sqlite3")
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()
    for one in phone.outbox.reports(limit=100):
        phone.outbox.envelope(one.id)  # opens and reads


def test_an_undamaged_one_is_left_alone(home: Path) -> None:
    phone = opened(home)
    assert phone.recovered is None
    assert sorted(reports(phone)) == list(range(1, 10))
    phone.close()
    assert not (home / "phone.open").exists()
    assert not list(home.glob("*damaged*"))


@pytest.mark.parametrize("what", ["header", "first page", "zero", "gone", "text"])
def test_without_a_readable_beginning_every_sealed_report_is_back_or_named(home: Path, what: str) -> None:
    settled(home)
    path = home / "phone.sqlite3"
    if what == "header":
        flip(path, 0, 100)
    elif what == "first page":
        flip(path, 0, 4096)
    elif what == "zero":
        path.write_bytes(b"")
    elif what == "gone":
        path.unlink()
    else:
        path.write_bytes(b"xin chao" * 5000)
    phone = opened(home)
    assert phone.recovered is not None
    assert not phone.recovered.empty
    here = set(reports(phone))
    assert here >= set(range(1, 7))
    assert here | {one.sequence for one in phone.recovered.lost} >= set(range(1, 10))
    if what in ("header", "first page"):
        assert here == set(range(1, 10))  # the page is the same as in the copy
    check_whole(home, phone)
    phone.close()


def test_the_number_of_a_lost_report_is_not_given_twice(home: Path, phone: Phone) -> None:
    last = reports(phone)[9]
    (home / "phone.sqlite3").write_bytes(b"")
    for ending in ("-wal", "-shm"):
        (home / f"phone.sqlite3{ending}").unlink(missing_ok=True)
    again = opened(home)
    assert again.recovered is not None
    assert [one.sequence for one in again.recovered.lost if one.sequence] == [7, 8, 9]
    for sequence in (10, 11):
        sealed = file_one(again)
        assert sealed.sequence == sequence
        previous = again.outbox.envelope(sealed.id).manifest
        assert (last.manifest_sha256.encode() in previous) is (sequence == 10)
    again.close()
    third = opened(home)
    assert third.recovered is None
    third.close()


def file_one(phone: Phone) -> QueuedReport:
    from tests.factories import reports as make

    draft = phone.recording.start(Kind.TRANSPORT)
    phone.recording.save(draft.id, facts=make.transport_facts(), assessment=make.assessment("VC-01"))
    return phone.sealing.seal(draft.id)


@pytest.mark.parametrize("seed", range(24))
def test_flipped_bytes_anywhere(home: Path, seed: int) -> None:
    """Whatever was hit, the app opens; what is missing is named; what is there reads."""
    settled(home)
    path, chosen = home / "phone.sqlite3", random.Random(seed)
    for _ in range(chosen.choice((1, 3, 10))):
        flip(path, chosen.randrange(100, path.stat().st_size - 300), chosen.choice((1, 64, 300)))
    (home / "phone.open").touch()
    phone = opened(home)
    named = {one.sequence for one in phone.recovered.lost} if phone.recovered else set()
    assert set(reports(phone)) | named >= set(range(1, 10))
    assert set(reports(phone)) >= set(range(1, 7))
    if phone.recovered is not None:
        check_whole(home, phone)
        assert file_one(phone).sequence == 10
    phone.close()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_the_end_cut_off(home: Path, share: float) -> None:
    settled(home)
    path = home / "phone.sqlite3"
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    phone = opened(home)
    assert phone.recovered is not None
    assert set(reports(phone)) >= set(range(1, 7))
    assert set(reports(phone)) | {one.sequence for one in phone.recovered.lost} >= set(range(1, 10))
    check_whole(home, phone)
    assert list(home.glob("phone.damaged-*.sqlite3"))
    phone.close()


def test_garbage_in_the_log_of_the_database_is_noticed_by_the_chain(home: Path) -> None:
    wal = home / "phone.sqlite3-wal"
    assert wal.stat().st_size > 100_000
    flip(wal, wal.stat().st_size // 2, 5000)
    phone = opened(home)
    here = set(reports(phone))
    assert here != set(range(1, 10)), "SQLite has passed over it: the flip has to hit"
    assert phone.recovered is not None
    assert here | {one.sequence for one in phone.recovered.lost} == set(range(1, 10))
    assert file_one(phone).sequence == 10
    phone.close()


def test_nothing_readable_at_all_opens_empty_and_keeps_what_there_was(home: Path) -> None:
    settled(home)
    (home / "phone.sqlite3").write_bytes(b"?" * 40_000)
    (home / "phone.good.sqlite3").write_bytes(b"?" * 40_000)
    photos = sum(1 for one in (home / "files").iterdir() if not one.name.startswith("."))
    phone = opened(home)
    assert phone.recovered is not None
    assert phone.recovered.empty
    assert [one.sequence for one in phone.recovered.lost] == list(range(1, 10))
    assert len(list((home / "files" / "leftovers").iterdir())) == photos == 4
    assert len(list(home.glob("phone.damaged-*.sqlite3"))) == 1
    phone.close()


def test_a_recovery_that_is_cut_off_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(home)
    flip(home / "phone.sqlite3", 0, 100)

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("mobile.storage.recovery._fill", killed)
        with pytest.raises(SystemExit):
            opened(home)
    phone = opened(home)
    assert phone.recovered is not None
    assert sorted(reports(phone)) == list(range(1, 10))
    phone.close()


def test_a_damaged_database_never_replaces_the_good_copy(phone: Phone, tmp_path: Path) -> None:
    good = tmp_path / "phone" / "phone.good.sqlite3"
    before = good.read_bytes()
    settled(tmp_path / "phone")
    flip(tmp_path / "phone" / "phone.sqlite3", 4096 * 3, 4096 * 20)
    assert not phone.good.keep(soonest=0)
    assert good.read_bytes() == before


def test_the_result_survives_writing_and_reading(home: Path) -> None:
    (home / "phone.sqlite3").write_bytes(b"")
    phone = opened(home)
    text = phone.preferences.get("recovered")
    assert text is not None
    assert Recovered.read(text) == phone.recovered
    phone.close()


def test_a_line_that_was_cut_does_not_swallow_the_next(tmp_path: Path, home: Path) -> None:
    log = home / "chain.log"
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size - 10)
    phone = opened(home)  # the database has it, so it is added
    assert [one.sequence for one in ChainLog(log).all()] == list(range(1, 10))
    phone.close()


def test_a_database_that_failed_while_it_ran_is_looked_through_at_the_next_start(home: Path) -> None:
    from mobile.main import _fault

    opened(home).close()
    assert _fault(home, ValueError("x")) != ""
    assert not (home / "phone.suspect").exists()
    assert _fault(home, sqlite3.DatabaseError("database disk image is malformed")) != ""
    assert (home / "phone.suspect").exists()
    phone = opened(home)
    assert phone.recovered is None
    phone.close()
    assert not (home / "phone.suspect").exists()


def test_damage_that_the_start_itself_meets_is_recovered(home: Path) -> None:
    opened(home).close()
    settled(home)
    flip(home / "phone.sqlite3", 4096 * 12, 4096 * 8)
    assert not (home / "phone.open").exists()
    phone = opened(home)
    assert phone.recovered is not None
    assert set(reports(phone)) | {one.sequence for one in phone.recovered.lost} >= set(range(1, 10))
    phone.close()


@pytest.mark.parametrize("column", ["wrapped", "proof"])
@pytest.mark.parametrize("killed", [True, False])
def test_a_damaged_data_key_comes_from_the_copy(home: Path, column: str, killed: bool) -> None:
    if not killed:
        opened(home).close()
    db = sqlite3.connect(home / "phone.sqlite3")
    db.execute(f"UPDATE vault SET {column} = zeroblob(length({column}))")  # noqa: S608
    db.commit()
    db.close()
    phone = opened(home)
    assert phone.recovered is not None
    assert sorted(reports(phone)) == list(range(1, 10))
    check_whole(home, phone)
    phone.close()


def test_a_report_whose_hash_does_not_fit_is_named_and_not_taken(home: Path) -> None:
    db = sqlite3.connect(home / "phone.sqlite3")
    db.execute("UPDATE reports SET manifest_sha256 = ? WHERE sequence = 8", ("0" * 64,))
    db.commit()
    db.close()
    phone = opened(home)
    assert phone.recovered is not None
    assert [one.sequence for one in phone.recovered.lost if one.sequence] == [8]
    assert sorted(reports(phone)) == [1, 2, 3, 4, 5, 6, 7, 9]
    phone.close()


def test_rows_between_two_damaged_pages_are_found(tmp_path: Path) -> None:
    path = tmp_path / "wreck.sqlite3"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE reports (number INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    db.executemany("INSERT INTO reports VALUES (?, ?)", [(number, "x" * 900) for number in range(1, 401)])
    db.commit()
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.close()
    for page in (pages // 4, pages * 3 // 4):
        flip(path, 4096 * page, 4096)
    wreck = Wreck(path, None, tmp_path / "scratch")
    numbers = [row["number"] for row in wreck.rows("reports")]
    wreck.close()
    assert len(numbers) == len(set(numbers)) >= 380
    assert {1, 200, 400} <= set(numbers)
