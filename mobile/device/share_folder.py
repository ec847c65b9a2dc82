"""Papers of a desktop: files in a folder of this user's own."""

import errno
import os
import threading
from pathlib import Path

from shared.problems import Problem

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FolderShare:
    """A `Share`. `folder` is made when the first paper comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = threading.Lock()  # old papers are swept beside the one that is being written

    def hand_on(self, name: str, content: bytes) -> str:
        with self._writing:
            return self._write(name, content)

    def kept(self) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in self._folder.glob("*"))) if self._folder.is_dir() else ()

    def remove(self, name: str) -> None:
        with self._writing:
            (self._folder / name).unlink(missing_ok=True)

    def _write(self, name: str, content: bytes) -> str:
        path, half = self._folder / name, self._folder / f"{name}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            half.unlink(missing_ok=True)
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            half.replace(path)
        except OSError as error:
            half.unlink(missing_ok=True)
            if error.errno in _NO_ROOM:
                raise Problem("phone_full") from error
            raise
        return str(path)
