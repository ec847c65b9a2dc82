"""A memory card: what is written is whole, what is found is plain, and nothing on it leads anywhere else."""

import errno
import hashlib
import io
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from shared.problems import Problem
from shared.wire.v1 import card as cards
from shared.wire.v1.card import CARD_FORMAT, Card, open_plain, printable

REPORT = UUID("01936a5e-0000-7000-8000-000000000001")
OTHER = UUID("01936a5e-0000-7000-8000-000000000002")
MANIFEST = "ab" * 32
PHOTO = b"\xff\xd8 a photo" * 40_000
PHOTO_HASH = hashlib.sha256(PHOTO).hexdigest()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.code


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card.create(tmp_path / "card")


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# --- making and opening


def test_card_is_made_with_its_label_and_opened_again(tmp_path: Path) -> None:
    Card.create(tmp_path / "a" / "card").add_report(REPORT, MANIFEST, b"{}")
    assert (tmp_path / "a/card/card.json").read_bytes() == b'{"format":"card/1.0"}'
    again = Card.create(tmp_path / "a" / "card")
    assert [entry.body for entry in again.reports()] == [b"{}"]
    assert below(again.folder) == [
        "card.json", "files", "receipts", "reports", f"reports/{REPORT}.{MANIFEST[:16]}.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "label",
    [None, b"", b"{", b"[]", b'{"format": 1}', b'{"format": "card/2.0"}', b'{"format": "card/1.0\n"}', b"9" * 5000],
    ids=["none", "empty", "cut", "list", "number", "later", "newline", "long"],
)
def test_other_folders_are_no_cards(tmp_path: Path, label: bytes | None) -> None:
    if label is not None:
        (tmp_path / "card.json").write_bytes(label)
    assert code_of(lambda: Card.open(tmp_path)) == "card_invalid"


def test_a_card_of_a_newer_app_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_bytes(b'{"format": "card/1.7", "made_by": "a later app"}')
    assert list(Card.open(tmp_path).reports()) == []


def test_label_that_is_a_link_or_a_pipe_is_no_label(tmp_path: Path) -> None:
    real = Card.create(tmp_path / "real").folder / "card.json"
    for name, make in (("link", lambda path: path.symlink_to(real)), ("pipe", os.mkfifo)):
        (tmp_path / name).mkdir()
        make(tmp_path / name / "card.json")
        assert code_of(lambda name=name: Card.open(tmp_path / name)) in ("card_invalid", "card_failed")  # type: ignore[misc]


def test_a_folder_named_in_nfd_carries_a_card(tmp_path: Path) -> None:
    folder = tmp_path / unicodedata.normalize("NFD", "Thẻ của tổ kiểm tra")
    Card.create(folder).add_file(PHOTO_HASH, io.BytesIO(PHOTO))
    assert Card.open(folder).file(PHOTO_HASH) == folder / "files" / PHOTO_HASH


# --- reports


def test_reports_come_by_name_and_byte_for_byte(card: Card) -> None:
    card.add_report(OTHER, MANIFEST, b'{"b": 2}')
    card.add_report(REPORT, MANIFEST, b'{"a": 1}')
    card.add_report(REPORT, "cd" * 32, b'{"a": 9}')  # a second manifest under one id is kept beside the first
    assert [(entry.name, entry.body) for entry in card.reports()] == [
        (f"{REPORT}.{'ab' * 8}.json", b'{"a": 1}'),
        (f"{REPORT}.{'cd' * 8}.json", b'{"a": 9}'),
        (f"{OTHER}.{'ab' * 8}.json", b'{"b": 2}'),
    ]


def test_body_over_the_limit_is_named_and_not_read(card: Card) -> None:
    card.add_report(REPORT, MANIFEST, b"x" * 101)
    card.add_report(OTHER, MANIFEST, b"x" * 100)
    first, second = card.reports(limit=100)
    assert (first.body, first.problem and first.problem.code) == (b"", "too_large")
    assert (second.body, second.problem) == (b"x" * 100, None)


def test_huge_body_costs_no_memory(card: Card) -> None:
    """A sparse file of 100 GB: reading it would end this process."""
    with (card.folder / "reports" / "huge.json").open("wb") as file:
        file.truncate(100 * 2**30)
    assert [entry.problem and entry.problem.code for entry in card.reports()] == ["too_large"]


