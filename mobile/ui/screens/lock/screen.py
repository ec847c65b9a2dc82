"""The PIN. Nothing of a report stands here."""

from mobile.presenters.lock import LockPresenter
from mobile.state.entry import LockState
from mobile.state.forms import Level
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.keypad import KeyPad
from mobile.ui.widgets.layout import Body, NoticeBox
from mobile.ui.widgets.text import Text

DIGIT = "•"


class LockView(ScreenView[LockPresenter]):
    def build(self) -> None:
        presenter, state = self.presenter, self.presenter.state
        self.bar = AppBar(state.title, on_back=presenter.shell.back if state.back else None)
        self.add_widget(self.bar)
        self.body = Body()
        self.add_widget(self.body)
        self.pad = KeyPad(presenter.digit, presenter.erase, presenter.enter, erase=state.erase, enter=state.enter)
        self.add_widget(self.pad)

    def show(self, state: LockState) -> None:
        body = self.body
        self.bar.tell(state.title)
        body.clear()
        body.add(Text(state.officer, role="title", halign="center"))
        body.add(Text(state.hint, color="on_surface_variant", halign="center"))
        body.add(Text(" ".join(DIGIT * state.typed) or "–", role="title", halign="center"))
        if state.waits:
            body.add(NoticeBox(Level.WARN, state.waits))
        if state.error:
            body.add(NoticeBox(Level.BAD, state.error))
        if state.others:
            body.add(PushButton(state.others, style="text", on_tap=self.presenter.others, wide=True))
        if state.forgotten:
            body.add(PushButton(state.forgotten, style="text", on_tap=self.presenter.forgotten, wide=True))
        self.pad.allow(digits=not state.waits, enter=state.ready)
