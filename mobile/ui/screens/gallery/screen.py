"""The whole kit."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from kivy.app import App

from mobile.presenters.gallery import GalleryPresenter
from mobile.services.typed import day_text
from mobile.state.gallery import GalleryState, Sample, Shape
from mobile.ui.screen import ScreenView
from mobile.ui.screens.gallery.parts import Maker
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.layout import Body, Column, Divider
from mobile.ui.widgets.overlays import Overlays
from mobile.ui.widgets.pickers import DatePicker, TimePicker
from mobile.ui.widgets.rows import RowList
from mobile.ui.widgets.text import Text
from shared.clock import VIETNAM


class GalleryView(ScreenView[GalleryPresenter]):
    """One widget for each sample; what is typed or chosen changes its own widget only."""

    def build(self) -> None:
        state: GalleryState = self.presenter.state
        self.add_widget(AppBar(state.title, subtitle=state.subtitle, on_back=self.presenter.shell.back))
        self.maker = Maker(self.presenter, self._press, self._pick)
        self.list: RowList | None = None
        self._drawn: list[tuple[Sample, Any]] = []
        if state.rows:
            self.list = RowList(on_open=lambda page: None)
            self.add_widget(self.list)
            return
        body = Body()
        for section in state.sections:
            body.add(Text(section.title, "title"))
            for sample in section.samples:
                self._drawn.append((sample, self.maker.make(sample)))
                body.add(self._drawn[-1][1])
            body.add(Divider())
        self.add_widget(body)

    def show(self, state: GalleryState) -> None:
        if self.list is not None:
            self.list.show(state.rows)
            return
        now = [sample for section in state.sections for sample in section.samples]
        for i, (sample, (before, widget)) in enumerate(zip(now, self._drawn, strict=True)):
            if sample == before:
                continue
            self._drawn[i] = (sample, widget)
            if sample.shape is Shape.CHECK:
                widget.put(sample.on)
            elif sample.field is not None and hasattr(widget, "show"):
                widget.show(sample.field)
            elif sample.field is not None:
                widget.put(sample.field.on)

    # --- what lies over the screen

    @property
    def _overlays(self) -> Overlays:
        found: Overlays = App.get_running_app().overlays
        return found

    def _press(self, does: str) -> None:
        state = self.presenter.state
        if does == "sheet":
            column = Column()
            for sample in state.sections[0].samples[:-1]:
                column.add_widget(self.maker.make(sample))
            self._overlays.sheet(column, state.title)
        elif does == "day":
            self._pick(lambda text: None)
        elif does == "time":
            now = datetime.now(VIETNAM)
            picker = TimePicker(self.presenter.words, (now.hour, now.minute), lambda hour, minute: self._away())
            self._overlays.sheet(picker, state.title)
        else:
            self.presenter.press(does)

    def _pick(self, then: Callable[[str], Any]) -> None:
        def chosen(day: date) -> None:
            self._away()
            then(day_text(day))

        today = datetime.now(VIETNAM).date()
        self._overlays.sheet(DatePicker(self.presenter.words, today, chosen), self.presenter.state.title)

    def _away(self) -> None:
        self._overlays.dismiss_top()
