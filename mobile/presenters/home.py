"""The day at a glance: what is begun, what waits, what came back, what is to be done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from mobile.ports import Clock, Draft, Outbox
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.courier import Courier
from mobile.presenters.routes import Route, Screen
from mobile.presenters.told import is_waiting, report_row
from mobile.presenters.written import when
from mobile.services.enrolment import Enrolment
from mobile.services.recording import Recording
from mobile.services.reference import ReferenceData
from mobile.state.forms import Group, Level, Notice, Row
from mobile.state.home import HomeState, Start
from shared.clock import VIETNAM
from shared.i18n import N_, Words
from shared.i18n.labels import label
from shared.problems import CATALOGUE, Problem
from shared.wire.v1.records import Kind

STRANGE = ("answer_invalid", "not_our_server")  # of what is fetched: told where nothing is said of sending
TASKS_SHOWN = 5  # due first; all of them are one tap away
RECENT, SHOWN = 20, 8  # of so many reports sealed last, so many that wait; all of them are one tap away
OLD = timedelta(days=1)  # a register older than this is worth a word
STARTS = (
    (Kind.TRANSPORT, "truck-outline", N_("New transport check")),
    (Kind.EXTRACTION, "pickaxe", N_("New extraction report")),
    (Kind.STOCKYARD, "warehouse", N_("New stockyard report")),
)
KIND_ICONS = {kind: icon for kind, icon, _ in STARTS}
Rows = Callable[[], tuple[Row, ...]]


def start_of_day(now: datetime) -> datetime:
    """Midnight in Vietnam."""
    return now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)


class HomePresenter(Presenter[HomeState]):
    """`returned`: rows whose `page` is the id of a report; `tasks`: of a task nothing answers yet. `warnings`: what
    else the officer has to hear (a database that was mended, a phone that is nearly full)."""

    def __init__(
        self,
        recording: Recording,
        outbox: Outbox,
        reference: ReferenceData,
        enrolment: Enrolment,
        courier: Courier,
        clock: Clock,
        words: Words,
        shell: Shell,
        *,
        returned: Rows,
        begin: Callable[[Kind], UUID],
        tasks: Rows = tuple,
        warnings: Callable[[], tuple[Notice, ...]] = tuple,
    ) -> None:
        self._recording, self._outbox, self._reference, self._enrolment = recording, outbox, reference, enrolment
        self._courier, self._clock = courier, clock
        self._returned, self._begin, self._tasks, self._warnings = returned, begin, tasks, warnings
        self._unwatch: Callable[[], None] | None = None
        super().__init__(HomeState("", "", (), "", ""), words, shell)
        self._update()

    def opened(self) -> None:
        self._unwatch = self._courier.watch(lambda _: self._update())
        self._courier.kick()

    def closed(self) -> None:
        if self._unwatch is not None:
            self._unwatch()

    def renewed(self) -> None:
        self._update()

    # --- what the officer does

    def start(self, kind: str) -> None:
        try:
            draft = self._begin(Kind(kind))
        except Problem as problem:
            self.shell.tell(problem)
            return
        self.shell.open(Route(Screen.FORM, str(draft)))

    def open(self, group: str, key: str) -> None:
        screen = {"drafts": Screen.FORM, "tasks": Screen.TASK}.get(group, Screen.REPORT)
        self.shell.open(Route(screen, key))

    def settings(self) -> None:
        self.shell.open(Route(Screen.SETTINGS))

    def officers(self) -> None:
        self.shell.open(Route(Screen.OFFICERS))

    def discard(self, draft: str) -> None:
        """A draft may be thrown away; what is sealed never is."""
        words = self.words

        def discard() -> None:
            self._recording.discard(UUID(draft))
            self._update()
            self.shell.say(words(N_("The draft and its photos are gone.")))

        self.shell.ask(
            words(N_("Throw the draft away?")),
            words(N_("Its words and photos are removed from this phone and cannot be brought back.")),
            yes=words(N_("Throw away")),
            no=words(N_("Keep")),
            then=discard,
        )

    # --- drawing

    def _update(self) -> None:
        words, now = self.words, self._clock.now()
        groups = tuple(group for group in self._groups(now) if group.rows)
        session = self._enrolment.current()
        totals = self._outbox.totals(start_of_day(now))
        self.show(
            HomeState(
                title=words(N_("Today")),
                officer="" if session is None else session.officer.name,
                starts=tuple(Start(kind.value, icon, words(said)) for kind, icon, said in STARTS),
                as_of=self._reference.as_of_words(words.language),
                sent=words.many("{n} report sealed today", "{n} reports sealed today", totals.sealed_since),
                notices=self._notices(now),
                groups=groups,
                empty="" if groups else words(N_("Nothing is waiting. Start a report with a button above.")),
                settings=words(N_("Settings")),
                officers=words(N_("Officers of this phone")),
                discard=words(N_("Throw away")),
            )
        )

    def _groups(self, now: datetime) -> tuple[Group, ...]:
        words = self.words
        waiting = [brief for brief in self._outbox.briefs(limit=RECENT) if is_waiting(brief)][:SHOWN]
        return (
            Group("returned", words(N_("Returned to you")), self._returned()),
            Group("tasks", words(N_("Tasks")), self._tasks()[:TASKS_SHOWN]),
            Group("drafts", words(N_("Drafts")), tuple(self._draft_row(d, now) for d in self._recording.drafts())),
            Group("waiting", words(N_("Not sent yet")), tuple(report_row(words, brief, now) for brief in waiting)),
        )

    def _draft_row(self, draft: Draft, now: datetime) -> Row:
        words = self.words
        photos = words.many("{n} file", "{n} files", len(draft.files))
        return Row(
            page=str(draft.id),
            title=label(words, draft.kind),
            subtitle=words(N_("begun {when} · {files}"), when=when(words, draft.started_at, now), files=photos),
            icon=KIND_ICONS[draft.kind],
            key=str(draft.id),
        )

    def _notices(self, now: datetime) -> tuple[Notice, ...]:
        notices = list(self._warnings())
        state = self._courier.state
        if state.pull_problem == "token_invalid":
            said = N_("The office no longer lets you read with this phone: ask for a new code. Reports are still sent.")
            notices.append(Notice(Level.WARN, self.words(said)))
        code = state.notice or (state.pull_problem if state.pull_problem in STRANGE else None)
        if code is not None and code in CATALOGUE:
            level = Level.INFO if code in ("no_connection", "waits_for_wifi") else Level.WARN
            notices.append(Notice(level, CATALOGUE[code].detail.say(self.words.language)))
        as_of = self._reference.as_of()
        if as_of is None or now - as_of > OLD:
            notices.append(Notice(Level.WARN, self._reference.as_of_words(self.words.language)))
        return tuple(notices)
