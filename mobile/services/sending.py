"""The sync engine: reports first, then one photo of each, then the rest; for as long as it takes.

Retries never end, and nothing is dropped for any answer of any server. `docs/sync.md` tells the whole story.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mobile.ports import (
    Accounts,
    Clock,
    FileStore,
    Keystore,
    Left,
    LocalFile,
    Outbox,
    QueuedReport,
    ServerApi,
    ServerProblem,
    Stop,
)
from mobile.services.delivery import UNKNOWN_THERE, Delivery, OnProgress, Progress, Tally
from mobile.services.trust import check_hello
from mobile.services.waits import ROUND_FIRST, ROUND_LONGEST, Random, growing
from shared.problems import Problem


@dataclass(frozen=True, slots=True)
class RoundResult:
    """`received`: reports with their first receipt; `sent_files`: whole at the server; `confirmed_files`: vouched for;
    `moved_bytes`: of files, as the server counted them; `failures`: codes, one for each thing that did not work;
    `problem`: code of what ended the round early; `left`: what remains."""

    received: int
    sent_files: int
    confirmed_files: int
    moved_bytes: int
    failures: tuple[str, ...]
    problem: str | None
    left: Left

    @property
    def moved(self) -> bool:
        return bool(self.received or self.confirmed_files or self.moved_bytes)


_random = secrets.SystemRandom().random


def _silent(progress: Progress) -> None:
    """Nobody watches."""


class Sending:
    def __init__(
        self,
        outbox: Outbox,
        accounts: Accounts,
        files: FileStore,
        api: ServerApi,
        keystore: Keystore,
        clock: Clock,
        *,
        random: Random = _random,
        progress: OnProgress = _silent,
    ) -> None:
        self._outbox, self._accounts, self._files, self._api = outbox, accounts, files, api
        self._keystore, self._clock, self._random, self._progress = keystore, clock, random, progress
        self._delivery = Delivery(outbox, accounts, api, keystore)

    def send_round(self, now: datetime, *, progress: OnProgress | None = None) -> RoundResult:
        """Do once what is due. Never raises for what a server or a line can do; the result tells it."""
        tally = Tally(now, progress or self._progress, self._random)
        try:
            if self._outbox.due_reports(now) or self._outbox.due_files(now) or self._outbox.unvouched():
                self._prove_server()
                self._delivery.send_due(tally)
                self._ask_all(tally)  # what an earlier round sent whole but heard nothing of
                self._send_files(tally)
                self._ask_all(tally)
        except Problem as problem:
            tally.problem = problem.code
        return RoundResult(
            tally.received,
            tally.sent_files,
            tally.confirmed_files,
            tally.moved_bytes,
            tuple(tally.failures),
            tally.problem,
            self._outbox.left(now),
        )

    def send_until_empty(
        self,
        stop: Stop,
        *,
        progress: OnProgress | None = None,
        after_round: Callable[[RoundResult], None] | None = None,
    ) -> RoundResult:
        """Rounds until nothing is left that moves by itself (what is held or damaged may remain), or until `stop`.
        Waits through `stop.wait`, longer after each round without progress."""
        vain = 0
        while True:
            result = self.send_round(self._clock.now(), progress=progress)
            if after_round is not None:
                after_round(result)
            if not result.left.waiting or stop.is_set():
                return result
            vain = 0 if result.moved else vain + 1
            if stop.wait(self._wait(vain, result.left).total_seconds()):
                return result

    def resend(self, report: UUID) -> QueuedReport:
        """Deliver a report and all its files again, whatever was confirmed: for a server that lost them. Harmless."""
        self._outbox.report_reopened(report)
        return self._outbox.get(report)

    def reports(self, *, limit: int = 50, before: UUID | None = None) -> tuple[QueuedReport, ...]:
        """Sealed last first, with the state of each file."""
        return self._outbox.reports(limit=limit, before=before)

    def left(self) -> Left:
        return self._outbox.left(self._clock.now())

    def _wait(self, vain: int, left: Left) -> timedelta:
        wait = growing(max(vain, 1), self._random, first=ROUND_FIRST, longest=ROUND_LONGEST)
        if vain == 0 and left.due_in_s is not None:
            wait = max(wait, min(timedelta(seconds=left.due_in_s), ROUND_LONGEST))
        return wait

    def _prove_server(self) -> None:
        """A portal or a stranger gets nothing: sealed reports hold identities too. Problem `not_our_server`."""
        nonce = secrets.token_hex(16)
        pinned = self._accounts.server_keys()
        keys = check_hello(self._api.hello(nonce), nonce, pinned, self._keystore)
        if any(key.id not in pinned for key in keys):
            self._accounts.pin(keys)

    def _send_files(self, tally: Tally) -> None:
        due = self._outbox.due_files(tally.now)
        last_of = {file.report: file.entry.id for file in due}
        for file in due:
            self._send_file(file, tally)
            if last_of[file.report] == file.entry.id:
                self._ask(file.report, tally)

    def _send_file(self, file: LocalFile, tally: Tally) -> None:
        name, total = file.entry.id, file.entry.bytes
        reached = file.offset

        def moved(upload_url: str, offset: int) -> None:
            nonlocal reached
            self._outbox.file_moved(name, upload_url=upload_url, offset=offset)
            tally.moved_bytes += max(0, offset - reached)
            reached = offset
            tally.progress(Progress(file.report, name, offset, total))

        try:
            with self._files.open(file.name) as content:
                self._api.send_file(file, content, self._delivery.token(), moved)
            tally.sent_files += 1
        except Problem as problem:
            self._file_failed(file, problem, tally)

    def _file_failed(self, file: LocalFile, problem: Problem, tally: Tally) -> None:
        if problem.code == "no_connection":
            raise problem
        tally.failures.append(problem.code)
        if problem.code == "photo_unreadable" or (_doubts_bytes(problem) and not self._is_intact(file)):
            self._outbox.file_damaged(file.entry.id)
            return
        wait = growing(file.attempts + 1, tally.random)
        self._outbox.file_failed(
            file.entry.id, problem=problem.code, next_try=tally.now + wait, restart=_doubts_bytes(problem)
        )
        if isinstance(problem, ServerProblem) and problem.code in UNKNOWN_THERE:
            self._outbox.report_reopened(file.report)

    def _is_intact(self, file: LocalFile) -> bool:
        return self._files.measure(file.name) == (file.entry.sha256, file.entry.bytes)

    def _ask_all(self, tally: Tally) -> None:
        for report in self._outbox.unvouched():
            self._delivery.ask(report, tally)

    def _ask(self, report: UUID, tally: Tally) -> None:
        queued = self._outbox.get(report)
        if any(file.state == "received" for file in queued.files):
            self._delivery.ask(queued, tally)


def _doubts_bytes(problem: Problem) -> bool:
    """The server says that what it got is not what was sealed."""
    return isinstance(problem, ServerProblem) and problem.code in ("evidence_hash_mismatch", "evidence_length")
