"""Tasks: what is open, one of them, and the report that answers it."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from mobile.ports import Clock, OpenTask, QueueState
from mobile.presenters.base import Presenter, Shell
from mobile.presenters.courier import Courier
from mobile.presenters.home import STARTS
from mobile.presenters.routes import Route, Screen
from mobile.presenters.written import moment
from mobile.services.tasks import TaskList
from mobile.state.forms import Group, Level, Row
from mobile.state.home import Start
from mobile.state.tasks import TasksState, TaskState
from shared.clock import VIETNAM
from shared.i18n import N_, Words
from shared.problems import Problem
from shared.wire.v1.records import Kind

SOON = timedelta(days=2)  # before the day: worth another colour
Begin = Callable[[OpenTask, Kind], UUID]


def due_words(words: Words, due: date, today: date) -> str:
    days = (due - today).days
    if days < 0:
        return words.many("{n} day overdue ({day})", "{n} days overdue ({day})", -days, day=f"{due:%d/%m/%Y}")
    if days == 0:
        return words(N_("due today"))
    return words.many("due in {n} day ({day})", "due in {n} days ({day})", days, day=f"{due:%d/%m/%Y}")


def due_level(due: date, today: date) -> Level:
    if due < today:
        return Level.BAD
    return Level.WARN if due - today <= SOON else Level.INFO


def task_row(words: Words, one: OpenTask, today: date) -> Row:
    return Row(
        page=str(one.task.id),
        title=one.task.words,
        subtitle=f"{one.task.number} · {due_words(words, one.task.due, today)}",
        level=due_level(one.task.due, today),
        icon="clipboard-check-outline",
    )


def today(clock: Clock) -> date:
    return clock.now().astimezone(VIETNAM).date()


class TasksPresenter(Presenter[TasksState]):
    def __init__(self, tasks: TaskList, courier: Courier, clock: Clock, words: Words, shell: Shell) -> None:
        self._tasks, self._courier, self._clock = tasks, courier, clock
        self._unwatch: Callable[[], None] | None = None
        super().__init__(TasksState("", ""), words, shell)
        self._update()

    def opened(self) -> None:
        self._unwatch = self._courier.watch(lambda _: self._update())
        self._courier.kick()

    def closed(self) -> None:
        if self._unwatch is not None:
            self._unwatch()

    def renewed(self) -> None:
        self._update()

    def open(self, task: str) -> None:
        self.shell.open(Route(Screen.TASK, task))

    def _update(self) -> None:
        words, day = self.words, today(self._clock)
        found = self._tasks.open()
        begun = [one for one in found if one.answer is not None]
        late = [one for one in found if one.answer is None and one.task.due < day]
        rest = [one for one in found if one.answer is None and one.task.due >= day]
        groups = (
            ("late", words(N_("Overdue")), late),
            ("open", words(N_("To be done")), rest),
            ("begun", words(N_("Begun on this phone")), begun),
        )
        asked_at = self._tasks.asked_at()
        self.show(
            TasksState(
                title=words(N_("Tasks")),
                as_of=words(N_("The office has not been asked yet."))
                if asked_at is None
                else words(N_("As of {when}"), when=moment(asked_at)),
                groups=tuple(
                    Group(key, title, tuple(task_row(words, one, day) for one in rows))
                    for key, title, rows in groups
                    if rows
                ),
                empty="" if found else words(N_("Nothing was given to you that is still open.")),
            )
        )


class TaskPresenter(Presenter[TaskState]):
    """`begin`: gives the draft that will answer a task with a report of a kind."""

    def __init__(
        self,
        task: UUID,
        tasks: TaskList,
        courier: Courier,
        clock: Clock,
        words: Words,
        shell: Shell,
        *,
        begin: Begin,
    ) -> None:
        self._id, self._tasks, self._courier, self._clock, self._begin = task, tasks, courier, clock, begin
        self._task: OpenTask | None = None
        self._unwatch: Callable[[], None] | None = None
        super().__init__(TaskState("", "", "", Level.INFO, ()), words, shell)
        self._update()

    def opened(self) -> None:
        self._unwatch = self._courier.watch(lambda _: self._update())

    def closed(self) -> None:
        if self._unwatch is not None:
            self._unwatch()

    def renewed(self) -> None:
        self._update()

    # --- what the officer does

    def start(self, kind: str) -> None:
        if self._task is None:
            return
        try:
            draft = self._begin(self._task, Kind(kind))
        except Problem as problem:
            self.shell.tell(problem)
            return
        self._update()
        self.shell.open(Route(Screen.FORM, str(draft)))

    def go_on(self) -> None:
        if self._task is not None and self._task.answer is not None:
            answer = self._task.answer
            screen = Screen.FORM if self._tasks.state_of(answer) is None else Screen.REPORT
            self.shell.open(Route(screen, str(answer)))

    def licence(self) -> None:
        if self._task is not None and self._task.task.licence:
            self.shell.open(Route(Screen.LOOKUP, self._task.task.licence))

    # --- drawing

    def _update(self) -> None:
        words = self.words
        self._task = next((one for one in self._tasks.open() if one.task.id == self._id), None)
        if self._task is None:
            gone = words(N_("This task is no longer open: the office has an answer to it, or took it back."))
            self.show(TaskState(words(N_("Task")), "", "", Level.INFO, (), gone=gone))
            return
        one, day = self._task.task, today(self._clock)
        lines = (
            (words(N_("Task given by")), f"{one.given_by} · {moment(one.given_at)}"),
            (words(N_("Licence")), one.licence or ""),
            (words(N_("Commune")), one.place or ""),
            (words(N_("Case")), one.case or ""),
        )
        told, begun = self._told(self._task)
        self.show(
            TaskState(
                title=one.number,
                words=one.words,
                due=due_words(words, one.due, day),
                level=due_level(one.due, day),
                lines=tuple(line for line in lines if line[1]),
                told=told,
                starts_title="" if begun else words(N_("Answer with a report")),
                starts=() if begun else tuple(Start(kind.value, icon, words(said)) for kind, icon, said in STARTS),
                begun=begun,
                licence=words(N_("Look the licence up")) if one.licence else "",
            )
        )

    def _told(self, task: OpenTask) -> tuple[str, str]:
        """What became of the answer, and what its button says."""
        words = self.words
        if task.answer is None:
            return "", ""
        state = self._tasks.state_of(task.answer)
        if state is None:
            return words(N_("A report that answers this task is begun and not sealed.")), words(N_("Go on with it"))
        if state in (QueueState.RECEIVED, QueueState.CONFIRMED):
            return words(N_("The office has the report; the task closes when it is asked next.")), words(N_("Show it"))
        return words(N_("The report that answers this task waits on this phone.")), words(N_("Show it"))
