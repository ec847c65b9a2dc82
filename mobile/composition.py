"""Where presenters get what they need; the counterpart of `bootstrap` on the side of the screens."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from mobile.bootstrap import APP, VERSION, Phone
from mobile.ports import Session
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.courier import Courier
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen, read_choices
from mobile.state.shell import Place
from shared.i18n import N_, Words

PLACE_WORDS = (
    (Screen.HOME, "home-outline", N_("Today")),
    (Screen.TASKS, "clipboard-check-outline", N_("Tasks")),
    (Screen.MAP, "map-outline", N_("Map")),
    (Screen.LOOKUP, "magnify", N_("Look up")),
    (Screen.SYNC, "cloud-upload-outline", N_("Sending")),
)


class AppShell(Shell, Protocol):
    """What a few screens may do to the app itself."""

    def reset(self, route: Route) -> None: ...

    def wear(self, chosen: Chosen) -> None:
        """Look, language and size of text, at once."""


class Screens:
    """`home`: the phone's folder; maps lie in `maps` below it."""

    def __init__(self, phone: Phone, words: Words, home: Path) -> None:
        self.phone, self.words, self.home = phone, words, home

    @cached_property
    def courier(self) -> Courier:
        return Courier(self.phone.sending, (self.phone.reference.pull,), self.phone.clock)

    def chosen(self) -> Chosen:
        return read_choices(self.phone.preferences)

    def first(self) -> Route:
        if self.phone.enrolment.current() is None:
            return Route(Screen.ENROL)
        return Route(Screen.HOME)

    def places(self) -> tuple[Place, ...]:
        return tuple(Place(screen.value, icon, self.words(said)) for screen, icon, said in PLACE_WORDS)

    def presenter(self, route: Route, shell: AppShell) -> Presenter[Any]:
        self.courier.attach(shell.jobs)
        make: Callable[[Route, AppShell], Presenter[Any]] = getattr(self, f"_{route.screen.value}")
        return make(route, shell)

    # --- one method for each screen; what it needs is imported when it is first opened

    def _enrol(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.enrol import EnrolPresenter

        def enrolled(session: Session) -> None:
            shell.reset(Route(Screen.HOME))

        return EnrolPresenter(self.phone.enrolment, self.words, shell, enrolled=enrolled)

    def _sync(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.sync import SyncPresenter

        phone = self.phone
        return SyncPresenter(
            phone.outbox, self.courier, phone.traffic, phone.backups.taken_at, phone.clock, self.words, shell
        )

    def _settings(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.settings import SettingsPresenter

        return SettingsPresenter(
            self.phone.preferences, self.phone.traffic, self.words, shell, apply=shell.wear, storage=tuple
        )

    def _report(self, route: Route, shell: AppShell) -> Presenter[Any]:
        raise NotImplementedError


__all__ = ["APP", "VERSION", "UUID", "Screens"]
