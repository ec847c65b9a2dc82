"""A form, page by page: draws what the presenter gives, and only what is another than before."""

from functools import partial
from typing import Any

from kivy.app import App
from kivy.clock import Clock

from mobile.presenters.forms.form import FormPresenter
from mobile.state.forms import Field, FormState, Level, Notice, Row
from mobile.ui.screen import ScreenView
from mobile.ui.screens.form.parts import part_of
from mobile.ui.textures import TextureOf
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Column, Held, NoticeBox
from mobile.ui.widgets.rows import ListRow


class FormView(ScreenView[FormPresenter]):
    """One widget for each field of the open page, kept as long as the page has the same fields in the same order; so a
    letter typed changes one label, and neither caret nor keyboard is lost."""

    def build(self) -> None:
        self.bar = AppBar("", on_back=self.presenter.shell.back)
        self.alarm, self.body = Column(padding=0), Body()
        self.said, self.fields, self.foot = Column(spacing=8), Column(spacing=14), Column(padding=12)
        self._foot_kind = ""
        self.body.add(self.said)
        self.body.add(self.fields)
        for part in (self.bar, Held(self.alarm), self.body, self.foot):
            self.add_widget(part)
        self._shape: Any = None
        self._drawn: dict[str, tuple[Field, Any]] = {}
        self._told: dict[str, Any] = {}

    def show(self, state: FormState) -> None:
        self.bar.tell(state.page.title, state.saved)
        if self._is_new("top", (state.problem, state.busy)):
            self._draw_top(state)
        if self._is_new("said", state.page.notices if state.page.page else state.notices):
            self._draw_notices(state)
        shape = (state.page.page, tuple((field.key, field.kind) for field in state.page.fields))
        if not state.page.page:
            if self._is_new("steps", (state.steps, state.another_label)) or shape != self._shape:
                self._draw_steps(state)
        elif shape != self._shape:
            self._draw_fields(state)
        else:
            self._update(state)
        self._scroll(shape)
        if self._is_new("foot", (state.page.page, state.page.next_label, state.review_label)):
            self._draw_foot(state)

    # --- what fields ask of the screen

    def sheet(self, content: Any, title: str) -> None:
        App.get_running_app().overlays.sheet(content, title)

    def unsheet(self) -> None:
        App.get_running_app().overlays.dismiss_top()

    @property
    def texture_of(self) -> TextureOf:
        found: TextureOf = App.get_running_app().textures.ask
        return found

    # --- parts of the screen

    def _is_new(self, name: str, value: Any) -> bool:
        if name in self._told and self._told[name] == value:
            return False
        self._told[name] = value
        return True

    def _draw_top(self, state: FormState) -> None:
        """What is wrong with keeping, and what is being waited for: above everything, for it concerns all of it."""
        self.alarm.clear_widgets()
        if state.problem:
            self.alarm.add_widget(NoticeBox(Level.BAD, state.problem))
        if state.busy:
            self.alarm.add_widget(NoticeBox(Level.INFO, state.busy))

    def _draw_notices(self, state: FormState) -> None:
        self.said.clear_widgets()
        for notice in state.page.notices if state.page.page else state.notices:
            self.said.add_widget(NoticeBox(notice.level, notice.text, on_tap=partial(self._go, notice)))

    def _go(self, notice: Notice) -> None:
        if notice.page and notice.page != self.presenter.state.page.page:
            self.presenter.open(notice.page)

    def _draw_steps(self, state: FormState) -> None:
        self.fields.clear_widgets()
        self._drawn = {}
        for step in state.steps:
            badge = str(step.missing) if step.missing else ""
            row = Row(step.page, step.title, step.summary, badge=badge, level=step.level, icon=step.icon)
            self.fields.add_widget(ListRow(row, on_open=self.presenter.open))
        if state.another_label:
            self.fields.add_widget(
                PushButton(state.another_label, style="outlined", icon="plus", on_tap=self.presenter.another, wide=True)
            )

    def _draw_fields(self, state: FormState) -> None:
        """Fields that were there before keep their widgets, so that a field that comes or goes beside the one that is
        being typed in takes nothing away from it."""
        before, self._drawn = self._drawn, {}
        same_page = self._shape is not None and self._shape[0] == state.page.page
        self.fields.clear_widgets()
        for field in state.page.fields:
            kept = before.get(field.key) if same_page else None
            if kept is not None and kept[0].kind is field.kind:
                part = kept[1]
                part.show(field)
            else:
                part = part_of(field, self)
            self._drawn[field.key] = (field, part)
            self.fields.add_widget(part)

    def _update(self, state: FormState) -> None:
        for field in state.page.fields:
            before, part = self._drawn[field.key]
            if before != field:
                self._drawn[field.key] = (field, part)
                part.show(field)

    def _scroll(self, shape: Any) -> None:
        """A new page begins at its top; one that only grew stays where it was read."""
        another = self._shape is None or self._shape[0] != shape[0]
        self._shape = shape
        if another:
            Clock.schedule_once(lambda _: setattr(self.body, "scroll_y", 1.0), 0)

    def _draw_foot(self, state: FormState) -> None:
        """The words of its button may change with each letter (the next page is called after a plate)."""
        page = state.page
        kind, said = ("next", page.next_label) if page.next_label else ("review", state.review_label)
        if said and self._foot_kind == kind:
            self.foot.children[0].put(said)
            return
        self._foot_kind = kind if said else ""
        self.foot.clear_widgets()
        if said:
            icon, act = ("arrow-right", self.presenter.next) if kind == "next" else ("check", self.presenter.review)
            self.foot.add_widget(PushButton(said, icon=icon, on_tap=act, wide=True))
