"""The process that looks at one picture: `python -m backend.inspections.pictures.reader`, started by `looking.look`.

Out: ["picture", facts] and then ["end"], or ["refused", code]. The small pictures lie in the folder of the order then.
Only the first frame is ever decoded.
"""

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from backend.common import confined
from backend.common.confined import Limits, line
from backend.inspections.pictures import exif, hashing, heif

# By content type: the only decoders of Pillow that are ever asked.
DECODERS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/gif": ("GIF",),
    "image/avif": ("AVIF",),
}
CONTAINERS = frozenset({"image/heic", "image/heif"})
SIZES = {"preview": 1280, "thumbnail": 320}  # longest side, the larger first
_QUALITY = 80
# What Exif's orientation asks for (Exif 2.32, 4.6.4 A).
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises for a picture that is none, or is cut short.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, OverflowError, ZeroDivisionError,
           AttributeError, EOFError, AssertionError, NotImplementedError, RuntimeError)  # fmt: skip


class Refused(Exception):
    """`code`: of the catalogue of problems."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Order:
    """`max_pixels`: width × height that is decoded at most."""

    path: str
    folder: str
    media_type: str
    max_pixels: int
    seconds: float
    memory_bytes: int
    file_bytes: int


def tell(order: Mapping[str, Any], out: Any) -> None:
    wanted = Order(**order)
    out.write(line("picture", facts_of(wanted)))
    out.write(line("end"))
    out.flush()


def facts_of(order: Order) -> dict[str, Any]:
    """`said`: as `exif.Said`; `width`, `height`: as seen, None where not known; `looks`: two hashes or None; `problem`:
    why there are no small pictures, None when there are."""
    said, width, height, looks, problem = exif.Said(), None, None, None, None
    try:
        if order.media_type in CONTAINERS:
            said = _said_by_heif(Path(order.path))
            raise Refused("thumbnail_unsupported")
        with _opened(order) as picture:
            said = _said_by(picture)
            width, height = picture.size if said.orientation < 5 else picture.size[::-1]
            if picture.size[0] * picture.size[1] > order.max_pixels:
                raise Refused("thumbnail_too_large")
            looks = _make_small(picture, said.orientation, Path(order.folder))
    except Refused as refused:
        problem = refused.code
    return {"said": said.as_json(), "width": width, "height": height, "looks": looks, "problem": problem}


def _opened(order: Order) -> Image.Image:
    # Ours is the limit: Pillow's own would only warn below twice of it.
    Image.MAX_IMAGE_PIXELS = None
    try:
        return Image.open(order.path, formats=DECODERS[order.media_type])
    except (UnidentifiedImageError, *_BROKEN) as error:
        raise Refused("thumbnail_unreadable") from error


def _said_by(picture: Image.Image) -> exif.Said:
    try:
        return exif.said_by(picture.getexif())
    except _BROKEN:
        return exif.Said()


def _said_by_heif(path: Path) -> exif.Said:
    found = Image.Exif()
    try:
        with path.open("rb") as file:
            found.load(b"Exif\0\0" + heif.exif_of(file, path.stat().st_size))
    except (heif.NotHeif, *_BROKEN):
        return exif.Said()
    return exif.said_by(found)


def _make_small(picture: Image.Image, orientation: int, folder: Path) -> tuple[int, int] | None:
    """Write one JPEG for each size, turned upright, without any metadata; how the picture looks."""
    try:
        largest = max(SIZES.values())
        picture.draft("RGB", (largest, largest))  # JPEG is decoded at a fraction of its size
        small = _on_white(picture)
        small.thumbnail((largest, largest), Image.Resampling.LANCZOS, reducing_gap=2.0)
        if orientation in _TURN:
            small = small.transpose(_TURN[orientation])
        for name, side in SIZES.items():
            small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
            plain = Image.frombytes("RGB", small.size, small.tobytes())  # nothing of the original's `info` goes along
            buffer = io.BytesIO()
            plain.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
            (folder / f"{name}.jpg").write_bytes(buffer.getvalue())
    except MemoryError:
        raise
    except _BROKEN as error:
        raise Refused("thumbnail_unreadable") from error
    return hashing.looks(small)


def _on_white(picture: Image.Image) -> Image.Image:
    picture.load()
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGB", clear.size, "white")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        # 16 bits: Pillow would cut them off at 255.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return picture.convert("RGB")


def main() -> None:
    sys.setrecursionlimit(500)
    confined.run(tell, lambda order: Limits(order["seconds"], order["memory_bytes"], order["file_bytes"]))


if __name__ == "__main__":
    main()
