"""A memory card, or a colleague's phone: how sealed reports travel where there is no line.

A report that was exported stays in the outbox until a signed receipt for it comes, over the line or on the card.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from mobile.ports import (
    RELAYED_NAME,
    Accounts,
    Clock,
    FileOnItsWay,
    FileState,
    FileStore,
    Held,
    Keystore,
    Outbox,
    QueuedReport,
    QueueState,
    Relayed,
    RelayedReport,
    ToCarry,
)
from mobile.services.on_card import OnCard, read_envelope
from mobile.services.trust import receipt_is_true
from mobile.services.way import Halt, Halted, Moved, Watched, Way, never, silent
from shared.problems import Problem
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.card import Card
from shared.wire.v1.messages import Receipt
from shared.wire.v1.seal import to_bytes
from shared.wire.v1.signed import Signed, read_signed

PAGE = 100
REMEMBERED = timedelta(days=30)  # since it was taken in: how long a report that has arrived is told of
FOLDER = "kiem-khoang"  # made where an officer points at, unless that is a card itself: it may hold other things
_OF_THE_CARD = frozenset({"card_full", "card_failed", "card_locked", "card_invalid"})


class Thing(StrEnum):
    REPORT = "report"
    FILE = "file"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing on a card, or for it, that was left where it is, and the problem's code."""

    thing: Thing
    name: str
    code: str


@dataclass(slots=True)
class CardWritten:
    """What lies on the card now, and where that is. `halted`: that is not all of it."""

    reports: int = 0
    files: int = 0
    receipts: int = 0
    halted: bool = False
    refused: list[Refused] = field(default_factory=list)
    folder: Path = field(default=Path(), compare=False)


@dataclass(slots=True)
class CardTaken:
    """`reports`, `files`: new on this phone; `known`: reports that were here or are its own; `receipts`: that told this
    phone something new; `phones`: from which the new reports say that they come."""

    reports: int = 0
    files: int = 0
    known: int = 0
    receipts: int = 0
    halted: bool = False
    refused: list[Refused] = field(default_factory=list)
    phones: set[str] = field(default_factory=set, compare=False)


def card_to_write(pointed_at: Path) -> Path:
    """Problem `card_failed` when it has gone: what is written then would lie where the card was put in."""
    return _at(pointed_at) or pointed_at / FOLDER


def card_to_read(pointed_at: Path) -> Path:
    """Problem `card_failed`, and `card_invalid` when there is none."""
    found = _at(pointed_at)
    if found is None:
        raise Problem("card_invalid")
    return found


def _at(pointed_at: Path) -> Path | None:
    if not pointed_at.is_dir():
        raise Problem("card_failed")
    return next((folder for folder in (pointed_at, pointed_at / FOLDER) if Card.is_at(folder)), None)


