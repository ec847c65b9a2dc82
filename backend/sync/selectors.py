"""Reading quarantine, gaps and uploads."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from backend.accounts.scoping import Scope, within_people
from backend.accounts.selectors import devices_in
from backend.inspections.models import Evidence
from backend.sync.models import ArrivedNumbers, QuarantinedEnvelope, Upload
from shared.problems import Problem
from shared.wire.v1.messages import EvidenceState


def quarantine_in(scope: Scope) -> QuerySet[QuarantinedEnvelope]:
    return QuarantinedEnvelope.objects.filter(within_people(scope, unit="unit"))


def quarantined_in(scope: Scope, row_id: UUID) -> QuarantinedEnvelope:
    row = quarantine_in(scope).filter(id=row_id).first()
    if row is None:
        raise Problem("not_found")
    return row


def quarantine_waiting(code: str | None, after: int, scope: Scope | None = None) -> QuerySet[QuarantinedEnvelope]:
    """What was never filed by a replay, in order, from above number `after`; `code`: of one kind of refusal only.
    `scope`: None for a command at the server, which stands above all agencies."""
    rows = QuarantinedEnvelope.objects.all() if scope is None else quarantine_in(scope)
    rows = rows.filter(replayed_at=None, number__gt=after).order_by("number")
    return rows if code is None else rows.filter(code=code)


def quarantined_after(number: int, limit: int) -> list[tuple[int, UUID | None, int | None]]:
    """(number, device, sequence it claims) of the next rows of quarantine above `number`."""
    rows = QuarantinedEnvelope.objects.filter(number__gt=number).order_by("number")
    return [(n, d, s) for n, d, s in rows.values_list("number", "device_id", "sequence")[:limit] if n is not None]


def gaps_in(scope: Scope) -> list[dict[str, Any]]:
    """Per device in scope: the highest sequence number seen and the ranges below it that never arrived, as of the last
    `gaps_refresh`."""
    devices = devices_in(scope).prefetch_related(None).order_by("number")
    arrived = dict(ArrivedNumbers.objects.filter(device__in=devices).values_list("device_id", "ranges"))
    return [
        {
            "device": str(device.id),
            "model": device.model,
            "unit": {"id": str(device.unit_id), "name": device.unit.name},
            "revoked_at": device.revoked_at,
            "highest": arrived[device.id][-1][1] if device.id in arrived else 0,
            "missing": missing_ranges(arrived.get(device.id, [])),
        }
        for device in devices
    ]


def missing_ranges(arrived: list[list[int]]) -> list[dict[str, int]]:
    """`{first, last}` of the numbers from 1 to the highest that lie in none of the ranges."""
    missing, expected = [], 1
    for first, last in arrived:
        if first > expected:
            missing.append({"first": expected, "last": first - 1})
        expected = last + 1
    return missing


def upload_by_id(upload_id: UUID) -> Upload:
    upload = Upload.objects.filter(id=upload_id).select_related("evidence").first()
    if upload is None:
        raise Problem("not_found")
    return upload


# Asked for every file that comes: Django would compose this statement anew each time, which costs more than the answer.
_DECLARED = f"""SELECT e.id, e.bytes, e.media_type, e.state, u.id IS NOT NULL
    FROM {Evidence._meta.db_table} e LEFT JOIN {Upload._meta.db_table} u ON u.evidence_id = e.id
    WHERE e.report_id = %s AND e.evidence_id = %s AND e.sha256 = %s"""  # noqa: S608 - the names of our own tables


def evidence_and_upload(report_id: UUID, evidence_id: UUID, sha256: str) -> tuple[Evidence, Upload | None]:
    """What a received manifest declared, and its upload where there is one; Problem `evidence_unknown`."""
    name = Evidence._meta.get_field("evidence_id")
    with connection.cursor() as cursor:
        ids = [name.get_db_prep_value(value, connection) for value in (report_id, evidence_id)]
        cursor.execute(_DECLARED, [*ids, sha256])
        row = cursor.fetchone()
    if row is None:
        raise Problem("evidence_unknown")
    key, size, media_type, state, begun = row
    found = ("id", "report_id", "evidence_id", "sha256", "bytes", "media_type", "state")
    evidence = Evidence.from_db(connection.alias, found, (key, report_id, evidence_id, sha256, size, media_type, state))
    upload = Upload.objects.get(evidence=evidence) if begun else None
    if upload is not None:
        upload.evidence = evidence
    return evidence, upload


def uploads_untouched_since(day: datetime) -> QuerySet[Upload]:
    """Unfinished ones, the longest untouched first."""
    unfinished = Upload.objects.exclude(evidence__state=EvidenceState.CONFIRMED.value)
    return unfinished.filter(touched_at__lte=day).select_related("evidence").order_by("touched_at")


def upload_is_open(report: UUID, evidence: UUID) -> bool:
    """Whether an unfinished upload of this file is recorded."""
    unfinished = Upload.objects.exclude(evidence__state=EvidenceState.CONFIRMED.value)
    return unfinished.filter(evidence__report_id=report, evidence__evidence_id=evidence).exists()
