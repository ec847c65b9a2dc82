"""Locked files: what comes out is what went in, from any place; what was changed, cut or moved does not open."""

import hashlib
import io
import os
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.storage.locked_file import (
    FIXED,
    LENGTH,
    MAX_LABEL,
    PIECE_POWER,
    TAG,
    LockedReader,
    Unfinished,
    is_locked,
    write_locked,
)
from mobile.storage.vault import AesVault

PIECE = 1 << PIECE_POWER
NAME = "0197c0de-0000-7000-8000-000000000001"
Lock = Callable[..., Path]


@pytest.fixture
def vault() -> AesVault:
    return AesVault(bytes(range(32)))


@pytest.fixture
def lock(tmp_path: Path, vault: AesVault) -> Lock:
    def write(content: bytes, name: str = NAME, label: bytes = b"") -> Path:
        path = tmp_path / name
        with path.open("wb") as target:
            write_locked(io.BytesIO(content), target.fileno(), name, vault, lambda stored: label)
        return path

    return write


def content_of(path: Path, vault: AesVault) -> bytes:
    with io.BufferedReader(LockedReader(path, vault)) as plain:
        return plain.read()


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17])
def test_what_went_in_comes_out_with_its_hash_and_label(lock: Lock, vault: AesVault, size: int) -> None:
    content = random.Random(size).randbytes(size)
    path = lock(content, label=b"where it belongs")
    with LockedReader(path, vault) as reader:
        tail = reader.tail
    assert content_of(path, vault) == content
    assert (tail.name, tail.size, tail.label) == (NAME, size, b"where it belongs")
    assert tail.sha256 == hashlib.sha256(content).hexdigest()
    assert is_locked(path)


def test_reading_can_begin_anywhere_as_an_upload_does_that_goes_on(lock: Lock, vault: AesVault) -> None:
    chance = random.Random(4)
    content = chance.randbytes(5 * PIECE + 4321)
    with io.BufferedReader(LockedReader(lock(content), vault)) as plain:
        for _ in range(200):
            at, count = chance.randrange(len(content) + 10), chance.choice((1, 100, PIECE, 3 * PIECE))
            assert plain.seek(at) == at
            assert plain.read(count) == content[at : at + count]
        assert plain.seek(-10, io.SEEK_END) == len(content) - 10
        assert plain.read() == content[-10:]
        assert plain.seek(5) == 5
        assert plain.seek(3, io.SEEK_CUR) == 8
        with pytest.raises(ValueError, match="before the beginning"):
            plain.seek(-1)


def test_nothing_of_the_content_or_the_label_stands_on_disk(lock: Lock) -> None:
    raw = lock(b"\xff\xd8\xff Exif" * 20_000, label=b'{"draft": "x"}').read_bytes()
    assert b"Exif" not in raw
    assert b"draft" not in raw


def test_the_same_content_is_locked_differently_every_time(lock: Lock) -> None:
    first = lock(bytes(1000)).read_bytes()
    second = lock(bytes(1000)).read_bytes()
    assert sum(a == b for a, b in zip(first[FIXED:], second[FIXED:], strict=True)) < 100


def test_every_changed_byte_is_found(lock: Lock, vault: AesVault) -> None:
    path = lock(random.Random(1).randbytes(2 * PIECE + 5), label=b"label")
    raw = path.read_bytes()
    edges = [*range(FIXED + len(NAME) + 2), *range(len(raw) - 70, len(raw))]
    joints = [FIXED + len(NAME) + i * (PIECE + TAG) + k for i in (1, 2) for k in (-TAG - 1, -TAG, -1, 0, 1)]
    for place in sorted({*edges, *joints, *random.Random(2).sample(range(len(raw)), 60)}):
        changed = bytearray(raw)
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(changed)
        with pytest.raises(Unfinished):
            content_of(path, vault)


def test_a_file_cut_anywhere_is_no_whole_file(lock: Lock, vault: AesVault) -> None:
    path = lock(random.Random(1).randbytes(2 * PIECE + 5), label=b"label")
    raw = path.read_bytes()
    start = FIXED + len(NAME)
    joints = [start, start + PIECE + TAG, start + 2 * (PIECE + TAG), start + 2 * (PIECE + TAG) + 5 + TAG]
    for size in sorted({0, 1, 8, FIXED - 1, *joints, *range(len(raw) - 70, len(raw))}):
        path.write_bytes(raw[:size])
        with pytest.raises(Unfinished), LockedReader(path, vault):
            pass


