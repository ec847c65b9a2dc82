"""What a file says held against its report, as findings of the server beside those of the other rules."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from backend.inspections.assessing import Sealed, sealed_of
from backend.inspections.loads import column_text
from backend.inspections.models import Content, Evidence, Finding, Report
from backend.inspections.pictures.alike import Use, uses
from shared.rules import photos
from shared.rules.verdict import Verdict
from shared.wire.v1.media import UNKNOWN, same_type
from shared.wire.v1.records import Facts, Purpose


def about(evidence: Evidence) -> str:
    return f"evidence:{evidence.evidence_id}"


def findings_revise(evidence: Evidence, content: Content, now: datetime) -> tuple[int, list[int]]:
    """Write what is said differently than before, as the next revisions. Their number, and the rows of evidence in
    reports of later acts that use this file too: those have something else to say now. In the caller's transaction;
    IntegrityError when another worker revised the same in the same moment."""
    report = Report.objects.get(id=evidence.report_id)
    others = uses(evidence, report)
    said = {verdict.rule: verdict for verdict in _verdicts(evidence, content, report, others)}
    rows = list(_revised(evidence, said, now))
    Finding.objects.bulk_create(rows)
    return len(rows), [use.row for use in others if not use.before(report)]


def _verdicts(evidence: Evidence, content: Content, report: Report, others: Sequence[Use]) -> Iterator[Verdict]:
    asked = [
        photos.typed(
            evidence.media_type,
            content.media_type,
            same=same_type(evidence.media_type, content.media_type),
            known=content.media_type != UNKNOWN,
        ),
        _reused(evidence, report, others),
    ]
    if content.clock or content.gps_at or content.lat is not None:
        sealed = sealed_of(report.id)
        clock = datetime.fromisoformat(content.clock) if content.clock else None
        asked.append(photos.timed(clock, content.gps_at, _window(evidence, sealed)))
        if content.lat is not None and content.lon is not None:
            asked.append(photos.placed(content.lat, content.lon, content.error_m, _places(sealed.facts)))
    return (verdict for verdict in asked if verdict is not None)


def _reused(evidence: Evidence, report: Report, others: Sequence[Use]) -> Verdict | None:
    before = [use for use in others if use.before(report)]
    alike = [use for use in before if use.bits is not None]
    return photos.reused(
        same_file=len({use.report for use in before if use.bits is None}),
        alike=len({use.report for use in alike}),
        nearest_bits=min((use.bits or 0 for use in alike), default=None),
        of_paper=evidence.purpose == Purpose.DOCUMENT.value,
    )


def _window(evidence: Evidence, sealed: Sealed) -> photos.Window:
    """When the phone knows the moment, that; else the time of the check."""
    facts = sealed.facts
    offset = None if facts.device_time.offset_s is None else timedelta(seconds=facts.device_time.offset_s)
    if evidence.taken_at is not None:
        return photos.Window(evidence.taken_at, evidence.taken_at, offset)
    last = max(facts.started_at, facts.finished_at or sealed.sealed_at)
    return photos.Window(facts.started_at, last, offset)


def _places(facts: Facts) -> list[photos.Point]:
    return [
        photos.Point.of_fix(at.lat, at.lon, at.accuracy_m, extra_m=(at.distance_m or 0.0) + (at.uncertainty_m or 0.0))
        for at in facts.positions
        if at.lat is not None and at.lon is not None and not at.mock
    ]


def _revised(evidence: Evidence, said: Mapping[str, Verdict], now: datetime) -> Iterator[Finding]:
    rows = Finding.objects.filter(report=evidence.report_id, about=about(evidence), rule__in=photos.RULES)
    before = {row.rule: row for row in rows.order_by("revision")}
    for rule in sorted({*said, *before}):
        finding = _finding(evidence, rule, said.get(rule))
        finding.made_at = now
        last = before.get(rule)
        if last is not None:
            if all(
                getattr(finding, name) == getattr(last, name) for name in ("version", "answer", "reasons", "numbers")
            ):
                continue
            finding.revision = last.revision + 1
        yield finding


def _finding(evidence: Evidence, rule: str, verdict: Verdict | None) -> Finding:
    finding = Finding(report_id=evidence.report_id, rule=rule, about=about(evidence), reasons=[], numbers={})
    if verdict is not None:
        finding.version, finding.answer = column_text(verdict.version, 10), verdict.answer.value
        finding.reasons = list(verdict.reasons)
        finding.numbers = {name: float(value) for name, value in verdict.numbers.items()}
    return finding
