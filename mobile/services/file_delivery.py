"""Bringing files to the server, one after the other. One round's worth; see `sending`."""

from uuid import UUID

from mobile.ports import Accounts, FileOnItsWay, FileState, FileStore, Queue, ServerApi, ServerProblem
from mobile.services.delivery import UNKNOWN_THERE, Delivery
from mobile.services.tally import Progress, Tally
from mobile.services.traffic import Traffic
from shared.problems import Problem

# The server says that what it got is not what was sealed.
DOUBTS_BYTES = frozenset({"evidence_hash_mismatch", "evidence_length"})


class FileDelivery:
    """For the files of one queue; `delivery` is the same queue's."""

    def __init__(
        self,
        queue: Queue,
        delivery: Delivery,
        accounts: Accounts,
        files: FileStore,
        api: ServerApi,
        traffic: Traffic,
    ) -> None:
        self._queue, self._delivery, self._accounts = queue, delivery, accounts
        self._files, self._api, self._traffic = files, api, traffic

    def send_due(self, tally: Tally) -> None:
        """All files that are due, in the queue's order; after the last one of a report its receipt is asked for."""
        due = self._queue.due_files(tally.now)
        last_of = {file.owner: file.key for file in due}
        for file in due:
            self._send(file, tally)
            if last_of[file.owner] == file.key:
                self._ask(file.owner, tally)

    def _send(self, file: FileOnItsWay, tally: Tally) -> None:
        reached = file.offset

        def moved(upload_url: str, offset: int) -> None:
            nonlocal reached
            self._queue.file_moved(file.key, upload_url=upload_url, offset=offset)
            tally.moved_bytes += max(0, offset - reached)
            reached = offset
            tally.progress(Progress(file.report, file.id, offset, file.bytes))

        try:
            self._traffic.file_may()
            with self._files.open(file.name) as content:
                tally.with_token(
                    self._accounts,
                    lambda token: self._api.send_file(file, content, token, moved, self._traffic.file_may),
                )
            tally.sent_files += 1
        except Problem as problem:
            self._failed(file, problem, tally)

    def _failed(self, file: FileOnItsWay, problem: Problem, tally: Tally) -> None:
        if problem.code in ("no_connection", "waits_for_wifi"):
            raise problem
        tally.failures.append(problem.code)
        doubted = isinstance(problem, ServerProblem) and problem.code in DOUBTS_BYTES
        if problem.code == "photo_unreadable" or (doubted and not self._is_intact(file)):
            self._queue.file_damaged(file.key)
            return
        next_try = tally.next_try(file.attempts + 1, problem)
        self._queue.file_failed(file.key, problem=problem.code, next_try=next_try, restart=doubted)
        if isinstance(problem, ServerProblem) and problem.code in UNKNOWN_THERE:
            self._queue.report_reopened(file.owner)
        if tally.ends_round(problem):
            raise problem

    def _is_intact(self, file: FileOnItsWay) -> bool:
        return self._files.measure(file.name) == (file.sha256, file.bytes)

    def _ask(self, owner: UUID, tally: Tally) -> None:
        report = self._queue.get(owner)
        if any(file.state == FileState.RECEIVED for file in report.files):
            self._delivery.ask(report, tally)
