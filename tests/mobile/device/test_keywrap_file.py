"""The file with the key that wraps the data key: made once, nobody else's eyes, never made anew for what exists."""

import os
from pathlib import Path

import pytest

from mobile.device import keywrap_file
from mobile.device.keywrap_file import FileKeyWrap
from shared.problems import Problem


def test_what_was_wrapped_opens_after_a_restart_and_shows_nothing_of_itself(tmp_path: Path) -> None:
    path, key = tmp_path / "lock.key", os.urandom(32)
    wrapped = FileKeyWrap(path).wrap(key)
    assert FileKeyWrap(path).unwrap(wrapped) == key
    assert key not in wrapped
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["lock.key"]


def test_every_wrapping_is_another_and_each_byte_counts(tmp_path: Path) -> None:
    keeper, key = FileKeyWrap(tmp_path / "lock.key"), os.urandom(32)
    first, second = keeper.wrap(key), keeper.wrap(key)
    assert first != second
    for place in range(len(first)):
        changed = bytearray(first)
        changed[place] ^= 1
        with pytest.raises(Problem, match="phone_data_locked"):
            keeper.unwrap(bytes(changed))
    with pytest.raises(Problem, match="phone_data_locked"):
        keeper.unwrap(b"")


def test_unwrapping_never_makes_a_key(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="phone_data_locked"):
        FileKeyWrap(tmp_path / "lock.key").unwrap(bytes(60))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)], ids=["empty", "short", "long"])
def test_a_damaged_key_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lock.key"
    path.touch(mode=0o600)
    path.write_bytes(content)
    for work in (FileKeyWrap(path).wrap, FileKeyWrap(path).unwrap):
        with pytest.raises(Problem, match="phone_data_locked"):
            work(bytes(32))
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "lock.key"
    wrapped = FileKeyWrap(path).wrap(bytes(32))
    path.chmod(mode)
    with pytest.raises(Problem, match="phone_data_locked"):
        FileKeyWrap(path).unwrap(wrapped)


def test_a_key_that_appeared_while_another_was_being_made_stays(tmp_path: Path) -> None:
    path = tmp_path / "lock.key"
    wrapped = FileKeyWrap(path).wrap(bytes(32))
    keywrap_file._create(path)
    assert FileKeyWrap(path).unwrap(wrapped) == bytes(32)
    assert [file.name for file in tmp_path.iterdir()] == ["lock.key"]
