"""Receipt of sealed reports: one, or many that come together, each kept once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from backend.accounts.models import Device, DeviceOfficer, Officer
from backend.accounts.selectors import ENROLMENT, enrolments_statement
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.audit.models import Event
from backend.audit.selectors import NEWEST_KEY
from backend.common.asking import Statement, ask_together, rows_of
from backend.common.inserting import insert_together
from backend.common.queueing import waiting_row
from backend.inspections.assessing import report_assess, reports_assess
from backend.inspections.drawing import columns, drawn_rows, quantity_flags
from backend.inspections.loads import column_text
from backend.inspections.models import Evidence, Report, SealedBytes, SealedIdentity
from backend.registry.selectors.terms import Register, register_from, register_statement
from shared.problems import FieldError, Problem
from shared.wire.v1.messages import ReportState
from shared.wire.v1.seal import ChainFlag, SealedReport, chain_flags

_COUNTED = (ReportState.ACCEPTED.value, ReportState.SUPERSEDED.value)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sealed report that was opened, and who it is from. `flags`: what is odd about how it came."""

    sealed: SealedReport
    device: Device
    officer: Officer
    delivered_by: Device | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """`evidence`, `head`, `key`: of a new report, its files as declared, the hash of the last audit event with it, and
    the id of the key that signed then, "" before the first."""

    report: Report
    new: bool
    evidence: tuple[Evidence, ...] = ()
    head: str = ""
    key: str = ""


Outcome = Received | Problem


def report_receive(
    *,
    sealed: SealedReport,
    device: Device,
    officer: Officer,
    delivered_by: Device | None,
    flags: tuple[str, ...],
    now: datetime,
) -> Received:
    """Keep a sealed report once. The same manifest again is the same report; another manifest under its id is Problem
    `report_differs`. Everything, the audit event and the order to assess it included, in one transaction."""
    arrival = Arrival(sealed, device, officer, delivered_by, flags)
    try:
        outcome = reports_receive([arrival], now)[0]
    except IntegrityError:
        # The same id came from another device in the same instant and was first: now it is there to be seen.
        outcome = reports_receive([arrival], now)[0]
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def reports_receive(arrivals: Sequence[Arrival], now: datetime) -> list[Outcome]:
    """`report_receive` for each, as if they came in this order, in one transaction and with a fixed number of queries.
    IntegrityError, and none is kept, where one came from another device in the same instant."""
    with transaction.atomic():
        shelf, key = _ask(arrivals)
        placed = [_place(arrival, shelf, now) for arrival in arrivals]
        head = _write(shelf, now) if shelf.new else ""
    return [
        Received(one.report, new=True, evidence=tuple(one.evidence), head=head, key=key)
        if isinstance(one, _New)
        else one
        for one in placed
    ]


@dataclass(slots=True)
class _New:
    report: Report
    arrival: Arrival
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(slots=True)
class _Shelf:
    """The reports that those which arrive have to do with, in the database or new. `mended`: the flags of these rows
    changed. `enrolled`: by device and officer. `register`: as it stands for these reports."""

    enrolled: dict[tuple[UUID, UUID], DeviceOfficer]
    register: Callable[[], Register]
    by_id: dict[UUID, Report] = field(default_factory=dict)
    by_place: dict[tuple[UUID, int], list[Report]] = field(default_factory=lambda: defaultdict(list))
    corrections: dict[UUID, list[Report]] = field(default_factory=lambda: defaultdict(list))
    new: list[_New] = field(default_factory=list)
    mended: dict[UUID, Report] = field(default_factory=dict)

    def numbered(self, events: Sequence[Event]) -> list[list[Any]]:
        """The new reports, each with the index of its event."""
        for one, event in zip(self.new, events, strict=True):
            one.report.number = event.index
        return [[one.report for one in self.new]]

    def add(self, report: Report) -> None:
        self.by_id[report.id] = report
        self.by_place[report.device_id, report.sequence].append(report)
        if report.supersedes is not None and report.state in _COUNTED:
            self.corrections[report.supersedes].append(report)


_BESIDE = (
    *("id", "number", "state", "device_id", "officer_id", "unit_id", "sequence", "previous", "manifest_sha256"),
    *("supersedes", "flags", "received_at"),
)


