"""Enrolling: a code typed, or read from the supervisor's screen by the camera."""

from collections.abc import Callable

from mobile.ports import Session
from mobile.presenters.base import Presenter, Shell
from mobile.services.enrolment import Enrolment
from mobile.services.invitation import names_server
from mobile.state.entry import EnrolState
from shared.i18n import N_, Words
from shared.problems import Problem

EXAMPLE = "kiemkhoang.example.vn"
Scan = Callable[[Callable[[str], None]], None]  # calls back with what the QR says, on the thread of the screen


class EnrolPresenter(Presenter[EnrolState]):
    """`enrolled`: what happens next. `scan`: None where the phone cannot read a QR. `back`: whether one can leave."""

    def __init__(
        self,
        enrolment: Enrolment,
        words: Words,
        shell: Shell,
        *,
        enrolled: Callable[[Session], None],
        scan: Scan | None = None,
        back: bool = False,
    ) -> None:
        self._enrolment, self._enrolled, self._scan, self._back = enrolment, enrolled, scan, back
        self._code, self._server, self._busy, self._problem = "", "", False, None
        super().__init__(EnrolState("", "", "", "", "", ""), words, shell)
        self._update()

    _problem: Problem | None

    def type(self, text: str) -> None:
        self._code, self._problem = text, None
        self._update()

    def type_server(self, text: str) -> None:
        self._server, self._problem = text, None
        self._update()

    def scan(self) -> None:
        if self._scan is not None and not self._busy:
            self._scan(self._scanned)

    def enrol(self) -> None:
        if self._busy or not self._code.strip():
            return
        self._busy, self._problem = True, None
        self._update()
        code, server = self._code, self._server
        self.shell.jobs.run(lambda stop: self._enrolment.enrol(code, server), self._done, self._failed)

    def renewed(self) -> None:
        self._update()

    def _scanned(self, text: str) -> None:
        self.type(text)
        self.enrol()

    def _done(self, session: Session) -> None:
        self._busy = False
        self._enrolled(session)

    def _failed(self, problem: Problem) -> None:
        self._busy, self._problem = False, problem
        self._update()

    def _update(self) -> None:
        words = self.words
        asks = not self._enrolment.server and not names_server(self._code)
        self.show(
            EnrolState(
                title=words(N_("Activate this phone")),
                intro=words(N_("Ask your supervisor for a code. It is good for 15 minutes and for this phone only.")),
                label=words(N_("Activation code")),
                helper=words(N_("10 characters; capitals and dashes do not matter")),
                button=words(N_("Activate")),
                scan=words(N_("Scan the QR code")) if self._scan is not None else "",
                code=self._code,
                server_label=words(N_("Address of the server")) if asks else "",
                server_helper=words(N_("Your supervisor knows it, for example {example}"), example=EXAMPLE),
                server=self._server,
                busy=words(N_("Asking the server…")) if self._busy else "",
                error="" if self._problem is None else self._problem.detail(words.language),
                back=self._back,
            )
        )
