"""Above and below every screen."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from mobile.state.shell import Place
from mobile.ui.theme import theme
from mobile.ui.widgets.buttons import Badge, IconButton, Tappable, row_height
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.paint import Surface
from mobile.ui.widgets.text import Icon, Text

Action = tuple[str, str, Callable[[], Any]]  # icon, label, what it does
BACK = "←"  # label of the arrow, the same in every language


class AppBar(BoxLayout):  # type: ignore[misc]  # Kivy has no types
    def __init__(
        self,
        title: str,
        on_back: Callable[[], Any] | None = None,
        actions: Sequence[Action] = (),
        *,
        subtitle: str = "",
    ) -> None:
        super().__init__(size_hint_y=None, padding=(dp(4), dp(4)), spacing=dp(4))
        Surface(self, theme.color("surface_container"), radius=0)
        if on_back is not None:
            self.add_widget(_middle(IconButton("arrow-left", BACK, on_tap=on_back)))
        words = Column(padding=0, spacing=0)
        words.padding = (dp(12), dp(4), 0, dp(4))
        self._title, self._subtitle = Text(title, "title"), Text(subtitle, "caption", "on_surface_variant")
        words.add_widget(self._title)
        self._words = words
        holder = AnchorLayout(anchor_y="center")
        holder.add_widget(words)
        self.add_widget(holder)
        for icon, label, act in actions:
            self.add_widget(_middle(IconButton(icon, label, on_tap=act)))
        words.bind(height=self._fit)
        self.tell(title, subtitle)
        self._fit()

    def tell(self, title: str, subtitle: str = "") -> None:
        self._title.put(title)
        self._subtitle.put(subtitle)
        if subtitle and self._subtitle.parent is None:
            self._words.add_widget(self._subtitle)
        elif not subtitle and self._subtitle.parent is not None:
            self._words.remove_widget(self._subtitle)

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(56), self._words.height + dp(8))


def _middle(button: IconButton) -> AnchorLayout:
    holder = AnchorLayout(size_hint_x=None, width=button.width)
    holder.add_widget(button)
    return holder


class NavBar(BoxLayout):  # type: ignore[misc]
    """The places of the app. Words go where there is no room for them; the icons stay, with their labels."""

    def __init__(self, on_choose: Callable[[str], Any]) -> None:
        super().__init__(size_hint_y=None, height=dp(72))
        self._on_choose = on_choose
        self._shown: tuple[Any, ...] = ()
        self.surface: Surface | None = None

    def show(self, places: Sequence[Place], chosen: str) -> None:
        told = (tuple(places), chosen, theme.look, theme.scale)
        if told == self._shown:
            return
        self._shown = told
        self.clear_widgets()
        if self.surface is None:
            self.surface = Surface(self, theme.color("surface_container"), radius=0)
        self.surface.paint(theme.color("surface_container"))
        items = [_Item(place, place.key == chosen, partial(self._on_choose, place.key)) for place in places]
        for item in items:
            self.add_widget(item)
        self.height = max([dp(64), *(item.needed() for item in items)])


class _Item(Tappable):
    def __init__(self, place: Place, chosen: bool, act: Callable[[], Any]) -> None:
        color = "on_primary_container" if chosen else "on_surface_variant"
        super().__init__((0, 0, 0, 0), theme.color("primary"), radius=16, on_tap=act, orientation="vertical")
        self.padding, self.spacing = (dp(2), dp(6)), dp(2)
        self.key, self.label = place.key, place.label
        mark = Icon(place.icon, color)
        self._pill = max(dp(32), mark.height + dp(8))
        pill = FloatLayout(size_hint=(None, None), size=(dp(56), self._pill), pos_hint={"center_x": 0.5})
        if chosen:
            Surface(pill, theme.color("primary_container"), radius=16, line=theme.color("outline_variant"))
        mark.pos_hint = {"center_x": 0.5, "center_y": 0.5}
        pill.add_widget(mark)
        self.add_widget(pill)
        self._words: Text | None = None
        if theme.scale <= 1.3:
            self._words = Text(place.label, "caption", color, bold=chosen, halign="center")
            self.add_widget(self._words)
        if place.badge:
            badge = Badge(place.badge, small=True)
            badge.pos_hint = {"right": 1.05, "top": 1.15}
            pill.add_widget(badge)

    def needed(self) -> float:
        return float(max(row_height(), self._pill + dp(16) + (0 if self._words is None else self._words.height)))
