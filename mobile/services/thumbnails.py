"""Pictures of files on the phone, for its own screen: made in memory, kept nowhere in clear."""

from dataclasses import dataclass
from typing import Any

from mobile.ports import FileStore
from shared.problems import Problem

SIDE = 320  # px of the longer side of a small one
LARGE = 2048  # px of the longer side of a large one: every phone of ten years draws a texture of that size
MOST_PIXELS = 120_000_000  # beyond this a picture is a bomb, not a photo
# What a decoder may hold at once, about 100 MB. A JPEG of one pass is decoded at a fraction of its size and comes below
# it; one of many passes (progressive) and every other format stand in memory whole.
MOST_DECODED = 24_000_000


@dataclass(frozen=True, slots=True)
class Small:
    """`rgb`: three bytes a pixel, rows from above."""

    width: int
    height: int
    rgb: bytes


class Thumbnails:
    def __init__(self, files: FileStore) -> None:
        self._files = files

    def small(self, name: str) -> Small | None:
        """None where no picture can be made of it: another kind of file, a damaged one, one too large."""
        try:
            return self._drawn(name, SIDE)
        except Problem:
            return None

    def large(self, name: str) -> Small:
        """Problem `photo_broken`, `photo_kind_unknown`, `photo_too_many_pixels`."""
        return self._drawn(name, LARGE)

    def _drawn(self, name: str, side: int) -> Small:
        from PIL import Image, UnidentifiedImageError

        try:
            with self._files.open(name) as content, Image.open(content) as image:
                return _scaled(image, side)
        except UnidentifiedImageError as error:
            raise Problem("photo_kind_unknown") from error
        except (Image.DecompressionBombError, MemoryError) as error:
            raise Problem("photo_too_many_pixels") from error
        except Problem as problem:
            if problem.code == "photo_unreadable":  # by its name in the file store, which tells an officer nothing
                raise Problem("photo_broken") from problem
            raise
        except Exception as error:  # whatever a decoder makes of a damaged picture
            raise Problem("photo_broken") from error


def _scaled(image: Any, side: int) -> Small:
    """Upright, on white, no larger than `side`; Pillow's own types differ between its versions."""
    from PIL import Image, ImageOps

    passes = image.info.get("progressive") or image.info.get("progression")
    whole = image.width * image.height
    share = side / max(image.size)
    image.draft("RGB", (int(image.width * share), int(image.height * share)))
    if whole > MOST_PIXELS or (whole if passes else image.width * image.height) > MOST_DECODED:
        raise Problem("photo_too_many_pixels")
    picture = image if image.mode != "P" else image.convert("RGBA")
    picture.thumbnail((side, side))
    picture = ImageOps.exif_transpose(picture)
    if "A" in picture.getbands():
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, (255, 255, 255))
        picture.paste(clear, mask=clear.getchannel("A"))
    picture = picture.convert("RGB")
    return Small(picture.width, picture.height, picture.tobytes())
