"""The last look before sealing."""

from functools import partial

from mobile.presenters.review import ReviewPresenter
from mobile.state.forms import Level
from mobile.state.review import Part, ReviewState
from mobile.ui.screen import ScreenView
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import PushButton
from mobile.ui.widgets.layout import Body, Column, NoticeBox, Progress, TapCard
from mobile.ui.widgets.text import Text


class ReviewView(ScreenView[ReviewPresenter]):
    def build(self) -> None:
        state: ReviewState = self.presenter.state
        self.add_widget(AppBar(state.title, on_back=self.presenter.shell.back))
        self.body = Body()
        self.add_widget(self.body)
        foot = Column(padding=12)
        self.busy = Column()
        foot.add_widget(self.busy)
        self.seal = PushButton(state.seal, icon="lock-outline", on_tap=self.presenter.seal, wide=True)
        foot.add_widget(self.seal)
        self.add_widget(foot)

    def show(self, state: ReviewState) -> None:
        body = self.body
        body.clear()
        if state.problem:
            body.add(NoticeBox(Level.BAD, state.problem))
        if state.missing_title:
            body.add(Text(state.missing_title, role="title"))
        for notice in state.missing:
            body.add(NoticeBox(notice.level, notice.text, on_tap=partial(self.presenter.change, notice.page)))
        for part in state.parts:
            body.add(self._part(part))
        body.add(Text(state.files, role="label", color="on_surface_variant"))
        body.add(
            PushButton(
                state.paper, style="outlined", icon="file-document-outline", on_tap=self.presenter.paper, wide=True
            )
        )
        if state.verdicts_title:
            body.add(Text(state.verdicts_title, role="title"))
        for notice in state.verdicts:
            body.add(NoticeBox(notice.level, notice.text))
        self.busy.clear_widgets()
        if state.busy:
            self.busy.add_widget(Text(state.busy, role="label"))
            self.busy.add_widget(Progress(None))
        self.seal.disabled = not state.can_seal

    def _part(self, part: Part) -> TapCard:
        """Tapped, it opens the page on which it can still be changed."""
        box = TapCard(part.title, partial(self.presenter.change, part.page), spacing=2)
        box.column.add_widget(Text(part.title, role="title"))
        for label, text in part.lines:
            box.column.add_widget(Text(label, role="caption", color="on_surface_variant"))
            box.column.add_widget(Text(text))
        return box
