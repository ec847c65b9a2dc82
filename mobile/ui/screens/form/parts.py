"""The widget of each kind of field; all of them have `show(field)`."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from typing import Any, Protocol

from kivy.metrics import dp

from mobile.presenters.forms.form import FormPresenter
from mobile.services.typed import day, day_text, time_of_day
from mobile.state.forms import Field, FieldKind, Level, Row
from mobile.ui.widgets.buttons import IconButton, PushButton
from mobile.ui.widgets.choices import Chips, Segments, SwitchRow
from mobile.ui.widgets.fields import DateField, TextField, keyboard_of
from mobile.ui.widgets.layout import Column, NoticeBox
from mobile.ui.widgets.photos import PhotoGrid
from mobile.ui.widgets.pickers import DatePicker, TimePicker
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Text
from shared.clock import VIETNAM
from shared.i18n import N_

NEEDED = " *"


class Part(Protocol):
    def show(self, field: Field) -> None: ...


class Desk(Protocol):
    """What fields need of the screen round them."""

    presenter: FormPresenter

    def sheet(self, content: Any, title: str) -> None: ...

    def unsheet(self) -> None: ...

    def texture_of(self, id: Any, came: Any) -> None: ...


def part_of(field: Field, desk: Desk) -> Any:
    make: Callable[[Field, Desk], Any] = {
        FieldKind.TEXT: _text,
        FieldKind.LONG_TEXT: _text,
        FieldKind.NUMBER: _text,
        FieldKind.DATE: _date,
        FieldKind.MOMENT: _moment,
        FieldKind.CHOICE: ChoicePart,
        FieldKind.CHOICES: ChoicePart,
        FieldKind.SEGMENT: ChoicePart,
        FieldKind.SWITCH: SwitchPart,
        FieldKind.ROWS: RowsPart,
        FieldKind.PHOTOS: PhotosPart,
        FieldKind.POSITION: PositionPart,
        FieldKind.ACTION: ActionPart,
        FieldKind.NOTE: NotePart,
    }[field.kind]
    part = make(field, desk)
    part.show(field)
    return part


def _text(field: Field, desk: Desk) -> TextField:
    return TextField(
        field.key,
        field.label,
        partial(desk.presenter.type, field.key),
        keyboard=keyboard_of(field),
        several=field.kind is FieldKind.LONG_TEXT,
        unit=field.unit,
    )


def _date(field: Field, desk: Desk) -> DateField:
    words, key = desk.presenter.words, field.key

    def pick(text: str) -> None:
        found = day(text)
        value = found if isinstance(found, date) else datetime.now(VIETNAM).date()

        def chosen(value: date) -> None:
            desk.unsheet()
            part.put(day_text(value))
            desk.presenter.type(key, day_text(value))

        desk.sheet(DatePicker(words, value, chosen), field.label)

    part = DateField(
        key, field.label, partial(desk.presenter.type, key), pick_label=words(N_("Pick a day")), on_pick=pick
    )
    return part


def _moment(field: Field, desk: Desk) -> DateField:
    """The day first, then the time."""
    words, key = desk.presenter.words, field.key

    def pick(text: str) -> None:
        parts = text.split(None, 1)
        found = day(parts[0]) if parts else None
        hours = time_of_day(parts[1]) if len(parts) > 1 else None
        now = datetime.now(VIETNAM)
        value = found if isinstance(found, date) else now.date()
        hour, minute = (hours.hour, hours.minute) if isinstance(hours, time) else (now.hour, now.minute)

        def chosen(value: date) -> None:
            desk.unsheet()
            desk.sheet(TimePicker(words, (hour, minute), partial(timed, value)), field.label)

        def timed(value: date, hour: int, minute: int) -> None:
            desk.unsheet()
            whole = f"{day_text(value)} {hour:02d}:{minute:02d}"
            part.put(whole)
            desk.presenter.type(key, whole)

        desk.sheet(DatePicker(words, value, chosen), field.label)

    part = DateField(
        key, field.label, partial(desk.presenter.type, key), pick_label=words(N_("Pick day and time")), on_pick=pick
    )
    return part


class _Labelled(Column):
    def __init__(self, field: Field) -> None:
        super().__init__(spacing=6)
        self.key = field.key
        self._label = Text("", "label", "on_surface_variant")
        self.add_widget(self._label)

    def label(self, field: Field) -> None:
        text = field.label + (NEEDED if field.needed else "")
        self._label.put(text)
        if not text and self._label.parent is not None:
            self.remove_widget(self._label)


class ChoicePart(_Labelled):
    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field)
        kind = Segments if field.kind is FieldKind.SEGMENT else Chips
        self._choice = kind((), on_choose=partial(desk.presenter.choose, field.key))
        self.add_widget(self._choice)

    def show(self, field: Field) -> None:
        self.label(field)
        self._choice.show(field.options)


class SwitchPart(SwitchRow):
    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field.label, field.on, partial(desk.presenter.switch, field.key), field.key)

    def show(self, field: Field) -> None:
        self.put(field.on)


class RowsPart(_Labelled):
    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field)
        self._desk = desk
        self._rows = Column(spacing=6)
        self.add_widget(self._rows)
        if field.add_label:
            add = partial(desk.presenter.add, field.key)
            self.add_widget(PushButton(field.add_label, style="outlined", icon="plus", on_tap=add, wide=True))
        self._shown: tuple[Row, ...] | None = None

    def show(self, field: Field) -> None:
        self.label(field)
        if field.rows == self._shown:
            return
        self._shown = field.rows
        self._rows.clear_widgets()
        presenter = self._desk.presenter
        for row in field.rows:
            drawn = ListRow(row, on_open=presenter.open)
            if row.key:
                away = presenter.words(N_("Take away"))
                drawn.add_end(IconButton("trash-can-outline", away, on_tap=partial(presenter.remove, row.key)))
            self._rows.add_widget(drawn)


class PhotosPart(_Labelled):
    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field)
        self._grid = PhotoGrid(desk.texture_of, on_open=desk.presenter.picture)
        self.add_widget(self._grid)

    def show(self, field: Field) -> None:
        self.label(field)
        self._grid.show(field.pictures)


class PositionPart(_Labelled):
    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field)
        self._row = ListRow(Row("", ""), on_open=lambda _: desk.presenter.place(field.key))
        self.add_widget(self._row)

    def show(self, field: Field) -> None:
        self.label(field)
        self._row.draw(Row(field.key, field.text, icon=field.icon))


class ActionPart(PushButton):
    def __init__(self, field: Field, desk: Desk) -> None:
        style = "tonal" if field.level is not Level.GOOD else "outlined"
        super().__init__(
            field.label, style=style, icon=field.icon, on_tap=partial(desk.presenter.press, field.key), wide=True
        )
        self.key = field.key

    def show(self, field: Field) -> None:
        self.put(field.label)


class NotePart(Column):
    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(padding=0)
        self.padding = (0, dp(2), 0, dp(2))
        self.key = field.key
        self._shown: tuple[Level, str] | None = None

    def show(self, field: Field) -> None:
        if (field.level, field.text) == self._shown:
            return
        self._shown = (field.level, field.text)
        self.clear_widgets()
        if field.level is Level.INFO:
            self.add_widget(Text(field.text))
        else:
            self.add_widget(NoticeBox(field.level, field.text))
