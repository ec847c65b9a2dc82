"""Digits for a PIN: large, for gloves; no keyboard of the phone sees or remembers them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.gridlayout import GridLayout

from mobile.ui.theme import theme
from mobile.ui.widgets.buttons import Tappable
from mobile.ui.widgets.text import Icon, Text

KEY = 64.0  # dp, high
ERASE, ENTER = "erase", "enter"
_KEYS = (*"123456789", ERASE, "0", ENTER)


class KeyPad(GridLayout):  # type: ignore[misc]  # Kivy has no types
    """`erase`, `enter`: what the two keys without a digit are called."""

    def __init__(
        self,
        on_digit: Callable[[str], Any],
        on_erase: Callable[[], Any],
        on_enter: Callable[[], Any],
        *,
        erase: str,
        enter: str,
    ) -> None:
        super().__init__(cols=3, spacing=dp(8), padding=(dp(16), dp(8), dp(16), dp(16)), size_hint_y=None)
        self.bind(minimum_height=self.setter("height"))
        self.keys: dict[str, Tappable] = {}
        special = {ERASE: ("backspace-outline", erase, on_erase), ENTER: ("check", enter, on_enter)}
        for key in _KEYS:
            if key in special:
                icon, label, act = special[key]
                self._put(key, label, act, Icon(icon, _WORDS[key == ENTER], 28))
            else:
                self._put(key, key, partial(on_digit, key), Text(key, "title", "on_surface", halign="center"))

    def allow(self, *, digits: bool, enter: bool) -> None:
        for key, widget in self.keys.items():
            widget.disabled = not (enter if key == ENTER else digits)

    def _put(self, key: str, label: str, act: Callable[[], Any], drawn: Any) -> None:
        color = "primary" if key == ENTER else "surface_container"
        made = Tappable(
            theme.color(color),
            theme.color(_WORDS[key == ENTER]),
            line=theme.color("outline_variant"),
            radius=16,
            on_tap=act,
            size_hint_y=None,
            height=dp(KEY),
        )
        made.label = label
        holder = AnchorLayout()
        holder.add_widget(drawn)
        made.add_widget(holder)
        self.keys[key] = made
        self.add_widget(made)


_WORDS = {True: "on_primary", False: "on_surface"}
