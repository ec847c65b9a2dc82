"""A picture that can be looked at closely: fitted at first, then nearer by pinching, by two taps or by buttons."""

import math
from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.stencilview import StencilView

from mobile.ui.theme import theme

MOST = 8.0  # times as large as it fits
STEP = 1.6  # of a button and of a wheel
NEAR = 3.0  # after two taps
_STILL = dp(12)  # a finger that moves farther was moving something
_SWIPE = dp(56)
_TWICE_S = 0.35

Place = tuple[float, float]


class ZoomView(StencilView):  # type: ignore[misc]  # Kivy has no types
    """`on_swipe`: 1 for the next, -1 for the one before; only while the whole picture is seen, else a finger moves
    the picture."""

    def __init__(self, on_swipe: Callable[[int], Any]) -> None:
        super().__init__()
        self._on_swipe = on_swipe
        self.factor = 1.0
        self._away: Place = (0.0, 0.0)  # middle of the picture from the middle of the view
        self._fingers: dict[Any, Place] = {}
        self._travelled = 0.0
        self._last_tap = -math.inf
        with self.canvas:
            Color(*theme.color("surface_container"))
            self._ground = Rectangle()
            self._paint = Color(1, 1, 1, 0)
            self._shape = Rectangle()
        self.bind(pos=self._follow, size=self._follow)

    def put(self, texture: Any) -> None:
        """Another picture, whole; None for none."""
        self._shape.texture = texture
        self._paint.a = 0 if texture is None else 1
        self.whole()

    @property
    def picture(self) -> tuple[float, float, float, float]:
        """Where it is drawn: left, bottom, width, height."""
        return (*self._shape.pos, *self._shape.size)

    # --- nearer and farther

    def whole(self) -> None:
        self.factor, self._away = 1.0, (0.0, 0.0)
        self._follow()

    def closer(self) -> None:
        self.zoom(STEP, self.center)

    def farther(self) -> None:
        self.zoom(1 / STEP, self.center)

    def zoom(self, by: float, about: Place) -> None:
        """What lies under `about` stays there."""
        factor = min(max(self.factor * by, 1.0), MOST)
        x, y = about[0] - self.center_x, about[1] - self.center_y
        grown = factor / self.factor
        self._away = (x + (self._away[0] - x) * grown, y + (self._away[1] - y) * grown)
        self.factor = factor
        self._follow()

    def _follow(self, *_: Any) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        texture = self._shape.texture
        if texture is None:
            return
        wide, high = texture.size
        share = min(self.width / max(wide, 1), self.height / max(high, 1)) * self.factor
        size = (wide * share, high * share)
        over_x, over_y = max(size[0] - self.width, 0) / 2, max(size[1] - self.height, 0) / 2
        self._away = (min(max(self._away[0], -over_x), over_x), min(max(self._away[1], -over_y), over_y))
        self._shape.size = size
        self._shape.pos = (self.center_x + self._away[0] - size[0] / 2, self.center_y + self._away[1] - size[1] / 2)

    # --- fingers

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        if getattr(touch, "is_mouse_scrolling", False):
            self.zoom(STEP if touch.button == "scrolldown" else 1 / STEP, touch.pos)
            return True
        touch.grab(self)
        if not self._fingers:
            self._travelled = 0.0
        self._fingers[touch.uid] = touch.pos
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        before = dict(self._fingers)
        self._fingers[touch.uid] = touch.pos
        was = before.get(touch.uid, touch.pos)
        self._travelled += math.dist(was, touch.pos)
        if len(before) == 1:
            self._move(touch.pos[0] - was[0], touch.pos[1] - was[1])
        elif len(before) == 2:
            self._pinch(list(before.values()), list(self._fingers.values()))
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        alone = len(self._fingers) == 1
        self._fingers.pop(touch.uid, None)
        if alone and self._travelled < _STILL:
            self._tapped(touch.pos)
        elif alone and self.factor == 1.0:
            across, along = touch.pos[0] - touch.opos[0], touch.pos[1] - touch.opos[1]
            if abs(across) > _SWIPE and abs(across) > 2 * abs(along):
                self._on_swipe(1 if across < 0 else -1)
        if not alone:
            self._travelled = math.inf  # the last finger of two that is lifted means nothing
        return True

    def _move(self, x: float, y: float) -> None:
        self._away = (self._away[0] + x, self._away[1] + y)
        self._follow()

    def _pinch(self, before: list[Place], after: list[Place]) -> None:
        (was, other), (now, same) = before, after
        if math.dist(was, other) < 1:
            return
        middle, moved = _between(was, other), _between(now, same)
        self._move(moved[0] - middle[0], moved[1] - middle[1])
        self.zoom(math.dist(now, same) / math.dist(was, other), moved)

    def _tapped(self, place: Place) -> None:
        now = Clock.get_time()
        twice, self._last_tap = now - self._last_tap < _TWICE_S, now
        if twice:
            self._last_tap = -math.inf
            if self.factor > 1.0:
                self.whole()
            else:
                self.zoom(NEAR, place)


def _between(one: Place, other: Place) -> Place:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
