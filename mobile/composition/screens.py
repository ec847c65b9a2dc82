"""Where presenters get what they need; the counterpart of `bootstrap` on the side of the screens."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mobile.bootstrap import MAPS, VERSION, Phone
from mobile.composition.forms import Forms
from mobile.composition.shell import AppShell
from mobile.ports import Session
from mobile.presenters.alerts import Alerts
from mobile.presenters.base import Presenter
from mobile.presenters.courier import Courier
from mobile.presenters.guard import Guard
from mobile.presenters.routes import Route, Screen
from mobile.presenters.settings import Chosen, read_choices
from mobile.services.thumbnails import Small
from mobile.state.forms import Row
from mobile.state.shell import Place
from shared.i18n import N_, Words
from shared.problems import Problem

if TYPE_CHECKING:
    from mobile.services.lookup import Lookup
    from mobile.services.papers.service import Papers
    from mobile.services.planes import Planes

PLACE_WORDS = (
    (Screen.HOME, "home-outline", N_("Today")),
    (Screen.TASKS, "clipboard-check-outline", N_("Tasks")),
    (Screen.MAP, "map-outline", N_("Map")),
    (Screen.LOOKUP, "magnify", N_("Look up")),
    (Screen.SYNC, "cloud-upload-outline", N_("Sending")),
)
KEEP_S = 300.0  # how often it is asked whether the good copy of the database is old
ZONE = 9209  # VN-2000 / TM-3 105°30′ where nothing at hand says which plane is used there


class Screens:
    """`home`: the phone's folder. `code`: an enrolment code to fill in."""

    def __init__(self, phone: Phone, words: Words, home: Path, *, code: str = "") -> None:
        self.phone, self.words, self.home, self._code = phone, words, home, code
        self._collected = False

    @cached_property
    def courier(self) -> Courier:
        phone = self.phone
        fetched = (phone.reference.pull, phone.reviews.pull, phone.tasks.pull)
        return Courier(lambda: phone.sending, (*fetched, lambda: self.papers.sweep(), phone.good.keep), phone.clock)

    @cached_property
    def papers(self) -> "Papers":
        from mobile.services.papers.service import Papers

        phone, share = self.phone, self.phone.machine.share()
        zone = self.planes.of_facts
        return Papers(phone.drafts, phone.outbox, phone.files, phone.reference, share, phone.clock, zone=zone)

    @cached_property
    def planes(self) -> "Planes":
        from mobile.services.planes import Planes

        return Planes(self.phone.reference, otherwise=ZONE)

    @cached_property
    def lookup(self) -> "Lookup":
        from mobile.services.lookup import Lookup

        return Lookup(self.phone.reference, self.phone.outbox)

    @cached_property
    def forms(self) -> Forms:
        return Forms(self.phone, self.words, self.home, lambda: self.courier, lambda: self.papers)

    @cached_property
    def guard(self) -> Guard:
        return Guard(self.phone.enrolment, self.phone.pins, self.phone.uptime)

    @cached_property
    def alerts(self) -> Alerts:
        return Alerts(self.phone.preferences, self.phone.room, self.words, self.phone.machine.battery())

    def small(self, name: str) -> Small | None:
        from mobile.services.thumbnails import Thumbnails

        return Thumbnails(self.phone.files).small(name)

    # --- what the app asks

    def chosen(self) -> Chosen:
        return read_choices(self.phone.preferences)

    def first(self) -> Route:
        return self.guard.first()

    def places(self) -> tuple[Place, ...]:
        return tuple(Place(screen.value, icon, self.words(said)) for screen, icon, said in PLACE_WORDS)

    def paused(self) -> None:
        """The app goes to the background: what it sends goes on for as long as the phone lets it."""

    def locked(self) -> bool:
        return self.guard.locked

    def touched(self) -> None:
        self.guard.touched()

    def resumed(self) -> None:
        self.guard.look()
        self.courier.kick()

    def ending(self) -> None:
        self.courier.stop()

    def closed(self) -> None:
        self.phone.close()

    def presenter(self, route: Route, shell: AppShell) -> Presenter[Any]:
        self.courier.attach(shell.jobs)
        if self.guard.attach(shell.jobs.every, shell.cover):
            shell.jobs.every(KEEP_S, lambda: self._keep(shell))
        if not self.guard.locked:  # nothing of a report before the PIN
            self.alerts.ask(shell)
            if not self._collected:
                self._collected = True
                self.forms.collect(shell)
        make: Callable[[Route, AppShell], Presenter[Any]] = getattr(self, f"_{route.screen.value}")
        return make(route, shell)

    # --- one method for each screen; what it needs is imported when it is first opened

    def _enrol(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.enrol import EnrolPresenter

        def enrolled(session: Session) -> None:
            self.phone.pins.forget(session.officer.id)  # a new code is also how one that was forgotten is replaced
            self.guard.unlock()
            shell.reset(Route(Screen.LOCK, str(session.officer.id), "choose"))

        back = route.part == "add"
        presenter = EnrolPresenter(
            self.phone.enrolment, self.words, shell, enrolled=enrolled, scan=self.forms.scan(shell), back=back
        )
        if self._code:
            presenter.type(self._code)
        return presenter

    def _lock(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.lock_routes import lock_presenter

        return lock_presenter(route, self.phone.enrolment, self.phone.pins, self.guard, self.words, shell)

    def _officers(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.officers import OfficersPresenter

        return OfficersPresenter(
            self.phone.enrolment, self.phone.pins, self.guard, self.words, shell, changed=self.courier.kick
        )

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
            returned=self._returned,
            begin=self.forms.begin,
            tasks=self._tasks_due,
            warnings=self.alerts.notices,
        )

    def _tasks(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.tasks import TasksPresenter

        return TasksPresenter(self.phone.tasks, self.courier, self.phone.clock, self.words, shell)

    def _task(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.tasks import TaskPresenter

        phone = self.phone
        task = UUID(route.about)
        return TaskPresenter(
            task, phone.tasks, self.courier, phone.clock, self.words, shell, begin=self.forms.begin_for_task
        )

    def _sync(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.sync import SyncPresenter

        phone = self.phone
        return SyncPresenter(
            phone.outbox, self.courier, phone.traffic, phone.backups.taken_at, phone.clock, self.words, shell
        )

    def _carry(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.composition.cards import CardChoice
        from mobile.presenters.carry import CarryPresenter

        phone = self.phone
        cards = CardChoice(phone.machine.cards, phone.preferences, shell)
        return CarryPresenter(
            phone.relay, self.courier, self.words, shell, choose=cards.choose, somewhere=cards.somewhere
        )

    def _report(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.printing import printing
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
            review=phone.reviews.of,
            correct=phone.correcting.begin,
            paper=printing(shell, self.words, self.papers.of_report),
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

    def _lookup(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.lookup import LookupPresenter

        phone = self.phone
        return LookupPresenter(self.lookup, phone.reference, phone.clock, self.words, shell, typed=route.about)

    def _form(self, route: Route, shell: AppShell) -> Presenter[Any]:
        return self.forms.form(route, shell)

    def _review(self, route: Route, shell: AppShell) -> Presenter[Any]:
        return self.forms.review(route, shell)

    def _sign(self, route: Route, shell: AppShell) -> Presenter[Any]:
        return self.forms.sign(route, shell)

    def _photo(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.composition.photos import photo

        return photo(route, self.phone, self.forms, self.words, shell)

    def _position(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.position import PositionPresenter

        phone = self.phone
        return PositionPresenter(
            phone.positioning,
            phone.clock,
            self.words,
            shell,
            receive=self.forms.of(UUID(route.about)).position_taken,
            register=phone.sealing.registers.at_hand,
            zone=self.planes.at,
        )

    def _settings(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.settings import SettingsPresenter

        return SettingsPresenter(
            self.phone.preferences,
            self.phone.traffic,
            self.words,
            shell,
            apply=shell.wear,
            storage=self.alerts.storage,
            pin=self.guard.has_pin,
            lock=self.guard.lock,
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

    def _gallery(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.gallery import GalleryPresenter

        return GalleryPresenter(route.part, self.words, shell)

    # ---

    def _tasks_due(self) -> tuple[Row, ...]:
        from mobile.presenters.tasks import task_row, today

        day = today(self.phone.clock)
        return tuple(task_row(self.words, one, day) for one in self.phone.tasks.open() if one.answer is None)

    def _returned(self) -> tuple[Row, ...]:
        from mobile.presenters.told import returned_row

        outbox, words = self.phone.outbox, self.words
        return tuple(returned_row(words, outbox.get(one.report), one) for one in self.phone.reviews.to_correct())

    def _keep(self, shell: AppShell) -> None:
        shell.jobs.run(lambda stop: self.phone.good.keep(), lambda kept: None)


def notices() -> str:
    from mobile.fonts import FOLDER

    return (FOLDER / "NOTICE.md").read_text(encoding="utf-8")
