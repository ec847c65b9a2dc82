"""The map."""

import math
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.floatlayout import FloatLayout
from kivy_garden.mapview import MapView as Garden

from mobile.presenters.map import MapPresenter
from mobile.state.map import MapState
from mobile.ui.map.layers import LINES, Drawing, nearest_report
from mobile.ui.map.sources import BlankSource, FileSource
from mobile.ui.screen import ScreenView
from mobile.ui.theme import theme
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import IconButton, PushButton
from mobile.ui.widgets.layout import Card, Column
from mobile.ui.widgets.text import Text
from shared.geo.edges import crosses

VIETNAM = (16.0, 106.5)  # where one looks while nothing is known
ZOOM, NEAR = 6, 15
_TAP = dp(12)  # a finger that moves farther was moving the map


class MapScreen(ScreenView[MapPresenter]):
    def build(self) -> None:
        state: MapState = self.presenter.state
        self.add_widget(AppBar(state.title, actions=(("crosshairs-gps", state.locate, self._locate),)))
        tiles = self.presenter.tiles
        cache = str(self.presenter.cache)
        source = BlankSource(cache) if tiles is None else FileSource(tiles, cache)
        self.garden: Any = Garden(lat=VIETNAM[0], lon=VIETNAM[1], zoom=max(ZOOM, source.min_zoom), map_source=source)
        self.garden.pos_hint = {"x": 0, "y": 0}
        self.garden.background_color = theme.color("surface_container")
        self.garden.bind(on_touch_down=self._down, on_touch_up=self._up)
        self.drawing = Drawing()
        self.garden.add_layer(self.drawing)
        layer = FloatLayout()
        layer.add_widget(self.garden)
        layer.add_widget(self._buttons(state))
        self.foot = Column(padding=8)
        self.add_widget(layer)
        self.add_widget(self.foot)
        self._looked = False
        self._start: tuple[float, float] | None = None

    def show(self, state: MapState) -> None:
        chosen = "" if state.card is None else state.card.key
        self.drawing.show(state.areas, state.communes, state.reports, state.here, chosen)
        self._draw_foot(state)
        if not self._looked and (state.box is not None or state.here is not None):
            self._looked = True
            Clock.schedule_once(lambda _: self._look(self.presenter.state), 0)  # once the map has its size

    def leave(self) -> None:
        super().leave()
        self.garden.unload()

    def _buttons(self, state: MapState) -> AnchorLayout:
        corner = AnchorLayout(anchor_x="right", anchor_y="top", padding=dp(8), pos_hint={"x": 0, "y": 0})
        column = Column(spacing=8)
        column.size_hint_x = None
        column.width = dp(56)
        column.add_widget(IconButton("plus", state.closer, on_tap=lambda: self._zoom(1), raised=True))
        column.add_widget(IconButton("minus", state.farther, on_tap=lambda: self._zoom(-1), raised=True))
        corner.add_widget(column)
        return corner

    def _draw_foot(self, state: MapState) -> None:
        self.foot.clear_widgets()
        if state.card is not None:
            card = Card()
            card.add_widget(Text(state.card.title, role="title"))
            for line in state.card.lines:
                card.add_widget(Text(line))
            if state.card.open:
                card.add_widget(PushButton(state.card.open, style="tonal", on_tap=self.presenter.open))
            self.foot.add_widget(card)
        elif state.areas:
            there = {area.level for area in state.areas}
            for said, level in state.legend:
                if level in there:
                    self.foot.add_widget(Text(said, role="caption", color=LINES[level]))
        if state.notice and state.card is None:
            self.foot.add_widget(Text(state.notice, role="caption", color="on_surface_variant"))
        self.foot.add_widget(Text(state.credit, role="caption", color="on_surface_variant"))

    # --- moving

    def _zoom(self, by: int) -> None:
        garden = self.garden
        zoom = min(max(garden.zoom + by, garden.map_source.min_zoom), garden.map_source.max_zoom)
        garden.set_zoom_at(zoom, garden.center_x, garden.center_y)

    def _locate(self) -> None:
        self.presenter.locate()
        here = self.presenter.state.here
        if here is not None:
            self.garden.zoom = min(NEAR, self.garden.map_source.max_zoom)
            self.garden.center_on(here.lat, here.lon)

    def _look(self, state: MapState) -> None:
        if state.box is None:
            self._locate()
            return
        south, west, north, east = state.box
        degrees = max(north - south, east - west, 0.002)
        across = max(min(self.garden.width, self.garden.height), dp(100))
        zoom = int(math.log2(across / self.garden.map_source.dp_tile_size * 360 / degrees))
        source = self.garden.map_source
        self.garden.zoom = min(max(zoom, source.min_zoom), source.max_zoom)
        self.garden.center_on((south + north) / 2, (west + east) / 2)

    # --- tapping

    def _down(self, garden: Any, touch: Any) -> bool:
        self._start = touch.pos if garden.collide_point(*touch.pos) else None
        return False

    def _up(self, garden: Any, touch: Any) -> bool:
        start, self._start = self._start, None
        if start is not None and math.dist(start, touch.pos) < _TAP:
            self.presenter.tap(self._under(*touch.pos))
        return False

    def _under(self, x: float, y: float) -> str:
        state = self.presenter.state
        report = nearest_report(self.garden, state.reports, x, y)
        if report is not None:
            return report.key
        place = self.garden.get_latlon_at(x, y)
        for area in state.areas:
            if sum(crosses(ring, place.lat, place.lon) for ring in area.rings) % 2:
                return area.key
        return ""
