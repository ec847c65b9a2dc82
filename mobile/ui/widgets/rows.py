"""Lists: a single row, and thousands of them."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.metrics import dp
from kivy.properties import ObjectProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.recycleboxlayout import RecycleBoxLayout
from kivy.uix.recycleview import RecycleView
from kivy.uix.recycleview.views import RecycleDataViewBehavior
from kivy.uix.widget import Widget

from mobile.state.forms import Level, Row
from mobile.ui.theme import Look, theme
from mobile.ui.widgets.buttons import Badge, Tappable
from mobile.ui.widgets.fonts import TEXT
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.text import Icon, Text

OnOpen = Callable[[str], Any] | None
_COLORS = {Level.INFO: "on_surface_variant", Level.GOOD: "good", Level.WARN: "warn", Level.BAD: "error"}
_LEAST = 56.0  # dp
_BADGE_BESIDE = 3  # letters; a longer one takes the words their room when the text is large
_LONGEST = 8  # rows measured for the height of all: those with the longest words


class ListRow(Tappable):
    """One row by itself. `on_open`: with the row's `page`."""

    def __init__(self, row: Row, on_open: OnOpen = None) -> None:
        super().__init__(
            theme.color("surface_container"),
            theme.color("on_surface"),
            line=theme.color("outline_variant"),
            padding=(dp(12), dp(8)),
            spacing=dp(12),
            size_hint_y=None,
        )
        self._on_open = on_open
        self._icon = Icon("")
        self._holder = AnchorLayout(size_hint_x=None, width=self._icon.width)
        self._holder.add_widget(self._icon)
        self._words = Column(spacing=2)
        self._title, self._subtitle = Text("", bold=True), Text("", "label", "on_surface_variant")
        self._middle = AnchorLayout()
        self._middle.add_widget(self._words)
        self._words.add_widget(self._title)
        self.add_widget(self._middle)
        self._badge: AnchorLayout | None = None
        self._ends = 0
        self._words.bind(height=self._fit)
        self.draw(row)

    def draw(self, row: Row) -> None:
        self.row = row
        self.key, self.label = row.key or row.page, row.title
        self._title.put(row.title)
        _attach(self._words, self._subtitle, bool(row.subtitle))
        self._subtitle.put(row.subtitle)
        self._icon.draw(row.icon, _COLORS[row.level])
        _attach(self, self._holder, bool(row.icon), len(self.children))
        self._draw_badge(row)
        self._fit()

    def _draw_badge(self, row: Row) -> None:
        """At the end of the row, or below the words."""
        if self._badge is not None:
            self._badge.parent.remove_widget(self._badge)
            self._badge = None
        if not row.badge:
            return
        mark = Badge(row.badge, "primary_container", "on_primary_container")
        if _is_below(row):
            self._badge = AnchorLayout(size_hint_y=None, height=mark.height, anchor_x="left")
            self._words.add_widget(self._badge)
        else:
            self._badge = AnchorLayout(size_hint_x=None, width=mark.width)
            self.add_widget(self._badge, self._ends)
        self._badge.add_widget(mark)

    def add_end(self, widget: Widget) -> None:
        """Something more to tap, at the end of the row."""
        holder = AnchorLayout(size_hint_x=None, width=widget.width)
        holder.add_widget(widget)
        self.add_widget(holder)
        self._ends += 1

    def on_release(self) -> None:
        if self._on_open is not None:
            self._on_open(self.row.page)

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(_LEAST), self._words.height + dp(16))


def _is_below(row: Row) -> bool:
    return theme.scale > 1.3 and len(row.badge) > _BADGE_BESIDE


def _attach(parent: Any, child: Widget, there: bool, index: int = 0) -> None:
    if there and child.parent is None:
        parent.add_widget(child, index)
    elif not there and child.parent is not None:
        parent.remove_widget(child)


class _Recycled(RecycleDataViewBehavior, ListRow):  # type: ignore[misc]
    """A row of the long list: made once, drawn with other words as it scrolls."""

    content = ObjectProperty(None, allownone=True)
    open_row = ObjectProperty(None, allownone=True)

    def __init__(self, **more: Any) -> None:
        super().__init__(Row("", ""))
        self.size_hint_y = 1

    def refresh_view_attrs(self, rv: Any, index: int, data: dict[str, Any]) -> None:
        self._on_open = data["open_row"]
        if data["content"] != self.row:
            self.state = "normal"  # the finger was on another row
            self.draw(data["content"])

    def _fit(self, *_: Any) -> None:
        """Its list gives all rows one height."""


@cache
def _recycled(look: Look, scale: float) -> type[_Recycled]:
    """Kivy keeps rows that nobody uses for the next list of their class: those of another look are of another class."""
    return type("_Recycled", (_Recycled,), {})


class RowList(RecycleView):  # type: ignore[misc]
    """All rows are as high as the one with the most words needs, so that 10,000 of them cost no more than what is
    seen."""

    def __init__(self, on_open: OnOpen = None) -> None:
        super().__init__(do_scroll_x=False, bar_width=dp(4), scroll_type=["bars", "content"])
        self.bar_color = theme.color("outline")
        self._on_open = on_open
        self._rows: tuple[Row, ...] = ()
        self._layout = RecycleBoxLayout(
            orientation="vertical",
            default_size=(None, dp(_LEAST)),
            default_size_hint=(1, None),
            size_hint_y=None,
            spacing=dp(4),
            padding=(dp(12), dp(8)),
        )
        self._layout.bind(minimum_height=self._layout.setter("height"))
        self.add_widget(self._layout)
        self.viewclass = _recycled(theme.look, theme.scale)  # kept by the layout, so only now
        self.bind(width=self._measure)

    def show(self, rows: Sequence[Row]) -> None:
        rows = tuple(rows)
        if rows == self._rows:
            return
        self._rows = rows
        self._measure()
        self.data = [{"content": row, "open_row": self._on_open} for row in rows]

    def _measure(self, *_: Any) -> None:
        longest = sorted(self._rows, key=lambda row: len(row.title) + len(row.subtitle), reverse=True)[:_LONGEST]
        height = max([dp(_LEAST), *(_needed(row, self.width - dp(2 * 12)) for row in longest)])
        if height != self._layout.default_size[1]:
            self._layout.default_size = (None, height)
            self.refresh_from_layout()

    def to_top(self) -> None:
        self.scroll_y = 1.0


def _needed(row: Row, width: float) -> float:
    """px that a row of that width takes, its padding with it."""
    room = width - dp(2 * 12) - (Icon(row.icon).width + dp(12) if row.icon else 0)
    badge = Badge(row.badge) if row.badge else None
    if badge is not None and not _is_below(row):
        room -= badge.width + dp(12)
    words = _height(row.title, "body", room) + (_height(row.subtitle, "label", room) + dp(2) if row.subtitle else 0)
    return float(words + dp(16)) + (badge.height + dp(2) if badge is not None and _is_below(row) else 0)


def _height(text: str, role: str, room: float) -> float:
    if not text:
        return 0.0
    label = CoreLabel(
        text=text, font_name=TEXT, font_size=theme.size(role), text_size=(max(room, dp(80)), None), bold=role == "body"
    )
    label.refresh()
    return float(label.texture.height)
