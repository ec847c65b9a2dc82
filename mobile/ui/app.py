"""The app: one window, one stack of screens, what lies over them, and the moments at which a phone may kill it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from mobile.presenters.base import Presenter
from mobile.presenters.routes import PLACES, Route, Screen
from mobile.presenters.settings import Chosen
from mobile.services.thumbnails import Small
from mobile.state.shell import Place
from mobile.ui.navigation import Open, Stack
from mobile.ui.screen import ScreenView
from mobile.ui.screens import view_of
from mobile.ui.textures import Textures
from mobile.ui.theme import Look, theme
from mobile.ui.threads import KivyJobs
from mobile.ui.widgets.bars import NavBar
from mobile.ui.widgets.entry import Typing
from mobile.ui.widgets.overlays import Overlays
from shared.i18n import Words
from shared.problems import Problem

WHILE_LOCKED = frozenset({Screen.LOCK, Screen.OFFICERS, Screen.ENROL})  # nothing of a report stands on these
BACK = (27, 1001)  # Escape, and Android's back button
_NOTHING_CHOSEN = Chosen()


class FieldApp(App):  # type: ignore[misc]  # Kivy has no types
    """`make`: gives the presenter of a route. `chosen`: look, size of text, language. `first`: where the app opens.
    `places`: what the navigation bar says, asked whenever it is drawn; an empty answer hides it (before anybody is
    enrolled, while locked). `small`: the small picture of a file, by its name in the file store."""

    title = "Kiểm Khoáng"

    def __init__(
        self,
        words: Words,
        make: Callable[[Route, "FieldApp"], Presenter[Any]],
        *,
        first: Callable[[], Route],
        places: Callable[[], tuple[Place, ...]],
        chosen: Chosen = _NOTHING_CHOSEN,
        paused: Callable[[], None] = lambda: None,
        resumed: Callable[[], None] = lambda: None,
        touched: Callable[[], None] = lambda: None,
        locked: Callable[[], bool] = lambda: False,
        ending: Callable[[], None] = lambda: None,
        closed: Callable[[], None] = lambda: None,
        defect: Callable[[Exception], str] | None = None,
        small: Callable[[str], Small | None] = lambda name: None,
        thread_ends: Callable[[], None] = lambda: None,
    ) -> None:
        """`locked`: nothing of a report may be shown. `defect`: notes a defect down where a person finds it and gives
        the mark it has there; without it, as in tests, a defect ends the app."""
        super().__init__()
        self.defect = defect
        self.words = words
        self.first, self.places = first, places
        self._paused, self._resumed, self._touched = paused, resumed, touched
        self._ending, self._closed = ending, closed
        self.jobs = KivyJobs(self.tell, thread_ends)
        self._locked = locked
        self._later: Callable[[], None] | None = None
        self.textures = Textures(small, self.jobs)
        self.stack = Stack(lambda route: make(route, self), self._draw)
        self.view: ScreenView[Any] | None = None
        self._defects = _Defects(self)
        theme.apply(Look(chosen.look), chosen.scale / 100)
        Typing.telex = chosen.telex

    # --- Kivy's moments

    def load_config(self) -> None:
        """No file of settings: what the officer chose lies in the phone's database."""

    def build(self) -> FloatLayout:
        self.root_layer = FloatLayout()
        self.column = BoxLayout(orientation="vertical")
        self.stage = BoxLayout()
        self.bar = NavBar(on_choose=lambda key: self.open(Route(Screen(key))))
        self.column.add_widget(self.stage)
        self.root_layer.add_widget(self.column)
        self.overlays = Overlays(self.root_layer, self.words)
        Window.clearcolor = theme.color("surface")
        Window.softinput_mode = "below_target"  # the field that is typed into stays above the phone's keyboard
        Window.bind(on_keyboard=self._on_keyboard, on_request_close=self._on_request_close)
        Window.bind(on_touch_down=self._on_touch, on_textinput=self._on_touch, on_flip=self._drawn)
        return self.root_layer

    def _drawn(self, *_: Any) -> None:
        """The first frame."""
        Window.unbind(on_flip=self._drawn)
        self.jobs.begin()

    def on_start(self) -> None:
        ExceptionManager.add_handler(self._defects)
        self.stack.reset(self.first())

    def on_pause(self) -> bool:
        self._pause()
        return True

    def on_resume(self) -> None:
        self._resumed()
        self.renew()

    def on_stop(self) -> None:
        self._pause()
        Window.unbind(on_keyboard=self._on_keyboard, on_request_close=self._on_request_close)
        Window.unbind(on_touch_down=self._on_touch, on_textinput=self._on_touch)
        ExceptionManager.remove_handler(self._defects)
        for presenter in self.stack.each():
            presenter.closed()
        if self.view is not None:
            self.view.leave()
        self._ending()  # wakes what sleeps beside the screen, for which the next line waits
        self.jobs.close()
        self._closed()

    # --- Shell

    def open(self, route: Route) -> None:
        self._go(self.stack.open, route)

    def replace(self, route: Route) -> None:
        self._go(self.stack.replace, route)

    def reset(self, route: Route) -> None:
        self._go(self.stack.reset, route)

    def _go(self, how: Callable[[Route], None], route: Route) -> None:
        """A job that ends under the lock goes where it wants once the PIN was right."""
        if self._locked() and route.screen not in WHILE_LOCKED:
            self._later = partial(how, route)
            return
        if how == self.stack.reset:
            self._later = None
        how(route)

    def cover(self, route: Route) -> None:
        """On top of everything, and nothing over it; what was typed is kept first."""
        for presenter in self.stack.each():
            presenter.paused()
        self.overlays.close_all()
        self.stack.open(route)

    def back(self) -> None:
        if self.overlays.dismiss_top():
            return
        if self._later is not None and not self._locked():
            later, self._later = self._later, None
            self.stack.drop()
            later()
            return
        if not self.stack.back():
            bottom = self.stack.bottom
            if bottom is not None and bottom.route.screen in PLACES and bottom.route.screen is not Screen.HOME:
                self.stack.reset(Route(Screen.HOME))
            else:
                self.stop()

    def say(self, text: str, *, action: str = "", then: Callable[[], None] | None = None) -> None:
        self.overlays.snack(text, action=action, then=then)

    def tell(self, problem: Problem) -> None:
        self.overlays.problem(problem.type.title.say(self.words.language), problem.detail(self.words.language))

    def choose_file(self, title: str, take: str, folder: Path, then: Callable[[Path], None]) -> None:
        """A file of this machine, where there is no camera."""
        from mobile.ui.widgets.chooser import FileChoice

        self.overlays.sheet(FileChoice(folder, take, self._chosen(then)), title)

    def choose_folder(self, title: str, take: str, folder: Path, then: Callable[[Path], None]) -> None:
        """A folder of this machine, where a memory card is one."""
        from mobile.ui.widgets.chooser import FolderChoice

        self.overlays.sheet(FolderChoice(folder, take, self._chosen(then)), title)

    def _chosen(self, then: Callable[[Path], None]) -> Callable[[Path], None]:
        def chosen(path: Path) -> None:
            self.overlays.dismiss_top()
            then(path)

        return chosen

    def choose(self, title: str, options: Sequence[tuple[str, str]], then: Callable[[str], None]) -> None:
        self.overlays.choice(title, options, then)

    def ask(self, title: str, text: str, *, yes: str, no: str, then: Callable[[], None]) -> None:
        self.overlays.question(title, text, yes=yes, no=no, then=then)

    # --- look

    def wear(self, chosen: Chosen) -> None:
        """Another look, size of text, language, way of typing, at once and wherever the officer is; what was typed
        stays."""
        self.words.language = chosen.language
        theme.apply(Look(chosen.look), chosen.scale / 100)
        Typing.telex = chosen.telex
        Window.clearcolor = theme.color("surface")
        self.redraw()

    def redraw(self) -> None:
        self.overlays.close_all()
        for presenter in self.stack.each():
            presenter.renewed()
        if self.stack.top is not None:
            self._draw(self.stack.top)

    def renew(self) -> None:
        """Something outside may have changed; also the badges of the navigation bar."""
        if self.stack.top is not None:
            self.stack.top.presenter.renewed()
        self._draw_bar()

    def _draw(self, entry: Open) -> None:
        if self.view is not None:
            self.view.leave()
            self.stage.remove_widget(self.view)
        self.view = view_of(entry.route.screen)(entry.presenter)
        self.stage.add_widget(self.view)
        self._draw_bar()

    def _draw_bar(self) -> None:
        top = self.stack.top
        places = self.places() if top is not None and top.route.screen in PLACES else ()
        if self.bar.parent is not None and not places:
            self.column.remove_widget(self.bar)
        elif self.bar.parent is None and places:
            self.column.add_widget(self.bar)
        if places and top is not None:
            self.bar.show(places, top.route.screen.value)

    def _pause(self) -> None:
        for presenter in self.stack.each():
            presenter.paused()
        self._paused()

    def _on_keyboard(self, window: Any, key: int, *rest: Any) -> bool:
        if key not in BACK:
            return False
        self.back()
        return True

    def _on_touch(self, *rest: Any) -> bool:
        self._touched()
        return False

    def _on_request_close(self, *rest: Any, **more: Any) -> bool:
        self._pause()
        return False


class _Defects(ExceptionHandler):  # type: ignore[misc]
    """A defect must not take what was typed along: it is kept already, so the officer is told and goes on."""

    def __init__(self, app: FieldApp) -> None:
        super().__init__()
        self._app = app

    def handle_exception(self, exception: BaseException) -> Any:
        if isinstance(exception, Problem):
            self._app.tell(exception)
            return ExceptionManager.PASS
        if not isinstance(exception, Exception) or self._app.defect is None:
            return ExceptionManager.RAISE
        self._app.tell(Problem("app_fault", mark=self._app.defect(exception)))
        return ExceptionManager.PASS
