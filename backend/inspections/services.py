"""Writes to reports: receipt, confirmation of files, review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from backend.accounts.models import Device, Officer
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.inspections.assessing import USES_PAPERS, report_assess
from backend.inspections.drawing import columns, draw_rows, quantity_flags, redraw_rows
from backend.inspections.ledger import licence_years
from backend.inspections.loads import column_text
from backend.inspections.models import Evidence, Report, Review, SealedBytes, SealedIdentity, SeenPaper
from backend.registry.services.ledger import years_refresh
from backend.registry.services.licences import licences_publish
from shared.problems import FieldError, Problem
from shared.wire.v1.messages import ReportState
from shared.wire.v1.seal import ChainFlag, SealedReport, chain_flags


@dataclass(frozen=True, slots=True)
class Received:
    report: Report
    new: bool


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
    manifest = sealed.manifest
    try:
        with transaction.atomic():
            # One device at a time, so that neighbours in its chain see each other. NO KEY: a plain lock would also hold
            # up rows that merely name the device (a colleague's relay, quarantine), whose transactions check that at
            # their end, with the head of the audit chain locked: a deadlock.
            Device.objects.select_for_update(no_key=True).get(id=device.id)
            existing = Report.objects.filter(id=manifest.id).first()
            if existing is not None:
                return _same_again(existing, sealed)
            report = _insert(sealed, device, officer, delivered_by, flags, now)
            _mend_successor(report)
            _supersede_if_corrected(report, now)
            report_assess.enqueue(str(report.id))
            event = audit.record(
                Action.REPORT_RECEIVED,
                subject=f"report:{report.id}",
                actor=f"device:{device.id}",
                at=now,
                manifest=sealed.manifest_sha256,
                sequence=manifest.sequence,
                flags=list(report.flags),
                delivered_by=None if delivered_by is None else str(delivered_by.id),
            )
            report.number = event.index
            report.save(update_fields=["number"])
            return Received(report, new=True)
    except IntegrityError:
        # The same id came from another device in the same instant and was first.
        existing = Report.objects.filter(id=manifest.id).first()
        if existing is None:
            raise
        return _same_again(existing, sealed)


def _same_again(existing: Report, sealed: SealedReport) -> Received:
    if existing.manifest_sha256 != sealed.manifest_sha256:
        raise Problem("report_differs")
    return Received(existing, new=False)


def _insert(
    sealed: SealedReport,
    device: Device,
    officer: Officer,
    delivered_by: Device | None,
    flags: tuple[str, ...],
    now: datetime,
) -> Report:
    manifest, envelope = sealed.manifest, sealed.envelope
    if officer.unit is None:
        raise Problem(
            "report_invalid", errors=(FieldError("officer", "value", {"expected": "an officer with a unit"}),)
        )
    chain = chain_flags(
        manifest.sequence,
        manifest.previous,
        before=_before(device, manifest.sequence, manifest.previous),
        same_sequence=Report.objects.filter(device=device, sequence=manifest.sequence).exists(),
    )
    report = Report.objects.create(
        **columns(sealed),
        device=device,
        officer=officer,
        unit=officer.unit,
        received_at=now,
        delivered_by=delivered_by,
        flags=sorted(
            {
                *chain,
                *flags,
                *_clock_flags(sealed, device, now),
                *_correction_flags(sealed, officer),
                *quantity_flags(sealed),
            }
        ),
    )
    SealedBytes.objects.create(
        report=report,
        manifest=envelope.manifest,
        signature=envelope.signature,
        key=envelope.key,
        facts=envelope.parts.facts,
        assessment=envelope.parts.assessment,
    )
    SealedIdentity.objects.bulk_create(
        SealedIdentity(report=report, sha256=sha256, content=content)
        for sha256, content in zip(manifest.identities, envelope.parts.identities, strict=True)
    )
    Evidence.objects.bulk_create(
        Evidence(
            report=report,
            evidence_id=entry.id,
            position=i,
            sha256=entry.sha256,
            bytes=entry.bytes,
            media_type=column_text(entry.media_type, 100),
            purpose=entry.purpose.value,
            taken_at=entry.taken_at,
            from_app_camera=entry.from_app_camera,
        )
        for i, entry in enumerate(manifest.evidence)
    )
    draw_rows(report, sealed.facts, sealed.assessment)
    return report


def _before(device: Device, sequence: int, previous: str | None) -> str | None:
    """Manifest hash of the report before in the device's chain; of several with that number the one named."""
    hashes = Report.objects.filter(device=device, sequence=sequence - 1).values_list("manifest_sha256", flat=True)
    found = list(hashes.order_by("number"))
    return previous if previous in found else next(iter(found), None)


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


def _correction_flags(sealed: SealedReport, officer: Officer) -> list[str]:
    if sealed.manifest.supersedes is None:
        return []
    older = Report.objects.filter(id=sealed.manifest.supersedes).first()
    if older is None:
        return ["supersedes_unknown"]
    return [] if _may_replace(older, officer.id, officer.unit_id) else ["supersedes_foreign"]


def _may_replace(older: Report, officer: UUID, unit: UUID | None) -> bool:
    """A correction counts when it comes from who filed the report or from the same unit, as stamped at receipt."""
    return older.officer_id == officer or older.unit_id == unit


