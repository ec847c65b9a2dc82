"""Looking something up."""

from functools import partial

from mobile.presenters.lookup import LookupPresenter
from mobile.state.forms import Keyboard
from mobile.state.lookup import Detail, LookupState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.fields import TextField
from mobile.ui.widgets.layout import Body, Card, Column, Empty, Held, NoticeBox
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Text


class LookupView(ScreenView[LookupPresenter]):
    def build(self) -> None:
        state: LookupState = self.presenter.state
        self.add_widget(AppBar(state.title))
        head = Column(padding=16)
        self.field = TextField(
            "lookup",
            state.label,
            self.presenter.type,
            keyboard=Keyboard.CODE,
            helper=state.helper,
            clear=state.clear,
        )
        self.field.put(state.typed)
        head.add_widget(self.field)
        self.add_widget(Held(head))
        self.body = Body()
        self.add_widget(self.body)
        self._drawn: tuple[str, Detail | None] | None = None

    def show(self, state: LookupState) -> None:
        if self.field.text != state.typed and not self.field.entry.focus:
            self.field.put(state.typed)
        self._fresh(state)
        if state.detail is not None:
            self._draw_detail(state.detail, state.back)
        else:
            self._draw_found(state)
        if state.reading:
            self.body.add(Text(state.reading, role="caption", color="on_surface_variant"))
        self.body.add(Text(state.as_of, role="caption", color="on_surface_variant"))

    def _fresh(self, state: LookupState) -> None:
        """Empty; another one, and so at its beginning, where there is something else to read."""
        drawn = (state.typed, state.detail)
        if drawn == self._drawn:
            self.body.clear()
            return
        self._drawn = drawn
        self.remove_widget(self.body)
        self.body = Body()
        self.add_widget(self.body)

    def _draw_found(self, state: LookupState) -> None:
        for group in state.groups:
            self.body.add(Text(group.title, role="title"))
            for row in group.rows:
                self.body.add(ListRow(row, on_open=partial(self.presenter.open, group.key)))
        if state.more:
            self.body.add(Text(state.more, role="label"))
        if state.empty:
            self.body.add(Empty("magnify", "", state.empty))

    def _draw_detail(self, detail: Detail, back: str) -> None:
        self.body.add(PushButton(back, style="text", icon="arrow-left", on_tap=self.presenter.to_list))
        self.body.add(Text(detail.title, role="title"))
        if detail.notice:
            self.body.add(NoticeBox(detail.level, detail.notice))
        card = Card()
        for name, value in detail.lines:
            card.add_widget(Text(name, role="label", color="on_surface_variant"))
            card.add_widget(Text(value))
        self.body.add(card)
