"""Pictures for the phone's own screen: within its memory, and a sentence for what cannot be drawn."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mobile.bootstrap import Phone
from mobile.services import thumbnails
from mobile.services.thumbnails import LARGE, Thumbnails
from shared.problems import Problem
from shared.wire.v1.records import Kind, Purpose

Keep = Callable[..., str]


@pytest.fixture
def keep(phone: Phone, tmp_path: Path) -> Keep:
    """The name under which the phone has a file of these bytes."""
    draft = phone.recording.start(Kind.TRANSPORT).id

    def write(content: bytes) -> str:
        path = tmp_path / "picture"
        path.write_bytes(content)
        return str(phone.recording.attach(draft, path, purpose=Purpose.LOAD).id)

    return write


def encoded(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


def test_a_photo_of_a_phone_is_brought_to_the_limit(phone: Phone, keep: Keep) -> None:
    large = Thumbnails(phone.files).large(keep(encoded(Image.new("RGB", (6000, 4000), (9, 9, 200)))))
    assert max(large.width, large.height) == LARGE
    assert abs(large.width / large.height - 1.5) < 0.01
    assert len(large.rgb) == large.width * large.height * 3


def test_one_held_upright_stands_upright(phone: Phone, keep: Keep) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    large = Thumbnails(phone.files).large(keep(encoded(Image.new("RGB", (60, 40)), exif=exif)))
    assert (large.width, large.height) == (40, 60)


def test_what_shines_through_stands_on_white(phone: Phone, keep: Keep) -> None:
    large = Thumbnails(phone.files).large(keep(encoded(Image.new("RGBA", (2, 2), (0, 0, 0, 0)), "PNG")))
    assert large.rgb[:3] == b"\xff\xff\xff"


def code_of(phone: Phone, name: str) -> str:
    with pytest.raises(Problem) as caught:
        Thumbnails(phone.files).large(name)
    assert Thumbnails(phone.files).small(name) is None
    return caught.value.code


def test_a_bomb_is_refused_before_it_is_decoded(phone: Phone, keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of one colour: kilobytes on the disk, gigabytes in memory."""
    name = keep(encoded(Image.new("1", (9000, 9000)), "PNG"))

    def load(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    assert code_of(phone, name) == "photo_too_many_pixels"


def test_a_progressive_photo_counts_whole_for_it_stands_in_memory_whole(
    phone: Phone, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "MOST_DECODED", 8_000_000)
    picture = Image.new("L", (4200, 4200))
    assert Thumbnails(phone.files).large(keep(encoded(picture)))
    assert code_of(phone, keep(encoded(picture, progressive=True))) == "photo_too_many_pixels"


def test_one_that_is_cut_short_or_changed_or_gone_is_damaged(phone: Phone, keep: Keep) -> None:
    whole = encoded(Image.effect_noise((300, 300), 80))
    assert code_of(phone, keep(whole[: len(whole) // 2])) == "photo_broken"
    name = keep(whole)
    path = next(path for path in Path(phone.files._folder).rglob(name))
    locked = bytearray(path.read_bytes())
    locked[len(locked) // 2] ^= 1
    path.write_bytes(locked)
    assert code_of(phone, name) == "photo_broken"
    path.unlink()
    assert code_of(phone, name) == "photo_broken"


def test_what_is_no_picture_is_said_to_be_none(phone: Phone, keep: Keep) -> None:
    assert code_of(phone, keep(b"%PDF-1.7 not a photo")) == "photo_kind_unknown"
