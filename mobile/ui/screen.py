"""A screen: draws a presenter's state, hands on what fingers do, decides nothing."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout

from mobile.presenters.base import Presenter

P = TypeVar("P", bound=Presenter[Any])
# What lies in a scroll view hears of a short tap 0.2 s after the finger left (Kivy's `on_scroll_stop`).
STILL_S, LOOK_S = 0.25, 0.05


class ScreenView(BoxLayout, Generic[P]):  # type: ignore[misc]  # Kivy has no types
    """Subclasses build their widgets in `build`, once, and bring them up to date in `show` at every state. A change of
    language, look or text size throws the whole view away and makes another from the same presenter.

    `patient`: for a screen that is drawn anew by what goes on beside it. It waits while a finger is on the screen, and
    until what was tapped has heard of it: else the tap would be lost, or hit what came into its place.
    """

    patient = False

    def __init__(self, presenter: P) -> None:
        super().__init__(orientation="vertical")
        self.presenter = presenter
        self._lifted = -STILL_S
        self._later: Any = Clock.create_trigger(self._catch_up, LOOK_S, interval=True)
        self.build()
        self.show(presenter.state)
        self._unwatch: Callable[[], None] = presenter.watch(self._changed)
        Window.bind(on_touch_up=self._lift)

    def build(self) -> None: ...

    def show(self, state: Any) -> None:
        raise NotImplementedError

    def leave(self) -> None:
        """It will not be shown again."""
        self._unwatch()
        self._later.cancel()
        Window.unbind(on_touch_up=self._lift)

    def _changed(self, state: Any) -> None:
        if self.patient and self._is_touched():
            self._later()
        else:
            self.show(state)

    def _catch_up(self, _: float) -> None:
        if not self._is_touched():
            self._later.cancel()
            self.show(self.presenter.state)

    def _is_touched(self) -> bool:
        return bool(EventLoop.touches) or Clock.get_time() - self._lifted < STILL_S

    def _lift(self, *_: Any) -> None:
        self._lifted = Clock.get_time()
