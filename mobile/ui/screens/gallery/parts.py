"""The widget of each sample."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget

from mobile.presenters.gallery import GalleryPresenter
from mobile.presenters.samples import PICTURES
from mobile.state.forms import Field, FieldKind, Row
from mobile.state.gallery import Sample, Shape
from mobile.ui.icons import CODES
from mobile.ui.widgets.bars import AppBar, NavBar
from mobile.ui.widgets.buttons import Badge, IconButton, PushButton
from mobile.ui.widgets.choices import CheckRow, Chips, Segments, SwitchRow
from mobile.ui.widgets.fields import DateField, TextField, keyboard_of
from mobile.ui.widgets.keypad import KeyPad
from mobile.ui.widgets.layout import Column, Empty, NoticeBox, Progress
from mobile.ui.widgets.pad import SignaturePad
from mobile.ui.widgets.photos import PhotoGrid
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Icon, Text
from shared.i18n import N_

Pick = Callable[[Callable[[str], Any]], None]


class Maker:
    """`pick`: opens a picker of days; what is chosen goes to what it is given."""

    def __init__(self, presenter: GalleryPresenter, press: Callable[[str], None], pick: Pick) -> None:
        self._presenter, self._press, self._pick = presenter, press, pick

    def make(self, sample: Sample) -> Widget:
        of_shape: dict[Shape, Callable[[Sample], Widget]] = {
            Shape.TEXT: lambda one: Text(one.text, one.style or "body"),
            Shape.ICON: lambda one: icons(),
            Shape.BAR: self._bar,
            Shape.PLACES: self._places,
            Shape.BUTTON: self._button,
            Shape.ICON_BUTTON: self._icon_button,
            Shape.ROW: self._row,
            Shape.FIELD: self._field,
            Shape.CHECK: lambda one: CheckRow(one.label, one.on, partial(self._presenter.switch, one.style), one.style),
            Shape.BADGE: lambda one: _lefthand(Badge(one.text)),
            Shape.PROGRESS: lambda one: Progress(one.share),
            Shape.NOTICE: lambda one: NoticeBox(one.level, one.text, on_tap=self._tap(one)),
            Shape.PHOTOS: self._photos,
            Shape.EMPTY: self._empty,
            Shape.PAD: lambda one: SignaturePad(lambda strokes: None),
            Shape.KEYS: lambda one: self._keys(),
        }
        widget = of_shape[sample.shape](sample)
        widget.disabled = sample.off
        return widget

    def _tap(self, sample: Sample) -> Callable[[], None] | None:
        return partial(self._press, sample.does) if sample.does else None

    def _bar(self, sample: Sample) -> Widget:
        look = ("magnify", self._presenter.words(N_("Button with an icon only")), partial(self._press, "nothing"))
        return AppBar(sample.label, self._tap(sample), (look,) if sample.does else (), subtitle=sample.text)

    def _places(self, sample: Sample) -> Widget:
        bar = NavBar(on_choose=lambda key: bar.show(sample.places, key))
        bar.show(sample.places, sample.places[0].key)
        return bar

    def _button(self, sample: Sample) -> Widget:
        return PushButton(sample.label, sample.style, sample.icon, on_tap=self._tap(sample), wide=True)

    def _icon_button(self, sample: Sample) -> Widget:
        tap = self._tap(sample)
        return _lefthand(IconButton(sample.icon, sample.label, on_tap=tap, badge=sample.text, raised=sample.on))

    def _row(self, sample: Sample) -> Widget:
        return ListRow(sample.row or Row("", ""), on_open=lambda page: self._press(sample.does))

    def _photos(self, sample: Sample) -> Widget:
        grid = PhotoGrid(_texture_of, on_open=lambda picture: self._press("nothing"))
        grid.show(sample.pictures)
        return grid

    def _empty(self, sample: Sample) -> Widget:
        button = self._presenter.words(N_("A button")) if sample.does else ""
        return Empty(sample.icon, sample.label, sample.text, button, self._tap(sample))

    def _keys(self) -> Widget:
        word, nothing = self._presenter.words(N_("A button")), partial(self._press, "nothing")
        return KeyPad(lambda digit: nothing(), nothing, nothing, erase=word, enter=word)

    # --- fields

    def _field(self, sample: Sample) -> Widget:
        field = sample.field
        if field is None:
            raise ValueError("a sample of a field has one")
        presenter = self._presenter
        if field.kind is FieldKind.SWITCH:
            return SwitchRow(field.label, field.on, partial(presenter.switch, field.key), field.key)
        if field.kind in (FieldKind.CHOICES, FieldKind.SEGMENT):
            return Choice(field, partial(presenter.choose, field.key))
        drawn = self._date(field) if field.kind is FieldKind.DATE else self._text(field)
        drawn.show(field)
        return drawn

    def _text(self, field: Field) -> TextField:
        return TextField(
            field.key,
            field.label,
            partial(self._presenter.type, field.key),
            keyboard=keyboard_of(field),
            several=field.kind is FieldKind.LONG_TEXT,
            unit=field.unit,
            clear=self._presenter.words(N_("Empty the field")) if field.suggestions else "",
        )

    def _date(self, field: Field) -> DateField:
        typed = partial(self._presenter.type, field.key)

        def chosen(text: str) -> None:
            drawn.put(text)
            typed(text)

        label = self._presenter.words(N_("Pick a day"))
        drawn = DateField(field.key, field.label, typed, pick_label=label, on_pick=lambda text: self._pick(chosen))
        return drawn


class Choice(Column):
    """Chips or segments below their name."""

    def __init__(self, field: Field, on_choose: Callable[[str], Any]) -> None:
        super().__init__(spacing=6)
        self.key = field.key
        self.add_widget(Text(field.label, "label", "on_surface_variant"))
        kind = Segments if field.kind is FieldKind.SEGMENT else Chips
        self._choice = kind(field.options, on_choose=on_choose)
        self.add_widget(self._choice)

    def show(self, field: Field) -> None:
        self._choice.show(field.options)


def icons() -> StackLayout:
    """All there are."""
    stack = StackLayout(spacing=dp(8), size_hint_y=None)
    stack.bind(minimum_height=stack.setter("height"))
    for name in CODES:
        stack.add_widget(Icon(name))
    return stack


def _lefthand(widget: Widget) -> BoxLayout:
    holder = AnchorLayout(size_hint_y=None, height=widget.height, anchor_x="left")
    holder.add_widget(widget)
    return holder


def _texture_of(picture: UUID, came: Callable[[Any], None]) -> None:
    """A picture for the first of them, none for the others."""
    if picture != PICTURES[0]:
        came(None)
        return
    texture = Texture.create(size=(4, 3), colorfmt="rgb")
    texture.blit_buffer(bytes(40 + 15 * n % 200 for n in range(4 * 3 * 3)), colorfmt="rgb", bufferfmt="ubyte")
    came(texture)
