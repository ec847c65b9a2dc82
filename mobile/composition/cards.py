"""Where a memory card is: a folder of this machine."""

from collections.abc import Callable
from pathlib import Path

from mobile.composition.shell import AppShell
from mobile.ports import Preferences

LAST = "card_folder"  # in the preferences


class Cards:
    """Opens where the officer pointed at last."""

    def __init__(self, preferences: Preferences, shell: AppShell) -> None:
        self._preferences, self._shell = preferences, shell

    def somewhere(self) -> bool:
        return True

    def choose(self, title: str, take: str, then: Callable[[Path], None]) -> None:
        last = self._preferences.get(LAST)
        start = Path(last) if last is not None and Path(last).is_dir() else Path.home()

        def chosen(folder: Path) -> None:
            self._preferences.put(LAST, str(folder))
            then(folder)

        self._shell.choose_folder(title, take, start, chosen)
