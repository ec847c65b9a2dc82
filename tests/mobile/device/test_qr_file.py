"""QR codes in picture files of a desktop."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import segno
from PIL import Image

from mobile.device import qr_file
from mobile.device.qr_file import FileScanner
from mobile.ports.device import Scanner
from mobile.services.invitation import read_invitation
from shared.problems import Problem

SAID = f"kiemkhoang:https://kk.example.vn#ABCDEFGHJK.{'ab' * 32}"
ROOT = Path(__file__).resolve().parents[3]


def drawn(text: str, scale: int = 6) -> Image.Image:
    """As the supervisor's page draws it."""
    content = io.BytesIO()
    segno.make(text, error="m", micro=False).save(content, kind="png", scale=scale, border=4)
    return Image.open(content).convert("L")


@pytest.mark.parametrize("turn", [0, 17, 90, 180])
def test_the_code_of_an_enrolment_is_read_from_a_photo(tmp_path: Path, turn: int) -> None:
    photo = Image.new("RGB", (4000, 3000), (120, 140, 160))
    photo.paste(drawn(SAID, scale=24).rotate(turn, expand=True, fillcolor=255), (731, 402))
    photo.save(tmp_path / "photo.jpg", quality=70)
    scanner: Scanner = FileScanner()
    said = scanner.read(tmp_path / "photo.jpg")
    assert said == SAID
    assert read_invitation(said).server == "https://kk.example.vn"


def test_a_screenshot_with_colours_of_its_own_is_read(tmp_path: Path) -> None:
    drawn(SAID).convert("1").convert("P").save(tmp_path / "shot.gif")
    assert FileScanner().read(tmp_path / "shot.gif") == SAID


def test_what_the_code_says_comes_back_sign_for_sign(tmp_path: Path) -> None:
    drawn("Mỏ đá\n<Ự>").save(tmp_path / "words.png")
    assert FileScanner().read(tmp_path / "words.png") == "Mỏ đá\n<Ự>"


def test_a_picture_without_a_code_is_said(tmp_path: Path) -> None:
    Image.new("RGB", (800, 600), (90, 90, 90)).save(tmp_path / "wall.jpg")
    with pytest.raises(Problem, match="qr_not_found"):
        FileScanner().read(tmp_path / "wall.jpg")


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    drawn(SAID).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:900])
    for name in ("a.jpg", "cut.jpg", "missing.jpg"):
        with pytest.raises(Problem, match="photo_unreadable") as caught:
            FileScanner().read(tmp_path / name)
        assert caught.value.values == {"name": name}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(SAID).save(tmp_path / "code.png")
    monkeypatch.setattr(qr_file, "MOST_PIXELS", 1000)
    with pytest.raises(Problem, match="photo_unreadable"):
        FileScanner().read(tmp_path / "code.png")


def test_its_library_is_imported_when_it_is_needed_only() -> None:
    program = (
        "import sys; sys.modules |= dict(zxingcpp=None, PIL=None); import mobile.device.qr_file as q; q.FileScanner()"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
