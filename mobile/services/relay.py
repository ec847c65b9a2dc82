"""A memory card, or a colleague's phone: how sealed reports travel where there is no line.

A report that was exported stays in the outbox until a signed receipt for it comes, over the line or on the card.
"""

import base64
import binascii
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from mobile.ports import (
    RELAYED_NAME,
    Accounts,
    Clock,
    Declared,
    FileOnItsWay,
    FileState,
    FileStore,
    Keystore,
    Outbox,
    QueuedReport,
    QueueState,
    Relayed,
)
from mobile.services.trust import receipt_is_true
from shared.problems import Problem
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.card import Card
from shared.wire.v1.checks import is_hash
from shared.wire.v1.codec import MAX_INTEGER
from shared.wire.v1.messages import Receipt
from shared.wire.v1.seal import peek_manifest, sha256_hex, to_bytes
from shared.wire.v1.signed import Signed, read_signed

PAGE = 100


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing on a card, or for it, that was left where it is, and the problem's code."""

    name: str
    code: str


@dataclass(slots=True)
class CardWritten:
    reports: int = 0
    files: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(slots=True)
class CardTaken:
    """`reports`, `files`: new on this phone; `known`: reports that were here or are its own; `receipts`: that told this
    phone something new."""

    reports: int = 0
    files: int = 0
    known: int = 0
    receipts: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _OnCard:
    report: UUID
    manifest_sha256: str
    files: tuple[Declared, ...]


class Relay:
    def __init__(
        self,
        outbox: Outbox,
        relayed: Relayed,
        files: FileStore,
        accounts: Accounts,
        keystore: Keystore,
        clock: Clock,
    ) -> None:
        self._outbox, self._relayed, self._files = outbox, relayed, files
        self._accounts, self._keystore, self._clock = accounts, keystore, clock

    # --- onto a card

    def export(self, folder: Path, reports: Collection[UUID] | None = None) -> CardWritten:
        """Write what the server has not vouched for, what is carried for colleagues included, or the chosen own
        `reports` with all their files. All reports first: a card that is full has them at least. Repeatable. Problem
        `card_full`, `card_failed`, `card_invalid`."""
        card, written = Card.create(folder), CardWritten()
        files: dict[str, FileOnItsWay] = {}
        for report in self._own(reports):
            if self._put(card, report.id, report.manifest_sha256, report.key, own=True, written=written):
                files |= {file.sha256: file for file in report.files if _travels(file, chosen=reports is not None)}
        for carried in self._relayed.reports(limit=-1) if reports is None else ():
            if self._put(card, carried.id, carried.manifest_sha256, carried.key, own=False, written=written):
                files |= {file.sha256: file for file in carried.files if file.here and _travels(file, chosen=False)}
        for sha256, file in files.items():
            self._put_file(card, sha256, file.name, written)
        return written

    def bring_back(self, folder: Path) -> int:
        """Write the receipts of the card's reports that this phone has delivered; how many. Problem `card_…`."""
        card, written = Card.open(folder), 0
        for entry in card.reports():
            found = _read(entry.body)
            text = None if found is None else self._relayed.receipt_for(found.manifest_sha256)
            if found is not None and text is not None:
                card.add_receipt(found.report, text)
                written += 1
        return written

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
            written.refused.append(Refused(str(report), problem.code))
            return False
        card.add_report(report, manifest_sha256, body)
        written.reports += 1
        return True

    def _put_file(self, card: Card, sha256: str, name: str, written: CardWritten) -> None:
        try:
            with self._files.open(name) as content:
                card.add_file(sha256, content)
            written.files += 1
        except Problem as problem:
            if problem.code in ("card_full", "card_failed", "card_invalid"):
                raise
            written.refused.append(Refused(name, problem.code))

    # --- from a card

    def take_in(self, folder: Path) -> CardTaken:
        """Queue a colleague's reports and files for delivery, and believe receipts that a pinned key signed. What makes
        no sense is named and left; everything else is taken. Repeatable. Problem `not_enrolled`, `card_invalid`,
        `card_failed`, `phone_full`."""
        if self._accounts.device() is None:
            raise Problem("not_enrolled")
        card, taken = Card.open(folder), CardTaken()
        self._take_reports(card, taken)
        self._take_files(card, taken)
        self._take_receipts(card, taken)
        return taken

    def _take_reports(self, card: Card, taken: CardTaken) -> None:
        for entry in card.reports():
            found = _read(entry.body)
            if found is None:
                code = "card_report_invalid" if entry.problem is None else entry.problem.code
                taken.refused.append(Refused(entry.name, code))
            elif self._is_own(found) or not self._relayed.take(
                found.report, found.manifest_sha256, entry.body, found.files, self._clock.now()
            ):
                taken.known += 1
            else:
                taken.reports += 1

    def _is_own(self, found: _OnCard) -> bool:
        try:
            return self._outbox.get(found.report).manifest_sha256 == found.manifest_sha256
        except KeyError:
            return False

    def _take_files(self, card: Card, taken: CardTaken) -> None:
        for sha256 in sorted(self._relayed.wanted()):
            path = card.file(sha256)
            if path is None:
                continue
            name = RELAYED_NAME + sha256
            try:
                stored = self._files.add(name, path)
                if stored.sha256 != sha256:
                    self._files.remove(name)
                    raise Problem("card_file_differs", name=sha256[:16])
            except Problem as problem:
                if problem.code == "phone_full":
                    raise
                taken.refused.append(Refused(sha256, problem.code))
                continue
            taken.files += self._relayed.file_came(sha256, name) > 0

    def _take_receipts(self, card: Card, taken: CardTaken) -> None:
        for name, raw in card.receipts():
            try:
                taken.receipts += self._believe(read_signed(Receipt, parse_json(raw)))
            except Problem as problem:
                taken.refused.append(Refused(name, problem.code))

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


def _read(body: bytes) -> _OnCard | None:
    """What this phone must know of an envelope to carry it: it may be of a newer version. None for what is none."""
    try:
        value = parse_json(body)
        raw = base64.b64decode(value["manifest"], validate=True) if isinstance(value, dict) else b""
        manifest = peek_manifest(raw)
        report = UUID(str(manifest["id"]))
    except (Problem, KeyError, TypeError, ValueError, binascii.Error):
        return None
    evidence = manifest.get("evidence")
    declared = (_declared(entry) for entry in evidence) if isinstance(evidence, list) else ()
    return _OnCard(report, sha256_hex(raw), tuple(entry for entry in declared if entry is not None))


def _declared(entry: Any) -> Declared | None:
    if not isinstance(entry, dict):
        return None
    sha256, size = entry.get("sha256"), entry.get("bytes")
    if not isinstance(sha256, str) or not is_hash(sha256):
        return None
    if isinstance(size, bool) or not isinstance(size, int) or not 0 < size <= MAX_INTEGER:
        return None
    try:
        return Declared(UUID(str(entry.get("id"))), sha256, size)
    except ValueError:
        return None
