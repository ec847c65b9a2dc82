"""What the officer was given to do."""

from mobile.presenters.tasks import TasksPresenter
from mobile.state.tasks import TasksState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.layout import Body, Empty
from mobile.ui.widgets.rows import ListRow
from mobile.ui.widgets.text import Text


class TasksView(ScreenView[TasksPresenter]):
    patient = True

    def build(self) -> None:
        self.add_widget(AppBar(self.presenter.state.title))
        self.body = Body()
        self.add_widget(self.body)

    def show(self, state: TasksState) -> None:
        body = self.body
        body.clear()
        for group in state.groups:
            body.add(Text(group.title, role="title"))
            for row in group.rows:
                body.add(ListRow(row, on_open=self.presenter.open))
        if state.empty:
            body.add(Empty("clipboard-check-outline", "", state.empty))
        body.add(Text(state.as_of, role="caption", color="on_surface_variant"))
