"""A map that lies on the phone."""

from typing import Protocol


class Tiles(Protocol):
    """Raster tiles of the usual web map (Web Mercator, 256 px, y counted from the north)."""

    @property
    def name(self) -> str: ...

    @property
    def credit(self) -> str:
        """Whose map it is, to stand on it."""

    @property
    def zooms(self) -> tuple[int, int]:
        """The least and the greatest there are tiles for."""

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """South, west, north, east in degrees, where the file says so."""

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """A PNG, JPEG or WebP; None where the map has nothing. From any thread. Problem `map_unreadable`."""
