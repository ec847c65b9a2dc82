"""A place to sign with a finger."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color
from kivy.graphics import Line as Stroke
from kivy.metrics import dp
from kivy.uix.widget import Widget

from mobile.ui.theme import theme
from mobile.ui.widgets.paint import Surface

INK = (0.05, 0.05, 0.25, 1)
PAPER = (1, 1, 1, 1)
Strokes = tuple[tuple[tuple[float, float], ...], ...]  # each a run of (x, y) in 0 … 1, from the lower left


class SignaturePad(Widget):  # type: ignore[misc]  # Kivy has no types
    """Ink on white in every look: what is signed is printed on paper. `on_change`: with all strokes."""

    takes_strokes = True  # see `Body`

    def __init__(self, on_change: Callable[[Strokes], Any]) -> None:
        super().__init__(size_hint_y=None, height=dp(220))
        Surface(self, PAPER, radius=8, line=theme.color("outline"), width=theme.line)
        self._on_change = on_change
        self._strokes: list[list[tuple[float, float]]] = []
        self._drawn: list[Any] = []
        self.bind(size=self._redraw, pos=self._redraw)

    @property
    def strokes(self) -> Strokes:
        return tuple(tuple(stroke) for stroke in self._strokes)

    def clear(self) -> None:
        self._strokes = []
        self._redraw()
        self._on_change(())

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return bool(super().on_touch_down(touch))
        touch.grab(self)  # a scroll view round it would take the stroke for scrolling
        self._strokes.append([self._share(*touch.pos)])
        self._begin(touch.pos)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return bool(super().on_touch_move(touch))
        x = min(max(touch.x, self.x), self.right)
        y = min(max(touch.y, self.y), self.top)
        self._strokes[-1].append(self._share(x, y))
        self._drawn[-1].points = [*self._drawn[-1].points, x, y]
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        self._on_change(self.strokes)
        return True

    def _share(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.x) / max(self.width, 1), (y - self.y) / max(self.height, 1)

    def _begin(self, pos: tuple[float, float]) -> None:
        with self.canvas:
            Color(*INK)
            self._drawn.append(Stroke(points=[*pos, pos[0] + 0.1, pos[1]], width=dp(1.6), cap="round", joint="round"))

    def _redraw(self, *_: Any) -> None:
        self.canvas.clear()
        self._drawn = []
        for stroke in self._strokes:
            places = [(self.x + x * self.width, self.y + y * self.height) for x, y in stroke]
            self._begin(places[0])
            self._drawn[-1].points = [value for place in places for value in place]
