"""What is drawn over the tiles: areas, places, and where one stands with the radius it is known to."""

import math
from collections.abc import Sequence
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.graphics import Color, Ellipse, Line, Rectangle
from kivy.metrics import dp
from kivy_garden.mapview import MapLayer

from mobile.state.forms import Level
from mobile.state.map import Here, MapArea, MapPoint, Ring
from mobile.ui.icons import icon
from mobile.ui.theme import theme

NAMES_FROM = 12  # zoom from which names of communes and numbers of licences are written
MOST_NAMES = 40
_METRES_PER_DEGREE = 111_320.0
LINES = {Level.GOOD: "good", Level.BAD: "error", Level.WARN: "warn", Level.INFO: "primary"}


class Drawing(MapLayer):  # type: ignore[misc]  # mapview has no types
    """One layer for everything: drawn anew whenever the map moves, and only what is in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: tuple[MapArea, ...] = ()
        self.communes: tuple[MapPoint, ...] = ()
        self.reports: tuple[MapPoint, ...] = ()
        self.here: Here | None = None
        self.chosen = ""
        self._boxes: dict[str, tuple[float, float, float, float]] = {}
        self._words: dict[tuple[str, float, str], Any] = {}

    def show(
        self,
        areas: tuple[MapArea, ...],
        communes: tuple[MapPoint, ...],
        reports: tuple[MapPoint, ...],
        here: Here | None,
        chosen: str,
    ) -> None:
        if areas is not self.areas:
            self._boxes = {area.key: _box(area.rings) for area in areas}
        self.areas, self.communes, self.reports, self.here, self.chosen = areas, communes, reports, here, chosen
        self.reposition()

    def reposition(self) -> None:
        view = self.parent
        if view is None:
            return
        self.canvas.clear()
        south, west, north, east = self._sight(view)
        with self.canvas:
            for area in self.areas:
                box = self._boxes[area.key]
                if box[0] <= north and box[2] >= south and box[1] <= east and box[3] >= west:
                    self._draw_area(view, area)
            for report in self.reports:
                if south <= report.lat <= north and west <= report.lon <= east:
                    self._draw_report(view, report)
            if view.zoom >= NAMES_FROM:  # over the reports: a licence that was inspected keeps its number
                self._draw_names(view, (south, west, north, east))
            if self.here is not None:
                self._draw_here(view, self.here)

    @staticmethod
    def _sight(view: Any) -> tuple[float, float, float, float]:
        box = view.get_bbox()
        return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])

    def _draw_area(self, view: Any, area: MapArea) -> None:
        Color(*theme.color(LINES[area.level]))
        width = dp(2.5) if area.key == self.chosen else dp(1.4)
        for ring in area.rings:
            Line(points=_points(view, ring), width=width, close=True)

    def _draw_names(self, view: Any, sight: tuple[float, float, float, float]) -> None:
        south, west, north, east = sight
        named = [(point.label, point.lat, point.lon, "on_surface_variant") for point in self.communes]
        for area in self.areas:
            box = self._boxes[area.key]
            named.append((area.label, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, LINES[area.level]))
        in_sight = [one for one in named if south <= one[1] <= north and west <= one[2] <= east]
        for words, lat, lon, color in in_sight[:MOST_NAMES]:
            x, y = view.get_window_xy_from(lat, lon, view.zoom)
            self._write(words, x, y, color)

    def _draw_report(self, view: Any, report: MapPoint) -> None:
        x, y = view.get_window_xy_from(report.lat, report.lon, view.zoom)
        radius = dp(14 if report.key == self.chosen else 11)
        Color(*theme.color("primary"))
        Ellipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius))
        self._write(icon(report.icon), x, y, "on_primary", font="icons", halo=False)

    def _draw_here(self, view: Any, here: Here) -> None:
        x, y = view.get_window_xy_from(here.lat, here.lon, view.zoom)
        if here.accuracy_m:
            _, top = view.get_window_xy_from(here.lat + here.accuracy_m / _METRES_PER_DEGREE, here.lon, view.zoom)
            radius = max(abs(top - y), dp(3))
            Color(*theme.color("primary")[:3], 0.18)
            Ellipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius))
            Color(*theme.color("primary"))
            Line(circle=(x, y, radius), width=dp(1))
        Color(*theme.color("primary"))
        Ellipse(pos=(x - dp(6), y - dp(6)), size=(dp(12), dp(12)))
        Color(*theme.color("surface"))
        Ellipse(pos=(x - dp(3), y - dp(3)), size=(dp(6), dp(6)))

    def _write(self, words: str, x: float, y: float, color: str, *, font: str = "", halo: bool = True) -> None:
        texture = self._texture(words, font)
        left, bottom = x - texture.width / 2, y - texture.height / 2
        if halo:  # words have to be read on any map
            Color(*theme.color("surface")[:3], 0.75)
            Rectangle(pos=(left - dp(2), bottom), size=(texture.width + dp(4), texture.height))
        Color(*theme.color(color))
        Rectangle(texture=texture, pos=(left, bottom), size=texture.size)

    def _texture(self, words: str, font: str) -> Any:
        """White, so that the colour before it tints it."""
        key = (words, theme.size("caption"), font)
        if key not in self._words:
            label = CoreLabel(
                text=words, font_size=theme.size("caption"), color=(1, 1, 1, 1), **({"font_name": font} if font else {})
            )
            label.refresh()
            self._words[key] = label.texture
        return self._words[key]


def nearest_report(view: Any, reports: Sequence[MapPoint], x: float, y: float) -> MapPoint | None:
    """The report under a finger."""
    reach = dp(24)
    found = None
    for report in reports:
        there = view.get_window_xy_from(report.lat, report.lon, view.zoom)
        distance = math.dist(there, (x, y))
        if distance <= reach:
            found, reach = report, distance
    return found


def _points(view: Any, ring: Ring) -> list[float]:
    flat: list[float] = []
    for lat, lon in ring:
        flat.extend(view.get_window_xy_from(lat, lon, view.zoom))
    return flat


def _box(rings: Sequence[Ring]) -> tuple[float, float, float, float]:
    lats = [lat for ring in rings for lat, _ in ring]
    lons = [lon for ring in rings for _, lon in ring]
    return min(lats), min(lons), max(lats), max(lons)
