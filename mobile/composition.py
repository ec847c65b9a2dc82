"""Where presenters get what they need; the counterpart of `bootstrap` on the side of the screens."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from mobile.bootstrap import VERSION, Phone
from mobile.ports import Session
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.courier import Courier
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen, read_choices
from mobile.state.forms import Row
from mobile.state.shell import Place
from shared.i18n import N_, Words
from shared.problems import Problem
from shared.wire.v1.records import Kind

PLACE_WORDS = (
    (Screen.HOME, "home-outline", N_("Today")),
    (Screen.TASKS, "clipboard-check-outline", N_("Tasks")),
    (Screen.MAP, "map-outline", N_("Map")),
    (Screen.LOOKUP, "magnify", N_("Look up")),
    (Screen.SYNC, "cloud-upload-outline", N_("Sending")),
)
MAPS = "maps"  # folder of .mbtiles files below the phone's home
ZONE = 9209  # VN-2000 / TM-3 105°30′ where the register does not say which plane the province writes in


class AppShell(Shell, Protocol):
    """What a few screens may do to the app itself."""

    def reset(self, route: Route) -> None: ...

    def wear(self, chosen: Chosen) -> None:
        """Look, language and size of text, at once."""


class Screens:
    """`home`: the phone's folder. `code`: an enrolment code to fill in."""

    def __init__(self, phone: Phone, words: Words, home: Path, *, code: str = "") -> None:
        self.phone, self.words, self.home, self._code = phone, words, home, code

    @cached_property
    def courier(self) -> Courier:
        return Courier(self.phone.sending, (self.phone.reference.pull,), self.phone.clock)

    # --- what the app asks

    def chosen(self) -> Chosen:
        return read_choices(self.phone.preferences)

    def first(self) -> Route:
        if self.phone.enrolment.current() is None:
            return Route(Screen.ENROL)
        return Route(Screen.HOME)

    def places(self) -> tuple[Place, ...]:
        return tuple(Place(screen.value, icon, self.words(said)) for screen, icon, said in PLACE_WORDS)

    def paused(self) -> None:
        """The app goes to the background: what it sends goes on for as long as the phone lets it."""

    def resumed(self) -> None:
        self.courier.kick()

    def closed(self) -> None:
        self.courier.stop()
        self.phone.close()

    def presenter(self, route: Route, shell: AppShell) -> Presenter[Any]:
        self.courier.attach(shell.jobs)
        make: Callable[[Route, AppShell], Presenter[Any]] = getattr(self, f"_{route.screen.value}")
        return make(route, shell)

    # --- one method for each screen; what it needs is imported when it is first opened

    def _enrol(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.enrol import EnrolPresenter

        def enrolled(session: Session) -> None:
            shell.reset(Route(Screen.HOME))

        presenter = EnrolPresenter(self.phone.enrolment, self.words, shell, enrolled=enrolled)
        if self._code:
            presenter.type(self._code)
        return presenter

    def _home(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.home import HomePresenter

        phone = self.phone
        return HomePresenter(
            phone.recording,
            phone.outbox,
            phone.reference,
            phone.enrolment,
            self.courier,
            phone.clock,
            self.words,
            shell,
            tasks=tuple,
            returned=tuple,
            begin=self._begin,
        )

    def _sync(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.sync import SyncPresenter

        phone = self.phone
        return SyncPresenter(
            phone.outbox, self.courier, phone.traffic, phone.backups.taken_at, phone.clock, self.words, shell
        )

    def _report(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.report import ReportPresenter

        phone = self.phone
        return ReportPresenter(
            UUID(route.about),
            phone.outbox,
            self.courier,
            phone.backups.taken_at,
            phone.clock,
            self.words,
            shell,
            review=lambda report: None,
            correct=lambda report: self._begin(phone.outbox.get(report).kind),
            paper=lambda report: None,
            resend=phone.sending.resend,
        )

    def _map(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.map import MapPresenter
        from mobile.services.mapped import Mapped
        from mobile.storage.tiles import MbTiles, newest_map

        phone = self.phone
        path = newest_map(self.home / MAPS)
        tiles = None
        if path is not None:
            try:
                tiles = MbTiles(path)
            except Problem as problem:
                shell.tell(problem)
        return MapPresenter(
            Mapped(phone.reference, phone.outbox),
            phone.reference,
            phone.positioning,
            tiles,
            self.home / "kivy" / "map",
            phone.clock,
            self.words,
            shell,
        )

    def _settings(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.settings import SettingsPresenter

        return SettingsPresenter(
            self.phone.preferences, self.phone.traffic, self.words, shell, apply=shell.wear, storage=self._storage
        )

    def _about(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.settings import AboutPresenter

        words, phone = self.words, self.phone

        def facts() -> tuple[tuple[str, str], ...]:
            device = phone.accounts.device()
            return (
                (words(N_("Version")), VERSION),
                (words(N_("Device")), "–" if device is None else str(device.id)),
                (words(N_("Signing key")), phone.keystore.key_id[:16]),
                (words(N_("Register")), phone.reference.as_of_words(words.language)),
            )

        return AboutPresenter(facts, notices(), words, shell)

    # ---

    def _begin(self, kind: Kind) -> UUID:
        return self.phone.recording.start(kind).id

    def _storage(self) -> tuple[Row, ...]:
        return ()


def notices() -> str:
    from mobile.fonts import FOLDER

    return (FOLDER / "NOTICE.md").read_text(encoding="utf-8")
