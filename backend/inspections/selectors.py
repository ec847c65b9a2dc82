"""Reading reports, always through a scope."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from backend.accounts.scoping import Scope, within
from backend.audit.models import Backup
from backend.audit.selectors import head_hash
from backend.common.boxes import parse_box
from backend.inspections.backed_up import files_backed_up, last_backup
from backend.inspections.models import Evidence, Finding, ObservedLoad, Report, SealedBytes
from shared.problems import FieldError, Problem
from shared.rules.verdict import Answer, Verdict
from shared.rules.words import sentence
from shared.wire.v1 import messages
from shared.wire.v1.canonical import parse_json
from shared.wire.v1.messages import EvidenceState, ReportState


def reports_in(scope: Scope) -> QuerySet[Report]:
    return Report.objects.filter(within(scope, unit="unit", owner="officer")).select_related(
        "device", "officer", "unit"
    )


def report_in(scope: Scope, report_id: UUID) -> Report:
    """Problem `not_found` outside the scope."""
    report = reports_in(scope).filter(id=report_id).first()
    if report is None:
        raise Problem("not_found")
    return report


class ReportFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """The filters of the list: each is one indexed condition."""

    kind = django_filters.CharFilter(field_name="kind")
    review = django_filters.ChoiceFilter(field_name="state", choices=[(s.value, s.value) for s in ReportState])
    start = django_filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="gte")
    end = django_filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="lt")
    commune = django_filters.CharFilter(field_name="commune")
    unit = django_filters.UUIDFilter(field_name="unit_id")
    officer = django_filters.UUIDFilter(field_name="officer_id")
    inspection = django_filters.UUIDFilter(field_name="inspection")
    violation = django_filters.CharFilter(field_name="violations__code", distinct=True)
    licence = django_filters.UUIDFilter(method="of_licence")
    flag = django_filters.CharFilter(method="flagged")
    bbox = django_filters.CharFilter(method="in_box", help_text="west,south,east,north")

    class Meta:
        model = Report
        fields: tuple[str, ...] = ()

    def of_licence(self, rows: QuerySet[Report], name: str, licence: UUID) -> QuerySet[Report]:
        """Those that brought a load of it, or of which a rule was asked about it."""
        loads = ObservedLoad.objects.filter(licence=licence).values("report")
        judged = Finding.objects.filter(about=f"licence:{licence}").values("report")
        return rows.filter(pk__in=loads.union(judged))

    def flagged(self, rows: QuerySet[Report], name: str, flag: str) -> QuerySet[Report]:
        # Flags are a JSON list, which SQLite cannot look into by an operator of PostgreSQL's.
        return rows.annotate(flags_text=Cast("flags", TextField())).filter(flags_text__contains=json.dumps(flag))

    def in_box(self, rows: QuerySet[Report], name: str, text: str) -> QuerySet[Report]:
        try:
            south, west, north, east = parse_box(text)
        except ValueError as error:
            raise Problem(
                "request_invalid", errors=(FieldError("bbox", "value", {"expected": "west,south,east,north"}),)
            ) from error
        return rows.filter(lat__gte=south, lat__lte=north, lon__gte=west, lon__lte=east)


# `from` is a keyword of Python, so the contract's names are given to the filters here.
ReportFilter.base_filters["from"] = ReportFilter.base_filters.pop("start")
ReportFilter.base_filters["to"] = ReportFilter.base_filters.pop("end")


def counted_reports(scope: Scope) -> QuerySet[Report]:
    """Accepted, not superseded reports: the ground of every figure."""
    return Report.objects.filter(within(scope, unit="unit"), state=ReportState.ACCEPTED.value)


def findings_of(report: Report, language: str) -> list[dict[str, Any]]:
    """What the server says of each thing, as it says it now, and what the phone had said, each with its sentence.

    `revisions`: how often the answer was another one before; those stay in the table.
    """
    last = {(row.rule, row.about): row for row in report.findings.order_by("revision")}
    found = []
    for row in sorted(last.values(), key=lambda row: (row.about, row.rule)):
        if not row.answer and not row.phone_answer:
            continue  # no longer asked: the licence it was about is another one by now
        said = _verdict(row.rule, row.version, row.answer, row.reasons, row.numbers)
        phone = _verdict(row.rule, row.phone_version, row.phone_answer, row.phone_reasons, row.phone_numbers)
        found.append(
            {
                "rule": row.rule,
                "version": row.version,
                "about": row.about,
                "licence_version": row.licence_version,
                "answer": row.answer,
                "reasons": row.reasons,
                "numbers": row.numbers,
                "citation": row.citation,
                "sentence": "" if said is None else sentence(said, language),
                "reference_cursor": row.reference_cursor,
                "made_at": row.made_at,
                "revisions": row.revision,
                "phone": None
                if phone is None
                else {
                    "version": phone.version,
                    "answer": phone.answer.value,
                    "reasons": list(phone.reasons),
                    "numbers": phone.numbers,
                    "sentence": sentence(phone, language),
                    "reference_cursor": report.reference_cursor,
                },
            }
        )
    return found


def _verdict(
    rule: str, version: str, answer: str, reasons: list[str] | None, numbers: dict[str, float] | None
) -> Verdict | None:
    return Verdict(rule, version, Answer(answer), tuple(reasons or ()), numbers or {}) if answer else None


def report_detail(report: Report, language: str) -> dict[str, Any]:
    """Facts, assessment, findings and evidence of one report; the identity parts stay where they are."""
    sealed = SealedBytes.objects.get(report=report)
    review = getattr(report, "review", None)
    backup = last_backup()
    return {
        "in_backup": backup is not None and report.number is not None and report.number <= backup.index,
        "manifest": parse_json(bytes(sealed.manifest)),
        "facts": parse_json(bytes(sealed.facts)),
        "assessment": None if sealed.assessment is None else parse_json(bytes(sealed.assessment)),
        "findings": findings_of(report, language),
        "evidence": _files(report, backup),
        "review": None
        if review is None
        else {"verdict": review.verdict, "note": review.note, "officer": str(review.officer_id), "at": review.at},
    }


def _files(report: Report, backup: Backup | None) -> list[dict[str, Any]]:
    kept = files_backed_up([report.id], backup)
    return [
        {**row, "in_backup": (report.id, row["evidence_id"]) in kept}
        for row in report.evidence.order_by("position").values(
            "evidence_id",
            "sha256",
            "bytes",
            "media_type",
            "purpose",
            "taken_at",
            "from_app_camera",
            "state",
            "bytes_received",
        )
    ]


def evidence_of(report: Report, evidence_id: UUID) -> Evidence:
    """A confirmed file of a report; Problems `not_found`, `evidence_missing`."""
    evidence = Evidence.objects.filter(report=report, evidence_id=evidence_id).first()
    if evidence is None:
        raise Problem("not_found")
    if evidence.state != EvidenceState.CONFIRMED.value:
        raise Problem("evidence_missing")
    return evidence


def receipt(report: Report, evidence: Sequence[Evidence] | None = None, audit_head: str = "") -> messages.Receipt:
    """The receipt as it stands now, not yet signed: who signs fills in the key. `evidence`, `audit_head`: its files in
    their order and a head of the audit chain, from whoever has just read or written them."""
    if evidence is None:
        evidence = list(Evidence.objects.filter(report=report).order_by("position"))
    if report.number is None:
        raise TypeError("a receipt is for a report whose receipt was recorded")
    return messages.Receipt(
        report=report.id,
        manifest_sha256=report.manifest_sha256,
        received_at=report.received_at,
        number=report.number,
        state=ReportState(report.state),
        flags=tuple(report.flags),
        evidence=tuple(
            messages.EvidenceReceipt(row.evidence_id, row.sha256, row.bytes_received, EvidenceState(row.state))
            for row in evidence
        ),
        audit_head=audit_head or head_hash(),
        key="",
        signature="",
    )


def evidence_by_report(reports: Collection[UUID]) -> dict[UUID, list[Evidence]]:
    """The files of each report, in their order."""
    found: dict[UUID, list[Evidence]] = {report: [] for report in reports}
    for row in Evidence.objects.filter(report__in=reports).order_by("position"):
        found[row.report_id].append(row)
    return found


def report_by_id(report_id: UUID) -> Report | None:
    return Report.objects.filter(id=report_id).first()


def sequences_after(number: int, limit: int) -> list[tuple[int, UUID, int]]:
    """(number, device, sequence) of the next reports received above `number`, for whoever keeps count of a chain."""
    rows = Report.objects.filter(number__gt=number).order_by("number")
    return [(n, d, s) for n, d, s in rows.values_list("number", "device_id", "sequence")[:limit] if n is not None]


def evidence_confirmed() -> Iterator[tuple[str, int]]:
    """(SHA-256, bytes) of every original that is here, each once, by hash."""
    rows = Evidence.objects.filter(state=EvidenceState.CONFIRMED.value).values_list("sha256", "bytes")
    return iter(rows.order_by("sha256").distinct().iterator(chunk_size=2000))
