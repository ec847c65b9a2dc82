"""Today."""

from functools import partial

from mobile.presenters.home import HomePresenter
from mobile.state.forms import Group
from mobile.state.home import HomeState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import IconButton, PushButton
from mobile.ui.widgets.layout import Body, Empty, NoticeBox
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Text


class HomeView(ScreenView[HomePresenter]):
    patient = True

    def build(self) -> None:
        state: HomeState = self.presenter.state
        self.bar = AppBar(
            state.title,
            subtitle=state.officer,
            actions=(
                ("account-switch-outline", state.officers, self.presenter.officers),
                ("cog-outline", state.settings, self.presenter.settings),
            ),
        )
        self.add_widget(self.bar)
        self.body = Body()
        self.add_widget(self.body)

    def show(self, state: HomeState) -> None:
        body = self.body
        body.clear()
        for start in state.starts:  # first: what comes and goes above them would move them under a finger
            body.add(
                PushButton(
                    start.label,
                    style="filled" if start is state.starts[0] else "tonal",
                    icon=start.icon,
                    on_tap=partial(self.presenter.start, start.kind),
                    wide=True,
                )
            )
        for notice in state.notices:
            body.add(NoticeBox(notice.level, notice.text))
        for group in state.groups:
            self._draw(group, state)
        if state.empty:
            body.add(Empty("check-circle-outline", "", state.empty))
        body.add(Text(state.sent, role="label", color="on_surface_variant"))
        body.add(Text(state.as_of, role="caption", color="on_surface_variant"))

    def _draw(self, group: Group, state: HomeState) -> None:
        self.body.add(Text(group.title, role="title"))
        for row in group.rows:
            drawn = ListRow(row, on_open=partial(self.presenter.open, group.key))
            if row.key:
                drawn.add_end(
                    IconButton("trash-can-outline", state.discard, on_tap=partial(self.presenter.discard, row.key))
                )
            self.body.add(drawn)
