"""A form, page by page: draws what the presenter gives, and only what is another than before."""

from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.uix.widget import Widget

from mobile.presenters.forms.form import FormPresenter
from mobile.state.forms import Field, FormPage, FormState, Row
from mobile.ui.screen import ScreenView
from mobile.ui.screens.form.parts import Part, part_of
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Column, NoticeBox
from mobile.ui.widgets.rows import ListRow


class FormView(ScreenView[FormPresenter]):
    """One widget for each field of the open page, kept as long as the page has the same fields in the same order; so a
    letter typed changes one label, and neither caret nor keyboard is lost."""

    def build(self) -> None:
        self.bar = AppBar("", on_back=self.presenter.shell.back)
        self.add_widget(self.bar)
        self.top = Column(padding=0)
        self.body = Body()
        self.foot = Column(padding=16)
        for part in (self.top, self.body, self.foot):
            self.add_widget(part)
        self._page: FormPage | None = None
        self._shape: tuple[Any, ...] = ()
        self._parts: dict[str, tuple[Field, Part]] = {}
        self._steps: tuple[Any, ...] = ()
        self._foot: tuple[Any, ...] = ()
        self._top: tuple[Any, ...] = ()

    def show(self, state: FormState) -> None:
        self.bar.tell(state.page.title, state.saved)
        self._draw_top(state)
        shape = (state.page.page, tuple((field.key, field.kind) for field in state.page.fields))
        steps = (state.steps, state.notices) if not state.page.page else ()
        if shape != self._shape or steps != self._steps:
            self._draw_page(state, same=bool(self._shape) and shape[0] == self._shape[0])
            self._shape, self._steps = shape, steps
        else:
            self._update(state)
        self._draw_foot(state)

    # --- parts of the screen

    def _draw_top(self, state: FormState) -> None:
        """What is wrong with keeping, and what is being waited for: above everything, for it concerns all of it."""
        told = (state.problem, state.busy)
        if told == self._top:
            return
        self._top = told
        self.top.clear_widgets()
        if state.problem:
            self.top.add_widget(NoticeBox(_BAD, state.problem))
        if state.busy:
            self.top.add_widget(NoticeBox(_INFO, state.busy))

    def _draw_page(self, state: FormState, *, same: bool) -> None:
        height, where = self.body.height, self.body.scroll_y
        self.body.clear()
        self._parts = {}
        self.notices: list[Widget] = []
        for notice in state.page.notices if state.page.page else state.notices:
            self.body.add(NoticeBox(notice.level, notice.text, on_tap=partial(self.presenter.open, notice.page)))
        for step in state.steps if not state.page.page else ():
            badge = str(step.missing) if step.missing else ""
            row = Row(step.page, step.title, step.summary, badge=badge, level=step.level, icon=step.icon)
            self.body.add(ListRow(row, on_open=self.presenter.open))
        for field in state.page.fields:
            part = part_of(field, self.presenter)
            self._parts[field.key] = (field, part)
            self.body.add(part)
        self._page = state.page
        if same and height:
            Clock.schedule_once(lambda _: setattr(self.body, "scroll_y", where), 0)  # a part was added or taken away
        else:
            self.body.scroll_y = 1.0

    def _update(self, state: FormState) -> None:
        if self._page is not None and self._page.notices != state.page.notices and state.page.page:
            self._draw_page(state, same=True) if not self._typing() else self._later(state)
        for field in state.page.fields:
            before, part = self._parts[field.key]
            if before != field:
                self._parts[field.key] = (field, part)
                part.show(field)

    def _draw_foot(self, state: FormState) -> None:
        page = state.page
        told = (page.page, page.next_page, page.next_label, state.can_seal, state.review_label)
        if told == self._foot:
            return
        self._foot = told
        self.foot.clear_widgets()
        if page.next_label:
            self.foot.add_widget(PushButton(page.next_label, icon="arrow-right", on_tap=self.presenter.next, wide=True))
        elif state.review_label:
            self.foot.add_widget(PushButton(state.review_label, icon="check", on_tap=self.presenter.review, wide=True))
