"""What lies over a screen: a line below, a question, a sheet. One at a time; the back button takes the top one away."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from mobile.state.forms import Level
from mobile.ui.theme import TARGET, theme
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Column, NoticeBox
from mobile.ui.widgets.paint import Surface
from mobile.ui.widgets.text import Text
from shared.i18n import N_, Words

SNACK_S = 5.0
_SHADE = (0, 0, 0, 0.5)
_WEEK = dp(7 * TARGET)  # a sheet leaves room for seven days beside each other, where the phone is wide enough


class Scrim(FloatLayout):  # type: ignore[misc]  # Kivy has no types
    """Darkens what is below and lets no finger through; a tap beside the panel asks to close it."""

    def __init__(self, panel: Widget, beside: Callable[[], None] | None) -> None:
        super().__init__()
        with self.canvas.before:
            Color(*_SHADE)
            self._shade = Rectangle()
        self.bind(pos=self._follow, size=self._follow)
        self._panel, self._beside = panel, beside

    def on_touch_down(self, touch: Any) -> bool:
        if not self._panel.collide_point(*touch.pos):
            touch.ud["beside"] = self
            return True
        super().on_touch_down(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        super().on_touch_move(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.ud.get("beside") is self and not self._panel.collide_point(*touch.pos) and self._beside is not None:
            self._beside()
            return True
        super().on_touch_up(touch)
        return True

    def _follow(self, *_: Any) -> None:
        self._shade.pos, self._shade.size = self.pos, self.size


class Overlays:
    """`layer`: the app's root, on which they are laid."""

    def __init__(self, layer: FloatLayout, words: Words) -> None:
        self._layer, self._words = layer, words
        self._open: list[Scrim] = []
        self._snack: Widget | None = None
        self._snack_ends: Any = None

    # --- what is shown

    def snack(self, text: str, *, action: str = "", then: Callable[[], None] | None = None) -> None:
        self._drop_snack()
        box = BoxLayout(
            size_hint=(None, None),
            width=self._width() - dp(24),
            padding=(dp(16), dp(8)),
            spacing=dp(8),
            pos=(dp(12), dp(84)),
        )
        Surface(box, theme.color("inverse_surface"), radius=8)
        said = Text(text, "label", "inverse_on_surface")
        middle = AnchorLayout()
        middle.add_widget(said)
        box.add_widget(middle)
        if action:
            button = PushButton(action, style="text", on_tap=lambda: self._act(then))
            button._words.color = theme.color("inverse_primary")
            box.add_widget(button)
            if button.width > box.width / 2 - dp(24):  # beside it the words would be broken
                box.orientation = "vertical"
                button.pos_hint = {"right": 1}
        said.bind(height=lambda *_: _fit_snack(box, said))
        _fit_snack(box, said)
        self._snack = box
        self._layer.add_widget(box)
        self._snack_ends = Clock.schedule_once(lambda _: self._drop_snack(), SNACK_S)

    def problem(self, title: str, detail: str) -> None:
        column = Column(padding=0)
        column.add_widget(NoticeBox(Level.BAD, detail))
        column.add_widget(PushButton(self._words(N_("Understood")), on_tap=self.dismiss_top, wide=True))
        self.dialog(column, title)

    def question(self, title: str, text: str, *, yes: str, no: str, then: Callable[[], None]) -> None:
        def agree() -> None:
            self.dismiss_top()
            then()

        column = Column(padding=0)
        column.add_widget(Text(text))
        column.add_widget(PushButton(yes, on_tap=agree, wide=True))
        column.add_widget(PushButton(no, style="text", on_tap=self.dismiss_top, wide=True))
        self.dialog(column, title)

    def choice(self, title: str, options: Sequence[tuple[str, str]], then: Callable[[str], None]) -> None:
        """A button for each of (value, words), from below."""

        def take(value: str) -> None:
            self.dismiss_top()
            then(value)

        column = Column(padding=0)
        for value, words in options:
            column.add_widget(PushButton(words, style="tonal", on_tap=partial(take, value), wide=True))
        self.sheet(column, title)

    def dialog(self, content: Widget, title: str) -> None:
        """In the middle."""
        self._lay(content, title, middle=True)

    def sheet(self, content: Widget, title: str) -> None:
        """From below."""
        self._lay(content, title, middle=False)

    # --- what takes it away

    def _dismiss(self) -> None:
        self.dismiss_top()

    def dismiss_top(self) -> bool:
        """False when nothing is open."""
        if not self._open:
            return False
        self._layer.remove_widget(self._open.pop())
        return True

    def close_all(self) -> None:
        while self.dismiss_top():
            pass
        self._drop_snack()

    @property
    def depth(self) -> int:
        return len(self._open)

    def _lay(self, content: Widget, title: str, *, middle: bool) -> None:
        panel = BoxLayout(orientation="vertical", size_hint=(None, None), padding=dp(20), spacing=dp(12))
        Surface(panel, theme.color("surface"), radius=24, line=theme.color("outline_variant"), width=theme.line)
        heading = Text(title, "title")
        if title:
            panel.add_widget(heading)
        scroll = ScrollView(do_scroll_x=False)
        scroll.add_widget(content)
        panel.add_widget(scroll)
        scrim = Scrim(panel, self._dismiss)

        def fit(*_: Any) -> None:
            whole = self._layer.height
            head = heading.height + dp(12) if title else 0
            panel.width = self._width() - (dp(32) if middle else 0)
            side = dp(20) if middle else min(max((panel.width - _WEEK) / 2, dp(6)), dp(20))
            panel.padding = (side, dp(20), side, dp(20))
            panel.height = min(content.height + head + dp(40), whole - dp(48))
            panel.x = scrim.x + (scrim.width - panel.width) / 2
            panel.y = scrim.y + (whole - panel.height) / 2 if middle else scrim.y

        content.bind(height=fit)
        heading.bind(height=fit)
        scrim.bind(size=fit)
        scrim.size = self._layer.size
        fit()
        scrim.add_widget(panel)
        Window.release_all_keyboards()
        self._open.append(scrim)
        self._layer.add_widget(scrim)

    def _act(self, then: Callable[[], None] | None) -> None:
        self._drop_snack()
        if then is not None:
            then()

    def _drop_snack(self) -> None:
        if self._snack_ends is not None:
            self._snack_ends.cancel()
        if self._snack is not None:
            self._layer.remove_widget(self._snack)
        self._snack = self._snack_ends = None

    def _width(self) -> float:
        return float(min(self._layer.width or Window.width, dp(560)))


def _fit_snack(box: BoxLayout, said: Text) -> None:
    buttons = sum(child.height + dp(8) for child in box.children[:-1]) if box.orientation == "vertical" else 0
    box.height = max(dp(56), said.height + dp(24) + buttons)
