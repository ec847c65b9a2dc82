"""Reading quarantine, gaps and uploads."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.accounts.scoping import Scope, within_people
from backend.accounts.selectors import devices_in
from backend.inspections.selectors import sequences_arrived
from backend.sync.models import QuarantinedEnvelope, Upload
from shared.problems import Problem


def quarantine_in(scope: Scope) -> QuerySet[QuarantinedEnvelope]:
    return QuarantinedEnvelope.objects.filter(within_people(scope, unit="unit"))


def quarantined_in(scope: Scope, row_id: UUID) -> QuarantinedEnvelope:
    row = quarantine_in(scope).filter(id=row_id).first()
    if row is None:
        raise Problem("not_found")
    return row


def gaps_in(scope: Scope) -> list[dict[str, Any]]:
    """Per device in scope: the highest sequence number seen and the ranges below it that never arrived."""
    devices = devices_in(scope).order_by("number")
    arrived = sequences_arrived(devices)
    quarantined = QuarantinedEnvelope.objects.filter(device__in=devices, sequence__isnull=False)
    for device, sequence in quarantined.values_list("device_id", "sequence"):
        if device is not None and sequence is not None:
            arrived.setdefault(device, set()).add(sequence)
    return [
        {
            "device": str(device.id),
            "model": device.model,
            "unit": {"id": str(device.unit_id), "name": device.unit.name},
            "revoked_at": device.revoked_at,
            "highest": max(arrived.get(device.id, {0})),
            "missing": missing_ranges(arrived.get(device.id, set())),
        }
        for device in devices
    ]


def missing_ranges(arrived: set[int]) -> list[dict[str, int]]:
    """`{first, last}` of the numbers between 1 and the highest that are not in `arrived`."""
    ranges, expected = [], 1
    for sequence in sorted(arrived):
        if sequence > expected:
            ranges.append({"first": expected, "last": sequence - 1})
        expected = max(expected, sequence + 1)
    return ranges


def upload_by_id(upload_id: UUID) -> Upload:
    upload = Upload.objects.filter(id=upload_id).select_related("evidence").first()
    if upload is None:
        raise Problem("not_found")
    return upload
