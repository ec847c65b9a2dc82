"""Photos from files, for a desktop without a camera and for demonstrations."""

from collections.abc import Iterable
from pathlib import Path

from mobile.ports import Photo


class PhotosFromFiles:
    """Hands out the files one by one. Not from the app's camera, and nobody knows when they were taken: a file's date
    is that of its last copy."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = iter(paths)

    def take(self) -> Photo | None:
        path = next(self._paths, None)
        return None if path is None else Photo(path, taken_at=None, from_app_camera=False)
