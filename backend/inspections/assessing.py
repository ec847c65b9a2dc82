"""The server's own answers to the rules, made in the background from the sealed facts."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.inspections.models import Finding, Report, SealedBytes
from backend.registry.selectors.licences import terms_at
from shared.clock import VIETNAM
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.codec import decode
from shared.wire.v1.judging import inside_licence
from shared.wire.v1.records import Facts


@task()
def report_assess(report_id: str) -> int:
    """Run the geofence for every licence the report was matched with; the number of findings.

    Running it again changes nothing: a finding is unique by report, rule, version and licence.
    """
    now = timezone.now()
    report = Report.objects.get(id=UUID(report_id))
    facts = decode(Facts, parse_json(bytes(SealedBytes.objects.get(report=report).facts)))
    matched = [shown.matched for shown in facts.licences_shown if shown.matched is not None]
    if not matched:
        return 0
    made = []
    for licence_id, terms in terms_at(matched, report.started_at.astimezone(VIETNAM).date()).items():
        verdict = inside_licence(terms.area, facts, sealed_at=report.sealed_at)
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
