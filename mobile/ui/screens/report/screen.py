"""One sealed report, file by file."""

from functools import partial

from kivy.uix.anchorlayout import AnchorLayout

from mobile.presenters.report import ReportPresenter
from mobile.state.sync import FileRow, ReportState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import OnTap, PushButton
from mobile.ui.widgets.layout import Body, NoticeBox, Progress, TapCard
from mobile.ui.widgets.text import Icon, Text


class ReportView(ScreenView[ReportPresenter]):
    patient = True

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
            body.add(_file(file, partial(self.presenter.picture, file.key)))
        body.add(
            PushButton(
                state.paper, style="outlined", icon="file-document-outline", on_tap=self.presenter.paper, wide=True
            )
        )
        body.add(PushButton(state.resend, style="text", icon="refresh", on_tap=self.presenter.resend, wide=True))
        body.add(Text(state.number, role="caption", color="on_surface_variant"))


def _file(file: FileRow, show: OnTap) -> TapCard:
    """Tapped, it is shown large."""
    box = TapCard(file.title, show)
    box.key = file.key
    box.column.add_widget(Text(f"{file.title} · {file.amount}", bold=True))
    box.column.add_widget(Text(file.words, role="label", color="on_surface_variant"))
    if 0 < file.share < 1:
        box.column.add_widget(Progress(file.share))
    if file.why:
        box.column.add_widget(Text(file.why, role="label", color="error"))
    mark = Icon("eye-outline")
    holder = AnchorLayout(size_hint_x=None, width=mark.width * 2)
    holder.add_widget(mark)
    box.add_widget(holder)
    return box
