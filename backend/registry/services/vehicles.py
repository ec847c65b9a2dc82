"""Writes to the list of trucks, trailers and vessels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import Vehicle
from backend.registry.mutators import PhoneRow, publish, withdraw
from backend.registry.selectors.vehicles import vehicle_row, vehicles_placed
from shared.problems import FieldError, Problem
from shared.vietnamese import mark_key

KINDS = ("road", "waterway")
_FIELDS = ("kind", "mark", "description", "registration_valid_to", "inspection_valid_to", "illustration")


@dataclass(frozen=True, slots=True)
class VehicleGiven:
    """`kind`: road | waterway. `mark`: plate or number of the vessel as on its papers. Days: last of validity, None
    when not known."""

    kind: str
    mark: str
    description: str = ""
    registration_valid_to: date | None = None
    inspection_valid_to: date | None = None
    illustration: bool = False


def vehicles_record(given: Iterable[VehicleGiven], *, actor: str, now: datetime, source: str) -> list[Vehicle]:
    """Add vehicles or change them by their mark, in one transaction with one audit event; those that differ from what
    the register had. Problem `request_invalid` names the row, and then nothing is written."""
    rows = {row.mark_key: row for row in (_vehicle(i, one) for i, one in enumerate(given))}
    with transaction.atomic():
        stored = Vehicle.objects.select_for_update().filter(mark_key__in=rows)
        known = {row.mark_key: row for row in stored}
        changed = [row for key, row in rows.items() if key not in known or _differs(row, known[key])]
        for row in changed:
            if row.mark_key in known:
                row.id = known[row.mark_key].id
            row.save(force_insert=row.mark_key not in known, force_update=row.mark_key in known)
        event = audit.record(
            Action.REGISTRY_CHANGED,
            subject="registry:vehicles",
            actor=actor,
            at=now,
            source=source,
            vehicles=[str(row.id) for row in changed],
        )
        placed = vehicles_placed(changed)
        publish("vehicles", [PhoneRow(str(v.id), vehicle_row(v), box) for v, box in placed], number=event.index)
    return changed


def vehicle_remove(vehicle_id: UUID, *, reason: str, actor: str, now: datetime) -> None:
    """Take a vehicle off the list; reports keep the mark they wrote. Problems `not_found`; `request_invalid` without a
    reason."""
    if not reason.strip():
        raise Problem("request_invalid", errors=(FieldError("reason", "required"),))
    with transaction.atomic():
        vehicle = Vehicle.objects.select_for_update().filter(id=vehicle_id).first()
        if vehicle is None:
            raise Problem("not_found")
        vehicle.delete()
        event = audit.record(
            Action.REGISTRY_CHANGED,
            subject=f"vehicle:{vehicle_id}",
            actor=actor,
            at=now,
            removed=True,
            reason=reason,
        )
        withdraw("vehicles", [str(vehicle_id)], number=event.index)


def _vehicle(i: int, given: VehicleGiven) -> Vehicle:
    errors = []
    key = mark_key(given.mark)
    if given.kind not in KINDS:
        errors.append(FieldError(f"[{i}].kind", "value", {"expected": " | ".join(KINDS)}))
    if not key or len(given.mark) > 60:
        errors.append(FieldError(f"[{i}].mark", "value", {"expected": "1–60: A–Z, 0–9"}))
    if len(given.description) > 300:
        errors.append(FieldError(f"[{i}].description", "value", {"expected": "0–300"}))
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    return Vehicle(mark_key=key, **{name: getattr(given, name) for name in _FIELDS})


def _differs(row: Vehicle, known: Vehicle) -> bool:
    return any(getattr(row, name) != getattr(known, name) for name in _FIELDS)
