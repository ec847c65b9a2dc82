"""Choosing a file or a folder, on a desktop: there a camera's pictures lie in a folder, and a memory card is one."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from kivy.metrics import dp

from mobile.state.forms import Level, Row
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.rows import RowList
from mobile.ui.widgets.text import Text
from shared.clock import VIETNAM

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".gif", ".avif", ".mp4", ".m4a", ".pdf"})
_HIGH = 380.0  # dp of the list


class _Choice(Column):
    """A folder is opened with a tap. `on_choose`: with what was chosen."""

    def __init__(self, folder: Path, take: str, on_choose: Callable[[Path], Any]) -> None:
        super().__init__(spacing=8)
        self._on_choose = on_choose
        self._folder, self._chosen = folder, Path()
        self._where = Text("", "caption", "on_surface_variant")
        self.list = RowList(on_open=self._tapped)
        self.list.size_hint_y, self.list.height = None, dp(_HIGH)
        self.button = PushButton(take, on_tap=self._take, wide=True)
        for part in (self._where, self.list, self.button):
            self.add_widget(part)
        self._draw()

    def _tapped(self, name: str) -> None:
        path = self._folder.parent if name == ".." else self._folder / name
        if not path.is_dir():
            self._choose(path)
        elif os.access(path, os.R_OK | os.X_OK):  # a folder that cannot be looked into stays closed
            self._folder = path
            self._choose(Path())
            self.list.scroll_y = 1.0
        self._draw()

    def _choose(self, path: Path) -> None: ...

    def _take(self) -> None:
        self._on_choose(self._chosen)

    def _draw(self) -> None:
        while not self._folder.is_dir():  # a card that was pulled out
            self._folder = self._folder.parent
        self._where.put(str(self._folder))
        rows = [] if self._folder.parent == self._folder else [Row("..", "..", icon="arrow-left")]
        self.list.show([*rows, *self._entries()])

    def _entries(self) -> list[Row]:
        return _folders(self._folder)


class FileChoice(_Choice):
    """The button waits until a file is chosen. Folders first, then files, the newest first."""

    def __init__(self, folder: Path, take: str, on_choose: Callable[[Path], Any]) -> None:
        super().__init__(folder, take, on_choose)
        self.button.disabled = True

    def _choose(self, path: Path) -> None:
        self._chosen = path
        self.button.disabled = path == Path()

    def _entries(self) -> list[Row]:
        return _folders(self._folder) + _files(self._folder, self._chosen.name)


class FolderChoice(_Choice):
    """The folder that is open is the one that is chosen; of files nothing is seen."""

    def _take(self) -> None:
        self._on_choose(self._folder)


def _folders(folder: Path) -> list[Row]:
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    return [Row(name, name, icon="folder-outline") for name in sorted(names, key=str.lower)]


def _files(folder: Path, chosen: str) -> list[Row]:
    """A link to nothing is no file."""
    files: list[tuple[float, Row]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or Path(entry.name).suffix.lower() not in PICTURES or not entry.is_file():
                continue
            changed = entry.stat().st_mtime
            taken = f"{datetime.fromtimestamp(changed, VIETNAM):%d/%m/%Y %H:%M}"
            level, icon = (Level.GOOD, "check") if entry.name == chosen else (Level.INFO, "image-outline")
            files.append((changed, Row(entry.name, entry.name, taken, level=level, icon=icon)))
    files.sort(key=lambda one: one[0], reverse=True)
    return [row for _, row in files]
