"""Fields of a form."""

from collections.abc import Callable
from typing import Any

from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout

from mobile.state.forms import Field, FieldKind, Keyboard, Option
from mobile.ui.theme import theme
from mobile.ui.widgets.buttons import IconButton
from mobile.ui.widgets.choices import Chips
from mobile.ui.widgets.entry import Entry
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.paint import Surface
from mobile.ui.widgets.text import Icon, Line, Text

NEEDED = " *"


class TextField(Column):
    """Label above, helper or error below, all of it inside the field's own height. `on_typed`: with every letter."""

    def __init__(
        self,
        key: str,
        label: str,
        on_typed: Callable[[str], Any],
        *,
        keyboard: Keyboard = Keyboard.TEXT,
        several: bool = False,
        helper: str = "",
        unit: str = "",
        clear: str = "",
    ) -> None:
        super().__init__(spacing=4)
        self.key, self._on_typed = key, on_typed
        self._label = Text(label, "label", "on_surface_variant")
        self.add_widget(self._label)
        self.entry = Entry(on_typed, title=label, keyboard=keyboard, several=several)
        self._box = BoxLayout(size_hint_y=None, padding=(0, 0, dp(4), 0))
        self._ground = Surface(
            self._box, theme.color("surface_container"), radius=8, line=theme.color("outline"), width=theme.line
        )
        self._box.add_widget(self.entry)
        if unit:
            holder = AnchorLayout(size_hint_x=None)
            mark = Line(unit, "body", "on_surface_variant")
            holder.width = mark.width + dp(12)
            holder.add_widget(mark)
            self._box.add_widget(holder)
        if clear:
            self.add_end(IconButton("close", clear, on_tap=self._clear))
        self.add_widget(self._box)
        self._below = BoxLayout(size_hint_y=None, spacing=dp(4), height=0)
        self._mark = Icon("alert-octagon-outline", "error", 18)
        self._words = Text("", "caption", "on_surface_variant")
        self._below.add_widget(self._words)
        self.add_widget(self._below)
        self._offered = Chips((), on_choose=self._take)
        self._words.bind(height=self._fit)
        self.entry.bind(height=self._fit, focus=self._focused, disabled=self._focused)
        self._error = ""
        self.say(helper, "")
        self._fit()

    @property
    def text(self) -> str:
        return str(self.entry.text)

    def put(self, text: str) -> None:
        self.entry.put(text)

    def say(self, helper: str, error: str) -> None:
        self._error = error
        self._words.put(error or helper, "error" if error else "on_surface_variant")
        if error and self._mark.parent is None:
            self._below.add_widget(self._mark, len(self._below.children))
        elif not error and self._mark.parent is not None:
            self._below.remove_widget(self._mark)
        self._focused()
        self._fit()

    def show(self, field: Field) -> None:
        """Another state of the same field. While the officer types in it, it says what they typed already."""
        self._label.put(field.label + (NEEDED if field.needed else ""))
        if not self.entry.focus or field.text == "" or not self._typing(field.text):
            self.put(field.text)
        self.say(field.helper, field.error)
        self._offer(field.suggestions)

    def add_end(self, widget: Any) -> None:
        holder = AnchorLayout(size_hint_x=None, width=widget.width)
        holder.add_widget(widget)
        self._box.add_widget(holder)

    def _typing(self, text: str) -> bool:
        """The state lags behind what is typed, and a value may be written in another way than it was typed."""
        return self.text != text

    def _offer(self, suggestions: tuple[str, ...]) -> None:
        if suggestions and self._offered.parent is None:
            self.add_widget(self._offered)
        elif not suggestions and self._offered.parent is not None:
            self.remove_widget(self._offered)
        self._offered.show(tuple(Option(text, text) for text in suggestions))

    def _take(self, text: str) -> None:
        self.put(text)
        self._on_typed(text)

    def _clear(self) -> None:
        self._take("")

    def _focused(self, *_: Any) -> None:
        rest = "outline_variant" if self.entry.disabled else "outline"
        color = "error" if self._error else "primary" if self.entry.focus else rest
        width = dp(2) if self.entry.focus or self._error else theme.line
        self._ground.paint(theme.color("surface_container"), theme.color(color), width)

    def _fit(self, *_: Any) -> None:
        self._box.height = self.entry.height
        there = bool(self._words.text)
        self._below.height = max(self._words.height, self._mark.height if self._error else 0) if there else 0
        self._below.opacity = 1 if there else 0


class DateField(TextField):
    """dd/mm/yyyy typed, or picked. `on_pick`: opens a picker, gets the date typed so far."""

    def __init__(
        self,
        key: str,
        label: str,
        on_typed: Callable[[str], Any],
        *,
        pick_label: str,
        on_pick: Callable[[str], Any],
        helper: str = "",
    ) -> None:
        super().__init__(key, label, on_typed, keyboard=Keyboard.CODE, helper=helper)
        self.add_end(IconButton("calendar", pick_label, on_tap=lambda: on_pick(self.text)))


def keyboard_of(field: Field) -> Keyboard:
    return Keyboard.NUMBER if field.kind is FieldKind.NUMBER else field.keyboard