def test_pieces_in_another_order_left_out_or_twice_do_not_open(lock: Lock, vault: AesVault) -> None:
    path = lock(random.Random(1).randbytes(3 * PIECE))
    raw, start = path.read_bytes(), FIXED + len(NAME)
    header, tail = raw[:start], raw[start + 3 * (PIECE + TAG) :]
    a, b, c = (raw[start + i * (PIECE + TAG) :][: PIECE + TAG] for i in range(3))
    for pieces in ([b, a, c], [a, c], [a, b], [a, b, b], [a, b, c, c], []):
        path.write_bytes(header + b"".join(pieces) + tail)
        with pytest.raises(Unfinished):
            content_of(path, vault)


def test_a_file_put_together_from_two_or_with_the_end_of_another_does_not_open(lock: Lock, vault: AesVault) -> None:
    path = lock(bytes(2 * PIECE))
    first = path.read_bytes()
    second = lock(bytes(2 * PIECE)).read_bytes()
    middle = FIXED + len(NAME) + PIECE + TAG
    path.write_bytes(first[:middle] + second[middle:])
    with pytest.raises(Unfinished):
        content_of(path, vault)


def test_content_that_looks_like_an_end_is_not_taken_for_one(lock: Lock, vault: AesVault) -> None:
    """Whoever can choose what is stored chooses a piece that reads like a tail, and cuts the true one off."""
    first = random.Random(1).randbytes(PIECE)
    false_end = len(first).to_bytes(8) + hashlib.sha256(first).digest() + b"label"
    path = lock(first + false_end)
    start = FIXED + len(NAME) + PIECE + TAG
    path.write_bytes(path.read_bytes()[: start + len(false_end) + TAG] + (len(false_end) + TAG).to_bytes(LENGTH))
    with pytest.raises(Unfinished), LockedReader(path, vault):
        pass


@pytest.mark.parametrize("missing", [1, TAG, TAG + 4])
def test_bytes_missing_from_the_last_piece_are_found_before_any_is_read(
    lock: Lock, vault: AesVault, missing: int
) -> None:
    path = lock(bytes(PIECE + 500))
    raw, end_of_pieces = path.read_bytes(), FIXED + len(NAME) + PIECE + 500 + 2 * TAG
    path.write_bytes(raw[: end_of_pieces - missing] + raw[end_of_pieces:])
    with pytest.raises(Unfinished), LockedReader(path, vault):
        pass


def test_the_end_of_a_longer_label_is_not_taken_for_a_piece(lock: Lock, vault: AesVault) -> None:
    """The last four bytes are the only ones that no key vouches for: whatever they say, nothing wrong comes out."""
    path = lock(bytes(PIECE), label=b"x" * 40_000)
    raw = path.read_bytes()
    for length in (0, 39 + TAG, 40 + TAG, 40_000, 40_057, 60_000, 2**31, 2**32 - 1):
        path.write_bytes(raw[:-LENGTH] + length.to_bytes(LENGTH))
        with pytest.raises(Unfinished), LockedReader(path, vault):
            pass


def test_another_key_opens_nothing(lock: Lock) -> None:
    with pytest.raises(Unfinished), LockedReader(lock(b"content"), AesVault(bytes(32))):
        pass


@pytest.mark.parametrize("raw", [b"", b"KKLOCK\x00\x01", b"\xff\xd8\xff" + bytes(500), b"KKLOCK\x00\x02" + bytes(500)])
def test_what_is_no_locked_file_is_told_apart(tmp_path: Path, vault: AesVault, raw: bytes) -> None:
    path = tmp_path / NAME
    path.write_bytes(raw)
    with pytest.raises(Unfinished), LockedReader(path, vault):
        pass


def test_an_empty_source_and_a_label_that_is_too_long_are_refused(lock: Lock) -> None:
    with pytest.raises(ValueError, match="empty"):
        lock(b"")
    with pytest.raises(ValueError, match="label"):
        lock(b"x", label=bytes(MAX_LABEL + 1))


def test_a_video_is_never_held_in_memory(tmp_path: Path, vault: AesVault) -> None:
    source, path, size = tmp_path / "video", tmp_path / NAME, 8 << 20
    with source.open("wb") as file:
        file.truncate(size)
    digest = hashlib.sha256()
    tracemalloc.start()
    try:
        with source.open("rb") as reading, path.open("wb") as target:
            write_locked(reading, target.fileno(), NAME, vault)
        with io.BufferedReader(LockedReader(path, vault), PIECE) as plain:
            while piece := plain.read(PIECE):
                digest.update(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    with source.open("rb") as file:
        assert digest.digest() == hashlib.file_digest(file, "sha256").digest()
    assert peak < 1 << 20


def test_a_short_write_of_the_system_loses_nothing(
    lock: Lock, vault: AesVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda target, content: write(target, bytes(content[:999])))
    content = random.Random(3).randbytes(PIECE + 500)
    assert content_of(lock(content), vault) == content
