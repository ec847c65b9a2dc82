"""One sealed report: where it and each of its files is, what the supervisor said, and what can be done with it."""

from collections.abc import Callable
from uuid import UUID

from mobile.ports import Clock, Outbox, QueuedReport, Reviewed, Verdict
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.courier import Courier
from mobile.presenters.routes import Route, Screen
from mobile.presenters.sync import TakenAt
from mobile.presenters.told import LEVELS, VERDICT_LEVELS, file_row, review_words
from mobile.presenters.written import moment
from mobile.services.states import tell_report
from mobile.state.forms import Level
from mobile.state.sync import ReportState
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.problems import Problem


class ReportPresenter(Presenter[ReportState]):
    """`review`: of a report, None before there is one. `correct`: gives the draft that corrects it. `paper`: makes the
    PDF of its facts and hands it on."""

    def __init__(
        self,
        report: UUID,
        outbox: Outbox,
        courier: Courier,
        backed_up: TakenAt,
        clock: Clock,
        words: Words,
        shell: Shell,
        *,
        review: Callable[[UUID], Reviewed | None],
        correct: Callable[[UUID], UUID],
        paper: Callable[[UUID], None],
        resend: Callable[[UUID], object],
    ) -> None:
        self._report, self._outbox, self._courier, self._backed_up = report, outbox, courier, backed_up
        self._clock = clock
        self._review, self._correct, self._paper, self._resend = review, correct, paper, resend
        self._unwatch: Callable[[], None] | None = None
        super().__init__(ReportState("", "", "", Level.INFO, "", "", (), ""), words, shell)
        self._update()

    def opened(self) -> None:
        self._unwatch = self._courier.watch(lambda _: self._update())

    def closed(self) -> None:
        if self._unwatch is not None:
            self._unwatch()

    def renewed(self) -> None:
        self._update()

    def correct(self) -> None:
        try:
            draft = self._correct(self._report)
        except Problem as problem:
            self.shell.tell(problem)
            return
        self.shell.open(Route(Screen.FORM, str(draft)))

    def picture(self, file: str) -> None:
        """A file was tapped: it is shown large."""
        self.shell.open(Route(Screen.PHOTO, str(self._report), file))

    def paper(self) -> None:
        self._paper(self._report)

    def resend(self) -> None:
        words = self.words

        def again() -> None:
            self._resend(self._report)
            self._courier.kick()
            self._update()

        self.shell.ask(
            words(N_("Send all of it again?")),
            words(N_("For a server that has lost it; ask only when your supervisor tells you to. Nothing is doubled.")),
            yes=words(N_("Send again")),
            no=words(N_("Cancel")),
            then=again,
        )

    def _update(self) -> None:
        words = self.words
        report: QueuedReport = self._outbox.get(self._report)
        backed_up = self._backed_up([report.id]).get(report.id)
        told = tell_report(report, backed_up)
        review = self._review(self._report)
        self.show(
            ReportState(
                title=words(N_("{kind} no. {number}"), kind=label(words, report.kind), number=report.sequence),
                subtitle=words(N_("sealed {when}"), when=moment(report.sealed_at)),
                words=told.say(words.language),
                level=LEVELS[told.stage],
                why="" if told.why is None else told.why.say(words.language),
                number=words(N_("Seal {hash}"), hash=report.manifest_sha256[:16]),
                files=tuple(file_row(words, file, i + 1, backed_up) for i, file in enumerate(report.files)),
                files_title=words.many("{n} file", "{n} files", len(report.files)),
                review="" if review is None else review_words(words, review),
                review_level=Level.INFO if review is None else VERDICT_LEVELS[review.verdict],
                correct=words(N_("Correct this report")) if _is_returned(review) else "",
                paper=words(N_("Paper of the facts")),
                resend=words(N_("Send all of it again")),
            )
        )


def _is_returned(review: Reviewed | None) -> bool:
    return review is not None and review.verdict is Verdict.RETURNED
