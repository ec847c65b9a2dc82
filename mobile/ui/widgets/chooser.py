"""Choosing a file, on a desktop: there a camera's pictures lie in a folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.metrics import dp
from kivy.uix.filechooser import FileChooserListView

from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Column

PICTURES = ("*.jpg", "*.jpeg", "*.png", "*.webp", "*.heic", "*.gif", "*.avif", "*.mp4", "*.m4a", "*.pdf")


class FileChoice(Column):
    """`on_choose`: with the file; the button waits until one is chosen."""

    def __init__(self, folder: Path, take: str, on_choose: Callable[[Path], Any]) -> None:
        super().__init__(spacing=8)
        filters = [*PICTURES, *(name.upper() for name in PICTURES)]
        self.chooser = FileChooserListView(path=str(folder), filters=filters, size_hint_y=None, height=dp(420))
        self.button = PushButton(take, on_tap=lambda: on_choose(Path(self.chooser.selection[0])), wide=True)
        self.button.disabled = True
        self.chooser.bind(selection=self._chosen)
        self.add_widget(self.chooser)
        self.add_widget(self.button)

    def _chosen(self, chooser: Any, selection: list[str]) -> None:
        self.button.disabled = not selection
