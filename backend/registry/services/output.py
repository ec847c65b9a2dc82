"""Declared output: what holders say they took out. A correction is the next revision, never a change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import DeclaredOutput, Licence
from backend.registry.mutators import BATCH
from backend.registry.selectors.output import last_declared
from backend.registry.services.ledger import licences_lock, years_refresh
from backend.registry.services.licences import licences_publish
from shared.clock import VIETNAM
from shared.problems import FieldError, Problem

UNITS = ("m3", "t")
BASES = ("", "loose", "in_place", "weight")
FIRST_YEAR = 1990
MOST = Decimal(10) ** 15
STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class OutputGiven:
    """One licence and month. `quantity` ≥ 0 in `unit` (m3 | t); `basis`: loose | in_place | weight | "" (not said)."""

    licence_id: UUID
    year: int
    month: int
    quantity: Decimal
    unit: str
    basis: str = ""


def output_errors(
    *, year: int, month: int, quantity: Decimal, unit: str, basis: str, now: datetime
) -> tuple[FieldError, ...]:
    """What is wrong with one declaration, () when nothing is. A month that has not begun declares nothing."""
    today = now.astimezone(VIETNAM).date()
    errors = []
    if not 1 <= month <= 12 or year < FIRST_YEAR:
        errors.append(FieldError("month", "value", {"expected": f"01/{FIRST_YEAR}–{today:%m/%Y}"}))
    elif (year, month) > (today.year, today.month):
        errors.append(FieldError("month", "value", {"expected": f"≤ {today:%m/%Y}"}))
    if not quantity.is_finite() or not 0 <= quantity < MOST or quantity != quantity.quantize(STEP):
        errors.append(FieldError("quantity", "value", {"expected": "0–999999999999999,999"}))
    if unit not in UNITS:
        errors.append(FieldError("unit", "value", {"expected": " | ".join(UNITS)}))
    if basis not in BASES or (unit in UNITS and basis and (basis == "weight") != (unit == "t")):
        errors.append(FieldError("basis", "value", {"expected": "m3: loose | in_place; t: weight"}))
    return tuple(errors)


def output_declare(
    *,
    licence: Licence,
    year: int,
    month: int,
    quantity: Decimal,
    unit: str,
    basis: str,
    source: str,
    actor: str,
    now: datetime,
) -> DeclaredOutput:
    """Record what a licence declares for one month: the next revision, or the last one when it says the same already.
    Problem `request_invalid`."""
    given = OutputGiven(licence.id, year, month, quantity, unit, basis)
    made = outputs_record([given], source=source, actor=actor, now=now)
    return made[0] if made else last_declared([licence.id], [year])[licence.id, year, month]


def outputs_record(
    given: Iterable[OutputGiven], *, source: str, actor: str, now: datetime, subject: str = "registry:output"
) -> list[DeclaredOutput]:
    """Record declarations, in one transaction with one audit event; those that differ from the last revision of their
    month. Problem `request_invalid` names the one, and then nothing is written. Batches of 500, whatever their number.
    The sums of the years they change, and the rows of those licences on phones, change in the same transaction.

    `actor`: an officer's id or audit.SYSTEM.
    """
    made: list[DeclaredOutput] = []
    rows = iter(given)
    with transaction.atomic():
        while batch := list(islice(rows, BATCH)):
            made += _record_batch(batch, source, now)
        changed = on_declared(made)
        licences = years_refresh(changed, now=now)
        event = audit.record(
            Action.OUTPUT_DECLARED,
            subject=subject,
            actor=actor,
            at=now,
            declarations=len(made),
            licence_years=len(changed),
            months=[f"{row.licence_id}:{row.year}-{row.month:02d}:{row.revision}" for row in made[:BATCH]],
        )
        licences_publish(licences, number=event.index, now=now)
    return made


def on_declared(rows: Iterable[DeclaredOutput]) -> set[tuple[UUID, int]]:
    """The (licence, calendar year) pairs whose sums these declarations change."""
    return {(row.licence_id, row.year) for row in rows}


def _record_batch(batch: Sequence[OutputGiven], source: str, now: datetime) -> list[DeclaredOutput]:
    for i, one in enumerate(batch):
        errors = output_errors(
            year=one.year, month=one.month, quantity=one.quantity, unit=one.unit, basis=one.basis, now=now
        )
        if errors:
            raise Problem(
                "request_invalid", errors=tuple(FieldError(f"[{i}].{e.path}", e.code, e.values) for e in errors)
            )
    ids = sorted({one.licence_id for one in batch})
    # Locked, so that two who declare the same month take turns and the later one is the later revision.
    if len(licences_lock(ids)) < len(ids):
        raise Problem("not_found")
    last = last_declared(ids, {one.year for one in batch})
    fresh = []
    for one in batch:
        before = last.get((one.licence_id, one.year, one.month))
        if before and (before.quantity, before.unit, before.basis) == (one.quantity, one.unit, one.basis):
            continue
        row = DeclaredOutput(
            licence_id=one.licence_id,
            year=one.year,
            month=one.month,
            revision=before.revision + 1 if before else 1,
            quantity=one.quantity,
            unit=one.unit,
            basis=one.basis,
            source=source[:300],
            recorded_at=now,
        )
        last[one.licence_id, one.year, one.month] = row
        fresh.append(row)
    DeclaredOutput.objects.bulk_create(fresh)
    return fresh
