"""Which screens lie on top of each other, and which is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mobile.presenters.base import Presenter
from mobile.presenters.routes import PLACES, Route

AnyPresenter = Presenter[Any]


@dataclass(frozen=True, slots=True)
class Open:
    route: Route
    presenter: AnyPresenter


class Stack:
    """A place of the navigation bar at the bottom, other screens on top. `changed` is told what is to be drawn."""

    def __init__(self, make: Callable[[Route], AnyPresenter], changed: Callable[[Open], None]) -> None:
        self._make, self._changed = make, changed
        self._open: list[Open] = []

    @property
    def top(self) -> Open | None:
        return self._open[-1] if self._open else None

    @property
    def bottom(self) -> Open | None:
        return self._open[0] if self._open else None

    @property
    def depth(self) -> int:
        return len(self._open)

    def open(self, route: Route) -> None:
        if self.top is not None and self.top.route == route:
            return  # a second tap on the same thing
        if route.screen in PLACES:
            self.reset(route)
            return
        self._push(route)

    def replace(self, route: Route) -> None:
        if self._open:
            self._open.pop().presenter.closed()
        self._push(route)

    def reset(self, route: Route) -> None:
        """Nothing but this."""
        while self._open:
            self._open.pop().presenter.closed()
        self._push(route)

    def back(self) -> bool:
        """False when there is nothing below: the app may close."""
        if self.top is None or self.top.presenter.went_back():
            return True
        if len(self._open) == 1:
            return False
        self._open.pop().presenter.closed()
        below = self._open[-1]
        below.presenter.renewed()
        self._changed(below)
        return True

    def drop(self) -> None:
        """Without the top one, and without drawing what lies below: another one comes at once."""
        if self._open:
            self._open.pop().presenter.closed()

    def each(self) -> tuple[AnyPresenter, ...]:
        return tuple(entry.presenter for entry in self._open)

    def _push(self, route: Route) -> None:
        entry = Open(route, self._make(route))
        self._open.append(entry)
        self._changed(entry)
        entry.presenter.opened()
