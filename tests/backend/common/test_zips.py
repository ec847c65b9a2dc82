"""An archive is written as it is read."""

import hashlib
import io
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.common.zips import Altered, Entry, zip_stream

NOW = datetime(2026, 11, 26, 1, 2, 4, tzinfo=UTC)


def test_it_is_an_archive_with_the_time_of_vietnam() -> None:
    whole = b"".join(zip_stream([Entry.of("a/b.txt", b"cat"), Entry.of("a/c.txt", b"")], made_at=NOW))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert [(item.filename, archive.read(item)) for item in archive.infolist()] == [
            ("a/b.txt", b"cat"),
            ("a/c.txt", b""),
        ]
        assert archive.infolist()[0].date_time == (2026, 11, 26, 8, 2, 4)


def test_a_large_file_passes_in_pieces(tmp_path: Path) -> None:
    size = 48 * 2**20
    large = tmp_path / "video"
    with large.open("wb") as file:
        file.truncate(size)
    entry = Entry("video", large, hashlib.sha256(bytes(size)).hexdigest())
    tracemalloc.start()
    try:
        passed = sum(len(piece) for piece in zip_stream([entry], made_at=NOW))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert passed > size
    assert peak < 4 * 2**20


def test_what_is_not_its_hash_ends_it() -> None:
    stream = zip_stream([Entry("a", b"cat", hashlib.sha256(b"dog").hexdigest())], made_at=NOW)
    with pytest.raises(Altered, match="a"):
        list(stream)
