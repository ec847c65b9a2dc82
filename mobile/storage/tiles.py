"""MBTiles files (github.com/mapbox/mbtiles-spec, 1.3), read only."""

import sqlite3
import threading
from pathlib import Path

from shared.problems import Problem

_MOST_ZOOM = 22
_NO_PICTURES = "pbf"  # vector tiles: lines to be drawn, not pictures


class MbTiles:
    """Problem `map_unreadable` for what is no MBTiles file, holds vectors, or was cut short."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        try:
            words = dict(self._connection().execute("SELECT name, value FROM metadata").fetchall())
            least, most = self._connection().execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        except sqlite3.Error as error:
            raise Problem("map_unreadable", name=path.name) from error
        if words.get("format") == _NO_PICTURES or not _is_zoom(least) or not _is_zoom(most):
            raise Problem("map_unreadable", name=path.name)
        self.name = str(words.get("name") or path.stem)
        self.credit = str(words.get("attribution") or "")
        self.zooms: tuple[int, int] = (least, most)
        self.extent = _extent(words.get("bounds"))

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        # The format counts rows from the south.
        row = 2**zoom - 1 - y
        try:
            found = (
                self._connection()
                .execute(
                    "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                    (zoom, x, row),
                )
                .fetchone()
            )
        except sqlite3.Error as error:
            raise Problem("map_unreadable", name=self._path.name) from error
        return bytes(found[0]) if found is not None and isinstance(found[0], bytes) else None

    def _connection(self) -> sqlite3.Connection:
        """One for each thread; immutable, so that SQLite writes nothing beside a file on a card that is locked."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            uri = self._path.resolve().as_uri() + "?mode=ro&immutable=1"
            connection = self._local.connection = sqlite3.connect(uri, uri=True)
        return connection


def newest_map(folder: Path) -> Path | None:
    """The `.mbtiles` file put there last; None where there is none."""
    found = sorted(folder.glob("*.mbtiles"), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    return found[-1] if found else None


def _is_zoom(value: object) -> bool:
    return isinstance(value, int) and 0 <= value <= _MOST_ZOOM


def _extent(text: object) -> tuple[float, float, float, float] | None:
    """`bounds` is west, south, east, north; one that makes no sense counts as none."""
    try:
        west, south, east, north = (float(part) for part in str(text).split(","))
    except ValueError:
        return None
    fits = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (south, west, north, east) if fits else None
