"""Dates and times, in Vietnam's order and words."""

import calendar
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.gridlayout import GridLayout
from kivy.uix.widget import Widget

from mobile.ui.theme import theme
from mobile.ui.widgets.buttons import IconButton, PushButton, Tappable, row_height
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.text import Line, Text
from shared.i18n import N_, Words

_DAYS = (N_("Mo"), N_("Tu"), N_("We"), N_("Th"), N_("Fr"), N_("Sa"), N_("Su"))
_MINUTES = 5  # a check is remembered to the five minutes; the field takes any minute typed


class DatePicker(Column):
    """A month at a time. `on_choose`: with the day."""

    def __init__(self, words: Words, value: date, on_choose: Callable[[date], Any]) -> None:
        super().__init__(spacing=8)
        self._words, self._value, self._on_choose = words, value, on_choose
        self._month = value.replace(day=1)
        self._head = BoxLayout(size_hint_y=None, height=row_height() + dp(8))
        self._title = Text("", "title", halign="center")
        middle = AnchorLayout()
        middle.add_widget(self._title)
        self._head.add_widget(IconButton("arrow-left", words(N_("Month before")), on_tap=partial(self._turn, -1)))
        self._head.add_widget(middle)
        self._head.add_widget(IconButton("arrow-right", words(N_("Month after")), on_tap=partial(self._turn, 1)))
        self.add_widget(self._head)
        self._grid = GridLayout(cols=7, size_hint_y=None)
        self._grid.bind(minimum_height=self._grid.setter("height"))
        self.add_widget(self._grid)
        self._draw()

    def _turn(self, by: int) -> None:
        months = self._month.year * 12 + self._month.month - 1 + by
        if date.min.year < months // 12 < date.max.year:
            self._month = date(months // 12, months % 12 + 1, 1)
            self._draw()

    def _draw(self) -> None:
        self._title.put(f"{self._month:%m/%Y}")
        self._grid.clear_widgets()
        for name in _DAYS:
            self._grid.add_widget(_centred(self._words(name)))
        for week in calendar.Calendar().monthdatescalendar(self._month.year, self._month.month):
            for day in week:
                if day.month == self._month.month:
                    self._grid.add_widget(_Day(str(day.day), day == self._value, partial(self._on_choose, day)))
                else:
                    self._grid.add_widget(Widget(size_hint_y=None, height=row_height()))


class TimePicker(Column):
    """Hours and minutes, each a row of steps. `on_choose`: with both."""

    def __init__(self, words: Words, value: tuple[int, int], on_choose: Callable[[int, int], Any]) -> None:
        super().__init__(spacing=8)
        self._hour, self._minute = value
        self._on_choose = on_choose
        self._shown = Text("", "headline", halign="center")
        self.add_widget(self._shown)
        for label, by in ((words(N_("Hour")), 60), (words(N_("5 minutes")), _MINUTES), (words(N_("1 minute")), 1)):
            row = BoxLayout(size_hint_y=None, height=row_height() + dp(8))
            row.add_widget(IconButton("minus", f"− {label}", on_tap=partial(self._step, -by), raised=True))
            middle = AnchorLayout()
            middle.add_widget(Text(label, halign="center"))
            row.add_widget(middle)
            row.add_widget(IconButton("plus", f"+ {label}", on_tap=partial(self._step, by), raised=True))
            self.add_widget(row)
        self.add_widget(PushButton(words(N_("Take this time")), on_tap=self._done, wide=True))
        self._draw()

    def _step(self, minutes: int) -> None:
        whole = (self._hour * 60 + self._minute + minutes) % (24 * 60)
        self._hour, self._minute = divmod(whole, 60)
        self._draw()

    def _done(self) -> None:
        self._on_choose(self._hour, self._minute)

    def _draw(self) -> None:
        self._shown.put(f"{self._hour:02d}:{self._minute:02d}")


class _Day(Tappable):
    def __init__(self, text: str, chosen: bool, act: Callable[[], Any]) -> None:
        ground = theme.color("primary") if chosen else (0, 0, 0, 0)
        color = "on_primary" if chosen else "on_surface"
        super().__init__(ground, theme.color(color), radius=24, on_tap=act, size_hint_y=None, height=row_height())
        self.label = text
        middle = AnchorLayout()
        middle.add_widget(Line(text, "label", color, bold=chosen))
        self.add_widget(middle)


def _centred(text: str) -> AnchorLayout:
    line = Line(text, "caption", "on_surface_variant")
    holder = AnchorLayout(size_hint_y=None, height=line.height + dp(8))
    holder.add_widget(line)
    return holder
