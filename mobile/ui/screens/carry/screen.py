"""Reports onto a memory card and from one, and those of colleagues."""

from kivy.uix.widget import Widget

from mobile.presenters.carry import CarryPresenter
from mobile.state.carry import CarryState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Column, Empty, Held, NoticeBox, Progress
from mobile.ui.widgets.rows import RowList
from mobile.ui.widgets.text import Text

HEAD = 0.62  # of the screen, at most: what waits, two buttons, what came of them


class CarryView(ScreenView[CarryPresenter]):
    def build(self) -> None:
        state: CarryState = self.presenter.state
        self.add_widget(AppBar(state.title, on_back=self.presenter.shell.back))
        self.waits, self.truth = Text("", bold=True), Text("", "label", "on_surface_variant")
        # What is tapped stays while bytes move: only what is said is drawn anew.
        self.deeds = Column(padding=0)
        self.copy = PushButton(state.copy, icon="sd", on_tap=self.presenter.copy, wide=True)
        self.take = PushButton(state.take, style="tonal", icon="cellphone", on_tap=self.presenter.take, wide=True)
        self.nowhere = Text("", "label", "on_surface_variant")
        self.going = Column(padding=0)
        self.busy, self.bar, self.moving = Text("", bold=True), Progress(None), Text("", "label")
        self.stop = PushButton(state.stop, style="outlined", icon="close", on_tap=self.presenter.stop, wide=True)
        for part in (self.busy, self.bar, self.moving, self.stop):
            self.going.add_widget(part)
        self.notices = Column(padding=0)
        self.carried = Text("", "title")
        self.head = Column(padding=16)
        for part in (self.waits, self.truth, self.deeds, self.notices):
            self.head.add_widget(part)
        self.add_widget(Held(self.head, share=HEAD))
        self.list = RowList()
        self.nothing = Body()
        self.nothing.add(Empty("inbox-outline", "", state.empty))

    def show(self, state: CarryState) -> None:
        self.waits.put(state.waits)
        self.truth.put(state.truth)
        self._show_deeds(state)
        self.notices.clear_widgets()
        for notice in state.notices:
            self.notices.add_widget(NoticeBox(notice.level, notice.text))
        self.carried.put(state.carried)
        _keep(self.head, self.carried, bool(state.carried))
        self.list.show(state.rows)
        _keep(self, self.list, not state.empty)
        _keep(self, self.nothing, bool(state.empty))

    def _show_deeds(self, state: CarryState) -> None:
        """The buttons, or what goes on instead."""
        self.copy.disabled = not state.can_copy
        self.nowhere.put(state.nowhere)
        self.busy.put(state.busy)
        self.bar.put(state.share)
        self.moving.put(state.moving)
        for part, there in (
            (self.nowhere, bool(state.nowhere)),
            (self.copy, bool(state.copy) and not state.busy),
            (self.take, bool(state.take) and not state.busy),
            (self.going, bool(state.busy)),
        ):
            _keep(self.deeds, part, there)


def _keep(parent: Widget, child: Widget, there: bool) -> None:
    if there and child.parent is None:
        parent.add_widget(child)
    elif not there and child.parent is not None:
        parent.remove_widget(child)
