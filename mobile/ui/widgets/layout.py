"""What holds other things."""

from collections.abc import Sequence
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from mobile.state.forms import Level
from mobile.ui.theme import theme
from mobile.ui.widgets.buttons import Badge, OnTap, PushButton, Tappable, row_height
from mobile.ui.widgets.paint import Surface
from mobile.ui.widgets.text import Icon, Text

__all__ = ["Badge", "Body", "Card", "Column", "Divider", "Empty", "Held", "NoticeBox", "Progress"]


class Column(BoxLayout):  # type: ignore[misc]  # Kivy has no types
    """As high as what is in it. `padding`, `spacing`: dp."""

    def __init__(self, *, padding: float = 0.0, spacing: float = 8.0) -> None:
        super().__init__(orientation="vertical", padding=dp(padding), spacing=dp(spacing), size_hint_y=None, height=0)
        self.bind(minimum_height=self.setter("height"))


class Body(ScrollView):  # type: ignore[misc]
    """A column that scrolls, with room below for a thumb and a keyboard."""

    def __init__(self, *, padding: float = 16.0, spacing: float = 12.0) -> None:
        super().__init__(do_scroll_x=False, bar_width=dp(3), scroll_type=["bars", "content"])
        self.bar_color = theme.color("outline")
        self.column = Column(padding=padding, spacing=spacing)
        self.column.padding = (dp(padding), dp(padding), dp(padding), dp(padding + 32))
        self.add_widget(self.column)

    def add(self, widget: Widget) -> None:
        self.column.add_widget(widget)

    def take(self, widget: Widget) -> None:
        """Away with it; harmless when it is not here."""
        self.column.remove_widget(widget)

    def keep(self, widget: Widget, there: bool) -> None:
        """At the end of the column while `there`."""
        if there and widget.parent is None:
            self.add(widget)
        elif not there and widget.parent is not None:
            self.take(widget)

    def clear(self) -> None:
        self.column.clear_widgets()

    def on_touch_down(self, touch: Any) -> bool:
        """A stroke on a signing pad is ink from its first point: Kivy would take a finger that moves at once for
        scrolling."""
        x, y = self.to_local(*touch.pos)
        for child in self.column.children:
            if getattr(child, "takes_strokes", False) and self.collide_point(*touch.pos) and child.collide_point(x, y):
                touch.push()
                touch.apply_transform_2d(self.to_local)
                taken = child.on_touch_down(touch)
                touch.pop()
                return bool(taken)
        return bool(super().on_touch_down(touch))


class Held(ScrollView):  # type: ignore[misc]
    """Stays in sight above or below what scrolls: as high as `content`, at most `share` of the screen. Then it scrolls
    by itself: on a small phone with large text something is left for the rest."""

    def __init__(self, content: Widget, *, share: float = 0.4) -> None:
        super().__init__(
            do_scroll_x=False, bar_width=dp(3), scroll_type=["bars", "content"], size_hint_y=None, height=0
        )
        self.bar_color = theme.color("outline")
        self._content, self._share = content, share
        self.add_widget(content)
        content.bind(height=self._fit)
        self.bind(parent=self._stand)

    def _stand(self, *_: Any) -> None:
        if self.parent is not None:
            self.parent.bind(height=self._fit)
            self._fit()

    def _fit(self, *_: Any) -> None:
        most = self._content.height if self.parent is None else self.parent.height * self._share
        self.height = min(self._content.height, most)


class Card(Column):
    def __init__(self, *, padding: float = 12.0, spacing: float = 4.0, color: str = "surface_container") -> None:
        super().__init__(padding=padding, spacing=spacing)
        Surface(self, theme.color(color), line=theme.color("outline_variant"), width=theme.line)


class TapCard(Tappable):
    """A card that is tapped as a whole, at least as high as a finger needs; what is in it goes into `column`."""

    def __init__(self, label: str, on_tap: OnTap, *, spacing: float = 4.0) -> None:
        super().__init__(
            theme.color("surface_container"),
            theme.color("on_surface"),
            line=theme.color("outline_variant"),
            on_tap=on_tap,
            size_hint_y=None,
        )
        self.label = label
        self.column = Column(padding=12, spacing=spacing)
        self.column.bind(height=self._fit)
        self.add_widget(self.column)
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.height = max(self.column.height, row_height())