def _ask(arrivals: Sequence[Arrival]) -> tuple[_Shelf, str]:
    """Everything that has to be known, with the devices locked first; and the id of the key that signs.

    One delivery of a device at a time, so that neighbours in its chain see each other. NO KEY: a plain lock would also
    hold up rows that merely name the device (a colleague's relay, quarantine), whose transactions check that at their
    end, with the head of the audit chain locked: a deadlock. In order, lest two batches wait for each other. SQLite
    lets one write at a time.
    """
    devices = sorted({arrival.device.id for arrival in arrivals})
    officers = sorted({arrival.officer.id for arrival in arrivals})
    lock = f"SELECT 1 FROM {Device._meta.db_table} WHERE id IN ({_marks(devices)}) ORDER BY id"  # noqa: S608 - our own
    if connection.features.has_select_for_no_key_update:
        lock += " FOR NO KEY UPDATE"
    standing, values = register_statement()
    _, enrolled, (stands,), beside = ask_together(
        (lock, _ids(devices)),
        enrolments_statement(devices, officers),
        (f"{standing}, ({NEWEST_KEY})", values),
        _neighbours(arrivals),
    )
    shelf = _Shelf(
        {(row.device_id, row.officer_id): row for row in rows_of(DeviceOfficer, ENROLMENT, enrolled)},
        cache(lambda: register_from(stands[:-1])),
    )
    for row in sorted(rows_of(Report, _BESIDE, beside), key=lambda row: row.number or 0):
        shelf.add(row)
    return shelf, stands[-1] or ""


def _neighbours(arrivals: Sequence[Arrival]) -> Statement:
    """Asks for those with the same ids, those before, beside and after in the devices' chains, what they correct and
    what corrects them."""
    manifests = [arrival.sealed.manifest for arrival in arrivals]
    ids = {manifest.id for manifest in manifests}
    older = {manifest.supersedes for manifest in manifests if manifest.supersedes is not None}
    places: dict[UUID, set[int]] = defaultdict(set)
    for arrival, manifest in zip(arrivals, manifests, strict=True):
        places[arrival.device.id] |= {manifest.sequence - 1, manifest.sequence, manifest.sequence + 1}
    asked, values = [], []
    for words, wanted in (("id", ids | older), ("supersedes", ids)):
        asked.append(f"{words} IN ({_marks(wanted)})")
        values += _ids(sorted(wanted))
    for device, sequences in places.items():
        asked.append(f"(device_id = %s AND sequence IN ({_marks(sequences)}))")
        values += [*_ids([device]), *sorted(sequences)]
    query = f"SELECT {', '.join(_BESIDE)} FROM {Report._meta.db_table} WHERE {' OR '.join(asked)}"  # noqa: S608 - our own
    return query, values


def _marks(values: Iterable[object]) -> str:
    return ", ".join("%s" for _ in values)


def _ids(values: Iterable[UUID]) -> list[Any]:
    return [Report._meta.pk.get_db_prep_value(value, connection) for value in values]


def _place(arrival: Arrival, shelf: _Shelf, now: datetime) -> Received | Problem | _New:
    """Find it on the shelf, or put it there with its flags."""
    existing = shelf.by_id.get(arrival.sealed.manifest.id)
    if existing is not None:
        if existing.manifest_sha256 != arrival.sealed.manifest_sha256:
            return Problem("report_differs")
        return Received(existing, new=False)
    if arrival.officer.unit_id is None:
        return Problem(
            "report_invalid", errors=(FieldError("officer", "value", {"expected": "an officer with a unit"}),)
        )
    report = Report(
        **columns(arrival.sealed),
        device_id=arrival.device.id,
        officer_id=arrival.officer.id,
        unit_id=arrival.officer.unit_id,
        received_at=now,
        delivered_by_id=None if arrival.delivered_by is None else arrival.delivered_by.id,
        flags=sorted({*_chain_flags(arrival, shelf), *arrival.flags, *_other_flags(arrival, shelf, now)}),
    )
    _mend_successors(report, shelf)
    newer = next(
        (row for row in shelf.corrections[report.id] if may_replace(report, row.officer_id, row.unit_id)), None
    )
    if newer is not None:  # a correction may arrive, and be accepted or itself corrected, before what it corrects
        report.state, report.superseded_by_id = ReportState.SUPERSEDED.value, newer.id
    shelf.add(report)
    made = _New(report, arrival)
    shelf.new.append(made)
    return made


def _chain_flags(arrival: Arrival, shelf: _Shelf) -> tuple[str, ...]:
    """`before`: of several reports with the number before, the one named."""
    manifest, device = arrival.sealed.manifest, arrival.device.id
    before = [row.manifest_sha256 for row in shelf.by_place[device, manifest.sequence - 1]]
    return chain_flags(
        manifest.sequence,
        manifest.previous,
        before=manifest.previous if manifest.previous in before else next(iter(before), None),
        same_sequence=bool(shelf.by_place[device, manifest.sequence]),
    )


def _other_flags(arrival: Arrival, shelf: _Shelf, now: datetime) -> Iterator[str]:
    enrolment = shelf.enrolled.get((arrival.device.id, arrival.officer.id))
    if enrolment is None:
        yield "officer_switched"
    elif enrolment.revoked_at is not None:
        yield "officer_revoked"
    yield from _clock_flags(arrival.sealed, arrival.device, now)
    yield from quantity_flags(arrival.sealed)
    supersedes = arrival.sealed.manifest.supersedes
    if supersedes is not None:
        older = shelf.by_id.get(supersedes)
        if older is None:
            yield "supersedes_unknown"
        elif not may_replace(older, arrival.officer.id, arrival.officer.unit_id):
            yield "supersedes_foreign"