class Relay:
    def __init__(
        self,
        outbox: Outbox,
        relayed: Relayed,
        files: FileStore,
        held: Held,
        accounts: Accounts,
        keystore: Keystore,
        clock: Clock,
    ) -> None:
        self._outbox, self._relayed, self._files, self._held = outbox, relayed, files, held
        self._accounts, self._keystore, self._clock = accounts, keystore, clock

    def to_carry(self) -> ToCarry:
        """What `export` would write now."""
        return self._held.to_carry(since=self._clock.now() - REMEMBERED)

    def carried(self, *, limit: int) -> tuple[RelayedReport, ...]:
        """Of colleagues; what the server has not vouched for first, and what it has for as long as it may matter."""
        return self._relayed.unvouched_first(limit=limit, since=self._clock.now() - REMEMBERED)

    # --- onto a card

    def export(
        self,
        folder: Path,
        reports: Collection[UUID] | None = None,
        *,
        moved: Moved = silent,
        halted: Halted = never,
    ) -> CardWritten:
        """Write what the server has not vouched for, what is carried for colleagues included, and the receipts of what
        this phone delivered of that card; or the chosen own `reports` with all their files. Files last: a card that is
        full has the rest at least. Repeatable. Problem `card_full`, `card_failed`, `card_locked`, `card_invalid`."""
        card, written, way = Card.create(folder), CardWritten(folder=folder), Way(moved, halted)
        try:
            files = self._put_reports(card, reports, written, way)
            if reports is None:
                written.receipts = self._put_receipts(card, way)
            self._put_files(card, files, written, way)
        except Halt:
            written.halted = True
        return written

    def _put_reports(
        self, card: Card, chosen: Collection[UUID] | None, written: CardWritten, way: Way
    ) -> Mapping[str, FileOnItsWay]:
        """Their files that are to follow, by hash."""
        files: dict[str, FileOnItsWay] = {}
        for report in self._own(chosen):
            way.look()
            if self._put(card, report.id, report.manifest_sha256, report.key, own=True, written=written):
                files |= {file.sha256: file for file in report.files if _travels(file, chosen=chosen is not None)}
        for carried in self._relayed.reports(limit=-1) if chosen is None else ():
            way.look()
            if self._put(card, carried.id, carried.manifest_sha256, carried.key, own=False, written=written):
                files |= {file.sha256: file for file in carried.files if file.here and _travels(file, chosen=False)}
        return files

    def _put_receipts(self, card: Card, way: Way) -> int:
        count = 0
        for entry in card.reports():
            way.look()
            found = read_envelope(entry.body)
            text = None if found is None else self._relayed.receipt_for(found.manifest_sha256)
            if found is not None and text is not None:
                card.add_receipt(found.report, text)
                count += 1
        return count

    def _own(self, chosen: Collection[UUID] | None) -> Iterator[QueuedReport]:
        """Sealed last first."""
        if chosen is not None:
            yield from (self._outbox.get(report) for report in chosen)
            return
        before: UUID | None = None
        while page := self._outbox.reports(limit=PAGE, before=before):
            yield from (report for report in page if report.state is not QueueState.CONFIRMED)
            before = page[-1].id

    def _put(
        self, card: Card, report: UUID, manifest_sha256: str, key: UUID, *, own: bool, written: CardWritten
    ) -> bool:
        try:
            body = to_bytes(self._outbox.envelope(key)) if own else self._relayed.body(key)
        except KeyError:
            return True  # the server has it, and this phone keeps no copy of what is not its own; files may be wanted
        except Problem as problem:
            written.refused.append(Refused(Thing.REPORT, str(report), problem.code))
            return False
        card.add_report(report, manifest_sha256, body)
        written.reports += 1
        return True

    def _put_files(self, card: Card, files: Mapping[str, FileOnItsWay], written: CardWritten, way: Way) -> None:
        way.begin(sum(file.bytes for file in files.values()))
        through = 0
        for sha256, file in files.items():
            try:
                with self._files.open(file.name) as content:
                    card.add_file(sha256, Watched(content, way))
                written.files += 1
            except Problem as problem:
                if problem.code in _OF_THE_CARD:
                    raise
                written.refused.append(Refused(Thing.FILE, file.name, problem.code))
            through += file.bytes
            way.at(through)  # also past what lay there before

    # --- from a card

    def take_in(self, folder: Path, *, moved: Moved = silent, halted: Halted = never) -> CardTaken:
        """Queue a colleague's reports and files for delivery, and believe receipts that a pinned key signed. What makes
        no sense is named and left; everything else is taken. Repeatable. Problem `not_enrolled`, `card_invalid`,
        `card_failed`, `phone_full`."""
        if self._accounts.device() is None:
            raise Problem("not_enrolled")
        card, taken, way = Card.open(folder), CardTaken(), Way(moved, halted)
        try:
            self._take_reports(card, taken, way)
            self._take_receipts(card, taken)
            self._take_files(card, taken, way)
        except Halt:
            taken.halted = True
        if not Card.is_at(folder):
            raise Problem("card_failed")  # pulled out: what is missing then only looks as if it never lay there
        return taken

    def _take_reports(self, card: Card, taken: CardTaken, way: Way) -> None:
        for entry in card.reports():
            way.look()
            found = read_envelope(entry.body)
            if found is None:
                code = "card_report_invalid" if entry.problem is None else entry.problem.code
                taken.refused.append(Refused(Thing.REPORT, entry.name, code))
            elif self._is_own(found) or not self._relayed.take(
                found.report, found.manifest_sha256, entry.body, found.files, self._clock.now()
            ):
                taken.known += 1
            else:
                taken.reports += 1
                taken.phones.add(found.device)

    def _is_own(self, found: OnCard) -> bool:
        try:
            return self._outbox.get(found.report).manifest_sha256 == found.manifest_sha256
        except KeyError:
            return False

    def _take_files(self, card: Card, taken: CardTaken, way: Way) -> None:
        lying = {sha256: path for sha256 in sorted(self._relayed.wanted()) if (path := card.file(sha256)) is not None}
        sizes = {sha256: _size_of(path) for sha256, path in lying.items()}
        way.begin(sum(sizes.values()))
        for sha256, path in lying.items():
            try:
                self._take_file(sha256, path)
            except Problem as problem:
                if problem.code == "phone_full":
                    raise
                taken.refused.append(Refused(Thing.FILE, sha256, problem.code))
            else:
                taken.files += self._relayed.file_came(sha256, RELAYED_NAME + sha256) > 0
            way.more(sizes[sha256])

    def _take_file(self, sha256: str, path: Path) -> None:
        name = RELAYED_NAME + sha256
        if self._files.add(name, path).sha256 != sha256:
            self._files.remove(name)
            raise Problem("card_file_differs", name=sha256[:16])

    def _take_receipts(self, card: Card, taken: CardTaken) -> None:
        for name, raw in card.receipts():
            try:
                taken.receipts += self._believe(read_signed(Receipt, parse_json(raw)))
            except Problem as problem:
                taken.refused.append(Refused(Thing.RECEIPT, name, problem.code))

    def _believe(self, receipt: Signed[Receipt]) -> bool:
        """Whether it told something new. A receipt for a report of another phone is nobody's business here."""
        said = receipt.message
        if not receipt_is_true(receipt, self._accounts.server_keys(), self._keystore):
            raise Problem("not_our_server")
        carried = self._relayed.receipt_for(said.manifest_sha256)
        self._relayed.receipt_came(said, receipt.text)
        try:
            before = self._outbox.get(said.report)
        except KeyError:
            return carried is None and self._relayed.receipt_for(said.manifest_sha256) is not None
        if before.manifest_sha256 != said.manifest_sha256 or before.state is QueueState.CONFIRMED:
            return False
        self._outbox.receipt_came(said, receipt.text)
        return self._outbox.get(said.report) != before


def _travels(file: FileOnItsWay, *, chosen: bool) -> bool:
    return file.state is not FileState.DAMAGED and (chosen or file.state is not FileState.CONFIRMED)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # gone since it was found: reading it will say so
