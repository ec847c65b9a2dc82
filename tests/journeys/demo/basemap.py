"""A small map file for the demo province, drawn here: the river's line, commune centres, a graticule. MBTiles 1.3.

Names are written by the app, in the officer's size of text."""

import io
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = 256
ZOOMS = range(9, 15)
MARGIN = 0.05  # degrees round the river
GROUND, WATER, LINE, WORDS = (240, 243, 236), (176, 208, 228), (205, 210, 214), (90, 98, 104)
RIVER_M = 500.0  # about as wide as it is there
CREDIT = "Nền tự vẽ, dữ liệu minh họa"
_EARTH_M = 40_075_017.0

Place = tuple[float, float]  # (lat, lon)


def write_map(path: Path, river: Sequence[Place], communes: Iterable[Place]) -> int:
    """The number of tiles written. `communes`: their centres."""
    lats, lons = [lat for lat, _ in river], [lon for _, lon in river]
    box = (min(lats) - MARGIN, min(lons) - MARGIN, max(lats) + MARGIN, max(lons) + MARGIN)
    centres = [(lat, lon) for lat, lon in communes if box[0] < lat < box[2] and box[1] < lon < box[3]]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"PRAGMA application_id = {0x4D504258}")
        connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        connection.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
        )
        connection.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        south, west, north, east = box
        metadata = {
            "name": "Hưng Yên (minh họa)",
            "format": "png",
            "minzoom": str(ZOOMS[0]),
            "maxzoom": str(ZOOMS[-1]),
            "bounds": f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}",
            "type": "baselayer",
            "attribution": CREDIT,
        }
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        count = 0
        for zoom, x, y in _tiles(box):
            tile = _draw(zoom, x, y, river, centres)
            connection.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, x, 2**zoom - 1 - y, tile))
            count += 1
    connection.close()
    return count


def _tiles(box: tuple[float, float, float, float]) -> Iterator[tuple[int, int, int]]:
    south, west, north, east = box
    for zoom in ZOOMS:
        left, top = _pixel((north, west), zoom)
        right, bottom = _pixel((south, east), zoom)
        for x in range(int(left // SIZE), int(right // SIZE) + 1):
            for y in range(int(top // SIZE), int(bottom // SIZE) + 1):
                yield zoom, x, y


def _pixel(place: Place, zoom: int) -> tuple[float, float]:
    """Of the whole world at that zoom, from the north-west."""
    lat, lon = place
    across = SIZE * 2**zoom
    return (lon + 180) / 360 * across, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * across


def _draw(zoom: int, x: int, y: int, river: Sequence[Place], centres: Sequence[Place]) -> bytes:
    image = Image.new("RGB", (SIZE, SIZE), GROUND)
    draw = ImageDraw.Draw(image)

    def here(place: Place) -> tuple[float, float]:
        px, py = _pixel(place, zoom)
        return px - x * SIZE, py - y * SIZE

    step = 0.1 if zoom < 11 else 0.02
    for i in range(int(8 / step), int(24 / step)):
        line = here((i * step, 0))[1]
        if 0 <= line < SIZE:
            draw.line([(0, line), (SIZE, line)], fill=LINE)
    for i in range(int(102 / step), int(110 / step)):
        line = here((0, i * step))[0]
        if 0 <= line < SIZE:
            draw.line([(line, 0), (line, SIZE)], fill=LINE)
    metres = _EARTH_M * math.cos(math.radians(river[0][0])) / (SIZE * 2**zoom)
    draw.line([here(place) for place in river], fill=WATER, width=max(2, round(RIVER_M / metres)), joint="curve")
    for centre in centres:
        px, py = here(centre)
        draw.ellipse([(px - 2, py - 2), (px + 2, py + 2)], fill=WORDS)
    buffer = io.BytesIO()
    image.quantize(64).save(buffer, "PNG")
    return buffer.getvalue()
