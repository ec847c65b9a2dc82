"""Where tiles come from: a file on the phone, or nowhere."""

import io
from typing import Any

from kivy.core.image import Image as CoreImage
from kivy_garden.mapview import MapSource
from kivy_garden.mapview.downloader import Downloader

from mobile.ports.tiles import Tiles
from shared.problems import Problem

OVERZOOM = 3  # levels beyond the file's last, drawn from its last tiles
BLANK_ZOOMS = (5, 19)
_WHOLE = (0.0, 0.0, 1.0, 1.0)


class BlankSource(MapSource):  # type: ignore[misc]  # mapview has no types
    """No tiles: the background shows, and what is drawn on it."""

    def __init__(self, cache: str) -> None:
        least, most = BLANK_ZOOMS
        super().__init__(url="", cache_key="blank", min_zoom=least, max_zoom=most, attribution="", cache_dir=cache)

    def fill_tile(self, tile: Any) -> None:
        tile.state = "done"


class FileSource(MapSource):  # type: ignore[misc]
    """`bounds` stays None: the library then lets a map smaller than the screen be moved. `cache`: a folder the library
    insists on; nothing is kept in it."""

    def __init__(self, tiles: Tiles, cache: str) -> None:
        least, most = tiles.zooms
        super().__init__(
            url="",
            cache_key="tiles",
            min_zoom=least,
            max_zoom=most + OVERZOOM,
            attribution=tiles.credit,
            cache_dir=cache,
        )
        self._tiles, self._last = tiles, most

    def fill_tile(self, tile: Any) -> None:
        if tile.state != "done":
            Downloader.instance(self.cache_dir).submit(self._load, tile)

    def _load(self, tile: Any) -> Any:
        """On a thread of the library; what it returns is called on the screen's."""
        zoom, x, y = tile.zoom, tile.tile_x, self._row(tile.zoom, tile.tile_y)
        part = _WHOLE
        while zoom > self._last:
            left, bottom, width, height = part
            # Which quarter of the tile above this one is; texture rows are counted from below, map rows from above.
            part = ((x % 2 + left) / 2, ((1 - y % 2) + bottom) / 2, width / 2, height / 2)
            zoom, x, y = zoom - 1, x // 2, y // 2
        try:
            content = self._tiles.tile(zoom, x, y)
        except Problem:
            content = None  # a damaged place in the file is a hole in the map; the file was checked when it was opened
        if content is None:
            tile.state = "done"
            return None
        return self._drawn, (tile, content, part)

    @staticmethod
    def _row(zoom: int, tile_y: int) -> int:
        """The library counts rows from the south."""
        return int(2**zoom - 1 - tile_y)

    @staticmethod
    def _drawn(tile: Any, content: bytes, part: tuple[float, float, float, float]) -> None:
        try:
            texture = CoreImage(io.BytesIO(content), ext=_kind(content), nocache=True).texture
        except Exception:  # whatever a decoder makes of a damaged picture: a hole in the map
            tile.state = "done"
            return
        if part != _WHOLE:
            left, bottom, width, height = part
            w, h = texture.size
            texture = texture.get_region(left * w, bottom * h, width * w, height * h)
        tile.texture = texture
        tile.state = "need-animation"


def _kind(content: bytes) -> str:
    if content.startswith(b"\x89PNG"):
        return "png"
    return "jpg" if content.startswith(b"\xff\xd8") else "webp"
