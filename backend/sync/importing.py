"""A memory card brought to the office: its reports go through the same answer table as any delivery, its files to their
place by their hash, and receipts go back onto it. May be stopped anywhere and repeated.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from backend.accounts.models import Officer
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.common.problems import is_full
from backend.inspections import evidence as filing
from backend.inspections import selectors as inspections
from backend.inspections.models import Evidence
from backend.sync import services
from backend.sync.bodies import envelope_value
from backend.sync.filing import Answer, Delivery
from backend.sync.partials import Partial, incoming
from shared.problems import Problem
from shared.wire.v1.card import Card, CardReport, open_plain
from shared.wire.v1.messages import EvidenceState

_PIECE = 2**18
_BEGUN = "card."  # how a file that is being copied is called in `incoming`

# What became of something on the card.
TAKEN, KNOWN, REFUSED, UNDECLARED, STRANGER = "taken", "known", "refused", "undeclared", "stranger"
REPORT, FILE, RECEIPT, OTHER = "report", "file", "receipt", "other"


@dataclass(frozen=True, slots=True)
class Line:
    """`kind` REPORT, FILE, RECEIPT or OTHER; `outcome` TAKEN, KNOWN (it was here), REFUSED with its `problem`,
    UNDECLARED (no report here names this file: left on the card), STRANGER (none of a card's own things)."""

    kind: str
    name: str
    outcome: str
    problem: Problem | None = None
    report: UUID | None = None


@dataclass(slots=True)
class CardImport:
    """One reading of a card, on behalf of `by`. `dry_run`: says what would become of everything and changes nothing,
    here or on the card. `clock`: read once for each thing that is taken."""

    card: Card
    by: Officer
    clock: Callable[[], datetime]
    dry_run: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    _filed: dict[UUID, None] = field(default_factory=dict)  # reports of the card that are here, in its order
    _declared: dict[str, set[int]] = field(default_factory=dict)  # hash → lengths, by reports that a dry run undid

    def run(self) -> Generator[Line, None, None]:
        """Everything on the card, each as soon as it is dealt with; nothing that is bad keeps the rest from it."""
        leftovers_remove(self.clock())
        try:
            for line in self._lines():
                self.counts[f"{line.kind} {line.outcome}"] += 1
                yield line
        finally:
            if not self.dry_run:
                self._record()

    def _lines(self) -> Iterator[Line]:
        for entry in self.card.reports(limit=settings.ENVELOPE_MAX_BYTES):
            yield self._report(entry)
        for sha256 in list(self.card.files()):
            yield self._file(sha256)
        for name in self.card.strangers():
            yield Line(OTHER, name, STRANGER)
        if not self.dry_run:
            yield from self._receipts()

    def _report(self, entry: CardReport) -> Line:
        try:
            if entry.problem is not None:
                raise entry.problem
            answer = self._receive(entry.body)
        except Problem as problem:
            return Line(REPORT, entry.name, REFUSED, problem)
        self._filed[answer.report.id] = None
        return Line(REPORT, entry.name, TAKEN if answer.status == 201 else KNOWN, report=answer.report.id)

    def _receive(self, body: bytes) -> Answer:
        """As a delivery. Who brought the card is recorded with the report, in one transaction; and what is refused
        stays in quarantine, so the refusal leaves the transaction only after its end."""
        value, now = envelope_value(body), self.clock()
        delivery = Delivery(None, self.by, from_card=True, at_office=str(self.by.id))
        with transaction.atomic():
            answer: Answer | Problem
            try:
                answer = services.envelope_receive(value=value, raw=body, report_id=None, delivery=delivery, now=now)
            except Problem as problem:
                answer = problem
            else:
                if answer.status == 201:
                    subject = f"report:{answer.report.id}"
                    audit.record(Action.REPORT_CARRIED, subject=subject, actor=str(self.by.id), at=now)
            if self.dry_run:
                if isinstance(answer, Answer):
                    self._note_declared(answer.report.id)
                transaction.set_rollback(True)
        if isinstance(answer, Problem):
            raise answer
        return answer

    def _note_declared(self, report: UUID) -> None:
        for sha256, size in Evidence.objects.filter(report=report).values_list("sha256", "bytes"):
            self._declared.setdefault(sha256, set()).add(size)

    def _file(self, sha256: str) -> Line:
        try:
            return Line(FILE, sha256, self._take(sha256))
        except Problem as problem:
            return Line(FILE, sha256, REFUSED, problem)

    def _take(self, sha256: str) -> str:
        """Problems `card_file_differs`, `card_failed`, `storage_full`."""
        waiting = list(Evidence.objects.filter(sha256=sha256).exclude(state=EvidenceState.CONFIRMED.value))
        known = bool(waiting) or Evidence.objects.filter(sha256=sha256).exists()
        if not known and sha256 not in self._declared:
            return UNDECLARED
        if known and not waiting:
            return KNOWN
        path = self.card.file(sha256)
        if path is None:
            raise Problem("card_failed")  # it was there a moment ago
        lengths = {row.bytes for row in waiting} | self._declared.get(sha256, set())
        with closing(open_plain(path)) as source:
            file_take(sha256, lengths, read=source.read, keep=not self.dry_run)
        if not self.dry_run:
            stored, now = filing.evidence_path(sha256), self.clock()
            for row in waiting:
                if row.bytes == stored.stat().st_size:
                    filing.evidence_confirm(evidence=row, actor=str(self.by.id), now=now)
        return TAKEN

    def _receipts(self) -> Iterator[Line]:
        """Back onto the card, so that the phone it came from hears of it without a line. A card that takes none
        (locked, full) is said so once."""
        for report_id in self._filed:
            report = inspections.report_by_id(report_id)
            if report is None:
                raise TypeError("a report that was filed a moment ago is gone")
            text = json.dumps(services.receipt_json(report), ensure_ascii=False, separators=(",", ":"))
            try:
                self.card.add_receipt(report_id, text)
            except Problem as problem:
                yield Line(RECEIPT, str(report_id), REFUSED, problem)
                return
            yield Line(RECEIPT, str(report_id), TAKEN, report=report_id)

    def _record(self) -> None:
        with transaction.atomic():
            counts = {name.replace(" ", "_"): count for name, count in sorted(self.counts.items())}
            subject = f"officer:{self.by.id}"
            audit.record(Action.CARD_IMPORTED, subject=subject, actor=str(self.by.id), at=self.clock(), **counts)


def file_take(sha256: str, lengths: set[int], *, read: Callable[[int], bytes], keep: bool) -> None:
    """Bring a file to its place, streamed and hashed on the way; `keep` false: only look whether it is the one.

    Its length has to be one of `lengths`. Problems `card_file_differs` (nothing of it stays), `card_failed`,
    `storage_full`.
    """
    digest, size = hashlib.sha256(), 0
    pieces = _pieces(read)
    if not keep:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
        _same(sha256, digest.hexdigest(), size, lengths)
        return
    path = incoming() / f"{_BEGUN}{uuid4()}"
    try:
        with Partial(path, create=True) as partial:
            try:
                for piece in pieces:
                    partial.append(size, piece)
                    digest.update(piece)
                    size += len(piece)
                _same(sha256, digest.hexdigest(), size, lengths)
                with partial.locked():
                    partial.settle(0, size)
                    partial.move(filing.evidence_path(sha256))
            finally:
                path.unlink(missing_ok=True)
    except OSError as error:
        if is_full(error):
            raise Problem("storage_full") from error
        raise


def _same(sha256: str, found: str, size: int, lengths: set[int]) -> None:
    if found != sha256 or size not in lengths:
        raise Problem("card_file_differs", name=sha256[:16])


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while True:
        try:
            piece = read(_PIECE)
        except OSError as error:  # the card's; what the office's own disk says is told apart
            raise Problem("card_failed") from error
        if not piece:
            return
        yield piece


def leftovers_remove(now: datetime) -> None:
    """What an import left that was killed while it copied a file."""
    oldest = (now - settings.UPLOAD_LIFE).timestamp()
    for path in incoming().glob(f"{_BEGUN}*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
