"""QR codes on a phone: Java's order of calls, the memory of a large picture, and what is said when there is no code."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image

from mobile.device.android.qr import AndroidScanner
from mobile.ports.device import Scanner
from mobile.services.invitation import read_invitation
from shared.problems import Problem
from tests.fakes.java_security import Cast, JavaBytes, thrown, uncast
from tests.fakes.jnius import FakeJnius, JavaException

SAID = f"kiemkhoang:https://kk.example.vn#ABCDEFGHJK.{'ab' * 32}"
ODD = 3  # pixels at the end of each row that Android's bitmaps may have and that are no picture


class Options:
    inJustDecodeBounds, inSampleSize, outWidth, outHeight = False, 1, 0, 0  # noqa: N815 - Java's names, here and below


class Buffer:
    def __init__(self, size: int) -> None:
        self.size, self.content = size, b""

    def array(self) -> JavaBytes:
        return JavaBytes(self.content)


class Bitmap:
    """Its blue and red are noise: only green shows the picture."""

    def __init__(self, image: Image.Image) -> None:
        self._image, self.recycled = image, False

    def getWidth(self) -> int:  # noqa: N802
        return self._image.width

    def getHeight(self) -> int:  # noqa: N802
        return self._image.height

    def getRowBytes(self) -> int:  # noqa: N802
        return (self._image.width + ODD) * 4

    def getByteCount(self) -> int:  # noqa: N802
        return self.getRowBytes() * self._image.height

    def copyPixelsToBuffer(self, buffer: Any) -> None:  # noqa: N802
        green = self._image.convert("L")
        noise = Image.effect_noise(green.size, 200)
        wide = Image.new("RGBA", (self._image.width + ODD, self._image.height))
        wide.paste(Image.merge("RGBA", (noise, green, noise, Image.new("L", green.size, 255))))
        target = uncast("java.nio.Buffer", buffer)
        assert target.size == len(wide.tobytes())
        target.content = wide.tobytes()

    def recycle(self) -> None:
        self.recycled = True


@dataclass
class Source:
    grey: bytes
    data_width: int
    data_height: int
    left: int
    top: int
    width: int
    height: int
    mirrored: bool

    def picture(self) -> Image.Image:
        assert type(self.grey) is bytes
        whole = Image.frombytes("L", (self.data_width, self.data_height), self.grey)
        return whole.crop((self.left, self.top, self.left + self.width, self.top + self.height))


class Hints(dict[str, str]):
    def put(self, name: str, value: str) -> None:
        self[name] = value


@dataclass
class Java:
    """`sizes`: of pictures that are not there but are said to be, by name: width and height. `fails`: classname of what
    ZXing throws for each. `sight`: px of the longer side below which ZXing sees nothing."""

    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    fails: str = "com.google.zxing.NotFoundException"
    sight: int = 0
    bitmaps: list[Bitmap] = field(default_factory=list)

    def decodeFile(self, path: str, options: Options) -> Bitmap | None:  # noqa: N802
        image = self._image(Path(path), options.inSampleSize, bounds=options.inJustDecodeBounds)
        if options.inJustDecodeBounds:
            options.outWidth, options.outHeight = (-1, -1) if image is None else image
            return None
        if image is None:
            return None
        self.bitmaps.append(Bitmap(image))
        return self.bitmaps[-1]

    def decode(self, bitmap: Any, hints: Hints) -> Any:
        assert "harder" in hints
        picture = bitmap.picture()
        if max(picture.size) < self.sight:
            thrown(self.fails)
        found = zxingcpp.read_barcodes(picture)
        if not found:
            thrown(self.fails)
        return SimpleNamespace(getText=lambda: found[0].text)

    def _image(self, path: Path, sample: int, *, bounds: bool) -> Any:
        if path.name in self.sizes:
            width, height = self.sizes[path.name]
            return (width, height) if bounds else Image.new("L", (width // sample, height // sample), 255)
        try:
            with Image.open(path) as image:
                return image.size if bounds else image.reduce(sample)
        except OSError:
            return None


@pytest.fixture
def java(jnius: FakeJnius) -> Java:
    made = Java()
    jnius.cast = Cast  # type: ignore[method-assign]
    jnius.classes |= {
        "android.graphics.BitmapFactory": SimpleNamespace(decodeFile=made.decodeFile),
        "android.graphics.BitmapFactory$Options": Options,
        "java.nio.ByteBuffer": SimpleNamespace(allocate=Buffer),
        "java.util.HashMap": Hints,
        "com.google.zxing.PlanarYUVLuminanceSource": Source,
        "com.google.zxing.common.HybridBinarizer": lambda source: uncast("com.google.zxing.LuminanceSource", source),
        "com.google.zxing.BinaryBitmap": lambda binarizer: uncast("com.google.zxing.Binarizer", binarizer),
        "com.google.zxing.qrcode.QRCodeReader": lambda: SimpleNamespace(decode=made.decode),
        "com.google.zxing.DecodeHintType": SimpleNamespace(TRY_HARDER="harder"),
        "com.google.zxing.LuminanceSource": object,
        "com.google.zxing.Binarizer": object,
        "com.google.zxing.Result": object,
    }
    return made


def photo(path: Path, size: tuple[int, int] = (1600, 1200), *, scale: int = 8) -> Path:
    """A grey picture with the QR of an enrolment in it, as the supervisor's page draws it."""
    drawn = io.BytesIO()
    segno.make(SAID, error="m", micro=False).save(drawn, kind="png", scale=scale, border=4)
    whole = Image.new("L", size, 180)
    whole.paste(Image.open(drawn).convert("L"), (211, 97))
    whole.save(path)
    return path


