"""Choosing a file, on a desktop: there a camera's pictures lie in a folder."""

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


class FileChoice(Column):
    """`on_choose`: with the file; the button waits until one is chosen. Folders first, then files, the newest first."""

    def __init__(self, folder: Path, take: str, on_choose: Callable[[Path], Any]) -> None:
        super().__init__(spacing=8)
        self._on_choose = on_choose
        self._folder, self._chosen = folder, Path()
        self._where = Text("", "caption", "on_surface_variant")
        self.list = RowList(on_open=self._tapped)
        self.list.size_hint_y, self.list.height = None, dp(_HIGH)
        self.button = PushButton(take, on_tap=self._take, wide=True)
        self.button.disabled = True
        for part in (self._where, self.list, self.button):
            self.add_widget(part)
        self._draw()

    def _tapped(self, name: str) -> None:
        path = self._folder.parent if name == ".." else self._folder / name
        if not path.is_dir():
            self._chosen = path
            self.button.disabled = False
        elif os.access(path, os.R_OK | os.X_OK):  # a folder that cannot be looked into stays closed
            self._folder, self._chosen = path, Path()
            self.button.disabled = True
            self.list.scroll_y = 1.0
        self._draw()

    def _take(self) -> None:
        self._on_choose(self._chosen)

    def _draw(self) -> None:
        self._where.put(str(self._folder))
        rows = [] if self._folder.parent == self._folder else [Row("..", "..", icon="arrow-left")]
        self.list.show([*rows, *_entries(self._folder, self._chosen.name)])


def _entries(folder: Path, chosen: str) -> list[Row]:
    folders: list[Row] = []
    files: list[tuple[float, Row]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                folders.append(Row(entry.name, entry.name, icon="folder-outline"))
            elif Path(entry.name).suffix.lower() in PICTURES and entry.is_file():  # a link to nothing is no file
                changed = entry.stat().st_mtime
                taken = f"{datetime.fromtimestamp(changed, VIETNAM):%d/%m/%Y %H:%M}"
                level, icon = (Level.GOOD, "check") if entry.name == chosen else (Level.INFO, "image-outline")
                files.append((changed, Row(entry.name, entry.name, taken, level=level, icon=icon)))
    files.sort(key=lambda one: one[0], reverse=True)
    return sorted(folders, key=lambda row: row.title.lower()) + [row for _, row in files]
