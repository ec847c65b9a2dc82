"""Bringing sealed reports to the server, and the server's word for them back. One round's worth; see `sending`."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from mobile.ports import Accounts, FileState, Keystore, Queue, ReportOnItsWay, ServerApi, ServerProblem
from mobile.services.tally import OnProgress, Progress, Tally
from mobile.services.traffic import Traffic
from mobile.services.trust import receipt_is_true
from mobile.services.waits import HELD, jittered
from shared.problems import Problem
from shared.wire.v1.messages import Receipt
from shared.wire.v1.signed import Signed

__all__ = ["Delivery", "OnProgress", "Progress", "Tally"]

SINGLE = 3  # up to so many reports go one by one
BATCH = 100
# A cut costs at most so much that was sent in vain; 2 seconds at 256 kbit/s.
BATCH_BYTES = 1 << 16
# The server's answers to a report that trying again will not change by itself (design §5).
HELD_STATUS = frozenset({400, 409, 413, 422})
UNKNOWN_THERE = frozenset({"evidence_unknown", "not_found"})

BodyOf = Callable[[UUID], bytes]  # key in the queue → JSON of the envelope


class Delivery:
    """For the phone's own reports or for those it relays: `queue` and `body` say which."""

    def __init__(
        self, queue: Queue, body: BodyOf, accounts: Accounts, api: ServerApi, keystore: Keystore, traffic: Traffic
    ) -> None:
        self._queue, self._body, self._accounts, self._api = queue, body, accounts, api
        self._keystore, self._traffic = keystore, traffic

    def send_due(self, tally: Tally) -> None:
        """All reports that are due, by sequence. What `Tally.ends_round` names is raised; all else concerns one."""
        due = self._queue.due_reports(tally.now)
        if len(due) <= SINGLE:
            for report in due:
                self._send_one(report, tally)
            return
        for batch in self._batches(due, tally):
            self._send_batch(batch, tally)

    def ask_all(self, tally: Tally) -> None:
        for report in self._queue.unvouched():
            self.ask(report, tally)

    def ask(self, report: ReportOnItsWay, tally: Tally) -> None:
        """Fetch the receipt as it stands now; files that the server does not vouch for go back into the queue."""
        try:
            self._traffic.report_may()
            receipt = tally.with_token(
                self._accounts, lambda token: self._api.receipt(report.id, report.manifest_sha256, token)
            )
            self._take(report, receipt, tally)
        except Problem as problem:
            if tally.ends_round(problem):
                raise
            if isinstance(problem, ServerProblem) and problem.code in UNKNOWN_THERE:
                self._queue.report_reopened(report.key)
            self._not_vouched(report, problem, tally)
            return
        self._not_vouched(self._queue.get(report.key), Problem("evidence_missing"), tally)

    def _send_one(self, report: ReportOnItsWay, tally: Tally) -> None:
        try:
            body = self._body(report.key)
            self._traffic.report_may()
            receipt = tally.with_token(self._accounts, lambda token: self._api.put_report(report.id, body, token))
            self._take(report, receipt, tally)
        except Problem as problem:
            self._failed(report, problem, tally)

    def _send_batch(self, reports: Sequence[tuple[ReportOnItsWay, bytes]], tally: Tally) -> None:
        bodies = [(report.id, body) for report, body in reports]
        try:
            self._traffic.report_may()
            answers = tally.with_token(self._accounts, lambda token: self._api.post_batch(bodies, token))
        except Problem as problem:
            if tally.ends_round(problem):
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

    def _batches(self, due: Sequence[ReportOnItsWay], tally: Tally) -> Iterator[list[tuple[ReportOnItsWay, bytes]]]:
        batch: list[tuple[ReportOnItsWay, bytes]] = []
        size = 0
        for report in due:
            try:
                body = self._body(report.key)
            except Problem as problem:  # one that cannot be unlocked does not keep the others here
                self._failed(report, problem, tally)
                continue
            if batch and (len(batch) >= BATCH or size + len(body) > BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append((report, body))
            size += len(body)
        if batch:
            yield batch

    def _take(self, report: ReportOnItsWay, receipt: Signed[Receipt], tally: Tally) -> None:
        """Believe a receipt only when a pinned key signed it and it speaks of this report's very bytes."""
        said = receipt.message
        if not receipt_is_true(receipt, self._accounts.server_keys(), self._keystore):
            raise Problem("not_our_server")
        if said.report != report.id or said.manifest_sha256 != report.manifest_sha256:
            raise Problem("answer_invalid")
        before = _confirmed(report)
        self._queue.receipt_came(said, receipt.text)
        after = self._queue.get(report.key)
        tally.received += report.receipt is None
        tally.confirmed_files += _confirmed(after) - before
        tally.progress(Progress(report.id, None, _confirmed(after), len(after.files)))

    def _failed(self, report: ReportOnItsWay, problem: Problem, tally: Tally) -> None:
        if problem.code in ("no_connection", "waits_for_wifi"):
            raise problem
        held = isinstance(problem, ServerProblem) and problem.status in HELD_STATUS
        next_try = tally.now + jittered(HELD, tally.random) if held else tally.next_try(report.attempts + 1, problem)
        self._queue.report_failed(report.key, problem=problem.code, held=held, next_try=next_try)
        tally.failures.append(problem.code)
        if tally.ends_round(problem):
            raise problem

    def _not_vouched(self, report: ReportOnItsWay, problem: Problem, tally: Tally) -> None:
        for file in report.files:
            if file.state == FileState.RECEIVED:
                next_try = tally.next_try(file.attempts + 1, problem)
                self._queue.file_failed(file.key, problem=problem.code, next_try=next_try, restart=True)
                tally.failures.append(problem.code)


def _confirmed(report: ReportOnItsWay) -> int:
    return sum(file.state == FileState.CONFIRMED for file in report.files)
