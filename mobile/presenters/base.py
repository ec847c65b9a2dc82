"""What all presenters share, and what they are given of the shell round them."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from mobile.ports import Stop
from mobile.presenters.routes import Route
from shared.i18n import Words
from shared.problems import Problem

S = TypeVar("S")
T = TypeVar("T")


class Task(Protocol):
    def cancel(self) -> None:
        """Tell it to end, and hear nothing of it any more. Harmless when it has ended."""


class Jobs(Protocol):
    """The one place that owns threads and timers. What is called back is called on the thread of the screen."""

    def run(
        self, work: Callable[[Stop], T], done: Callable[[T], None], failed: Callable[[Problem], None] | None = None
    ) -> Task:
        """`work` beside the screen. A Problem goes to `failed`, else to `Shell.tell`; any other exception is a defect
        and is raised on the thread of the screen."""

    def call(self, call: Callable[[], None]) -> None:
        """From any thread: on the thread of the screen, soon."""

    def later(self, seconds: float, call: Callable[[], None]) -> Task: ...

    def every(self, seconds: float, call: Callable[[], None]) -> Task: ...


class Shell(Protocol):
    """The app round a screen."""

    @property
    def jobs(self) -> Jobs: ...

    def open(self, route: Route) -> None:
        """On top of what is open; a place of the navigation bar instead of it."""

    def replace(self, route: Route) -> None:
        """Instead of the screen that asks."""

    def back(self) -> None: ...

    def say(self, text: str, *, action: str = "", then: Callable[[], None] | None = None) -> None:
        """A line below that goes by itself; `action`: a button in it that does `then`."""

    def tell(self, problem: Problem) -> None:
        """A failure, in one sentence that stays until it is read."""

    def choose(self, title: str, options: Sequence[tuple[str, str]], then: Callable[[str], None]) -> None:
        """One of (value, words); `then` with its value, never when nothing is chosen."""

    def ask(self, title: str, text: str, *, yes: str, no: str, then: Callable[[], None]) -> None:
        """`then` only when the officer says yes."""


class Presenter(Generic[S]):
    """`opened` when its screen is shown, `closed` when it is left for good, `paused` when the app goes to the
    background or may be killed, `renewed` when the language changed or something outside may have."""

    def __init__(self, state: S, words: Words, shell: Shell) -> None:
        self._state, self.words, self.shell = state, words, shell
        self._listeners: list[Callable[[S], None]] = []

    @property
    def state(self) -> S:
        return self._state

    def watch(self, listener: Callable[[S], None]) -> Callable[[], None]:
        """Calls it at every other state from now on; what comes back ends that."""
        self._listeners.append(listener)

        def unwatch() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unwatch

    def show(self, state: S) -> None:
        if state == self._state:
            return
        self._state = state
        for listener in tuple(self._listeners):
            listener(state)

    def opened(self) -> None: ...

    def closed(self) -> None: ...

    def paused(self) -> None: ...

    def renewed(self) -> None: ...

    def went_back(self) -> bool:
        """The officer asked to go back; True when the presenter has dealt with it by itself."""
        return False
