"""Reports onto a memory card and from one, and what became of those that this phone carries for colleagues."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mobile.ports import Stop, ToCarry
from mobile.presenters.base import Presenter, Shell, Task
from mobile.presenters.carry_told import Outcome, told_of
from mobile.presenters.courier import Courier
from mobile.presenters.told import carried_row
from mobile.presenters.written import amount
from mobile.services.relay import CardTaken, CardWritten, Relay, card_to_read, card_to_write
from mobile.services.way import Halted, Moved
from mobile.state.carry import CarryState
from mobile.state.forms import Row
from shared.i18n import N_, Words

SHOWN = 100  # of what is carried; those that have not arrived come first
COPYING, STOPPING = N_("Copying: leave the card in until this is done."), N_("Stopping…")
AGAIN_S = 1.0  # how often the list is read while bytes move
Choose = Callable[[str, str, Callable[[Path], None]], None]  # title, what the button says, what to do with the folder
Work = Callable[[Path, Moved, Halted], CardWritten | CardTaken]


@dataclass
class _Run:
    """What goes on beside the screen. `posted`: the screen has not yet heard of the last step."""

    done: int = 0
    total: int = 0
    posted: bool = False
    stopped: bool = False
    task: Task | None = None


class CarryPresenter(Presenter[CarryState]):
    """`choose`: lets the officer point at a folder; `somewhere`: whether there is one to point at now."""

    def __init__(
        self,
        relay: Relay,
        courier: Courier,
        words: Words,
        shell: Shell,
        *,
        choose: Choose,
        somewhere: Callable[[], bool],
    ) -> None:
        self._relay, self._courier, self._choose, self._somewhere = relay, courier, choose, somewhere
        self._run: _Run | None = None
        self._outcome: Outcome | None = None
        self._rows: tuple[Row, ...] = ()
        self._there, self._has_somewhere = ToCarry(0, 0, 0, 0, 0), False
        self._rounds = -1
        self._reading: Task | None = None
        self._unwatch: Callable[[], None] | None = None
        super().__init__(CarryState("", "", ""), words, shell)
        self._read()

    def opened(self) -> None:
        self._unwatch = self._courier.watch(lambda _: self._sent())

    def closed(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
        if self._reading is not None:
            self._reading.cancel()
        if self._run is not None and self._run.task is not None:
            self._run.task.cancel()

    def renewed(self) -> None:
        self._read()

    def went_back(self) -> bool:
        """Copying ends with this screen: not by a slip of the thumb."""
        if self._run is None or self._run.stopped:
            return False
        words = self.words
        self.shell.ask(
            words(N_("Stop copying?")),
            words(N_("What is copied by now stays whole; the rest can be copied later.")),
            yes=words(N_("Stop copying")),
            no=words(N_("Go on copying")),
            then=self.stop,
        )
        return True

    # --- what the officer does

    def copy(self) -> None:
        if self._run is None:
            title, take = self.words(N_("Copy to a card or folder")), self.words(N_("Copy into this folder"))
            self._choose(title, take, lambda folder: self._begin(self._export, folder))

    def take(self) -> None:
        if self._run is None:
            title, take = self.words(N_("Take in from a card or folder")), self.words(N_("Take in from this folder"))
            self._choose(title, take, lambda folder: self._begin(self._take_in, folder))

    def stop(self) -> None:
        """After the piece that is being written: what it came to is told then."""
        if self._run is not None:
            self._run.stopped = True
            self._update()

    # --- beside the screen

    def _export(self, folder: Path, moved: Moved, halted: Halted) -> CardWritten:
        return self._relay.export(card_to_write(folder), moved=moved, halted=halted)

    def _take_in(self, folder: Path, moved: Moved, halted: Halted) -> CardTaken:
        return self._relay.take_in(card_to_read(folder), moved=moved, halted=halted)

    def _begin(self, work: Work, folder: Path) -> None:
        if self._run is not None:
            return
        run = self._run = _Run()
        self._outcome = None
        self._update()

        def moved(done: int, total: int) -> None:
            run.done, run.total = done, total
            if not run.posted:  # a fast card has more pieces than the screen has frames
                run.posted = True
                self.shell.jobs.call(lambda: self._moved(run))

        def carry_out(stop: Stop) -> CardWritten | CardTaken:
            return work(folder, moved, lambda: run.stopped or stop.is_set())

        run.task = self.shell.jobs.run(carry_out, self._ended, self._ended)

    def _moved(self, run: _Run) -> None:
        run.posted = False
        if run is self._run:
            self._update()

    def _ended(self, came: Outcome) -> None:
        self._run, self._outcome = None, came
        self._read()
        if isinstance(came, CardTaken):
            self._courier.kick()

    # --- drawing

    def _sent(self) -> None:
        """Read at once when a round ended; while bytes move, now and then."""
        state = self._courier.state
        if state.rounds != self._rounds or not state.moving:
            self._rounds = state.rounds
            self._read()
        elif self._reading is None:
            self._reading = self.shell.jobs.later(AGAIN_S, self._read)

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._there, self._has_somewhere = self._relay.to_carry(), self._somewhere()
        self._rows = tuple(carried_row(self.words, report) for report in self._relay.carried(limit=SHOWN))
        self._update()

    def _update(self) -> None:
        words, run, there, somewhere = self.words, self._run, self._there, self._has_somewhere
        self.show(
            CarryState(
                title=words(N_("Carry reports")),
                waits=self._waits(),
                truth=words(N_("Copied is not sent: all of it stays on this phone until the server vouches for it.")),
                copy=words(N_("Copy to a memory card or folder")) if somewhere else "",
                take=words(N_("Take in from a memory card or folder")) if somewhere else "",
                nowhere="" if somewhere else words(N_("There is no memory card in this phone.")),
                can_copy=bool(there.reports or there.files or there.receipts),
                busy="" if run is None else words(STOPPING if run.stopped else COPYING),
                share=run.done / run.total if run is not None and run.total else None,
                moving=words(N_("{sent} of {total}"), sent=amount(words, run.done), total=amount(words, run.total))
                if run is not None and run.total
                else "",
                stop=words(N_("Stop copying")),
                notices=() if self._outcome is None else told_of(words, self._outcome),
                carried=self._carried(there.carried),
                rows=self._rows,
                empty="" if self._rows else words(N_("This phone carries nothing for colleagues.")),
            )
        )

    def _waits(self) -> str:
        words, there = self.words, self._there
        if there.reports or there.files:
            return words(
                N_("Waiting on this phone: {reports}, {files} ({size})"),
                reports=words.many("{n} report", "{n} reports", there.reports),
                files=words.many("{n} file", "{n} files", there.files),
                size=amount(words, there.bytes),
            )
        if there.receipts:
            return words.many(
                "Nothing on this phone waits to be sent; {n} receipt of a colleague can go back on the card.",
                "Nothing on this phone waits to be sent; {n} receipts of colleagues can go back on the card.",
                there.receipts,
            )
        return words(N_("Nothing on this phone waits to be sent."))

    def _carried(self, count: int) -> str:
        words = self.words
        if count > len(self._rows):
            return words(N_("Colleagues' reports: {shown} of {count}"), shown=len(self._rows), count=count)
        return words(N_("Colleagues' reports: {count}"), count=count) if count else ""