def _clock_flags(sealed: SealedReport, device: Device, now: datetime) -> list[str]:
    """A phone that seals in the future or before it was enrolled has a clock nobody can rely on."""
    tolerance: timedelta = settings.CLOCK_TOLERANCE
    sealed_at = sealed.manifest.sealed_at
    absurd = (
        sealed_at > now + tolerance
        or sealed_at < device.enrolled_at - tolerance
        or sealed.facts.started_at > sealed_at + tolerance
    )
    return ["clock_absurd"] if absurd else []


def may_replace(older: Report, officer: UUID, unit: UUID | None) -> bool:
    """A correction counts when it comes from who filed the report or from the same unit, as stamped at receipt."""
    return older.officer_id == officer or older.unit_id == unit


def _mend_successors(report: Report, shelf: _Shelf) -> None:
    """The report after this one in the chain may have waited for it: its gap closes, or turns out to be a break. A
    break closes when the one it names arrives after another of the same number."""
    for later in shelf.by_place[report.device_id, report.sequence + 1]:
        flags = set(later.flags)
        if later.previous == report.manifest_sha256:
            flags -= {ChainFlag.GAP, ChainFlag.BROKEN}
        elif ChainFlag.GAP in flags:
            flags = flags - {ChainFlag.GAP} | {ChainFlag.BROKEN}
        if flags != set(later.flags):
            later.flags = sorted(flags)
            if later.number is not None:  # one that is new here as well is not written yet
                shelf.mended[later.id] = later


def _write(shelf: _Shelf, now: datetime) -> str:
    """Write what is new; the hash of the last audit event. The head of the audit chain is locked last, and the reports
    come after it, for their number is their event's: what hangs on them is there already."""
    groups: list[list[Any]] = []
    for one in shelf.new:
        one.evidence = _evidence(one)
        rows = [_sealed_bytes(one)], _identities(one), one.evidence
        drawn = drawn_rows(one.report, one.arrival.sealed.facts, one.arrival.sealed.assessment, shelf.register)
        groups.append([*rows, *drawn])
    insert_together(*([row for rows in of_one_model for row in rows] for of_one_model in zip(*groups, strict=True)))
    if shelf.mended:
        Report.objects.bulk_update(shelf.mended.values(), ["flags"])
    ids = [str(one.report.id) for one in shelf.new]
    waiting = waiting_row(report_assess, ids[0]) if len(ids) == 1 else waiting_row(reports_assess, ids)
    events = audit.record_many(
        Action.REPORT_RECEIVED,
        [_entry(one) for one in shelf.new],
        at=now,
        along=lambda events: [*shelf.numbered(events), [] if waiting is None else [waiting]],
    )
    if waiting is None and len(ids) == 1:
        report_assess.enqueue(ids[0])
    elif waiting is None:
        reports_assess.enqueue(ids)
    return events[-1].hash


def _entry(one: _New) -> audit.Entry:
    manifest, delivered_by = one.arrival.sealed.manifest, one.arrival.delivered_by
    return audit.Entry(
        subject=f"report:{one.report.id}",
        actor=f"device:{one.arrival.device.id}",
        data={
            "manifest": one.arrival.sealed.manifest_sha256,
            "sequence": manifest.sequence,
            "flags": list(one.report.flags),
            "delivered_by": None if delivered_by is None else str(delivered_by.id),
        },
    )


def _sealed_bytes(one: _New) -> SealedBytes:
    envelope = one.arrival.sealed.envelope
    return SealedBytes(
        report_id=one.report.id,
        manifest=envelope.manifest,
        signature=envelope.signature,
        key=envelope.key,
        facts=envelope.parts.facts,
        assessment=envelope.parts.assessment,
    )


def _identities(one: _New) -> list[SealedIdentity]:
    sealed = one.arrival.sealed
    return [
        SealedIdentity(report_id=one.report.id, sha256=sha256, content=content)
        for sha256, content in zip(sealed.manifest.identities, sealed.envelope.parts.identities, strict=True)
    ]


def _evidence(one: _New) -> list[Evidence]:
    return [
        Evidence(
            report_id=one.report.id,
            evidence_id=entry.id,
            position=i,
            sha256=entry.sha256,
            bytes=entry.bytes,
            media_type=column_text(entry.media_type, 100),
            purpose=entry.purpose.value,
            taken_at=entry.taken_at,
            from_app_camera=entry.from_app_camera,
        )
        for i, entry in enumerate(one.arrival.sealed.manifest.evidence)
    ]
