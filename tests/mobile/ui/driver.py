"""Drives the app as fingers do: real pixels into memory, touch events through the window."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kivy.base import EventLoop, runTouchApp
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.tests.common import UnitTestTouch

PATIENCE_S = 20.0  # far longer than anything takes: what is waited for is a condition, never a time


class Driver:
    def __init__(self, app: Any) -> None:
        self.app = app
        self.touches = 0
        Clock._max_fps = 0  # frames as fast as they come
        self._finish = lambda *_: glFinish()  # off screen nothing waits for a display: Mesa would queue every frame
        Window.bind(on_flip=self._finish)
        app._run_prepare()
        runTouchApp(embedded=True)
        self.frames(3)

    # --- time

    def frames(self, count: int = 1) -> None:
        for _ in range(count):
            EventLoop.idle()

    def until(self, true: Callable[[], Any], what: str = "") -> Any:
        end = time.monotonic() + PATIENCE_S
        while not (found := true()):
            assert time.monotonic() < end, f"never came: {what or true}\n" + "\n".join(self.texts())
            EventLoop.idle()
        return found

    # --- what is seen

    def walk(self) -> Iterator[Any]:
        for child in Window.children:
            yield from child.walk(restrict=True)

    def visible(self) -> Iterator[Any]:
        """Widgets of which some of it can be seen."""
        for widget in self.walk():
            if widget.get_root_window() and widget.width and widget.height and widget.opacity:
                left, bottom = widget.to_window(widget.x, widget.y)
                if (
                    left < Window.width
                    and bottom < Window.height
                    and left + widget.width > 0
                    and bottom + widget.height > 0
                ):
                    yield widget

    def texts(self) -> list[str]:
        """Every text on the screen, icons left out."""
        return [text for widget in self.visible() if (text := _text(widget)) and not getattr(widget, "is_icon", False)]

    def sees(self, text: str) -> bool:
        return any(text in seen for seen in self.texts())

    def find(self, text: str | None = None, *, kind: type | None = None, key: str | None = None, nth: int = 0) -> Any:
        """A widget by what it says (`text`, or `label` of one that only draws an icon), by class, by the key of its
        field or row. With `nth` not the first of them."""
        found = [
            widget
            for widget in self.walk()
            if (kind is None or isinstance(widget, kind))
            and (text is None or text in (_text(widget), getattr(widget, "label", None)))
            and (key is None or getattr(widget, "key", None) == key)
        ]
        assert len(found) > nth, f"no {kind or ''} {text or key!r}; there are: {self.texts()}"
        return found[nth]

    def shot(self, path: Path) -> Path:
        """What is on the screen, as PNG: taken before the buffers are swapped, so that it is never black."""
        taken: list[str] = []

        def take(*_: Any) -> None:
            Window.unbind(on_flip=take)
            taken.append(Window.screenshot(name=str(path)))

        self.frames(2)
        Window.bind(on_flip=take)
        Window.canvas.ask_update()
        self.until(lambda: taken, "a screenshot")
        Path(taken[0]).replace(path)  # Kivy numbers it
        return path

    # --- what fingers do

    def tap(self, target: Any = None, **how: Any) -> None:
        """A widget, or what `find` finds; brought into sight first where it lies in a scroll view."""
        if not hasattr(target, "to_window"):
            self.frames(3)  # what came just now is laid out
        widget = target if hasattr(target, "to_window") else self.find(target, **how)
        self.bring(widget)
        if widget is not target and widget.get_root_window() is None:  # drawn anew meanwhile
            widget = self.find(target, **how)
        self.tap_at(*widget.to_window(*widget.center))

    def tap_at(self, x: float, y: float) -> None:
        self.touches += 1
        touch = UnitTestTouch(x, y)
        touch.touch_down()
        self.frames(2)
        touch.touch_up()
        self.frames(2)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        self.touches += 1
        touch = UnitTestTouch(*start)
        touch.touch_down()
        self.frames()
        for step in range(1, steps + 1):
            part = step / steps
            touch.touch_move(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
            self.frames()
        touch.touch_up()
        self.frames(2)

    def type(self, text: str) -> None:
        """Into the focused field, letter by letter, as a soft keyboard does."""
        for letter in text:
            Window.dispatch("on_textinput", letter)
        self.frames(2)

    def key(self, code: int, name: str) -> None:
        """8 backspace, 13 enter, 27 the back button."""
        if not Window.dispatch("on_key_down", code, 0, name, []) or code in (27, 1001):
            Window.dispatch("on_keyboard", code, 0, name, [])
        Window.dispatch("on_key_up", code, 0)
        self.frames(2)

    def bring(self, widget: Any) -> None:
        from kivy.uix.recycleview import RecycleView
        from kivy.uix.scrollview import ScrollView

        parent = widget.parent
        while parent is not None and parent is not Window and not isinstance(parent, ScrollView):
            parent = parent.parent
        if isinstance(parent, ScrollView) and not isinstance(parent, RecycleView):  # whose rows exist only in sight
            parent.scroll_to(widget, padding=8, animate=False)
            self.frames(2)

    def close(self) -> None:
        Window.unbind(on_flip=self._finish)
        self.app.stop()
        for widget in Window.children[:]:
            Window.remove_widget(widget)
        for event in Clock.get_events():
            Clock.unschedule(event)


def _text(widget: Any) -> str:
    text = getattr(widget, "text", "")
    return text if isinstance(text, str) else ""
