"""Opening and moving cases. One locked transaction: decide, save, append the event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.accounts.models import Agency, Officer
from backend.accounts.permissions import CASE_WORKERS
from backend.accounts.scoping import roles_over, scope_of
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.enforcement.models import Case, CaseEvent, CaseReport, CaseSerial
from backend.inspections.models import Report
from backend.inspections.selectors import reports_in
from shared.clock import VIETNAM
from shared.identity import uuid7
from shared.problems import FieldError, Problem
from shared.wire.v1.messages import ReportState
from shared.workflow.machine import advance
from shared.workflow.states import CaseState


def case_open(*, reports: Sequence[UUID], title: str, by: Officer, now: datetime) -> Case:
    """A case from accepted reports in scope, each in no other case. It belongs to the unit of whoever opens it.

    Problems `not_found`, `report_not_accepted`, `report_in_case`, `request_invalid` (none, or one named twice).
    """
    if twice := [report_id for i, report_id in enumerate(reports) if report_id in reports[:i]]:
        raise Problem("request_invalid", errors=(FieldError("reports", "duplicate", {"name": str(twice[0])}),))
    with transaction.atomic():
        found = _locked_reports(reports, by)
        if by.unit is None:
            raise Problem("not_allowed")
        case = Case.objects.create(
            id=uuid7(now),
            name=_next_name(by.unit.agency, now),
            agency=by.unit.agency,
            unit=by.unit,
            title=title,
            opened_by=by,
            opened_at=now,
        )
        CaseReport.objects.bulk_create(CaseReport(case=case, report=report) for report in found)
        CaseEvent.objects.create(
            case=case,
            version=1,
            action="open",
            target=case.state,
            officer=by,
            at=now,
            data={"reports": [str(report.id) for report in found]},
        )
        event = audit.record(
            Action.CASE_OPENED,
            subject=f"case:{case.id}",
            actor=str(by.id),
            at=now,
            name=case.name,
            reports=[str(report.id) for report in found],
        )
        case.number = event.index
        case.save(update_fields=["number"])
    return case


def _locked_reports(ids: Sequence[UUID], by: Officer) -> list[Report]:
    # Locked in one order, so that two cases over the same reports cannot wait for each other.
    # NO KEY: see `device_revoke`.
    locked = reports_in(scope_of(by, CASE_WORKERS)).select_for_update(of=("self",), no_key=True)
    rows = {report.id: report for report in locked.filter(id__in=ids).order_by("number")}
    taken = dict(CaseReport.objects.filter(report__in=rows).values_list("report_id", "case__name"))
    for report_id in ids:
        report = rows.get(report_id)
        if report is None:
            raise Problem("not_found")
        if report_id in taken:
            raise Problem("report_in_case", report=report_id, case=taken[report_id])
        if report.state != ReportState.ACCEPTED.value:
            raise Problem("report_not_accepted", report=report_id)
    return list(rows.values())


def _next_name(agency: Agency, now: datetime) -> str:
    """`VV-2026-0001`: numbers restart each year (of Vietnam) and agency, without gaps."""
    year = now.astimezone(VIETNAM).year
    CaseSerial.objects.bulk_create([CaseSerial(agency=agency, year=year)], ignore_conflicts=True)
    serial = CaseSerial.objects.select_for_update().get(agency=agency, year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    return f"VV-{year}-{serial.last:04d}"


def case_advance(
    *,
    case: Case,
    action: str,
    data: Mapping[str, Any],
    expected_version: int,
    by: Officer,
    now: datetime,
    language: str,
) -> Case:
    """One move of THE TABLE. Problems `version_stale`, `not_allowed`, `move_refused`, `request_invalid`."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(id=case.id)
        if case.version != expected_version:
            raise Problem("version_stale", version=case.version)
        row = advance(CaseState(case.state), action, data, roles_over(by, case.unit.path), language=language)
        source, case.state, case.version = case.state, row.target.value, case.version + 1
        case.save(update_fields=["state", "version"])
        CaseEvent.objects.create(
            case=case,
            version=case.version,
            action=row.action.value,
            source=source,
            target=case.state,
            officer=by,
            at=now,
            data=dict(data),
        )
        audit.record(
            Action.CASE_MOVED,
            subject=f"case:{case.id}",
            actor=str(by.id),
            at=now,
            move=row.action.value,
            source=source,
            target=case.state,
            version=case.version,
        )
    return case


def case_view_record(*, case: Case, by: Officer, now: datetime) -> None:
    with transaction.atomic():
        audit.record(Action.CASE_VIEWED, subject=f"case:{case.id}", actor=str(by.id), at=now)