def test_only_plain_json_files_are_reports(card: Card, tmp_path: Path) -> None:
    reports = card.folder / "reports"
    secret = tmp_path / "secret.json"
    secret.write_bytes(b"secret")
    (reports / "link.json").symlink_to(secret)
    (reports / "gone.json").symlink_to(tmp_path / "nothing")
    os.mkfifo(reports / "pipe.json")
    (reports / "folder.json").mkdir()
    (reports / "._copy.json").write_bytes(b"of another system")
    (reports / ".half.json.part").write_bytes(b"{")
    (reports / "note.txt").write_bytes(b"text")
    (reports / "Copy of one (1).JSON").write_bytes(b"[]")
    (reports / unicodedata.normalize("NFD", "phiếu.json")).write_bytes(b"{}")
    assert [(entry.name, entry.body) for entry in card.reports()] == [
        ("Copy of one (1).JSON", b"[]"),
        (unicodedata.normalize("NFD", "phiếu.json"), b"{}"),
    ]
    assert list(card.strangers()) == [
        f"reports/{name}"
        for name in ("._copy.json", ".half.json.part", "folder.json", "gone.json", "link.json", "note.txt", "pipe.json")
    ]


def test_names_that_are_no_text_can_be_printed(card: Card) -> None:
    (card.folder / "reports" / os.fsdecode(b"\xff\x1b[2J\n.json")).write_bytes(b"{}")
    (name,) = [entry.name for entry in card.reports()]
    assert name.isprintable()
    assert name.encode("utf-8")
    assert printable("a\u202eb\u2028") == "a\\u202eb\\u2028"
    assert printable("phiếu 1") == "phiếu 1"


