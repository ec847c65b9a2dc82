"""Pictures in a grid; only those in sight have a texture."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from kivy.graphics import Color, Rectangle
from kivy.metrics import dp
from kivy.properties import NumericProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.gridlayout import GridLayout

from mobile.state.forms import Picture
from mobile.ui.theme import theme
from mobile.ui.widgets.buttons import Tappable
from mobile.ui.widgets.text import Icon, Text

TextureOf = Callable[[UUID, Callable[[Any], None]], None]  # calls back with a texture, or None where there is none
_ACROSS = dp(112)


class PhotoGrid(GridLayout):  # type: ignore[misc]  # Kivy has no types
    """`texture_of` is asked once for each picture, one after the other, so that 45 of them stall nothing."""

    def __init__(self, texture_of: TextureOf, on_open: Callable[[UUID], Any]) -> None:
        super().__init__(cols=3, spacing=dp(6), size_hint_y=None, height=0)
        self._texture_of, self._on_open = texture_of, on_open
        self._pictures: tuple[Picture, ...] = ()
        self._tiles: dict[UUID, _Tile] = {}
        self.bind(minimum_height=self.setter("height"), width=self._columns)

    def show(self, pictures: Sequence[Picture]) -> None:
        pictures = tuple(pictures)
        if pictures == self._pictures:
            return
        self._pictures = pictures
        kept = self._tiles
        self._tiles = {}
        self.clear_widgets()
        for picture in pictures:
            tile = kept.get(picture.id)
            if tile is None or tile.picture != picture:
                tile = _Tile(picture, partial(self._on_open, picture.id))
                self._texture_of(picture.id, tile.draw)
                tile.bind(needed=self._level)
            self._tiles[picture.id] = tile
            self.add_widget(tile)
        self._level()

    def _columns(self, *_: Any) -> None:
        self.cols = max(2, int(self.width / (_ACROSS * (1 + (theme.scale - 1) / 2))))
        self._level()

    def _level(self, *_: Any) -> None:
        """Those beside each other are as high as the one with the most words."""
        tiles = list(self._tiles.values())
        for start in range(0, len(tiles), self.cols):
            row = tiles[start : start + self.cols]
            for tile in row:
                tile.height = max(one.needed for one in row)


class _Tile(Tappable):
    needed = NumericProperty(0.0)

    def __init__(self, picture: Picture, act: Callable[[], Any]) -> None:
        super().__init__(
            theme.color("surface_container"),
            theme.color("on_surface"),
            line=theme.color("error" if picture.problem else "outline_variant"),
            radius=8,
            on_tap=act,
            orientation="vertical",
            padding=dp(4),
            size_hint_y=None,
        )
        self.picture, self.key, self.label = picture, str(picture.id), picture.caption
        self._image = _Image(picture.icon or "image-outline")
        self.add_widget(self._image)
        self._words = Text(picture.problem or picture.caption, "caption", "error" if picture.problem else "on_surface")
        self.add_widget(self._words)
        self._words.bind(height=self._fit)
        self.bind(width=self._fit)
        self._fit()

    def draw(self, texture: Any) -> None:
        self._image.draw(texture)

    def _fit(self, *_: Any) -> None:
        self.needed = max(self.width * 0.75, dp(72)) + self._words.height + dp(8)


class _Image(AnchorLayout):  # type: ignore[misc]
    """The whole picture, as large as it fits."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self.add_widget(Icon(icon, size=32))
        self._texture: Any = None
        self.bind(pos=self._follow, size=self._follow)

    def draw(self, texture: Any) -> None:
        if texture is None:
            return
        self.clear_widgets()
        self._texture = texture
        with self.canvas:
            Color(1, 1, 1, 1)
            self._shape = Rectangle(texture=texture)
        self._follow()

    def _follow(self, *_: Any) -> None:
        if self._texture is None:
            return
        width, height = self._texture.size
        share = min(self.width / max(width, 1), self.height / max(height, 1))
        size = (width * share, height * share)
        self._shape.size = size
        self._shape.pos = (self.center_x - size[0] / 2, self.center_y - size[1] / 2)
