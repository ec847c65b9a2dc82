"""Words and icons."""

from typing import Any

from kivy.clock import Clock
from kivy.core.text import Label as CoreLabel
from kivy.metrics import dp
from kivy.uix.label import Label

from mobile.ui.icons import icon
from mobile.ui.theme import theme
from mobile.ui.widgets.fonts import ICONS, TEXT


class Text(Label):  # type: ignore[misc]  # Kivy has no types
    """Wraps at its width and is as high as its lines: no word is ever cut."""

    def __init__(
        self, text: str, role: str = "body", color: str = "on_surface", *, bold: bool = False, halign: str = "left"
    ) -> None:
        super().__init__(
            text=text,
            font_name=TEXT,
            font_size=theme.size(role),
            color=theme.color(color),
            bold=bold or role in ("headline", "title"),
            halign=halign,
            valign="middle",
            size_hint_y=None,
            width=0,
            height=theme.size(role) * 1.3,
        )
        self._trigger_texture.cancel()
        self._trigger_texture: Any = Clock.create_trigger(self._draw_once_wide, -1)
        _stay_readable(self)
        self.bind(width=self._wrap, texture_size=self._fit)

    def put(self, text: str, color: str | None = None) -> None:
        self.text = text
        if color is not None:
            self.color = theme.color(color)

    def _draw_once_wide(self, *_: Any) -> None:
        """Before it knows how wide it is, it would be drawn for nothing."""
        if self.text_size[0] is not None:
            self.texture_update()

    def _wrap(self, *_: Any) -> None:
        self.text_size = (self.width, None)

    def _fit(self, *_: Any) -> None:
        self.height = self.texture_size[1]


def widest(text: str, role: str, *, bold: bool = True) -> float:
    """px of the longest word, as wide as it is drawn."""
    measure = CoreLabel(font_name=TEXT, font_size=theme.size(role), bold=bold)
    return max((float(measure.get_extents(word)[0]) for word in text.split()), default=0.0)


class Line(Label):  # type: ignore[misc]
    """One line, as wide as it is long."""

    def __init__(self, text: str, role: str = "label", color: str = "on_surface", *, bold: bool = False) -> None:
        super().__init__(
            text=text,
            font_name=TEXT,
            font_size=theme.size(role),
            color=theme.color(color),
            bold=bold,
            size_hint=(None, None),
        )
        _stay_readable(self)
        self.bind(texture_size=self._fit)
        self.texture_update()
        self._trigger_texture.cancel()  # Kivy would draw it once more
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.size = self.texture_size


class Icon(Label):  # type: ignore[misc]
    """`size`: dp at normal text size; it grows with the text, half as fast."""

    is_icon = True

    def __init__(self, name: str, color: str = "on_surface_variant", size: float = 24.0) -> None:
        side = dp(size) * (1 + (theme.scale - 1) / 2)
        super().__init__(
            text=icon(name) if name else "",
            font_name=ICONS,
            font_size=side,
            color=theme.color(color),
            size_hint=(None, None),
            size=(side, side),
        )
        _stay_readable(self)

    def draw(self, name: str, color: str | None = None) -> None:
        self.text = icon(name) if name else ""
        if color is not None:
            self.color = theme.color(color)


def _stay_readable(label: Label) -> None:
    """Kivy draws what is switched off in a white of its own, that cannot be seen on a light ground."""
    label.disabled_color = label.color
    label.bind(color=label.setter("disabled_color"))
