"""Who works with this phone."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from mobile.ports import Session
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.guard import Guard
from mobile.presenters.routes import Route, Screen
from mobile.services.enrolment import Enrolment
from mobile.services.pin import Pins
from mobile.state.entry import OfficersState
from mobile.state.forms import Row
from shared.i18n import N_, Words
from shared.problems import Problem


class Resets(Shell, Protocol):
    def reset(self, route: Route) -> None: ...


class OfficersPresenter(Presenter[OfficersState]):
    """`changed`: another officer works with the phone now, or nobody. While locked one can take over by a PIN or by a
    code, and nothing else; an officer without a PIN then needs a code, or the lock of the others would be none."""

    shell: Resets

    def __init__(
        self,
        enrolment: Enrolment,
        pins: Pins,
        guard: Guard,
        words: Words,
        shell: Resets,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._enrolment, self._pins, self._guard, self._changed = enrolment, pins, guard, changed
        super().__init__(OfficersState("", (), "", ""), words, shell)
        self._update()

    def renewed(self) -> None:
        self._update()

    def open(self, page: str) -> None:
        officer, current = UUID(page), self._enrolment.current()
        if current is not None and current.officer.id == officer:
            self.shell.back()
        elif self._pins.has(officer):
            self.shell.open(Route(Screen.LOCK, page, "switch"))
        elif self._guard.locked:
            self.shell.tell(Problem("pin_missing"))
        else:
            self._enrolment.change_to(officer)
            self._changed()
            self.shell.reset(Route(Screen.LOCK, page, "choose"))

    def add(self) -> None:
        self.shell.open(Route(Screen.ENROL, part="add"))

    def sign_out(self) -> None:
        session, words = self._enrolment.current(), self.words
        if session is None or self._guard.locked:
            return
        self.shell.ask(
            words(N_("Sign out {officer}?"), officer=session.officer.name),
            words(
                N_(
                    "Drafts and reports stay on this phone, and what waits is still sent. To work here again {officer}"
                    " needs a new code from the supervisor."
                ),
                officer=session.officer.name,
            ),
            yes=words(N_("Sign out")),
            no=words(N_("Stay")),
            then=lambda: self._leave(session),
        )

    def _leave(self, session: Session) -> None:
        self._pins.forget(session.officer.id)
        self.shell.jobs.run(lambda stop: self._enrolment.sign_out(), self._left)

    def _left(self, told: bool) -> None:
        self._guard.left()
        self._changed()
        self.shell.reset(self._guard.first())
        if not told:
            self.shell.say(self.words(N_("Signed out on this phone; the server could not be told.")))

    def _update(self) -> None:
        words, current = self.words, self._enrolment.current()
        now = None if current is None else current.officer.id
        sessions = {one.officer.id: one for one in (*self._enrolment.officers(), *((current,) if current else ()))}
        self.show(
            OfficersState(
                title=words(N_("Officers of this phone")),
                rows=tuple(self._row(one, one.officer.id == now) for one in sessions.values()),
                add=words(N_("Another officer, with a code")),
                sign_out="" if current is None or self._guard.locked else words(N_("Sign out")),
                note=words(N_("Drafts and reports belong to the phone: whoever works with it sees and sends them.")),
                back=current is not None,
            )
        )

    def _row(self, session: Session, current: bool) -> Row:
        words, officer = self.words, session.officer
        if current:
            said = words(N_("Works with this phone now"))
        elif self._pins.has(officer.id):
            said = words(N_("Takes over with a PIN"))
        else:
            said = words(N_("Has no PIN"))
        icon = "check-circle-outline" if current else "account-outline"
        subtitle = f"{officer.post} · {said}" if officer.post else said
        return Row(str(officer.id), officer.name, subtitle=subtitle, icon=icon)
