"""What is tapped."""

from collections.abc import Callable, Sequence
from typing import Any

from kivy.metrics import dp
from kivy.properties import BooleanProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from mobile.ui.theme import TARGET, theme
from mobile.ui.widgets.paint import Surface, mixed
from mobile.ui.widgets.text import Icon, Line, Text

PRESSED = 0.10  # opacity of the state layer
OFF = 0.38  # of what cannot be tapped now (Material 3)
GREY = 0.7  # of a button that cannot be tapped now
# style → (background, words, outline)
STYLES = {
    "filled": ("primary", "on_primary", None),
    "tonal": ("primary_container", "on_primary_container", "outline_variant"),
    "outlined": ("surface", "primary", "outline"),
    "text": (None, "primary", None),
    "danger": ("error", "on_error", None),
}
OnTap = Callable[[], Any] | None
_MIDDLE = {"center_x": 0.5, "center_y": 0.5}


def row_height() -> float:
    """px: of the least thing that may be tapped."""
    return float(dp(TARGET))


class Tappable(ButtonBehavior, BoxLayout):  # type: ignore[misc]  # Kivy has no types
    """Paints its surface darker while a finger is on it. `on_tap`: without arguments."""

    held = BooleanProperty(False)

    def __init__(
        self,
        color: Sequence[float],
        over: Sequence[float],
        *,
        line: Sequence[float] | None = None,
        radius: float = 12.0,
        on_tap: OnTap = None,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self._rest, self._over, self._line, self._on_tap = list(color), list(over), line, on_tap
        self.surface = Surface(self, color, radius=radius, line=line, width=theme.line)
        self.bind(state=self._pressed, disabled=self._dimmed)

    def repaint(self, color: Sequence[float], over: Sequence[float], line: Sequence[float] | None = None) -> None:
        self._rest, self._over, self._line = list(color), list(over), line
        self._pressed()

    def on_release(self) -> None:
        if self._on_tap is not None:
            self._on_tap()

    def _pressed(self, *_: Any) -> None:
        if self.state == "down":
            under = self._rest if self._rest[3] else theme.color("surface")
            self.surface.paint(mixed(under, self._over, PRESSED), self._line)
        else:
            self.surface.paint(self._rest, self._line)

    def _dimmed(self, *_: Any) -> None:
        self.opacity = OFF if self.disabled else 1.0


class PushButton(Tappable):
    """`style`: one of STYLES. `wide`: as wide as there is room, else as its words need."""

    def __init__(
        self, text: str, style: str = "filled", icon: str = "", on_tap: OnTap = None, *, wide: bool = False
    ) -> None:
        background, words, outline = STYLES[style]
        super().__init__(
            theme.color(background) if background else (0, 0, 0, 0),
            theme.color(words),
            line=theme.color(outline) if outline else None,
            radius=24,
            on_tap=on_tap,
            padding=(dp(16), dp(8)),
            spacing=dp(8),
            size_hint=(1 if wide else None, None),
        )
        self.label = text
        self._icon = Icon(icon, words, 20) if icon else None
        if self._icon is not None:
            holder = AnchorLayout(size_hint_x=None, width=self._icon.width)
            holder.add_widget(self._icon)
            self.add_widget(holder)
        self._words = Text(text, "label", words, bold=True, halign="center")
        self._words.size_hint_y = 1
        if not wide:
            self._words.texture_update()
            self._natural = max(row_height(), self._words.texture_size[0] + dp(40) + (dp(32) if icon else 0))
            self.width = self._natural
            self.bind(parent=self._stand)
        self.add_widget(self._words)
        self._words.bind(texture_size=self._fit)
        for part in (self._words, self._icon):
            if part is not None:
                part.disabled_color = theme.color("on_surface_variant")
        self._fit()

    def _dimmed(self, *_: Any) -> None:
        """Grey, and its words can still be read: whoever cannot tap it wants to know what it would do."""
        self.opacity = GREY if self.disabled else 1.0
        if self.disabled:
            self.surface.paint(theme.color("surface_container_high"), theme.color("outline_variant"))
        else:
            self._pressed()

    def put(self, text: str) -> None:
        self.label = text
        self._words.text = text

    def _stand(self, *_: Any) -> None:
        if self.parent is not None:
            self.parent.bind(width=self._narrow)
            self._narrow()

    def _narrow(self, *_: Any) -> None:
        """No wider than what holds it: the words then take another line."""
        if self.parent is not None:
            padding = getattr(self.parent, "padding", (0, 0, 0, 0))
            self.width = min(self._natural, max(self.parent.width - padding[0] - padding[2], row_height()))

    def _fit(self, *_: Any) -> None:
        self.height = max(row_height(), self._words.texture_size[1] + dp(16))


class IconButton(Tappable):
    """`label`: what it does, for tests and screen readers. `raised`: on a surface of its own."""

    def __init__(
        self,
        icon: str,
        label: str,
        on_tap: OnTap = None,
        *,
        badge: str = "",
        raised: bool = False,
        color: str = "on_surface_variant",
    ) -> None:
        background = theme.color("surface_container_high") if raised else (0, 0, 0, 0)
        line = theme.color("outline_variant") if raised else None
        super().__init__(background, theme.color(color), line=line, radius=24, on_tap=on_tap, size_hint=(None, None))
        self.label = label
        self.icon = Icon(icon, color)
        side = max(row_height(), self.icon.width + dp(16))
        self.size = (side, side)
        middle = FloatLayout()
        self.icon.pos_hint = _MIDDLE
        middle.add_widget(self.icon)
        self.add_widget(middle)
        if badge:
            mark = Badge(badge, small=True)
            mark.pos_hint = {"right": 1.0, "top": 1.0}
            middle.add_widget(mark)


class Badge(AnchorLayout):  # type: ignore[misc]
    """A few letters on a coloured ground. `small`: at the corner of an icon, and growing with the text as slowly."""

    def __init__(self, text: str, color: str = "error", words: str = "on_error", *, small: bool = False) -> None:
        super().__init__(size_hint=(None, None))
        Surface(self, theme.color(color), radius=12)
        self._line = Line(text, "caption", words, bold=True)
        if small:
            self._line.font_size = dp(11) * (1 + (theme.scale - 1) / 2)
            self._line.texture_update()
        self.add_widget(self._line)
        least = dp(18 if small else 22)
        self.size = (max(self._line.width + dp(10), least), max(self._line.height + dp(4), least))
