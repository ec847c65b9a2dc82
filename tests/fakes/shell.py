"""The app round a screen, without a window: jobs run at once, what would be shown is noted down."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from mobile.ports import Stop
from mobile.presenters.base import Task
from mobile.presenters.routes import Route
from mobile.presenters.settings import Chosen
from shared.problems import Problem

T = TypeVar("T")


@dataclass
class Waiting:
    """A timer: `tests` let it go off with `Timers.pass_time`."""

    due: float
    call: Callable[[], None]
    every: float | None
    gone: bool = False

    def cancel(self) -> None:
        self.gone = True


@dataclass
class Job:
    stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        self.stop.set()


class InlineJobs:
    """`run` carries out at once; with `held` it keeps the work until `go`, as a slow phone would."""

    def __init__(self, failed: Callable[[Problem], None]) -> None:
        self._failed = failed
        self._now = 0.0
        self.timers: list[Waiting] = []
        self.held: list[Callable[[], None]] | None = None

    def run(
        self, work: Callable[[Stop], T], done: Callable[[T], None], failed: Callable[[Problem], None] | None = None
    ) -> Task:
        job = Job()

        def carry_out() -> None:
            try:
                result = work(job.stop)
            except Problem as problem:
                if not job.stop.is_set():
                    (failed or self._failed)(problem)
            else:
                if not job.stop.is_set():
                    done(result)

        if self.held is None:
            carry_out()
        else:
            self.held.append(carry_out)
        return job

    def go(self) -> None:
        """Carry out what was held."""
        held, self.held = self.held or [], None
        for work in held:
            work()

    def call(self, call: Callable[[], None]) -> None:
        call()

    def later(self, seconds: float, call: Callable[[], None]) -> Task:
        return self._timer(seconds, call, None)

    def every(self, seconds: float, call: Callable[[], None]) -> Task:
        return self._timer(seconds, call, seconds)

    def pass_time(self, seconds: float) -> None:
        """Everything that falls due in that time goes off, in its order."""
        end = self._now + seconds
        while due := [timer for timer in self.timers if not timer.gone and timer.due <= end]:
            timer = min(due, key=lambda one: one.due)
            self._now = timer.due
            if timer.every is None:
                timer.gone = True
            else:
                timer.due += timer.every
            timer.call()
        self._now = end

    def _timer(self, seconds: float, call: Callable[[], None], every: float | None) -> Task:
        timer = Waiting(self._now + seconds, call, every)
        self.timers.append(timer)
        return timer


class FakeShell:
    """`asked`: questions that wait; `answer` gives the last one its yes."""

    def __init__(self) -> None:
        self.told: list[Problem] = []
        self.jobs = InlineJobs(self.told.append)
        self.opened: list[Route] = []
        self.said: list[str] = []
        self.asked: list[tuple[str, Callable[[], None]]] = []
        self.backs = 0
        self.worn: list[Chosen] = []
        self.choosing: list[Callable[[Path], None]] = []
        self.offered: list[tuple[tuple[tuple[str, str], ...], Callable[[str], None]]] = []

    def open(self, route: Route) -> None:
        self.opened.append(route)

    replace = reset = cover = open  # noqa: A003 - the method of this class is meant

    def back(self) -> None:
        self.backs += 1

    def say(self, text: str, *, action: str = "", then: Callable[[], None] | None = None) -> None:
        self.said.append(text)

    def tell(self, problem: Problem) -> None:
        self.told.append(problem)

    def choose(self, title: str, options: Sequence[tuple[str, str]], then: Callable[[str], None]) -> None:
        self.offered.append((tuple(options), then))

    def ask(self, title: str, text: str, *, yes: str, no: str, then: Callable[[], None]) -> None:
        self.asked.append((title, then))

    def answer(self) -> None:
        self.asked.pop()[1]()

    def wear(self, chosen: Chosen) -> None:
        self.worn.append(chosen)

    def choose_file(self, title: str, take: str, folder: Path, then: Callable[[Path], None]) -> None:
        self.choosing.append(then)

    choose_folder = choose_file
