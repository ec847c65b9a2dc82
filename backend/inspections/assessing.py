"""The server's own answers to the rules, made in the background from the sealed facts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.inspections.models import Finding, Report, SealedBytes
from backend.registry.selectors import licence_areas
from shared.rules.geofence import geofence
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.codec import decode
from shared.wire.v1.records import Facts, Position, PositionRole


@task()
def report_assess(report_id: str) -> int:
    """Run the geofence for every licence the report names, at the place it names; the number of findings.

    Running it again changes nothing: a finding is unique by report, rule, version and licence.
    """
    now = timezone.now()
    report = Report.objects.get(id=UUID(report_id))
    facts = decode(Facts, parse_json(bytes(SealedBytes.objects.get(report=report).facts)))
    position = next(
        (
            p
            for role in (PositionRole.TARGET, PositionRole.OBSERVER)
            for p in facts.positions
            if p.role is role and p.lat is not None and p.lon is not None
        ),
        None,
    )
    matched = [shown.matched for shown in facts.licences_shown if shown.matched is not None]
    if position is None or position.lat is None or position.lon is None or not matched:
        return 0
    made = []
    for licence_id, _, area in licence_areas(matched):
        verdict = geofence(
            area,
            lat=position.lat,
            lon=position.lon,
            accuracy_m=position.accuracy_m,
            age_s=_age_s(position, facts),
            mock=position.mock,
            offset_m=position.uncertainty_m or 0.0,
        )
        made.append(
            Finding(
                report=report,
                rule=verdict.rule,
                version=verdict.version,
                about=f"licence:{licence_id}",
                answer=verdict.answer.value,
                reasons=list(verdict.reasons),
                numbers=dict(verdict.numbers),
                made_at=now,
            )
        )
    with transaction.atomic():
        Finding.objects.bulk_create(made, ignore_conflicts=True)
        audit.record(
            Action.REPORT_ASSESSED, subject=f"report:{report.id}", actor=audit.SYSTEM, at=now, findings=len(made)
        )
    return len(made)


def _age_s(position: Position, facts: Facts) -> float | None:
    """Seconds by which the fix lies outside the time of the check (0 within it), by the phone's clock brought to the
    receiver's with the offset it recorded."""
    if position.fixed_at is None:
        return None
    offset = facts.device_time.offset_s or 0.0
    start = _seconds(facts.started_at) + offset
    end = (_seconds(facts.finished_at) if facts.finished_at else _seconds(facts.started_at)) + offset
    fixed = _seconds(position.fixed_at)
    return max(start - fixed, fixed - end, 0.0)


def _seconds(instant: datetime) -> float:
    return instant.timestamp()
