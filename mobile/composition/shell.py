"""The app round the screens, as those see it who make them."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from mobile.presenters.base import Shell
from mobile.presenters.routes import Route
from mobile.presenters.settings import Chosen


class AppShell(Shell, Protocol):
    """What a few screens may do to the app itself."""

    def reset(self, route: Route) -> None: ...

    def cover(self, route: Route) -> None:
        """On top of everything, and nothing over it."""

    def wear(self, chosen: Chosen) -> None:
        """Look, language and size of text, at once."""

    def choose_file(self, title: str, take: str, folder: Path, then: Callable[[Path], None]) -> None:
        """A file of this machine, where there is no camera."""

    def choose_folder(self, title: str, take: str, folder: Path, then: Callable[[Path], None]) -> None:
        """A folder of this machine, where a memory card is one."""
