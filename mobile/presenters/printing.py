"""Making a paper beside the screen, in the form the officer chooses, and saying where it is."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

from mobile.presenters.base import Shell
from shared.i18n import N_, Words

# By their names in `mobile.services.papers.service`, which nothing loads before a paper is made.
FORMS = (("A4", N_("A4 sheet")), ("80mm", N_("Strip of 80 mm")))


def printing(shell: Shell, words: Words, make: Callable[[UUID, str], str]) -> Callable[[UUID], None]:
    """`make`: the paper of a draft or a report, in one of FORMS; where it is. A second tap while one is made does
    nothing."""
    busy = False

    def work(about: UUID, form: str) -> str:
        nonlocal busy
        try:
            return make(about, form)
        finally:
            busy = False  # whatever became of it: a defect must not keep the next tap from being heard

    def made(place: str) -> None:
        shell.say(words(N_("The paper lies in {folder}."), folder=Path(place).parent))

    def begin(about: UUID, form: str) -> None:
        nonlocal busy
        if not busy:
            busy = True
            shell.jobs.run(lambda stop: work(about, form), made)

    def start(about: UUID) -> None:
        if not busy:
            options = tuple((form, words(said)) for form, said in FORMS)
            shell.choose(words(N_("Which paper?")), options, partial(begin, about))

    return start
