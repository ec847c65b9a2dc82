"""Making a paper beside the screen, and saying where it is."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from mobile.presenters.base import Shell
from shared.i18n import N_, Words


def printing(shell: Shell, words: Words, make: Callable[[UUID], tuple[str, ...]]) -> Callable[[UUID], None]:
    """`make`: of a draft or a report, where its papers are. A second tap while they are made does nothing."""
    busy = False

    def work(about: UUID) -> tuple[str, ...]:
        nonlocal busy
        try:
            return make(about)
        finally:
            busy = False  # whatever became of it: a defect must not keep the next tap from being heard

    def made(places: tuple[str, ...]) -> None:
        folder = Path(places[0]).parent
        shell.say(words(N_("The papers lie in {folder}: A4 and for a printer of 80 mm."), folder=folder))

    def start(about: UUID) -> None:
        nonlocal busy
        if not busy:
            busy = True
            shell.jobs.run(lambda stop: work(about), made)

    return start
