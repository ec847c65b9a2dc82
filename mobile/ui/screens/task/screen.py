"""One task, and the buttons that answer it."""

from functools import partial

from mobile.presenters.tasks import TaskPresenter
from mobile.state.tasks import TaskState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Card, Empty, NoticeBox
from mobile.ui.widgets.text import Text


class TaskView(ScreenView[TaskPresenter]):
    patient = True

    def build(self) -> None:
        self.bar = AppBar(self.presenter.state.title, on_back=self.presenter.shell.back)
        self.add_widget(self.bar)
        self.body = Body()
        self.add_widget(self.body)

    def show(self, state: TaskState) -> None:
        body = self.body
        body.clear()
        if state.gone:
            body.add(Empty("clipboard-check-outline", "", state.gone))
            return
        body.add(NoticeBox(state.level, state.due))
        body.add(Text(state.words))
        card = Card()
        for name, value in state.lines:
            card.add_widget(Text(name, role="label", color="on_surface_variant"))
            card.add_widget(Text(value))
        body.add(card)
        presenter = self.presenter
        if state.licence:
            body.add(PushButton(state.licence, style="text", icon="magnify", on_tap=presenter.licence, wide=True))
        if state.told:
            body.add(Text(state.told, role="label", color="on_surface_variant"))
        if state.begun:
            body.add(PushButton(state.begun, icon="pencil-outline", on_tap=presenter.go_on, wide=True))
        if state.starts:
            body.add(Text(state.starts_title, role="title"))
        for start in state.starts:
            body.add(
                PushButton(
                    start.label,
                    style="tonal",
                    icon=start.icon,
                    on_tap=partial(presenter.start, start.kind),
                    wide=True,
                )
            )
