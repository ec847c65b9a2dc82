"""A signature drawn with a finger, as a picture that can stand as evidence."""

from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT = 900, 420  # px; the shape of the pad on a phone held upright
INK = (12, 12, 70)
_LINE = 5

Strokes = Sequence[Sequence[tuple[float, float]]]  # (x, y) in 0 … 1, from the lower left


def draw(strokes: Strokes, path: Path) -> Path:
    """A PNG at `path`."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        places = [(x * WIDTH, (1 - y) * HEIGHT) for x, y in stroke]
        if len(places) == 1:
            x, y = places[0]
            pen.ellipse([(x - _LINE, y - _LINE), (x + _LINE, y + _LINE)], fill=INK)
        else:
            pen.line(places, fill=INK, width=_LINE, joint="curve")
    image.save(path, "PNG")
    return path
