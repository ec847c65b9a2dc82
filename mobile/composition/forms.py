"""Reports while they are written: forms, their last look, signatures, and what a form gets from the phone."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mobile.bootstrap import Phone
from mobile.composition.shell import AppShell
from mobile.ports import OpenTask, Photo, QueuedReport
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

        def take_photo(draft: UUID, purpose: Purpose, done: Callable[[Photo | None], None]) -> None:
            shell.choose_file(
                label(self._words, purpose),
                self._words(N_("Take this file")),
                Path.home(),
                lambda path: self._take_file(path, shell, done),
            )

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
