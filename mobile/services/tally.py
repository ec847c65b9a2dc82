"""What one round of sending has done so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from mobile.ports import Accounts, ServerProblem
from mobile.services.waits import Random, asked_for, growing
from shared.problems import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """For the screen: a report that was answered for, or a file on its way (`file` not None; bytes)."""

    report: UUID
    file: UUID | None
    sent: int
    total: int


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class Tally:
    """`problem`: code of what ended the round early; `retry_after_s`: for how long the server asked to be left alone;
    `token_refused`: it did not take the officer's token, and everything went on without."""

    now: datetime
    progress: OnProgress
    random: Random
    received: int = 0
    sent_files: int = 0
    confirmed_files: int = 0
    moved_bytes: int = 0
    failures: list[str] = field(default_factory=list)
    problem: str | None = None
    retry_after_s: float | None = None
    token_refused: bool = False
    backup_problem: str | None = None

    def with_token(self, accounts: Accounts, call: Callable[[str | None], T]) -> T:
        """`call` with the current officer's token; a token that no longer counts must not stop what needs none (design
        §5): then once more without, and so for the rest of the round."""
        session = accounts.session()
        token = None if session is None or self.token_refused else session.token
        try:
            return call(token)
        except Problem as problem:
            if token is None or not _is_unauthorized(problem):
                raise
            self.token_refused = True
        return call(None)

    def next_try(self, attempts: int, problem: Problem) -> datetime:
        """After the `attempts`-th failure in a row."""
        return self.now + (asked_for(problem, self.random) or growing(attempts, self.random))

    def ends_round(self, problem: Problem) -> bool:
        """There is no line, or nothing may use it, or a server that is at its limit asks to be left alone: whatever
        else waits would fare the same."""
        return problem.code in ("no_connection", "waits_for_wifi") or asked_for(problem, self.random) is not None

    def end(self, problem: Problem) -> None:
        self.problem = problem.code
        wait = asked_for(problem, self.random)
        self.retry_after_s = None if wait is None else wait.total_seconds()


def _is_unauthorized(problem: Problem) -> bool:
    if problem.code == "session_ended":
        return True
    return isinstance(problem, ServerProblem) and problem.status == HTTPStatus.UNAUTHORIZED
