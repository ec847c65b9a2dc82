"""From envelopes to filed reports: opened, their parties known, received, what lies here already confirmed."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.accounts import selectors as accounts
from backend.accounts.models import Device, Officer
from backend.audit import signing
from backend.audit.selectors import head_hash
from backend.common.problems import as_problem
from backend.enforcement.tasks import Named, tasks_answer
from backend.inspections import evidence as files
from backend.inspections import selectors as inspections
from backend.inspections.models import Evidence, Report
from backend.inspections.receiving import Arrival, Received, report_receive, reports_receive
from shared.problems import FieldError, Problem
from shared.wire.v1.messages import Envelope, EvidenceState, Manifest
from shared.wire.v1.records import BasisKind
from shared.wire.v1.seal import SealedReport, open_envelope, read_envelope

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who brings something: `device` and `officer` are None without a token. `from_card`: it lay on a memory card.
    `at_office`: who does this there (imports a card, tries again what waits), whoever brought it; "" for nobody."""

    device: Device | None
    officer: Officer | None
    from_card: bool = False
    at_office: str = ""

    @property
    def actor(self) -> str:
        if self.at_office:
            return self.at_office
        if self.device is not None:
            return f"device:{self.device.id}"
        return str(self.officer.id) if self.officer is not None else "anonymous"


@dataclass(frozen=True, slots=True)
class Answer:
    """`evidence`, `head`, `key`: the report's files, a head of the audit chain and the id of the key that signs, as
    they stood after filing; "" where that was not asked."""

    status: int
    report: Report
    evidence: tuple[Evidence, ...] = ()
    head: str = ""
    key: str = ""


Filed = Answer | Problem


@dataclass(slots=True)
class _Parties:
    """The devices, officers and units that envelopes name: each kind is asked for once, and who delivers with a token
    is known already."""

    devices: dict[str, Device] = field(default_factory=dict)
    officers: dict[UUID, Officer] = field(default_factory=dict)
    units: set[UUID] = field(default_factory=set)

    @classmethod
    def of(cls, delivery: Delivery) -> "_Parties":
        parties = cls()
        if delivery.device is not None:
            parties.devices[delivery.device.key_id] = delivery.device
        if delivery.officer is not None:
            parties._know(delivery.officer)
        return parties

    def read_devices(self, keys: Iterable[str]) -> None:
        if missing := set(keys) - self.devices.keys():
            self.devices |= {device.key_id: device for device in accounts.devices_by_key(missing)}

    def read_people(self, manifests: Sequence[Manifest]) -> None:
        if missing := {manifest.officer for manifest in manifests} - self.officers.keys():
            for officer in accounts.officers_by_id(missing):
                self._know(officer)
        if missing := {manifest.unit for manifest in manifests} - self.units:
            self.units |= accounts.units_that_exist(missing)

    def _know(self, officer: Officer) -> None:
        self.officers[officer.id] = officer
        if officer.unit_id is not None:
            self.units.add(officer.unit_id)


def envelopes_file(values: Sequence[Any], *, report_id: UUID | None, delivery: Delivery, now: datetime) -> list[Filed]:
    """File each envelope (a JSON value) or say why not, in order; the queries are as many for a hundred as for one.
    `report_id`: the id in the address of a single one.

    What fails in a way nobody foresaw is raised where it came alone. Among others it is answered with `server_error`
    (or what it is, where that is known), and holds up none of them.
    """
    parties = _Parties.of(delivery)
    envelopes = [_or_problem(read_envelope, value) for value in values]
    parties.read_devices(one.key for one in envelopes if isinstance(one, Envelope))
    opened = [
        one if isinstance(one, Problem) else _or_problem(_open, one, parties.devices.get(one.key), report_id)
        for one in envelopes
    ]
    parties.read_people([one[0].manifest for one in opened if isinstance(one, tuple)])
    arrivals = [one if isinstance(one, Problem) else _or_problem(_arrival, *one, parties, delivery) for one in opened]
    outcomes = iter(_received([one for one in arrivals if isinstance(one, Arrival)], now))
    filed = [next(outcomes) if isinstance(one, Arrival) else one for one in arrivals]
    _answer_tasks(arrivals, filed, delivery, now)
    return _answers(filed, delivery, now)


def _answer_tasks(arrivals: Sequence[Any], filed: Sequence[Any], delivery: Delivery, now: datetime) -> None:
    """Also of reports that were here already: a server that was killed after one was received and before this has not
    answered for it, so it comes again."""
    named = []
    for arrival, outcome in zip(arrivals, filed, strict=True):
        if not isinstance(arrival, Arrival) or not isinstance(outcome, Received):
            continue
        basis = arrival.sealed.facts.inspection.basis
        number = (basis.number or "") if basis.kind is BasisKind.TASK else ""
        if number or arrival.sealed.manifest.supersedes is not None:
            named.append(Named(outcome.report, number))
    if named:
        tasks_answer(named, actor=delivery.actor, now=now)


