"""The lock: the PIN of an officer, asked for, chosen or changed."""

from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from mobile.presenters.base import Presenter, Shell, Task
from mobile.services.pin import LONGEST, SHORTEST, Pins, minutes
from mobile.state.entry import LockState
from shared.i18n import N_, Words
from shared.problems import Problem


class Step(StrEnum):
    OPEN = "open"  # the PIN opens the app
    OLD = "old"  # the PIN so far, before another is chosen
    NEW = "new"
    REPEAT = "repeat"


TITLES = {
    Step.OPEN: N_("Locked"),
    Step.OLD: N_("Change PIN"),
    Step.NEW: N_("Choose a PIN"),
    Step.REPEAT: N_("Choose a PIN"),
}


class LockPresenter(Presenter[LockState]):
    """The digits are in no state. `done`: the PIN was right, or is chosen. `used_up`: the last try failed. `forgotten`,
    `others`: None where that is not offered. `leave`: whether one can go back without a PIN."""

    def __init__(
        self,
        pins: Pins,
        officer: UUID,
        name: str,
        first: Step,
        words: Words,
        shell: Shell,
        *,
        done: Callable[[], None],
        used_up: Callable[[Problem], None],
        forgotten: Callable[[], None] | None = None,
        others: Callable[[], None] | None = None,
        leave: bool = False,
    ) -> None:
        self._pins, self._officer, self._name, self._step = pins, officer, name, first
        self._done, self._used_up, self._leave = done, used_up, leave
        self._forgotten, self._others = forgotten, others
        self._digits, self._chosen, self._problem = "", "", None
        self._busy, self._passed, self._differed = False, False, False
        self._timer: Task | None = None
        super().__init__(LockState("", "", ""), words, shell)
        self._update()

    _problem: Problem | None

    def opened(self) -> None:
        if self._timer is None:
            self._timer = self.shell.jobs.every(5, self._update)  # so that the wait is seen to end

    def closed(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._digits = self._chosen = ""

    def paused(self) -> None:
        self._digits = ""
        self._update()

    def renewed(self) -> None:
        self._update()

    def went_back(self) -> bool:
        return not (self._leave or self._passed)

    def digit(self, digit: str) -> None:
        if self._busy or self.state.waits or len(self._digits) >= LONGEST:
            return
        self._digits += digit
        self._problem, self._differed = None, False
        self._update()

    def erase(self) -> None:
        self._digits = self._digits[:-1]
        self._update()

    def enter(self) -> None:
        if self._busy or len(self._digits) < SHORTEST:
            return
        pin, self._digits = self._digits, ""
        if self._step is Step.NEW:
            self._chosen, self._step = pin, Step.REPEAT
        elif self._step is Step.REPEAT:
            self._repeated(pin)
            return
        else:
            self._busy = True
            self.shell.jobs.run(lambda stop: self._pins.check(self._officer, pin), self._right, self._wrong)
        self._update()

    def forgotten(self) -> None:
        if self._forgotten is not None:
            self._forgotten()

    def others(self) -> None:
        if self._others is not None:
            self._others()

    def _repeated(self, pin: str) -> None:
        if pin != self._chosen:
            self._chosen, self._step, self._differed = "", Step.NEW, True
            self._update()
            return
        self._busy = True
        self._update()
        self.shell.jobs.run(lambda stop: self._pins.choose(self._officer, pin), self._finished, self._wrong)

    def _right(self, _: None) -> None:
        if self._step is Step.OLD:
            self._busy, self._step = False, Step.NEW
            self._update()
            return
        self._finished(None)

    def _finished(self, _: None) -> None:
        self._busy, self._passed = False, True
        self._done()

    def _wrong(self, problem: Problem) -> None:
        self._busy = False
        if problem.code == "pin_used_up":
            self._used_up(problem)
            return
        self._problem = problem
        self._update()

    def _hint(self) -> str:
        words = self.words
        if self._step is Step.REPEAT:
            return words(N_("Type the same PIN once more."))
        if self._step is Step.NEW:
            return words(
                N_("{shortest} to {longest} digits. It opens this app when you work with this phone."),
                shortest=SHORTEST,
                longest=LONGEST,
            )
        return words(N_("Type your PIN."))

    def _waits(self) -> str:
        if self._step not in (Step.OPEN, Step.OLD):
            return ""
        wait = self._pins.wait(self._officer)
        if not wait:
            return ""
        return self.words.many(
            "Too many wrong tries. The next one is taken in {n} minute.",
            "Too many wrong tries. The next one is taken in {n} minutes.",
            minutes(wait),
        )

    def _update(self) -> None:
        words, waits = self.words, self._waits()
        error = "" if self._problem is None or waits else self._problem.detail(words.language)
        if self._differed:
            error = words(N_("The two were not the same. Choose the PIN again."))
        self.show(
            LockState(
                title=words(TITLES[self._step]),
                officer=self._name,
                hint=self._hint(),
                typed=len(self._digits),
                longest=LONGEST,
                error=error,
                waits=waits,
                ready=len(self._digits) >= SHORTEST and not self._busy and not waits,
                forgotten=words(N_("PIN forgotten")) if self._forgotten is not None else "",
                others=words(N_("Another officer")) if self._others is not None else "",
                back=self._leave,
                enter=words(N_("Go on")),
                erase=words(N_("Erase the last digit")),
            )
        )
