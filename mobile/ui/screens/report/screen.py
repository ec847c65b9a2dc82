"""One sealed report, file by file."""

from mobile.presenters.report import ReportPresenter
from mobile.state.sync import FileRow, ReportState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Card, NoticeBox, Progress
from mobile.ui.widgets.text import Text


class ReportView(ScreenView[ReportPresenter]):
    def build(self) -> None:
        state: ReportState = self.presenter.state
        self.add_widget(AppBar(state.title, subtitle=state.subtitle, on_back=self.presenter.shell.back))
        self.body = Body()
        self.add_widget(self.body)

    def show(self, state: ReportState) -> None:
        body = self.body
        body.clear()
        if state.review:
            body.add(NoticeBox(state.review_level, state.review))
        if state.correct:
            body.add(PushButton(state.correct, icon="pencil-outline", on_tap=self.presenter.correct, wide=True))
        body.add(NoticeBox(state.level, state.words))
        if state.why:
            body.add(Text(state.why, role="label", color="on_surface_variant"))
        body.add(Text(state.files_title, role="title"))
        for file in state.files:
            body.add(_file(file))
        body.add(
            PushButton(
                state.paper, style="outlined", icon="file-document-outline", on_tap=self.presenter.paper, wide=True
            )
        )
        body.add(PushButton(state.resend, style="text", icon="refresh", on_tap=self.presenter.resend, wide=True))
        body.add(Text(state.number, role="caption", color="on_surface_variant"))


def _file(file: FileRow) -> Card:
    card = Card()
    card.add_widget(Text(f"{file.title} · {file.amount}", bold=True))
    card.add_widget(Text(file.words, role="label", color="on_surface_variant"))
    if 0 < file.share < 1:
        card.add_widget(Progress(file.share))
    if file.why:
        card.add_widget(Text(file.why, role="label", color="error"))
    return card
