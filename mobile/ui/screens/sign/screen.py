"""Signing on the screen."""

from mobile.presenters.sign import SignPresenter
from mobile.state.forms import Level
from mobile.state.review import SignState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.fields import TextField
from mobile.ui.widgets.layout import Body, Column, NoticeBox
from mobile.ui.widgets.pad import SignaturePad
from mobile.ui.widgets.text import Text


class SignView(ScreenView[SignPresenter]):
    def build(self) -> None:
        state: SignState = self.presenter.state
        self.bar = AppBar(state.title, on_back=self.presenter.shell.back)
        self.body, self.foot = Body(), Column(padding=12)
        for part in (self.bar, self.body, self.foot):
            self.add_widget(part)
        self.who = TextField("who", state.who_label, self.presenter.name)
        self.said = Text(state.text)
        self.pad = SignaturePad(self.presenter.drawn)
        self.reason = TextField("reason", state.reason_label, self.presenter.reason, several=True)
        self.again = PushButton(state.clear, style="text", icon="undo", on_tap=self.pad.clear, wide=True)
        self.done = PushButton(state.done, icon="check", on_tap=self.presenter.done, wide=True)
        self.turn = PushButton(state.other_way, style="text", on_tap=self.presenter.turn, wide=True)
        self.foot.add_widget(self.done)
        self.foot.add_widget(self.turn)
        self.problem: NoticeBox | None = None
        self.body.add(self.who)
        self.body.add(self.said)

    def show(self, state: SignState) -> None:
        self.bar.tell(state.title)
        self.who.put(state.who)
        self.said.put(state.text)
        for widget in (self.pad, self.again):
            self.body.keep(widget, not state.refusing)
        self.body.keep(self.reason, state.refusing)
        self.reason.put(state.reason)
        self.done.disabled = not state.can_end
        self.turn.put(state.other_way)
        if self.problem is not None:
            self.body.take(self.problem)
            self.problem = None
        if state.problem:
            self.problem = NoticeBox(Level.BAD, state.problem)
            self.body.add(self.problem)
