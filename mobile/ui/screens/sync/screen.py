"""What has arrived."""

from mobile.presenters.sync import SyncPresenter
from mobile.state.sync import SyncState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Column, Empty, Held, NoticeBox, Progress
from mobile.ui.widgets.rows import RowList
from mobile.ui.widgets.text import Text


class SyncView(ScreenView[SyncPresenter]):
    patient = True

    def build(self) -> None:
        state: SyncState = self.presenter.state
        self.add_widget(AppBar(state.title))
        # Bytes move while a finger comes down: what is tapped stays, only what is said is drawn anew.
        self.said = Column(padding=0)
        self.button = PushButton(state.button, style="tonal", icon="cloud-upload-outline", on_tap=self.presenter.send)
        head = Column(padding=16)
        head.add_widget(self.said)
        head.add_widget(self.button)
        head.add_widget(PushButton(state.carry, style="text", icon="sd", on_tap=self.presenter.carry))
        self.add_widget(Held(head, share=0.5))
        self.list = RowList(on_open=self.presenter.open)
        self.page = state.page
        self.add_widget(self.list)
        self.nothing: Body | None = None

    def show(self, state: SyncState) -> None:
        head = self.said
        head.clear_widgets()
        head.add_widget(NoticeBox(state.level, state.summary))
        for notice in state.notices:
            head.add_widget(NoticeBox(notice.level, notice.text))
        if state.running or state.moving:
            head.add_widget(Progress(state.share))
        if state.moving:
            head.add_widget(Text(state.moving, role="label"))
        head.add_widget(Text(state.network, role="caption", color="on_surface_variant"))
        self.list.show(state.rows)
        if state.page != self.page:
            self.page = state.page
            self.list.to_top()
        if state.empty and self.nothing is None:
            self.nothing = Body()
            self.nothing.add(Empty("inbox-outline", "", state.empty))
            self.remove_widget(self.list)
            self.add_widget(self.nothing)
        elif not state.empty and self.nothing is not None:
            self.remove_widget(self.nothing)
            self.nothing = None
            self.add_widget(self.list)
