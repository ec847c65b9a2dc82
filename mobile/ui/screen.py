"""A screen: draws a presenter's state, hands on what fingers do, decides nothing."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from kivy.uix.boxlayout import BoxLayout

from mobile.presenters.base import Presenter

P = TypeVar("P", bound=Presenter[Any])


class ScreenView(BoxLayout, Generic[P]):  # type: ignore[misc]  # Kivy has no types
    """Subclasses build their widgets in `build`, once, and bring them up to date in `show` at every state. A change of
    language, look or text size throws the whole view away and makes another from the same presenter."""

    def __init__(self, presenter: P) -> None:
        super().__init__(orientation="vertical")
        self.presenter = presenter
        self.build()
        self.show(presenter.state)
        self._unwatch: Callable[[], None] = presenter.watch(self.show)

    def build(self) -> None: ...

    def show(self, state: Any) -> None:
        raise NotImplementedError

    def leave(self) -> None:
        """It will not be shown again."""
        self._unwatch()