@pytest.mark.parametrize("sha256", ["../../x", "AB" * 32, "ab" * 31, "ab" * 32 + "\n", ""])
def test_what_is_no_hash_names_nothing(card: Card, sha256: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        card.add_report(REPORT, sha256, b"{}")
    with pytest.raises(ValueError, match="no SHA-256"):
        card.add_file(sha256, io.BytesIO(b""))
    assert card.file(sha256) is None
    assert below(card.folder) == ["card.json", "files", "receipts", "reports"]


# --- files


def test_file_lies_under_its_hash_and_is_not_written_twice(card: Card) -> None:
    card.add_file(PHOTO_HASH, io.BytesIO(PHOTO))
    path = card.file(PHOTO_HASH)
    assert path is not None
    before = path.stat().st_ino
    card.add_file(PHOTO_HASH, io.BytesIO(b"not even read"))
    assert (path.read_bytes(), path.stat().st_ino) == (PHOTO, before)
    assert list(card.files()) == [PHOTO_HASH]


def test_file_that_is_cut_on_the_card_is_written_again(card: Card) -> None:
    (card.folder / "files" / PHOTO_HASH).write_bytes(PHOTO[:1000])
    card.add_file(PHOTO_HASH, io.BytesIO(PHOTO))
    assert (card.folder / "files" / PHOTO_HASH).read_bytes() == PHOTO


def test_source_that_is_another_file_leaves_nothing(card: Card) -> None:
    assert code_of(lambda: card.add_file(PHOTO_HASH, io.BytesIO(PHOTO[:-1]))) == "card_file_differs"
    assert below(card.folder / "files") == []


def test_links_on_the_card_are_neither_read_nor_written_through(card: Card, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"untouched")
    place = card.folder / "files" / PHOTO_HASH
    place.symlink_to(outside)
    (card.folder / "files" / f".{PHOTO_HASH}.part").symlink_to(outside)
    assert card.file(PHOTO_HASH) is None
    card.add_file(PHOTO_HASH, io.BytesIO(PHOTO))
    assert (outside.read_bytes(), place.is_symlink(), place.read_bytes()) == (b"untouched", False, PHOTO)


def test_folder_that_is_a_link_is_no_part_of_the_card(card: Card, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / PHOTO_HASH).write_bytes(PHOTO)
    (card.folder / "files").rmdir()
    (card.folder / "files").symlink_to(outside)
    assert (card.file(PHOTO_HASH), list(card.files())) == (None, [])
    assert code_of(lambda: card.add_file(PHOTO_HASH, io.BytesIO(PHOTO))) == "card_invalid"


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_open_plain_opens_no_other_thing(tmp_path: Path, kind: str) -> None:
    (tmp_path / "real").write_bytes(b"x")
    path = tmp_path / "it"
    {"link": lambda: path.symlink_to(tmp_path / "real"), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    assert code_of(lambda: open_plain(path)) == "card_failed"


def test_names_in_capitals_are_found(card: Card) -> None:
    """A FAT card may give back what was written in small letters in capitals."""
    card.add_report(REPORT, MANIFEST, b"{}")
    card.add_file(PHOTO_HASH, io.BytesIO(PHOTO))
    for path in sorted(card.folder.rglob("*"), key=lambda path: -len(path.parts)):
        path.rename(path.with_name(path.name.upper()))
    found = Card.open(card.folder)
    path = found.file(PHOTO_HASH)
    assert path is not None
    assert path.read_bytes() == PHOTO
    assert [entry.body for entry in found.reports()] == [b"{}"]
    assert (list(found.files()), list(found.strangers())) == ([PHOTO_HASH], [])
    Card.create(card.folder).add_file(PHOTO_HASH, io.BytesIO(b"not even read"))
    assert below(card.folder) == [
        "CARD.JSON", "FILES", f"FILES/{PHOTO_HASH.upper()}", "RECEIPTS", "REPORTS",
        f"REPORTS/{str(REPORT).upper()}.{MANIFEST[:16].upper()}.JSON",
    ]  # fmt: skip


# --- receipts


def test_receipt_is_replaced_by_a_later_one(card: Card) -> None:
    card.add_receipt(REPORT, '{"số": 1}')
    card.add_receipt(REPORT, '{"số": 2}')
    (card.folder / "receipts" / f"{OTHER}.json").write_bytes(b"x" * (cards.RECEIPT_MAX_BYTES + 1))
    assert list(card.receipts()) == [(f"{REPORT}.json", '{"số": 2}'.encode())]


# --- cards that fail


def test_what_was_cut_while_written_is_not_there(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the phone died between the last byte and the name: what is left is half and hidden."""

    def dies(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", dies)
    monkeypatch.setattr(cards, "_drop", lambda part, why: None)
    with pytest.raises(KeyboardInterrupt):
        card.add_report(REPORT, MANIFEST, b"{}")
    monkeypatch.undo()
    assert list(card.reports()) == []
    card.add_report(REPORT, MANIFEST, b"{}")
    assert below(card.folder / "reports") == [f"{REPORT}.{MANIFEST[:16]}.json"]


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "card_full"), (errno.EFBIG, "card_full"), (errno.EIO, "card_failed")]
)
def test_card_that_fails_says_so_and_keeps_what_it_had(
    card: Card, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    card.add_receipt(REPORT, "old")

    def refuses(descriptor: int) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(os, "fsync", refuses)
    assert code_of(lambda: card.add_receipt(REPORT, "new")) == code
    assert code_of(lambda: card.add_report(REPORT, MANIFEST, b"{}")) == code
    assert code_of(lambda: card.add_file(PHOTO_HASH, io.BytesIO(PHOTO))) == code
    monkeypatch.undo()
    assert list(card.receipts()) == [(f"{REPORT}.json", b"old")]
    assert below(card.folder) == ["card.json", "files", "receipts", f"receipts/{REPORT}.json", "reports"]


def test_everything_is_synced_before_it_has_its_name(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, name = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (steps.append("sync"), sync(fd))[1])
    monkeypatch.setattr(Path, "replace", lambda part, path: (steps.append("name"), name(part, path))[1])
    card.add_report(REPORT, MANIFEST, b"{}")
    card.add_file(PHOTO_HASH, io.BytesIO(PHOTO))
    assert steps == ["sync", "name", "sync"] * 2


def test_card_that_was_pulled_out_is_a_sentence(card: Card, tmp_path: Path) -> None:
    card.folder.rename(tmp_path / "pulled")
    assert code_of(lambda: card.add_report(REPORT, MANIFEST, b"{}")) == "card_failed"
    assert CARD_FORMAT == "card/1.0"
