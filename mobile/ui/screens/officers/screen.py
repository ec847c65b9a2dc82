"""Who works with this phone."""

from mobile.presenters.officers import OfficersPresenter
from mobile.state.entry import OfficersState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Text


class OfficersView(ScreenView[OfficersPresenter]):
    def build(self) -> None:
        presenter, state = self.presenter, self.presenter.state
        self.add_widget(AppBar(state.title, on_back=presenter.shell.back if state.back else None))
        self.body = Body()
        self.add_widget(self.body)

    def show(self, state: OfficersState) -> None:
        body = self.body
        body.clear()
        for row in state.rows:
            body.add(ListRow(row, on_open=self.presenter.open))
        body.add(Text(state.note, role="caption", color="on_surface_variant"))
        body.add(PushButton(state.add, style="tonal", icon="plus", on_tap=self.presenter.add, wide=True))
        if state.sign_out:
            body.add(PushButton(state.sign_out, style="outlined", on_tap=self.presenter.sign_out, wide=True))
