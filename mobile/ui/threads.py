"""The one place that owns threads and timers of the app."""

import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from kivy.clock import Clock

from mobile.ports import Stop
from mobile.presenters.base import Task
from shared.problems import Problem

T = TypeVar("T")
JOIN_S = 5.0


class _Timer:
    def __init__(self, seconds: float, call: Callable[[], None], *, again: bool) -> None:
        schedule = Clock.schedule_interval if again else Clock.schedule_once
        self._event = schedule(lambda _: call(), seconds)

    def cancel(self) -> None:
        self._event.cancel()


class _Job:
    """Nothing is called back once it was cancelled: cancelling and calling back happen on the same thread."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def cancel(self) -> None:
        self.stop.set()


class KivyJobs:
    """`failed`: what to do with a Problem for which a caller has no answer of its own. Nothing runs beside the screen
    before `begin`: the first frame has the processor to itself. `ended`: said by each thread before it ends."""

    def __init__(self, failed: Callable[[Problem], None], ended: Callable[[], None] = lambda: None) -> None:
        self._failed, self._ended = failed, ended
        self._running: dict[threading.Thread, _Job] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._waiting: list[threading.Thread] | None = []

    def begin(self) -> None:
        """The first frame is drawn."""
        with self._lock:
            waiting, self._waiting = self._waiting or [], None
            for thread in () if self._closed else waiting:
                thread.start()

    def run(
        self, work: Callable[[Stop], T], done: Callable[[T], None], failed: Callable[[Problem], None] | None = None
    ) -> Task:
        job = _Job()

        def carry_out() -> None:
            try:
                result = work(job.stop)
            except Problem as problem:
                self._back(job, partial(failed or self._failed, problem))
            except BaseException as error:  # a defect: raised where the app's handler of defects hears of it
                self._back(job, partial(_raise, error))
            else:
                self._back(job, lambda: done(result))
            finally:
                with self._lock:
                    self._running.pop(threading.current_thread(), None)
                self._ended()

        thread = threading.Thread(target=carry_out, daemon=True)
        with self._lock:
            if self._closed:
                job.cancel()
                return job
            self._running[thread] = job
            if self._waiting is not None:
                self._waiting.append(thread)
            else:
                thread.start()
        return job

    def call(self, call: Callable[[], None]) -> None:
        Clock.schedule_once(lambda _: call(), 0)

    def later(self, seconds: float, call: Callable[[], None]) -> Task:
        return _Timer(seconds, call, again=False)

    def every(self, seconds: float, call: Callable[[], None]) -> Task:
        return _Timer(seconds, call, again=True)

    def close(self) -> None:
        """Tell every job to end and wait for them, so that the database can be closed under none of them."""
        with self._lock:
            self._closed = True
            running = dict(self._running)
            begun = self._waiting is None
        for job in running.values():
            job.cancel()
        for thread in running if begun else ():
            thread.join(JOIN_S)

    def _back(self, job: _Job, call: Callable[[], None]) -> None:
        def back(_: float) -> None:
            if not job.stop.is_set():
                call()

        Clock.schedule_once(back, 0)


def _raise(error: BaseException) -> None:
    raise error