def test_the_code_of_an_enrolment_is_read_from_a_photo(java: Java, tmp_path: Path) -> None:
    scanner: Scanner = AndroidScanner()
    said = scanner.read(photo(tmp_path / "code.png"))
    assert said == SAID
    assert read_invitation(said).code == "ABCDEFGHJK"


def test_a_picture_of_fifty_megapixels_is_decoded_small(java: Java, tmp_path: Path) -> None:
    java.sizes["huge.jpg"] = (8160, 6120)
    with pytest.raises(Problem, match="qr_not_found"):
        AndroidScanner().read(tmp_path / "huge.jpg")
    assert [(one.getWidth(), one.getHeight()) for one in java.bitmaps] == [(1020, 765), (2040, 1530)]


def test_a_code_that_is_too_small_in_the_small_picture_is_found_in_the_larger_one(java: Java, tmp_path: Path) -> None:
    java.sight = 1025
    assert AndroidScanner().read(photo(tmp_path / "code.png")) == SAID
    assert [one.getWidth() for one in java.bitmaps] == [800, 1600]


def test_a_small_picture_is_looked_at_once(java: Java, tmp_path: Path) -> None:
    java.sizes["small.png"] = (640, 1024)
    with pytest.raises(Problem, match="qr_not_found"):
        AndroidScanner().read(tmp_path / "small.png")
    assert [one.getHeight() for one in java.bitmaps] == [1024]


@pytest.mark.parametrize("kind", ["NotFound", "Checksum", "Format"])
def test_no_code_or_one_that_cannot_be_made_out_is_said(java: Java, tmp_path: Path, kind: str) -> None:
    java.sizes["wall.jpg"], java.fails = (400, 300), f"com.google.zxing.{kind}Exception"
    with pytest.raises(Problem, match="qr_not_found"):
        AndroidScanner().read(tmp_path / "wall.jpg")


def test_what_goes_wrong_otherwise_stays_a_defect(java: Java, tmp_path: Path) -> None:
    java.sizes["wall.jpg"], java.fails = (400, 300), "java.lang.IllegalStateException"
    with pytest.raises(JavaException):
        AndroidScanner().read(tmp_path / "wall.jpg")


def test_what_is_no_picture_is_said(java: Java, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    for name in ("a.jpg", "missing.jpg"):
        with pytest.raises(Problem, match="photo_unreadable") as caught:
            AndroidScanner().read(tmp_path / name)
        assert caught.value.values == {"name": name}


def test_a_picture_that_breaks_off_is_said(java: Java, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java.sizes["cut.jpg"] = (400, 300)
    whole = Java._image
    monkeypatch.setattr(Java, "_image", lambda *given, bounds: whole(*given, bounds=True) if bounds else None)
    with pytest.raises(Problem, match="photo_unreadable"):
        AndroidScanner().read(tmp_path / "cut.jpg")


def test_the_memory_of_every_picture_is_given_back(java: Java, tmp_path: Path) -> None:
    java.sizes["wall.jpg"] = (2000, 1500)
    with pytest.raises(Problem):
        AndroidScanner().read(tmp_path / "wall.jpg")
    assert [one.recycled for one in java.bitmaps] == [True, True]


def test_every_class_is_looked_up_when_it_is_made(java: Java, jnius: FakeJnius, tmp_path: Path) -> None:
    # From a worker's thread Java would not find those of the app.
    scanner = AndroidScanner()
    made = len(jnius.asked)
    scanner.read(photo(tmp_path / "code.png"))
    assert jnius.asked[made:] == []
    assert "com.google.zxing.Result" in jnius.asked
