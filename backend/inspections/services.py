"""Writes to reports: receipt (`receiving`), review, and what follows from it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from backend.accounts.models import Officer
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.inspections.assessing import USES_PAPERS, report_assess
from backend.inspections.drawing import redraw_rows
from backend.inspections.ledger import licence_years
from backend.inspections.models import Report, Review, SealedBytes, SeenPaper
from backend.inspections.receiving import Received, may_replace, report_receive, reports_receive
from backend.registry.services.ledger import years_refresh
from backend.registry.services.licences import licences_publish
from shared.problems import FieldError, Problem
from shared.wire.v1.messages import ReportState

__all__ = [
    "Received",
    "ledger_publish",
    "report_receive",
    "report_review",
    "reports_receive",
    "reports_redraw",
    "view_record",
]


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
        if older is None or not may_replace(older, newer.officer_id, newer.unit_id):
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
