"""The photos of one report, one after the other, each as large as the screen."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from mobile.ports import Clock
from mobile.presenters.base import Presenter, Shell, Task
from mobile.presenters.written import amount, moment
from mobile.services.thumbnails import Small
from mobile.state.photo import PhotoState
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.identity import minted_at
from shared.problems import Problem
from shared.wire.v1.messages import EvidenceEntry

TakeOut = Callable[[UUID, Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """`name`: in the file store."""

    entry: EvidenceEntry
    name: str


class PhotoPresenter(Presenter[PhotoState]):
    """`file`: the one it opens with. `files`: those of the report, asked again when one was taken out. `large`: makes
    a picture of one, by its name. `take_out`: asks, and calls back once it is out; None where it has to stay."""

    def __init__(
        self,
        file: UUID,
        files: Callable[[], tuple[Shown, ...]],
        large: Callable[[str], Small],
        clock: Clock,
        words: Words,
        shell: Shell,
        *,
        take_out: TakeOut | None = None,
    ) -> None:
        self._list, self._large, self._clock, self._take_out = files, large, clock, take_out
        self._files = files()
        self._at = next((i for i, one in enumerate(self._files) if one.entry.id == file), 0)
        self.picture: Small | None = None
        self._of: UUID | None = None  # whose picture or problem is held
        self._problem: Problem | None = None
        self._making: Task | None = None
        self._busy = False
        super().__init__(PhotoState("", "", ()), words, shell)
        self._update()

    def opened(self) -> None:
        self._make()

    def closed(self) -> None:
        if self._making is not None:
            self._making.cancel()
        self.picture = None

    def renewed(self) -> None:
        self._update()

    def turn(self, by: int) -> None:
        """To the next (1) or the one before (-1); at either end nothing happens."""
        if 0 <= self._at + by < len(self._files):
            self._at += by
            self._make()

    def take_out(self) -> None:
        if self._take_out is not None and self._files:
            self._take_out(self._files[self._at].entry.id, self._taken_out)

    def _taken_out(self) -> None:
        """The one that comes into its place; the form again after the last."""
        self._files = self._list()
        self._at = min(self._at, len(self._files) - 1)
        if self._files:
            self._make()
        else:
            self.picture = None
            self.shell.back()

    def _make(self) -> None:
        """One after the other: whoever leafs through quickly must not fill the memory with pictures half made."""
        one = self._files[self._at] if self._files else None
        if one is not None and one.entry.id != self._of:
            self.picture, self._problem, self._of = None, None, None
            if not self._busy:
                self._busy = True
                made, failed = partial(self._made, one.entry.id), partial(self._failed, one.entry.id)
                self._making = self.shell.jobs.run(lambda stop: self._large(one.name), made, failed)
        self._update()

    def _made(self, file: UUID, picture: Small) -> None:
        self._ended(file, picture, None)

    def _failed(self, file: UUID, problem: Problem) -> None:
        self._ended(file, None, problem)

    def _ended(self, file: UUID, picture: Small | None, problem: Problem | None) -> None:
        self._busy = False
        if self._files and file == self._files[self._at].entry.id:
            self.picture, self._problem, self._of = picture, problem, file
        self._make()

    def _update(self) -> None:
        words = self.words
        if not self._files:
            return
        entry = self._files[self._at].entry
        done = entry.id == self._of
        self.show(
            PhotoState(
                title=words(N_("Photo {n} of {total}"), n=self._at + 1, total=len(self._files)),
                purpose=label(words, entry.purpose),
                lines=self._lines(entry),
                shown=entry.id if done and self.picture is not None else None,
                busy="" if done else words(N_("Opening the photo…")),
                problem=self._problem.detail(words.language) if done and self._problem is not None else "",
                has_previous=self._at > 0,
                has_next=self._at + 1 < len(self._files),
                take_out="" if self._take_out is None else words(N_("Take this file out of the report")),
                previous=words(N_("Photo before")),
                next=words(N_("Next photo")),
                closer=words(N_("Closer")),
                farther=words(N_("Farther")),
                whole=words(N_("The whole photo")),
            )
        )

    def _lines(self, entry: EvidenceEntry) -> tuple[str, ...]:
        words = self.words
        lines = []
        if entry.from_app_camera and entry.taken_at is not None:
            lines.append(words(N_("Taken in the app {when}"), when=moment(entry.taken_at)))
        attached = minted_at(entry.id)
        # After the phone's clock was put back, ids go on from the later moment: then they do not tell.
        if attached is not None and attached <= self._clock.now():
            lines.append(words(N_("Put into the report {when}"), when=moment(attached)))
        return (*lines, amount(words, entry.bytes))
