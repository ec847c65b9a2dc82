"""Writes to the list of minerals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import Licence, LicensedMineral, Mineral
from backend.registry.mutators import PhoneRow, publish, withdraw
from backend.registry.selectors.minerals import mineral_row
from backend.registry.services.licences import licences_publish
from shared.problems import FieldError, Problem
from shared.rules.terms import MineralFamily
from shared.vietnamese import name_key

MOST_DENSITY = 30.0  # t/m³; nothing that is dug is heavier


@dataclass(frozen=True, slots=True)
class MineralGiven:
    """`unit`: m3 | t. `density`: tonnes per loose cubic metre with its source; None until somebody has established
    one."""

    code: str
    name: str
    family: MineralFamily
    unit: str = "m3"
    density: float | None = None
    density_source: str = ""
    illustration: bool = False


def minerals_record(given: Iterable[MineralGiven], *, actor: str, now: datetime, source: str) -> list[Mineral]:
    """Add minerals or change them by their code, in one transaction with one audit event; those that differ from what
    the register had. Licences that name one reach the phones with what it says now. Problem `request_invalid`."""
    rows = list({row.code: row for row in (_mineral(i, one) for i, one in enumerate(given))}.values())
    with transaction.atomic():
        # NO KEY: see `ledger.licences_lock`.
        known = Mineral.objects.select_for_update(no_key=True).in_bulk([row.code for row in rows])
        changed = [row for row in rows if row.code not in known or _differs(row, known[row.code])]
        for row in changed:
            row.save(force_insert=row.code not in known, force_update=row.code in known)
        codes = [row.code for row in changed]
        event = audit.record(
            Action.REGISTRY_CHANGED,
            subject="registry:minerals",
            actor=actor,
            at=now,
            source=source,
            minerals=codes,
        )
        publish("minerals", [PhoneRow(f"mineral:{row.code}", mineral_row(row)) for row in changed], number=event.index)
        named = Licence.objects.filter(versions__minerals__mineral__in=codes).distinct()
        licences_publish(list(named.values_list("id", flat=True)), number=event.index, now=now)
    return changed


def mineral_remove(code: str, *, reason: str, actor: str, now: datetime) -> None:
    """Take a mineral off the list that no licence has ever named. Problems `not_found`; `request_invalid` where one
    does, or without a reason."""
    if not reason.strip():
        raise Problem("request_invalid", errors=(FieldError("reason", "required"),))
    with transaction.atomic():
        mineral = Mineral.objects.select_for_update().filter(code=code).first()
        if mineral is None:
            raise Problem("not_found")
        if LicensedMineral.objects.filter(mineral=mineral).exists():
            raise Problem("request_invalid", errors=(FieldError("code", "mineral_in_use", {"code": code}),))
        mineral.delete()
        event = audit.record(
            Action.REGISTRY_CHANGED, subject=f"mineral:{code}", actor=actor, at=now, removed=True, reason=reason
        )
        withdraw("minerals", [f"mineral:{code}"], number=event.index)


def _mineral(i: int, given: MineralGiven) -> Mineral:
    errors = []
    if not given.code.strip() or len(given.code) > 20:
        errors.append(FieldError(f"[{i}].code", "value", {"expected": "1–20"}))
    if not given.name.strip() or len(given.name) > 200:
        errors.append(FieldError(f"[{i}].name", "value", {"expected": "1–200"}))
    if given.unit not in ("m3", "t"):
        errors.append(FieldError(f"[{i}].unit", "value", {"expected": "m3 | t"}))
    if given.density is not None and not 0 < given.density <= MOST_DENSITY:
        errors.append(FieldError(f"[{i}].density", "value", {"expected": f"0–{MOST_DENSITY:g} t/m³"}))
    if (given.density is None) != (not given.density_source.strip()):
        errors.append(FieldError(f"[{i}].density_source", "value", {"expected": "1–300"}))
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    return Mineral(
        code=given.code,
        name=given.name.strip(),
        name_key=name_key(given.name),
        family=given.family.value,
        unit=given.unit,
        density=given.density,
        density_source=given.density_source,
        illustration=given.illustration,
    )


def _differs(row: Mineral, known: Mineral) -> bool:
    names = ("name", "family", "unit", "density", "density_source", "illustration")
    return any(getattr(row, name) != getattr(known, name) for name in names)
