"""Sending and fetching beside whatever the officer does; one for the whole app."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from mobile.ports import Clock, Stop
from mobile.presenters.base import Jobs, Task
from shared.problems import Problem

if TYPE_CHECKING:
    from mobile.services.sending import RoundResult, Sending
    from mobile.services.tally import Progress


@dataclass(frozen=True, slots=True)
class CourierState:
    """`moving`: file → bytes that the server has of it, of those on their way now. `notice`: code of the one sentence
    about the last round, None when all is well. `pulled`: counts up whenever something was fetched."""

    running: bool = False
    moving: tuple[tuple[UUID, int, int], ...] = ()
    notice: str | None = None
    pull_problem: str | None = None
    pulled: int = 0
    rounds: int = 0


class Courier:
    """`pulls`: what is fetched at each start and after each round that reached the server; each raises a Problem. What
    fails here fails quietly: the state tells it, nothing pops up while somebody types."""

    def __init__(self, sending: "Callable[[], Sending]", pulls: Sequence[Callable[[], object]], clock: Clock) -> None:
        self._sending, self._pulls, self._clock = sending, pulls, clock
        self._jobs: Jobs | None = None
        self._job: Task | None = None
        self._wake = _Wake()
        self._listeners: list[Callable[[CourierState], None]] = []
        self.state = CourierState()

    def attach(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def watch(self, listener: Callable[[CourierState], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def kick(self) -> None:
        """There is something to do, or may be: now, not when the next try would be due."""
        if self._jobs is None:
            return
        self._wake.ring()
        if self._job is None:
            self._show(replace(self.state, running=True))
            self._job = self._jobs.run(self._work, self._ended, self._failed)

    def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._wake.ring()
        self._show(replace(self.state, running=False, moving=()))

    # --- beside the screen

    def _work(self, stop: Stop) -> "RoundResult":
        self._pull()
        return self._sending().send_until_empty(
            _Both(stop, self._wake), progress=self._moved, after_round=self._after_round
        )

    def _pull(self) -> None:
        problem = None
        for pull in self._pulls:
            try:
                pull()
            except Problem as failed:
                problem = failed.code
        self._tell(lambda: self._show(replace(self.state, pull_problem=problem, pulled=self.state.pulled + 1)))

    def _moved(self, progress: "Progress") -> None:
        def show() -> None:
            others = tuple(one for one in self.state.moving if one[0] != progress.file)
            mine = (
                ()
                if progress.file is None or progress.sent >= progress.total
                else ((progress.file, progress.sent, progress.total),)
            )
            self._show(replace(self.state, moving=others + mine))

        self._tell(show)

    def _after_round(self, result: "RoundResult") -> None:
        self._tell(
            lambda: self._show(replace(self.state, notice=result.notice, rounds=self.state.rounds + 1, moving=()))
        )

    # --- on the thread of the screen

    def _ended(self, result: "RoundResult") -> None:
        self._job = None
        self._show(replace(self.state, running=False, moving=(), notice=result.notice))
        if self._wake.rung():  # something came while the last round ended
            self.kick()

    def _failed(self, problem: Problem) -> None:
        self._job = None
        self._show(replace(self.state, running=False, moving=(), notice=problem.code))

    def _tell(self, call: Callable[[], None]) -> None:
        if self._jobs is not None:
            self._jobs.call(call)

    def _show(self, state: CourierState) -> None:
        self.state = state
        for listener in tuple(self._listeners):
            listener(state)


class _Wake:
    """A bell that is heard once."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        self._event.set()

    def rung(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)
        self._event.clear()


class _Both:
    """A `Stop` whose waits end early when the bell rings."""

    def __init__(self, stop: Stop, wake: _Wake) -> None:
        self._stop, self._wake = stop, wake
        wake.wait(0)

    def is_set(self) -> bool:
        return self._stop.is_set()

    def wait(self, timeout: float) -> bool:
        self._wake.wait(timeout)
        return self._stop.is_set()
