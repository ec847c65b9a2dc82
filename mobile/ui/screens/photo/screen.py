"""One photo of a report, as large as the screen."""

from uuid import UUID

from kivy.metrics import dp
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout

from mobile.presenters.photo import PhotoPresenter
from mobile.state.forms import Level
from mobile.state.photo import PhotoState
from mobile.ui.screen import ScreenView
from mobile.ui.textures import texture_of
from mobile.ui.widgets.bars import AppBar
from mobile.ui.widgets.buttons import IconButton
from mobile.ui.widgets.layout import Body, Column, Held, NoticeBox, Progress
from mobile.ui.widgets.text import Text
from mobile.ui.widgets.zoom import ZoomView


class PhotoView(ScreenView[PhotoPresenter]):
    def build(self) -> None:
        state: PhotoState = self.presenter.state
        out = (("trash-can-outline", state.take_out, self.presenter.take_out),) if state.take_out else ()
        self.bar = AppBar(state.title, on_back=self.presenter.shell.back, actions=out)
        self.zoom = ZoomView(self.presenter.turn)
        self.stage = BoxLayout()
        self.said = Column(padding=12, spacing=4)
        for part in (self.bar, self.stage, Held(self.said), self._buttons(state)):
            self.add_widget(part)
        self._drawn: UUID | None = None
        self._told: tuple[str, str] | None = None

    def show(self, state: PhotoState) -> None:
        self.bar.tell(state.title)
        if state.shown != self._drawn:
            self._drawn = state.shown
            picture = self.presenter.picture if state.shown is not None else None
            self.zoom.put(None if picture is None else texture_of(picture))
        if (state.busy, state.problem) != self._told:
            self._told = (state.busy, state.problem)
            self._draw_stage(state)
        self._draw_words(state)
        self.before.disabled = not state.has_previous
        self.after.disabled = not state.has_next
        for button in (self.closer, self.farther, self.whole):
            button.disabled = state.shown is None

    def leave(self) -> None:
        super().leave()
        self.zoom.put(None)

    def _draw_stage(self, state: PhotoState) -> None:
        """The photo, or in its place what is wrong or waited for."""
        self.stage.clear_widgets()
        if not state.busy and not state.problem:
            self.stage.add_widget(self.zoom)
            return
        body = Body()
        if state.problem:
            body.add(NoticeBox(Level.BAD, state.problem))
        if state.busy:
            body.add(Text(state.busy))
            body.add(Progress(None))
        self.stage.add_widget(body)

    def _draw_words(self, state: PhotoState) -> None:
        self.said.clear_widgets()
        if state.purpose:
            self.said.add_widget(Text(state.purpose, bold=True))
        for line in state.lines:
            self.said.add_widget(Text(line, role="label", color="on_surface_variant"))

    def _buttons(self, state: PhotoState) -> BoxLayout:
        self.before = IconButton("arrow-left", state.previous, on_tap=lambda: self.presenter.turn(-1), raised=True)
        self.farther = IconButton("minus", state.farther, on_tap=self.zoom.farther, raised=True)
        self.whole = IconButton("image-outline", state.whole, on_tap=self.zoom.whole, raised=True)
        self.closer = IconButton("plus", state.closer, on_tap=self.zoom.closer, raised=True)
        self.after = IconButton("arrow-right", state.next, on_tap=lambda: self.presenter.turn(1), raised=True)
        row = BoxLayout(size_hint_y=None, height=self.whole.height + dp(16), padding=(dp(8), dp(8)))
        for button in (self.before, self.farther, self.whole, self.closer, self.after):
            holder = AnchorLayout()
            holder.add_widget(button)
            row.add_widget(holder)
        return row