class Divider(Widget):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(size_hint_y=None, height=theme.line)
        with self.canvas:
            Color(*theme.color("outline_variant"))
            self._line = Rectangle()
        self.bind(pos=self._follow, size=self._follow)

    def _follow(self, *_: Any) -> None:
        self._line.pos, self._line.size = self.pos, self.size


class NoticeBox(Tappable):
    """One sentence on a coloured ground, with an icon: colour alone tells nobody anything."""

    def __init__(self, level: Level, text: str, on_tap: OnTap = None) -> None:
        background, words, icon = theme.of_level(level)
        line = words if background == theme.color("surface") or level is Level.BAD else None
        super().__init__(
            background,
            words,
            line=line,
            on_tap=on_tap,
            padding=(dp(12), dp(10)),
            spacing=dp(10),
            size_hint_y=None,
        )
        self.level = level
        holder = AnchorLayout(size_hint_x=None, anchor_y="top")
        mark = Icon(icon)
        mark.color = words
        holder.width = mark.width
        holder.add_widget(mark)
        self.add_widget(holder)
        self._words = Text(text)
        self._words.color = words
        self.add_widget(self._words)
        self._words.bind(height=self._fit)
        self._least = max(mark.height + dp(20), 0 if on_tap is None else row_height())
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.height = max(self._words.height + dp(20), self._least)


class Empty(Column):
    """Nothing here, and what to do about it."""

    def __init__(self, icon: str, title: str, text: str, button: str = "", on_tap: OnTap = None) -> None:
        super().__init__(padding=24, spacing=8)
        drawn = Icon(icon, size=48)
        mark = AnchorLayout(size_hint_y=None, height=drawn.height + dp(8))
        mark.add_widget(drawn)
        self.add_widget(mark)
        if title:
            self.add_widget(Text(title, "title", halign="center"))
        self.add_widget(Text(text, color="on_surface_variant", halign="center"))
        if button:
            self.add_widget(PushButton(button, style="tonal", on_tap=on_tap, wide=True))


class Progress(Widget):  # type: ignore[misc]
    """`value`: 0 … 1; None while nobody knows."""

    def __init__(self, value: float | None = 0.0) -> None:
        super().__init__(size_hint_y=None, height=dp(6))
        with self.canvas:
            Color(*theme.color("surface_container_high"))
            self._ground = Rectangle()
            Color(*theme.color("primary"))
            self._bar = Rectangle()
        self._value = value
        self._at = 0.0
        self._moving: Any = None
        self.bind(pos=self._draw, size=self._draw, parent=self._shown)

    def put(self, value: float | None) -> None:
        self._value = value
        self._shown()
        self._draw()

    def _shown(self, *_: Any) -> None:
        """Moves only while it is seen."""
        wanted = self._value is None and self.parent is not None
        if wanted and self._moving is None:
            self._moving = Clock.schedule_interval(self._step, 1 / 30)
        elif not wanted and self._moving is not None:
            self._moving.cancel()
            self._moving = None

    def _step(self, passed: float) -> None:
        self._at = (self._at + passed / 1.5) % 1.0
        self._draw()

    def _draw(self, *_: Any) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        if self._value is None:
            width = self.width / 4
            left = self.x + self._at * (self.width + width) - width
            right = min(left + width, self.right)
            left = max(left, self.x)
            self._bar.pos, self._bar.size = (left, self.y), (max(right - left, 0), self.height)
        else:
            share = min(max(self._value, 0.0), 1.0)
            self._bar.pos, self._bar.size = self.pos, (self.width * share, self.height)


def columns(widgets: Sequence[Widget], *, spacing: float = 8.0) -> BoxLayout:
    """Side by side, as high as the highest."""
    box = BoxLayout(spacing=dp(spacing), size_hint_y=None)
    for widget in widgets:
        box.add_widget(widget)
        widget.bind(height=lambda *_: _level(box))
    _level(box)
    return box


def _level(box: BoxLayout) -> None:
    box.height = max((child.height for child in box.children), default=0)
