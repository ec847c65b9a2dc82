"""Making a paper beside the screen, and saying where it is."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from mobile.presenters.base import Shell
from shared.i18n import N_, Words
from shared.problems import Problem


def printing(shell: Shell, words: Words, make: Callable[[UUID], tuple[str, ...]]) -> Callable[[UUID], None]:
    """`make`: of a draft or a report, where its papers are. A second tap while they are made does nothing."""
    busy = False

    def made(places: tuple[str, ...]) -> None:
        nonlocal busy
        busy = False
        folder = Path(places[0]).parent
        shell.say(words(N_("The papers lie in {folder}: A4 and for a printer of 80 mm."), folder=folder))

    def failed(problem: Problem) -> None:
        nonlocal busy
        busy = False
        shell.tell(problem)

    def start(about: UUID) -> None:
        nonlocal busy
        if not busy:
            busy = True
            shell.jobs.run(lambda stop: make(about), made, failed)

    return start