def _mend_successor(report: Report) -> None:
    """The report after this one in the chain may have waited for it: its gap closes, or turns out to be a break. A
    break closes when the one it names arrives after another of the same number."""
    for later in Report.objects.filter(device_id=report.device_id, sequence=report.sequence + 1):
        flags = set(later.flags)
        if later.previous == report.manifest_sha256:
            flags -= {ChainFlag.GAP, ChainFlag.BROKEN}
        elif ChainFlag.GAP in flags:
            flags = flags - {ChainFlag.GAP} | {ChainFlag.BROKEN}
        if flags != set(later.flags):
            later.flags = sorted(flags)
            later.save(update_fields=["flags"])


def _supersede_if_corrected(report: Report, now: datetime) -> None:
    """A correction may arrive, and be accepted or itself corrected, before the report it corrects."""
    counted = (ReportState.ACCEPTED.value, ReportState.SUPERSEDED.value)
    corrections = Report.objects.filter(supersedes=report.id, state__in=counted).order_by("number")
    newer = next((row for row in corrections if _may_replace(report, row.officer_id, row.unit_id)), None)
    if newer is not None:
        report.state, report.superseded_by = ReportState.SUPERSEDED.value, newer
        report.save(update_fields=["state", "superseded_by"])


def report_review(*, report: Report, by: Officer, verdict: str, note: str, now: datetime) -> Report:
    """Accept, return or reject. Problems `own_report`, `already_reviewed`, `request_invalid` (a note is missing)."""
    if verdict != ReportState.ACCEPTED.value and not note.strip():
        raise Problem("request_invalid", errors=(FieldError("note", "required"),))
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",), no_key=True).select_related("officer").get(id=report.id)
        if report.officer_id == by.id:
            raise Problem("own_report")
        if report.state != ReportState.RECEIVED.value:
            raise Problem("already_reviewed", state=report.state)
        Review.objects.create(report=report, officer=by, verdict=verdict, note=note.strip(), at=now)
        report.state = verdict
        report.save(update_fields=["state"])
        replaced = _replaced_by(report) if verdict == ReportState.ACCEPTED.value else []
        licences = years_refresh(licence_years([report.id, *replaced]), now=now)
        _reassess_others([*replaced, *([] if verdict == ReportState.ACCEPTED.value else [report.id])])
        audit.record(
            Action.REPORT_REVIEWED,
            subject=f"report:{report.id}",
            actor=str(by.id),
            at=now,
            verdict=verdict,
            supersedes=[str(older) for older in replaced],
        )
        ledger_publish(licences, subject=f"report:{report.id}", actor=str(by.id), now=now)
    return report


def ledger_publish(licences: Sequence[UUID], *, subject: str, actor: str, now: datetime) -> None:
    """Bring to phones the sums that `years_refresh` changed, in its transaction."""
    if licences:
        event = audit.record(
            Action.LEDGER_CHANGED, subject=subject, actor=actor, at=now, licences=[str(licence) for licence in licences]
        )
        licences_publish(licences, number=event.index, now=now)


def _reassess_others(reports: Sequence[UUID]) -> None:
    """What these reports showed counts no longer as used: others that show the same papers are judged anew."""
    papers = SeenPaper.objects.filter(report__in=reports).exclude(key="").values("key")
    others = SeenPaper.objects.filter(key__in=papers, report__state__in=USES_PAPERS).exclude(report__in=reports)
    for other in sorted(set(others.values_list("report_id", flat=True))):
        report_assess.enqueue(str(other))


def _replaced_by(report: Report) -> list[UUID]:
    """Mark what an accepted correction corrects, and what that one had corrected in its turn; their ids."""
    replaced: list[UUID] = []
    newer = report
    while newer.supersedes is not None and newer.supersedes not in (report.id, *replaced):
        older = Report.objects.select_for_update(no_key=True).filter(id=newer.supersedes).first()
        if older is None or not _may_replace(older, newer.officer_id, newer.unit_id):
            break
        older.state, older.superseded_by = ReportState.SUPERSEDED.value, newer
        older.save(update_fields=["state", "superseded_by"])
        replaced.append(older.id)
        newer = older
    return replaced


def reports_redraw(*, after: int, limit: int, now: datetime) -> int | None:
    """Make the counting rows of the next `limit` reports above number `after` again, and with them the ledger's sums;
    the number of the last one, None when there is none left. One transaction, so that it can be taken up anywhere."""
    with transaction.atomic():
        locked = Report.objects.select_for_update(of=("self",), no_key=True).filter(number__gt=after)
        reports = list(locked.order_by("number")[:limit])
        if not reports:
            return None
        ids = [report.id for report in reports]
        pairs = licence_years(ids)
        sealed = SealedBytes.objects.in_bulk(ids)
        for report in reports:
            redraw_rows(report, sealed[report.id])
        licences = years_refresh(pairs | licence_years(ids), now=now)
        ledger_publish(licences, subject="registry:ledger", actor=audit.SYSTEM, now=now)
        return reports[-1].number


def view_record(*, action: Action, subject: str, by: Officer, now: datetime) -> None:
    """Every look at evidence or personal data is written down before it is granted."""
    with transaction.atomic():
        audit.record(action, subject=subject, actor=str(by.id), at=now)