def _or_problem(work: Any, *args: Any) -> Any:
    try:
        return work(*args)
    except Problem as problem:
        return problem


def _open(envelope: Envelope, device: Device | None, report_id: UUID | None) -> tuple[SealedReport, Device]:
    sealed = open_envelope(
        envelope,
        lambda _, message, signature: (
            None if device is None else signing.signature_holds(device.public_key, message, signature)
        ),
    )
    if device is None:  # `open_envelope` said so already; this says it to the type checker
        raise Problem("device_unknown")
    if report_id is not None and sealed.manifest.id != report_id:
        raise Problem("id_mismatch", errors=(FieldError("id", "value", {"expected": str(report_id)}),))
    return sealed, device


def _arrival(sealed: SealedReport, device: Device, parties: _Parties, delivery: Delivery) -> Arrival | Received:
    try:
        officer = _officer(sealed, device, parties)
    except Problem:
        kept = inspections.report_by_id(sealed.manifest.id)
        if kept is None or kept.manifest_sha256 != sealed.manifest_sha256:
            raise
        return Received(kept, new=False)  # whatever became of its officer since
    flags = _flags(sealed, device, officer, delivery)
    return Arrival(sealed, device, officer, delivery.device, flags)


def _officer(sealed: SealedReport, device: Device, parties: _Parties) -> Officer:
    """The officer the manifest names. A device, officer or unit that this office does not know makes the whole
    report unreadable for it: Problem `report_invalid`."""
    manifest = sealed.manifest
    errors = []
    if manifest.device != device.id:
        errors.append(FieldError("device", "value", {"expected": "the device of this key"}))
    officer = parties.officers.get(manifest.officer)
    if officer is None or officer.unit_id is None:
        errors.append(FieldError("officer", "value", {"expected": "an officer of this office"}))
    if manifest.unit not in parties.units:
        errors.append(FieldError("unit", "value", {"expected": "a unit of this office"}))
    if errors or officer is None:
        raise Problem("report_invalid", errors=tuple(errors))
    return officer


def _flags(sealed: SealedReport, device: Device, officer: Officer, delivery: Delivery) -> tuple[str, ...]:
    """What is odd about how it came; what is odd about itself, its receipt finds."""
    flags = []
    if sealed.manifest.unit != officer.unit_id:
        flags.append("unit_differs")
    if device.revoked_at is not None:
        flags.append("device_revoked")
    if delivery.from_card:
        flags += ["from_card", "relayed"]
    elif delivery.device is None:
        flags.append("delivered_without_token")
    elif delivery.device.id != device.id:
        flags.append("relayed")
    return tuple(flags)


def _received(arrivals: Sequence[Arrival], now: datetime) -> list[Received | Problem]:
    if len(arrivals) < 2:
        return [_or_problem(_receive, arrival, now) for arrival in arrivals]
    try:
        return reports_receive(arrivals, now)
    except Exception:
        # One of them, or the moment: none was kept. Each by itself, so that the others are, and the one says why.
        log.warning("%d reports could not be filed together", len(arrivals), exc_info=True)
    return [_by_itself(arrival, now) for arrival in arrivals]


def _receive(arrival: Arrival, now: datetime) -> Received:
    return report_receive(
        sealed=arrival.sealed,
        device=arrival.device,
        officer=arrival.officer,
        delivered_by=arrival.delivered_by,
        flags=arrival.flags,
        now=now,
    )


def _by_itself(arrival: Arrival, now: datetime) -> Received | Problem:
    try:
        return _receive(arrival, now)
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            log.exception("report %s could not be filed", arrival.sealed.manifest.id)
            problem = Problem("server_error")
        return problem


def _answers(filed: Sequence[Received | Problem], delivery: Delivery, now: datetime) -> list[Filed]:
    """With the files that need not travel: their bytes lie here already (another report's, or left by a server that
    was killed between writing the file and its row)."""
    known = {one.report.id: list(one.evidence) for one in filed if isinstance(one, Received) and one.new}
    here = {id_ for id_, rows in known.items() if any(_is_here(row) for row in rows)}
    asked = here | {one.report.id for one in filed if isinstance(one, Received)} - known.keys()
    if asked:
        known |= inspections.evidence_by_report(asked)
    confirmed = False
    for report_id in asked:
        for row in known[report_id]:
            if row.state != EvidenceState.CONFIRMED.value and _is_here(row):
                files.evidence_confirm(evidence=row, actor=delivery.actor, now=now)
                confirmed = True
    if confirmed:
        known |= inspections.evidence_by_report(asked)
    head = head_hash() if confirmed else ""
    return [
        one
        if isinstance(one, Problem)
        else Answer(201 if one.new else 200, one.report, tuple(known[one.report.id]), head or one.head, one.key)
        for one in filed
    ]


def _is_here(evidence: Evidence) -> bool:
    path = files.evidence_path(evidence.sha256)
    return path.is_file() and path.stat().st_size == evidence.bytes
