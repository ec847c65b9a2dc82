"""What the app and this phone are."""

from mobile.presenters.settings import AboutPresenter
from mobile.state.settings import AboutState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.layout import Body
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Text


class AboutView(ScreenView[AboutPresenter]):
    def build(self) -> None:
        self.add_widget(AppBar(self.presenter.state.title, on_back=self.presenter.shell.back))
        self.body = Body()
        self.add_widget(self.body)

    def show(self, state: AboutState) -> None:
        self.body.clear()
        for label, text in state.lines:
            self.body.add(Text(label, role="label", color="on_surface_variant"))
            self.body.add(Text(text))
        for row in state.rows:
            self.body.add(ListRow(row, on_open=self.presenter.open))
        self.body.add(Text(state.notices_title, role="title"))
        self.body.add(Text(state.notices, role="caption"))
