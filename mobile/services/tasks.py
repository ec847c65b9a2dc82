"""What the officer was given to do, and the reports that answer it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from mobile.ports import Accounts, Clock, May, OpenTask, Outbox, Preferences, QueueState, ServerApi, Tasks
from mobile.services.recording import Recording
from shared.clock import VIETNAM, instant_text
from shared.problems import Problem
from shared.wire.v1.records import BasisKind, Kind

ASKED = "tasks_asked"  # of preferences, with the officer's id behind it: when the office last said what is open
_AT_THE_OFFICE = (QueueState.RECEIVED, QueueState.CONFIRMED)


class TaskList:
    """A report answers a task by naming its number as the basis of the inspection, and the office sees that when the
    report arrives: nothing else travels. `blank`: facts of a new report of a kind."""

    def __init__(
        self,
        tasks: Tasks,
        accounts: Accounts,
        outbox: Outbox,
        preferences: Preferences,
        api: ServerApi,
        clock: Clock,
        may: May = lambda: None,
    ) -> None:
        self._tasks, self._accounts, self._outbox, self._preferences = tasks, accounts, outbox, preferences
        self._api, self._clock, self._may = api, clock, may

    def pull(self) -> int:
        """How many tasks are new. Problem `not_enrolled` when nobody with a token is signed in, `waits_for_wifi`, and
        the server's own; what the phone has stays."""
        session = self._accounts.session()
        if session is None or session.token is None:
            raise Problem("not_enrolled")
        self._may()
        officer = session.officer.id
        before = [task.answer for task in self._tasks.open(officer) if task.answer is not None]
        received = [report for report in before if self.state_of(report) in _AT_THE_OFFICE]
        new = self._tasks.replace(officer, self._api.tasks(officer, session.token), received)
        self._preferences.put(f"{ASKED}:{officer}", instant_text(self._clock.now()))
        return new

    def open(self) -> tuple[OpenTask, ...]:
        """Of the officer who works with the phone; due first before due later."""
        session = self._accounts.session()
        return () if session is None else self._tasks.open(session.officer.id)

    def asked_at(self) -> datetime | None:
        """When the office last said what is open for this officer."""
        session = self._accounts.session()
        said = None if session is None else self._preferences.get(f"{ASKED}:{session.officer.id}")
        return None if said is None else datetime.fromisoformat(said)

    def state_of(self, answer: UUID) -> QueueState | None:
        """None while it is a draft."""
        try:
            return self._outbox.get(answer).state
        except KeyError:
            return None

    def begin(self, task: OpenTask, kind: Kind, blank: Callable[[Kind], dict[str, Any]], recording: Recording) -> UUID:
        """The draft that will answer it: the one that is there, else a new one that names it. Problem `phone_full`."""
        if task.answer is not None and self.state_of(task.answer) is None:
            return task.answer
        facts = blank(kind)
        day = task.task.given_at.astimezone(VIETNAM).date()
        basis = {"kind": BasisKind.TASK.value, "number": task.task.number, "date": day.isoformat()}
        facts["inspection"] = {**facts["inspection"], "basis": basis}
        draft = recording.start(kind, facts=facts).id
        self._tasks.begun(task.task.id, draft)
        return draft
