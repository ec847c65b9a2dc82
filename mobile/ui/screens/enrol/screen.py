"""Enrolling by a code."""

from mobile.presenters.enrol import EnrolPresenter
from mobile.state.entry import EnrolState
from mobile.state.forms import Keyboard, Level
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.fields import TextField
from mobile.ui.widgets.layout import Body, Column, NoticeBox, Progress
from mobile.ui.widgets.text import Text


class EnrolView(ScreenView[EnrolPresenter]):
    def build(self) -> None:
        state: EnrolState = self.presenter.state
        self.add_widget(AppBar(state.title, on_back=self.presenter.shell.back if state.back else None))
        self.body = Body()
        self.body.add(Text(state.intro))
        self.code = TextField("code", state.label, self.presenter.type, keyboard=Keyboard.CODE, helper=state.helper)
        self.body.add(self.code)
        self.asked = Column()
        self.server = TextField(
            "server",
            state.server_label,
            self.presenter.type_server,
            keyboard=Keyboard.ADDRESS,
            helper=state.server_helper,
        )
        self.body.add(self.asked)
        self.button = PushButton(state.button, on_tap=self.presenter.enrol, wide=True)
        self.body.add(self.button)
        if state.scan:
            self.body.add(
                PushButton(state.scan, style="outlined", icon="qrcode-scan", on_tap=self.presenter.scan, wide=True)
            )
        self.waiting = Progress(None)
        self.error: NoticeBox | None = None
        self.add_widget(self.body)

    def show(self, state: EnrolState) -> None:
        self.code.put(state.code)
        self.server.put(state.server)
        if bool(state.server_label) != (self.server.parent is not None):
            self.asked.clear_widgets()
            if state.server_label:
                self.asked.add_widget(self.server)
        self.button.disabled = bool(state.busy)
        self.body.keep(self.waiting, bool(state.busy))
        if self.error is not None:
            self.body.take(self.error)
            self.error = None
        if state.error:
            self.error = NoticeBox(Level.BAD, state.error)
            self.body.add(self.error)
