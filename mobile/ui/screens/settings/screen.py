"""What the officer chose."""

from functools import partial

from mobile.presenters.settings import SettingsPresenter
from mobile.state.settings import SettingsState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.choices import Chips
from mobile.ui.widgets.layout import Body
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Text


class SettingsView(ScreenView[SettingsPresenter]):
    patient = True

    def build(self) -> None:
        state: SettingsState = self.presenter.state
        self.add_widget(AppBar(state.title, on_back=self.presenter.shell.back))
        self.body = Body()
        self.add_widget(self.body)

    def show(self, state: SettingsState) -> None:
        body = self.body
        body.clear()
        for choice in state.choices:
            body.add(Text(choice.label, role="title"))
            body.add(Chips(choice.options, on_choose=partial(self.presenter.choose, choice.key)))
            if choice.helper:
                body.add(Text(choice.helper, role="caption", color="on_surface_variant"))
        body.add(Text(state.storage_title, role="title"))
        for row in state.storage:
            body.add(ListRow(row))
        body.add(Text(state.rows_title, role="title"))
        for row in state.rows:
            body.add(ListRow(row, on_open=self.presenter.open))
