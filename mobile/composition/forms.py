"""Reports while they are written: forms, their last look, signatures, and what a form gets from the phone."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mobile.bootstrap import Phone
from mobile.composition.shell import AppShell
from mobile.ports import OpenTask, Photo, QueuedReport, Scanner
from mobile.presenters.base import Presenter
from mobile.presenters.routes import Route
from shared.clock import to_millisecond
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.problems import Problem
from shared.wire.v1.records import Kind, Purpose

if TYPE_CHECKING:
    from mobile.presenters.courier import Courier
    from mobile.presenters.forms.form import FormPresenter
    from mobile.presenters.forms.kit import Kit
    from mobile.services.filling.memory import Memory
    from mobile.services.papers.service import Papers

MOST_MINERALS = 12
NO_DRAFT = UUID(int=0)  # a picture that is looked at and thrown away
FOR_NOTHING = ("draft_closed", "photo_unreadable")  # why a picture will never be in its report


class Forms:
    """Keeps the form of each draft that is open, for the screens that lie over it."""

    def __init__(
        self,
        phone: Phone,
        words: Words,
        home: Path,
        courier: "Callable[[], Courier]",
        papers: "Callable[[], Papers]",
    ) -> None:
        self._phone, self._words, self._home = phone, words, home
        self._courier, self._papers = courier, papers
        self._open: dict[UUID, FormPresenter] = {}

    @cached_property
    def memory(self) -> "Memory":
        from mobile.services.filling.memory import Memory

        return Memory(self._phone.preferences, self._phone.vault)

    def of(self, draft: UUID) -> "FormPresenter":
        return self._open[draft]

    # --- drafts

    def begin(self, kind: Kind) -> UUID:
        return self._phone.recording.start(kind, facts=self._blank(kind)).id

    def begin_for_task(self, task: OpenTask, kind: Kind) -> UUID:
        return self._phone.tasks.begin(task, kind, self._blank, self._phone.recording)

    def _blank(self, kind: Kind) -> dict[str, Any]:
        from mobile.services.filling import blank

        session, now = self._phone.enrolment.current(), to_millisecond(self._phone.clock.now())
        return blank.facts(kind, None if session is None else session.officer, self.memory.team(), now)

    # --- screens; what each needs is imported when it is first opened

    def form(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.forms.form import FormPresenter

        draft = UUID(route.about)
        self._open[draft] = FormPresenter(draft, self._kit(shell), self._words, shell)
        if route.part:
            self._open[draft].open(route.part)
        return self._open[draft]

    def review(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.printing import printing
        from mobile.presenters.review import ReviewPresenter

        draft = UUID(route.about)

        def sealed(report: QueuedReport) -> None:
            self.memory.remember(self._open.pop(draft).context.facts)
            self._courier().kick()

        return ReviewPresenter(
            draft,
            self._open[draft],
            self._phone.sealing,
            self._words,
            shell,
            sealed=sealed,
            paper=printing(shell, self._words, self._papers().of_draft),
        )

    def sign(self, route: Route, shell: AppShell) -> Presenter[Any]:
        from mobile.presenters.sign import SignPresenter
        from mobile.services.signature import draw

        draft = UUID(route.about)
        return SignPresenter(
            draft,
            route.part,
            self._open[draft],
            self._phone.recording,
            lambda strokes, who: draw(strokes, self._home / "signature.png"),
            self._words,
            shell,
        )

    # --- what a form gets from the phone

    def _kit(self, shell: AppShell) -> "Kit":
        from mobile.presenters.forms.kit import Kit

        phone = self._phone

        def take_photo(draft: UUID, purpose: Purpose, done: Callable[[], None]) -> None:
            def taken(photo: Photo | None) -> None:
                if photo is not None and self._attached(draft, purpose, photo, shell):
                    done()

            self._take(draft, purpose, label(self._words, purpose), shell, taken)

        return Kit(
            recording=phone.recording,
            clock=phone.clock,
            judge=phone.sealing.preview,
            earlier=phone.sealing.shown_before,
            minerals=self._minerals,
            marks=self.memory.marks,
            places=self._communes,
            take_photo=take_photo,
        )

    def _minerals(self) -> tuple[str, ...]:
        """Those seen last, then those of the register."""
        register = [str(row["name"]) for row in self._phone.reference.rows("minerals")]
        return tuple(dict.fromkeys([*self.memory.minerals(), *register]))[:MOST_MINERALS]

    def _communes(self, lat: float, lon: float) -> tuple[tuple[str, str], ...]:
        from shared.geo.communes import nearest_centres

        found = nearest_centres(self._phone.reference.rows("communes"), lat, lon)
        return tuple((one.code, one.name) for one in found)

    # --- pictures

    def _take(
        self, draft: UUID, purpose: Purpose, title: str, shell: AppShell, done: Callable[[Photo | None], None]
    ) -> None:
        """By the camera; where there is none, one of this machine's files."""
        camera = self._phone.machine.camera
        if camera is not None:
            camera.take(draft, purpose, done, shell.tell)
            return
        take = self._words(N_("Take this file"))
        shell.choose_file(title, take, Path.home(), lambda path: self._take_file(path, shell, done))

    def scan(self, shell: AppShell) -> Callable[[Callable[[str], None]], None]:
        """Calls back with what the QR code in a picture says."""

        def scan(done: Callable[[str], None]) -> None:
            scanner = self._phone.machine.scanner()

            def taken(photo: Photo | None) -> None:
                if photo is not None:
                    shell.jobs.run(lambda stop: _read(scanner, photo), done)

            self._take(NO_DRAFT, Purpose.OTHER, self._words(N_("Picture of the QR code")), shell, taken)

        return scan

    def collect(self, shell: AppShell) -> None:
        """Pictures that the camera took while the app was killed under it go where they were meant to."""
        camera = self._phone.machine.camera
        pending = None if camera is None else camera.pending()
        if camera is None or pending is None:
            return
        draft, purpose = pending

        def came(photo: Photo | None) -> None:
            if photo is not None and draft == NO_DRAFT:  # of a QR code, whose time is over
                photo.path.unlink(missing_ok=True)
            elif photo is not None and self._attached(draft, purpose, photo, shell):
                shell.say(self._words(N_("The photo that was being taken when the app ended is in its draft.")))
            self.collect(shell)

        def failed(problem: Problem) -> None:
            shell.tell(problem)
            self.collect(shell)

        camera.collect(came, failed)

    def _attached(self, draft: UUID, purpose: Purpose, photo: Photo, shell: AppShell) -> bool:
        """Whether it is in the report now; what it is not is told. What the camera took lies open until then, and goes
        as well when nothing can come of it; else it stays, and comes again. A file of this machine is its owner's."""
        try:
            self._phone.recording.attach_photo(draft, photo, purpose=purpose)
        except Problem as problem:
            shell.tell(problem)
            if photo.from_app_camera and problem.code in FOR_NOTHING:
                photo.path.unlink(missing_ok=True)
            return False
        if photo.from_app_camera:
            photo.path.unlink(missing_ok=True)
        return True

    def _take_file(self, path: Path, shell: AppShell, done: Callable[[Photo | None], None]) -> None:
        try:
            size = path.stat().st_size
        except OSError:  # gone since the list was drawn, or a card that was pulled out
            shell.tell(Problem("photo_unreadable", name=path.name))
            done(None)
            return
        if not self._phone.room.has_place_for(size):
            shell.tell(Problem("phone_full"))
            done(None)
            return
        done(Photo(path, None, from_app_camera=False))


def _read(scanner: Scanner, photo: Photo) -> str:
    """What was taken for it alone is thrown away, whatever it showed."""
    try:
        return scanner.read(photo.path)
    finally:
        if photo.from_app_camera:
            photo.path.unlink(missing_ok=True)
