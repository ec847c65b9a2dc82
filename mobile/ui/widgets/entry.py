"""A line or a page of typing: NFC, and Telex where the keyboard does not compose by itself."""

import unicodedata
from collections.abc import Callable
from typing import Any

from kivy.metrics import dp
from kivy.uix.textinput import TextInput

from mobile.services.telex import compose
from mobile.state.forms import Keyboard
from mobile.ui.theme import TARGET, theme
from mobile.ui.widgets.fonts import TEXT

NUMBER_SIGNS = frozenset("0123456789.,- ")


class Typing:
    """How the whole app types; set once by the app."""

    telex = False
    # Android: opens the phone's own editor for a text and hands back what became of it. SDL's input breaks Telex there.
    editor: Callable[[str, str, bool, Callable[[str], None]], None] | None = None


class Entry(TextInput):  # type: ignore[misc]  # Kivy has no types
    """`typed`: what the officer typed, never what was put in by the app. `title`: of the phone's own editor."""

    text: str

    def __init__(
        self, typed: Callable[[str], Any], *, title: str, keyboard: Keyboard = Keyboard.TEXT, several: bool = False
    ) -> None:
        self._typed: Callable[[str], Any] | None = None
        super().__init__(
            multiline=several,
            font_name=TEXT,
            font_size=theme.size("body"),
            background_normal="",
            background_active="",
            background_color=(0, 0, 0, 0),
            foreground_color=theme.color("on_surface"),
            disabled_foreground_color=theme.color("on_surface_variant"),
            cursor_color=theme.color("primary"),
            selection_color=[*theme.color("primary")[:3], 0.3],
            cursor_width=dp(2),
            write_tab=False,
            input_type={Keyboard.NUMBER: "number", Keyboard.ADDRESS: "url"}.get(keyboard, "text"),
            keyboard_suggestions=keyboard is Keyboard.TEXT,
            size_hint_y=None,
        )
        self.title, self._sort = title, keyboard  # Kivy has a `_keyboard` of its own
        self._typed = typed
        self.bind(text=self._changed, minimum_height=self._grow, line_height=self._grow)
        self._grow()

    def put(self, text: str) -> None:
        """By the app: the caret goes to the end, nobody is told."""
        if text == self.text:
            return
        typed, self._typed = self._typed, None
        try:
            self.text = text
            self.cursor = self.get_cursor_from_index(len(text))
        finally:
            self._typed = typed

    def insert_text(self, substring: str, from_undo: bool = False) -> None:
        substring = unicodedata.normalize("NFC", substring)
        if self._sort is Keyboard.NUMBER:
            substring = "".join(sign for sign in substring if sign in NUMBER_SIGNS)
        elif self._sort is Keyboard.CODE:
            substring = substring.upper()
        if self._composes(substring, from_undo):
            done = compose(self.text, self.cursor_index(), substring)
            if done.text != self.text:
                self.text = done.text
                self.cursor = self.get_cursor_from_index(done.caret)
            return
        super().insert_text(substring, from_undo)

    def on_touch_down(self, touch: Any) -> Any:
        if self.collide_point(*touch.pos) and Typing.editor is not None and self._sort is Keyboard.TEXT:
            Typing.editor(self.title, self.text, bool(self.multiline), self._edited)
            return True
        return super().on_touch_down(touch)

    def _edited(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text)
        self.cursor = self.get_cursor_from_index(len(self.text))

    def _composes(self, substring: str, from_undo: bool) -> bool:
        single = len(substring) == 1 and substring.isascii() and substring.isalpha()
        return Typing.telex and single and not from_undo and self._sort is Keyboard.TEXT and not self.selection_text

    def _changed(self, *_: Any) -> None:
        if self._typed is not None:
            self._typed(unicodedata.normalize("NFC", self.text))

    def _grow(self, *_: Any) -> None:
        above = max((dp(TARGET) - self.line_height) / 2, dp(12))  # one line stands in the middle
        self.padding = (dp(12), above, dp(12), above)
        least = self.line_height + 2 * above
        self.height = max(least, self.minimum_height) if self.multiline else least
