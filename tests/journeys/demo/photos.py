"""Photographs nobody took: drawn scenes, each different, as real JPEG files that say so in picture and EXIF."""

import random
from pathlib import Path

from PIL import ExifTags, Image, ImageDraw, ImageFilter

SIZE = (800, 600)


def draw(path: Path, *, caption: str, seed: int, quality: int = 88) -> None:
    """A river, a bank, a boat or truck, and enough grain to weigh what a scaled photo weighs (60–200 kB)."""
    dice = random.Random(seed)
    sky = (170 + dice.randrange(60), 190 + dice.randrange(50), 210 + dice.randrange(40))
    picture = Image.new("RGB", SIZE, sky)
    pen = ImageDraw.Draw(picture)
    horizon = 180 + dice.randrange(80)
    pen.rectangle(
        (0, horizon, *SIZE), fill=(140 + dice.randrange(30), 110 + dice.randrange(30), 70 + dice.randrange(30))
    )
    pen.polygon(
        [(0, horizon), (SIZE[0], horizon - dice.randrange(40)), (SIZE[0], horizon + 60), (0, horizon + 30)],
        fill=(70 + dice.randrange(30), 110 + dice.randrange(30), 70),
    )
    left, top = 120 + dice.randrange(300), horizon + 100 + dice.randrange(120)
    hull = dice.choice(((90, 60, 40), (50, 70, 110), (120, 120, 125)))
    pen.polygon([(left, top), (left + 260, top), (left + 220, top + 70), (left + 40, top + 70)], fill=hull)
    pen.ellipse((left + 60, top - 45, left + 200, top + 20), fill=(205, 180, 130))
    for _ in range(14):  # heaps, sheds, trees: no two places look alike
        x, y = dice.randrange(SIZE[0]), dice.randrange(SIZE[1])
        wide, high = 60 + dice.randrange(220), 50 + dice.randrange(190)
        shade = dice.randrange(30, 230)
        box = (x - wide // 2, y - high // 2, x + wide // 2, y + high // 2)
        pen.rectangle(box, fill=(shade, shade - 20, shade // 2))
    grain = Image.effect_noise(SIZE, 26 + dice.randrange(10)).convert("RGB")
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(0.8)), grain, 0.18)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, SIZE[1] - 42, *SIZE), fill=(25, 25, 25))
    # Pillow's own font has no Vietnamese letters, so the strip is written without marks.
    pen.text((12, SIZE[1] - 34), caption, fill=(240, 240, 240), font_size=20)
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "dữ liệu minh họa"
    picture.save(path, "JPEG", quality=quality, exif=exif)
