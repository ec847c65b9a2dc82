"""Backgrounds: a rounded surface behind a widget that follows it."""

from collections.abc import Sequence
from typing import Any

from kivy.graphics import Color, Line, RoundedRectangle
from kivy.metrics import dp


class Surface:
    """`line`: colour of an outline, None without one."""

    def __init__(
        self,
        widget: Any,
        color: Sequence[float],
        *,
        radius: float = 12.0,
        line: Sequence[float] | None = None,
        width: float = 1.0,
    ) -> None:
        self._widget, self._radius = widget, dp(radius)
        with widget.canvas.before:
            self._color = Color(*color)
            self._shape = RoundedRectangle(radius=[self._radius])
            self._line_color = Color(*(line or (0, 0, 0, 0)))
            self._line = Line(width=width)
        widget.bind(pos=self._follow, size=self._follow)
        vars(widget).setdefault("surfaces", []).append(self)  # Kivy keeps no method alive whose object nobody keeps
        self._follow()

    def paint(self, color: Sequence[float], line: Sequence[float] | None = None, width: float | None = None) -> None:
        self._color.rgba = color
        self._line_color.rgba = line or (0, 0, 0, 0)
        if width is not None:
            self._line.width = width

    def _follow(self, *_: Any) -> None:
        widget = self._widget
        self._shape.pos, self._shape.size = widget.pos, widget.size
        radius = min(self._radius, widget.width / 2, widget.height / 2)
        self._shape.radius = [radius]
        self._line.rounded_rectangle = (*widget.pos, *widget.size, max(radius, 0.1))


def mixed(under: Sequence[float], over: Sequence[float], share: float) -> list[float]:
    """`over` laid on `under` with that opacity: a state layer."""
    return [below * (1 - share) + above * share for below, above in zip(under[:3], over[:3], strict=True)] + [1.0]
