"""The review before sealing, and signing."""

from collections.abc import Callable
from uuid import UUID

from mobile.ports import QueuedReport
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.forms import plan
from mobile.presenters.forms.builder import Builder
from mobile.presenters.forms.context import Context
from mobile.presenters.forms.form import FormPresenter
from mobile.presenters.forms.missing import missing
from mobile.presenters.routes import Route, Screen
from mobile.presenters.written import amount
from mobile.services.sealing import Sealing
from mobile.state.forms import Field, FieldKind, Level
from mobile.state.review import Part, ReviewState
from shared.i18n import N_, Words
from shared.problems import Problem


class ReviewPresenter(Presenter[ReviewState]):
    """`form`: of the draft; `sealed`: hears of the report before its screen is opened. `paper`: makes the PDF of the
    facts and hands it on."""

    def __init__(
        self,
        draft: UUID,
        form: FormPresenter,
        sealing: Sealing,
        words: Words,
        shell: Shell,
        *,
        sealed: Callable[[QueuedReport], None],
        paper: Callable[[UUID], None],
    ) -> None:
        self._draft, self._form, self._sealing = draft, form, sealing
        self._sealed, self._paper = sealed, paper
        self._busy = False
        self._problem: Problem | None = None
        super().__init__(ReviewState("", (), (), "", (), "", "", "", False, ""), words, shell)
        self._update()

    def renewed(self) -> None:
        self._form.renewed()
        self._update()

    def change(self, page: str) -> None:
        self._form.open(page)
        self.shell.back()

    def paper(self) -> None:
        self._paper(self._draft)

    def seal(self) -> None:
        """Once: a second tap while the keystore signs does nothing."""
        if self._busy or not self.state.can_seal:
            return
        self._busy, self._problem = True, None
        self._update()
        self.shell.jobs.run(lambda stop: self._sealing.seal(self._draft), self._done, self._failed)

    def _done(self, report: QueuedReport) -> None:
        self._busy = False
        self._sealed(report)
        self.shell.say(self.words(N_("Sealed as no. {number}; it is on its way."), number=report.sequence))
        self.shell.open(Route(Screen.SYNC))

    def _failed(self, problem: Problem) -> None:
        self._busy, self._problem = False, problem
        self._update()

    def _update(self) -> None:
        words, context, said = self.words, self._form.context, self._form.said()
        wanting = missing(context)
        size = sum(entry.bytes for entry in context.files)
        files = words.many("{n} file, {amount}", "{n} files, {amount}", len(context.files), amount=amount(words, size))
        self.show(
            ReviewState(
                title=words(N_("Review")),
                parts=tuple(_part(context, page) for page in plan.steps(context)),
                missing=wanting,
                missing_title=words(N_("What is missing")) if wanting else "",
                verdicts=said,
                verdicts_title=words(N_("What the rules say (not printed)")) if said else "",
                files=files,
                seal=words(N_("Seal: nothing can be changed afterwards")),
                can_seal=not self._busy and not any(notice.level is Level.BAD for notice in wanting),
                paper=words(N_("Paper of the facts")),
                busy=words(N_("Sealing…")) if self._busy else "",
                problem="" if self._problem is None else self._said(self._problem),
            )
        )

    def _said(self, problem: Problem) -> str:
        """With the places that it names: one sentence alone would not say where to look."""
        places = "; ".join(error.path for error in problem.errors[:3])
        text = problem.detail(self.words.language)
        return f"{text} ({places})" if places else text


def _part(context: Context, page: plan.Page) -> Part:
    build = Builder(context.facts, context.raw, context.words)
    page.build(context, build, page.index)
    lines = []
    for field in build.fields:
        text = _text(field, context.words)
        if text:
            lines.append((field.label, text))
    return Part(page.page, page.title, tuple(lines))


def _text(field: Field, words: Words) -> str:
    if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.SEGMENT):
        return ", ".join(option.label for option in field.options if option.chosen)
    if field.kind is FieldKind.SWITCH:
        return words(N_("yes")) if field.on else ""
    if field.kind is FieldKind.ROWS:
        return "; ".join(" ".join(part for part in (row.title, row.subtitle) if part) for row in field.rows)
    if field.kind is FieldKind.PHOTOS:
        return str(len(field.pictures)) if field.pictures else ""
    if field.kind is FieldKind.ACTION:
        return ""
    return f"{field.text} {field.unit}".strip() if field.text else ""
