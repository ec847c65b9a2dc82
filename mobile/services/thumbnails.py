"""Small pictures of files on the phone, for its own screen: made in memory, kept nowhere in clear."""

from dataclasses import dataclass

from mobile.ports import FileStore
from shared.problems import Problem

SIDE = 320  # px of the longer side
MOST_PIXELS = 120_000_000  # beyond this a picture is a bomb, not a photo


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
        from PIL import Image, ImageOps

        try:
            with self._files.open(name) as content, Image.open(content) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                image.draft("RGB", (SIDE, SIDE))  # a JPEG is then decoded at a fraction of its size
                picture = ImageOps.exif_transpose(image).convert("RGB")
                picture.thumbnail((SIDE, SIDE))
                return Small(picture.width, picture.height, picture.tobytes())
        except (Problem, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None
