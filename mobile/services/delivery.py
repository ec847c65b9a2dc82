"""Bringing sealed reports to the server, and the server's word for them back. One round's worth; see `sending`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mobile.ports import Accounts, Keystore, Outbox, QueuedReport, ServerApi, ServerProblem, Signed
from mobile.services.trust import receipt_is_true
from mobile.services.waits import HELD, Random, growing, jittered
from shared.problems import Problem
from shared.wire.v1.messages import Envelope, Receipt

SINGLE = 3  # up to so many reports go one by one
BATCH = 100
# A cut costs at most so much that was sent in vain; 2 seconds at 256 kbit/s.
BATCH_BYTES = 1 << 16
# The server's answers to a report that trying again will not change by itself (design §5).
HELD_STATUS = frozenset({400, 409, 413, 422})
UNKNOWN_THERE = frozenset({"evidence_unknown", "not_found"})


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
    """What one round has done so far. `problem`: code of what ended it early."""

    now: datetime
    progress: OnProgress
    random: Random
    received: int = 0
    sent_files: int = 0
    confirmed_files: int = 0
    moved_bytes: int = 0
    failures: list[str] = field(default_factory=list)
    problem: str | None = None


class Delivery:
    def __init__(self, outbox: Outbox, accounts: Accounts, api: ServerApi, keystore: Keystore) -> None:
        self._outbox, self._accounts, self._api, self._keystore = outbox, accounts, api, keystore

    def send_due(self, tally: Tally) -> None:
        """All reports that are due, by sequence. Problem `no_connection` ends it; anything else concerns one report."""
        due = self._outbox.due_reports(tally.now)
        if len(due) <= SINGLE:
            for report in due:
                self._send_one(report, tally)
            return
        for batch in self._batches(due):
            self._send_batch(batch, tally)

    def ask(self, report: QueuedReport, tally: Tally) -> None:
        """Fetch the receipt as it stands now; files that the server does not vouch for go back into the queue."""
        try:
            receipt = self._api.receipt(report.id, report.manifest_sha256, self.token())
            self._take(report, receipt, tally)
        except Problem as problem:
            if problem.code == "no_connection":
                raise
            if isinstance(problem, ServerProblem) and problem.code in UNKNOWN_THERE:
                self._outbox.report_reopened(report.id)
            self._not_vouched(report, problem.code, tally)
            return
        self._not_vouched(self._outbox.get(report.id), "evidence_missing", tally)

    def token(self) -> str | None:
        session = self._accounts.session()
        return None if session is None else session.token

    def _send_one(self, report: QueuedReport, tally: Tally) -> None:
        try:
            self._take(report, self._api.put_report(report.id, self._outbox.envelope(report.id), self.token()), tally)
        except Problem as problem:
            self._failed(report, problem, tally)

    def _send_batch(self, reports: Sequence[tuple[QueuedReport, Envelope]], tally: Tally) -> None:
        try:
            answers = self._api.post_batch([(report.id, envelope) for report, envelope in reports], self.token())
        except Problem as problem:
            if problem.code == "no_connection":
                raise
            # Whatever is wrong with the batch as a whole may be wrong with one report in it: find out which.
            for report, _ in reports:
                self._send_one(report, tally)
            return
        for (report, _), answer in zip(reports, answers, strict=True):
            if isinstance(answer, Signed):
                try:
                    self._take(report, answer, tally)
                except Problem as problem:
                    self._failed(report, problem, tally)
            else:
                self._failed(report, answer, tally)

    def _batches(self, due: Sequence[QueuedReport]) -> Iterator[list[tuple[QueuedReport, Envelope]]]:
        batch: list[tuple[QueuedReport, Envelope]] = []
        size = 0
        for report in due:
            envelope = self._outbox.envelope(report.id)
            weight = _weight(envelope)
            if batch and (len(batch) >= BATCH or size + weight > BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append((report, envelope))
            size += weight
        if batch:
            yield batch

    def _take(self, report: QueuedReport, receipt: Signed[Receipt], tally: Tally) -> None:
        """Believe a receipt only when a pinned key signed it and it speaks of this report's very bytes."""
        said = receipt.message
        if not receipt_is_true(receipt, self._accounts.server_keys(), self._keystore):
            raise Problem("not_our_server")
        if said.report != report.id or said.manifest_sha256 != report.manifest_sha256:
            raise Problem("answer_invalid")
        before = _confirmed(report)
        self._outbox.receipt_came(said, receipt.text)
        after = self._outbox.get(report.id)
        tally.received += report.receipt is None
        tally.confirmed_files += _confirmed(after) - before
        tally.progress(Progress(report.id, None, _confirmed(after), len(after.files)))

    def _failed(self, report: QueuedReport, problem: Problem, tally: Tally) -> None:
        if problem.code == "no_connection":
            raise problem
        held = isinstance(problem, ServerProblem) and problem.status in HELD_STATUS
        wait = jittered(HELD, tally.random) if held else growing(report.attempts + 1, tally.random)
        self._outbox.report_failed(report.id, problem=problem.code, held=held, next_try=tally.now + wait)
        tally.failures.append(problem.code)

    def _not_vouched(self, report: QueuedReport, code: str, tally: Tally) -> None:
        for file in report.files:
            if file.state == "received":
                wait = growing(file.attempts + 1, tally.random)
                self._outbox.file_failed(file.entry.id, problem=code, next_try=tally.now + wait, restart=True)
                tally.failures.append(code)


def _weight(envelope: Envelope) -> int:
    """About how many bytes it is on the line, base64 included."""
    parts = envelope.parts
    raw = (
        len(envelope.manifest)
        + len(parts.facts)
        + len(parts.assessment or b"")
        + sum(len(part) for part in parts.identities)
    )
    return raw * 4 // 3 + 400


def _confirmed(report: QueuedReport) -> int:
    return sum(file.state == "confirmed" for file in report.files)
