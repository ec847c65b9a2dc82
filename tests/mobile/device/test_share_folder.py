"""Papers in a folder: whole or not there, and nobody takes one away while it is written."""

import threading
from pathlib import Path

import pytest

from mobile.device.share_folder import FolderShare


def test_what_is_handed_on_is_kept_until_it_is_removed(tmp_path: Path) -> None:
    share = FolderShare(tmp_path / "papers")
    assert share.kept() == ()
    place = share.hand_on("a.pdf", b"one")
    share.hand_on("a.pdf", b"two")
    assert Path(place).read_bytes() == b"two"
    assert share.kept() == ("a.pdf",)
    share.remove("a.pdf")
    share.remove("a.pdf")
    assert share.kept() == ()


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir(mode=0o755)
    FolderShare(tmp_path / "papers").hand_on("a.pdf", b"one")
    assert (tmp_path / "papers").stat().st_mode & 0o777 == 0o700


def test_a_paper_is_not_swept_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share, replace = FolderShare(tmp_path), Path.replace
    waited: list[bool] = []

    def slow(self: Path, target: Path) -> Path:
        sweeper = threading.Thread(target=share.remove, args=(self.name,))
        sweeper.start()
        sweeper.join(0.1)
        waited.append(sweeper.is_alive())
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", slow)
    share.hand_on("a.pdf", b"one")
    assert waited == [True]
    assert (tmp_path / "a.pdf").read_bytes() == b"one"
