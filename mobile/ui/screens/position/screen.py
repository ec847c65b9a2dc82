"""The receiver, live."""

from mobile.presenters.position import PositionPresenter
from mobile.state.forms import Level
from mobile.state.position import PositionState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Column, NoticeBox, Progress
from mobile.ui.widgets.text import Text

_COLORS = {Level.GOOD: "good", Level.WARN: "warn", Level.BAD: "error", Level.INFO: "on_surface"}


class PositionView(ScreenView[PositionPresenter]):
    """The buttons stay where they are while lines above them come and go: nobody taps what has just moved."""

    def build(self) -> None:
        state: PositionState = self.presenter.state
        self.add_widget(AppBar(state.title, on_back=self.presenter.shell.back))
        self.body = Body()
        self.add_widget(self.body)
        foot = Column(padding=16)
        self.take = PushButton(state.take, icon="crosshairs-gps", on_tap=self.presenter.take, wide=True)
        foot.add_widget(self.take)
        foot.add_widget(PushButton(state.again, style="tonal", icon="refresh", on_tap=self.presenter.again, wide=True))
        foot.add_widget(PushButton(state.without, style="text", on_tap=self.presenter.without, wide=True))
        self.add_widget(foot)

    def show(self, state: PositionState) -> None:
        body = self.body
        body.clear()
        if state.accuracy:
            body.add(Text(state.accuracy, role="headline", color=_COLORS[state.accuracy_level], bold=True))
        body.add(Progress(state.share))
        body.add(Text(state.progress, role="label", color="on_surface_variant"))
        for notice in state.notices:
            body.add(NoticeBox(notice.level, notice.text))
        for line in state.lines:
            body.add(Text(line.label, role="label", color="on_surface_variant"))
            body.add(Text(line.text, color=_COLORS[line.level]))
        self.take.disabled = not state.can_take
