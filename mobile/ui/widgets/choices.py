"""Choosing."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.properties import NumericProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget

from mobile.state.forms import Option
from mobile.ui.theme import theme
from mobile.ui.widgets.buttons import Tappable, row_height
from mobile.ui.widgets.paint import Surface
from mobile.ui.widgets.text import Icon, Text, widest

OnChoose = Callable[[str], Any]
_APART = 8  # dp: thick lines of the sunlight look must not touch
_AROUND = dp(12 + 12 + 6)  # beside the words of a chip that has a tick


class Chip(Tappable):
    """Chosen, it has a tick as well as a colour. As wide as its words, see `narrow`; with `stretch` as wide as whoever
    holds it makes it, who gives it `needed` px of height too."""

    needed = NumericProperty(0.0)

    def __init__(self, option: Option, act: Callable[[], Any], *, stretch: bool = False) -> None:
        background, words, line = _colors(option.chosen)
        super().__init__(
            background,
            words,
            line=line,
            radius=10,
            on_tap=act,
            padding=(dp(12), dp(6)),
            spacing=dp(6),
            size_hint=(1, 1) if stretch else (None, None),
        )
        self._stretch = stretch
        self.key, self.label, self.option = option.value, option.label, option
        icon = "check" if option.chosen else option.icon
        mark_width = 0.0
        if icon:
            holder = AnchorLayout(size_hint_x=None)
            mark = Icon(icon, size=18)
            mark.color = words
            holder.width = mark_width = mark.width
            holder.add_widget(mark)
            self.add_widget(holder)
            mark_width += dp(6)
        self._words = Text(option.label, "label", bold=option.chosen, halign="center")
        self._words.color = words
        self._words.size_hint_y = 1
        self.add_widget(self._words)
        if not stretch:
            self._words.texture_update()
            self._natural = max(self._words.texture_size[0] + mark_width + dp(28), row_height())
        self._words.bind(texture_size=self._fit)
        self._fit()

    def narrow(self, room: float) -> None:
        """At most that many px wide."""
        self.width = min(self._natural, room)

    def _fit(self, *_: Any) -> None:
        self.needed = max(row_height(), self._words.texture_size[1] + dp(12))
        if not self._stretch:
            self.height = self.needed


def _colors(chosen: bool) -> tuple[list[float], list[float], list[float]]:
    if chosen:
        return theme.color("primary"), theme.color("on_primary"), theme.color("primary")
    return theme.color("surface"), theme.color("on_surface"), theme.color("outline")


class Chips(StackLayout):  # type: ignore[misc]  # Kivy has no types
    """As many beside each other as there is room for."""

    def __init__(self, options: Sequence[Option], on_choose: OnChoose) -> None:
        super().__init__(spacing=dp(8), size_hint_y=None, height=0)
        self._on_choose = on_choose
        self._options: tuple[Option, ...] = ()
        self.bind(minimum_height=self.setter("height"), width=self._narrow)
        self.show(options)

    def show(self, options: Sequence[Option]) -> None:
        options = tuple(options)
        if options == self._options:
            return
        self._options = options
        _put(self, options, lambda option: Chip(option, partial(self._on_choose, option.value)))
        self._narrow()

    def _narrow(self, *_: Any) -> None:
        for chip in self.children:
            chip.narrow(max(self.width, dp(96)))


def _put(holder: Any, options: Sequence[Option], make: Callable[[Option], Chip]) -> None:
    """Chips that stay as they were stay the same widgets."""
    there = {chip.option: chip for chip in holder.children}
    holder.clear_widgets()
    for option in options:
        holder.add_widget(there.pop(option, None) or make(option))


class Segments(GridLayout):  # type: ignore[misc]
    """Two to four, in one row as long as their words fit, else four in two rows, else below each other."""

    def __init__(self, options: Sequence[Option], on_choose: OnChoose) -> None:
        super().__init__(cols=1, spacing=dp(_APART), size_hint_y=None)
        self._on_choose = on_choose
        self._options: tuple[Option, ...] = ()
        self.bind(width=self._turn)
        self.show(options)

    def show(self, options: Sequence[Option]) -> None:
        options = tuple(options)
        if options == self._options:
            return
        self._options = options
        _put(self, options, self._made)
        self._turn()

    def _made(self, option: Option) -> Chip:
        chip = Chip(option, partial(self._on_choose, option.value), stretch=True)
        chip.bind(needed=self._fit)
        return chip

    def _turn(self, *_: Any) -> None:
        """As many beside each other as leave the longest word, chosen or not, in one piece."""
        count = max(len(self._options), 1)
        needed = max((widest(option.label, "label") for option in self._options), default=0.0)
        needed += _AROUND + Icon("check", size=18).width
        fitting = int((self.width + dp(_APART)) / (needed + dp(_APART)))
        self.cols = next((many for many in (count, 2) if many <= fitting and count % many == 0), 1)
        self._fit()

    def _fit(self, *_: Any) -> None:
        rows = -(-len(self.children) // self.cols)
        highest = max((child.needed for child in self.children), default=0.0)
        self.height = rows * highest + dp(_APART) * max(rows - 1, 0)


class _Row(Tappable):
    """Words and, at the end, something that is on or off; the whole row is tapped."""

    def __init__(self, label: str, on: bool, on_switch: Callable[[bool], Any], key: str) -> None:
        super().__init__(
            (0, 0, 0, 0), theme.color("on_surface"), padding=(dp(4), dp(4)), spacing=dp(12), size_hint_y=None
        )
        self.key, self.label, self.on = key, label, on
        self._on_switch = on_switch
        self._words = Text(label)
        middle = AnchorLayout(anchor_y="center")
        middle.add_widget(self._words)
        self.add_widget(middle)
        self._end = AnchorLayout(size_hint_x=None, width=dp(56))
        self.add_widget(self._end)
        self._words.bind(height=self._fit)
        self._draw()
        self._fit()

    def put(self, on: bool) -> None:
        if on != self.on:
            self.on = on
            self._draw()

    def on_release(self) -> None:
        self.put(not self.on)
        self._on_switch(self.on)

    def _draw(self) -> None:
        raise NotImplementedError

    def _fit(self, *_: Any) -> None:
        self.height = max(row_height(), self._words.height + dp(8))


class SwitchRow(_Row):
    def __init__(self, label: str, on: bool, on_switch: Callable[[bool], Any], key: str = "") -> None:
        super().__init__(label, on, on_switch, key)

    def _draw(self) -> None:
        self._end.clear_widgets()
        track = AnchorLayout(
            size_hint=(None, None), size=(dp(52), dp(32)), anchor_x="right" if self.on else "left", padding=dp(4)
        )
        ground, line = ("primary", "primary") if self.on else ("surface_container_high", "outline")
        Surface(track, theme.color(ground), radius=16, line=theme.color(line), width=dp(1.5))
        knob = Widget(size_hint=(None, None), size=(dp(24), dp(24)))
        Surface(knob, theme.color("on_primary" if self.on else "outline"), radius=12)
        track.add_widget(knob)
        self._end.add_widget(track)


class CheckRow(_Row):
    def __init__(self, label: str, on: bool, on_switch: Callable[[bool], Any], key: str = "") -> None:
        super().__init__(label, on, on_switch, key)

    def _draw(self) -> None:
        self._end.clear_widgets()
        name = "checkbox-marked" if self.on else "checkbox-blank-outline"
        self._end.add_widget(Icon(name, "primary" if self.on else "on_surface_variant"))
