"""Where a memory card is: a phone knows its own, elsewhere it is a folder that is pointed at."""

from collections.abc import Callable
from pathlib import Path

from mobile.composition.shell import AppShell
from mobile.ports import Cards, Preferences
from shared.problems import Problem

LAST = "card_folder"  # in the preferences


class CardChoice:
    """`cards`: None where any folder will do; then it begins with the one that was pointed at last."""

    def __init__(self, cards: Cards | None, preferences: Preferences, shell: AppShell) -> None:
        self._cards, self._preferences, self._shell = cards, preferences, shell

    def somewhere(self) -> bool:
        return self._cards is None or bool(self._cards.folders())

    def choose(self, title: str, take: str, then: Callable[[Path], None]) -> None:
        if self._cards is None:
            self._point(title, take, then)
        elif found := self._cards.folders():
            then(found[0])
        else:
            self._shell.tell(Problem("card_failed"))  # pulled out since the button was drawn

    def _point(self, title: str, take: str, then: Callable[[Path], None]) -> None:
        last = self._preferences.get(LAST)
        start = Path(last) if last is not None and Path(last).is_dir() else Path.home()

        def chosen(folder: Path) -> None:
            self._preferences.put(LAST, str(folder))
            then(folder)

        self._shell.choose_folder(title, take, start, chosen)
