"""The sync engine: reports first, then one photo of each, then the rest; for as long as it takes.

Retries never end, and nothing is dropped for any answer of any server. What is carried for colleagues goes by the same
engine: their reports after the phone's own, since reports are small and close gaps at the office; their files after all
of the phone's own, so that whoever lends a phone does not hold back their own evidence by it.
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
    Outbox,
    QueuedReport,
    Relayed,
    ServerApi,
    Stop,
)
from mobile.services.backups import BackupNews
from mobile.services.delivery import Delivery
from mobile.services.file_delivery import FileDelivery
from mobile.services.tally import OnProgress, Progress, Tally
from mobile.services.traffic import Traffic
from mobile.services.trust import check_hello
from mobile.services.waits import ROUND_FIRST, ROUND_LONGEST, Random, growing
from shared.problems import Problem
from shared.wire.v1.seal import to_bytes


@dataclass(frozen=True, slots=True)
class RoundResult:
    """`received`: reports with their first receipt; `sent_files`: whole at the server; `confirmed_files`: vouched for;
    `moved_bytes`: of files, as the server counted them; `failures`: codes, one for each thing that did not work;
    `problem`: code of what ended the round early; `retry_after_s`: the server asked to be left alone for so long;
    `token_refused`: the officer's session is over (`session_ended`), sealed reports went on without it;
    `backup_problem`: code of why nothing was heard of backups, which keeps nothing from being sent; `left`: what
    remains, what is carried for colleagues included."""

    received: int
    sent_files: int
    confirmed_files: int
    moved_bytes: int
    failures: tuple[str, ...]
    problem: str | None
    left: Left
    retry_after_s: float | None = None
    token_refused: bool = False
    backup_problem: str | None = None

    @property
    def moved(self) -> bool:
        return bool(self.received or self.confirmed_files or self.moved_bytes)

    @property
    def notice(self) -> str | None:
        """Code of the one sentence that the officer should see."""
        return "session_ended" if self.token_refused else self.problem


_random = secrets.SystemRandom().random


def _silent(progress: Progress) -> None:
    """Nobody watches."""


class Sending:
    def __init__(
        self,
        outbox: Outbox,
        relayed: Relayed,
        accounts: Accounts,
        files: FileStore,
        api: ServerApi,
        keystore: Keystore,
        clock: Clock,
        traffic: Traffic,
        backups: BackupNews,
        *,
        random: Random = _random,
        progress: OnProgress = _silent,
    ) -> None:
        self._outbox, self._relayed, self._accounts, self._files = outbox, relayed, accounts, files
        self._api, self._keystore, self._clock = api, keystore, clock
        self._traffic, self._backups = traffic, backups
        self._random, self._progress = random, progress
        own = Delivery(outbox, lambda key: to_bytes(outbox.envelope(key)), accounts, api, keystore, traffic)
        others = Delivery(relayed, relayed.body, accounts, api, keystore, traffic)
        self._reports = (own, others)
        self._evidence = (
            FileDelivery(outbox, own, accounts, files, api, traffic),
            FileDelivery(relayed, others, accounts, files, api, traffic),
        )

    def send_round(self, now: datetime, *, progress: OnProgress | None = None) -> RoundResult:
        """Do once what is due. Never raises for what a server or a line can do; the result tells it."""
        tally = Tally(now, progress or self._progress, self._random)
        try:
            if self._is_due(now):
                self._deliver(tally)
            elif self._files_due(now):
                raise Problem("waits_for_wifi")
            elif self._backups.is_due(now):
                self._prove_server()
                self._hear_of_backups(tally)
        except Problem as problem:
            tally.end(problem)
        self._tidy()
        return RoundResult(
            tally.received,
            tally.sent_files,
            tally.confirmed_files,
            tally.moved_bytes,
            tuple(tally.failures),
            tally.problem,
            self._left(now),
            tally.retry_after_s,
            tally.token_refused,
            tally.backup_problem,
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
            if stop.wait(self._wait(vain, result).total_seconds()):
                return result

    def resend(self, report: UUID) -> QueuedReport:
        """Deliver a report and all its files again, whatever was confirmed: for a server that lost them. Harmless."""
        self._outbox.report_reopened(report)
        return self._outbox.get(report)

    def reports(self, *, limit: int = 50, before: UUID | None = None) -> tuple[QueuedReport, ...]:
        """Sealed last first, with the state of each file."""
        return self._outbox.reports(limit=limit, before=before)

    def left(self) -> Left:
        """Of the phone's own and of what it carries for colleagues."""
        return self._left(self._clock.now())

    def _left(self, now: datetime) -> Left:
        own, others = self._outbox.left(now), self._relayed.left(now)
        dues = [due for due in (own.due_in_s, others.due_in_s) if due is not None]
        return Left(
            own.waiting + others.waiting, own.held + others.held, own.damaged + others.damaged, min(dues, default=None)
        )

    def _wait(self, vain: int, result: RoundResult) -> timedelta:
        wait = growing(max(vain, 1), self._random, first=ROUND_FIRST, longest=ROUND_LONGEST)
        due_in_s = result.left.due_in_s
        if vain == 0 and due_in_s is not None:
            wait = max(wait, min(timedelta(seconds=due_in_s), ROUND_LONGEST))
        return max(wait, timedelta(seconds=result.retry_after_s or 0))

    def _is_due(self, now: datetime) -> bool:
        """Something that may leave over this network; what must wait for Wi-Fi alone is no reason to ask anybody."""
        queues = (self._outbox, self._relayed)
        if any(queue.due_reports(now) or queue.unvouched() for queue in queues):
            return True
        return self._files_due(now) and not self._traffic.files_wait()

    def _files_due(self, now: datetime) -> bool:
        return bool(self._outbox.due_files(now) or self._relayed.due_files(now))

    def _deliver(self, tally: Tally) -> None:
        self._prove_server()
        for reports in self._reports:
            reports.send_due(tally)
        for reports in self._reports:
            reports.ask_all(tally)  # what an earlier round sent whole but heard nothing of
        for evidence in self._evidence:
            evidence.send_due(tally)
        for reports in self._reports:
            reports.ask_all(tally)
        if self._backups.is_due(tally.now):
            self._hear_of_backups(tally)

    def _hear_of_backups(self, tally: Tally) -> None:
        try:
            self._traffic.report_may()
            self._backups.ask(tally.now)
        except Problem as problem:
            tally.backup_problem = problem.code

    def _prove_server(self) -> None:
        """A portal or a stranger gets nothing: sealed reports hold identities too. Problem `not_our_server`."""
        self._traffic.report_may()
        nonce = secrets.token_hex(16)
        pinned = self._accounts.server_keys()
        keys = check_hello(self._api.hello(nonce), nonce, pinned, self._keystore)
        if any(key.id not in pinned for key in keys):
            self._accounts.pin(keys)

    def _tidy(self) -> None:
        """Colleagues' files that the server has vouched for do not stay here."""
        for name in self._relayed.spent():
            self._files.remove(name)
            self._relayed.let_go(name)
