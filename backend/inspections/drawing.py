"""Columns and counting rows drawn from a sealed report."""

import hashlib
import json
import unicodedata
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.common.inserting import insert_together
from backend.inspections.loads import MOST, column_text, observed_loads, seen_papers
from backend.inspections.models import (
    MeasuredQuantity,
    ObservedLoad,
    Report,
    SealedBytes,
    SeenPaper,
    SeenSubject,
    SeenVehicle,
    SeenViolation,
)
from backend.registry.selectors.terms import Register, register
from shared.vietnamese import mark_key
from shared.wire.v1.checks import measurements_of
from shared.wire.v1.codec import decode
from shared.wire.v1.records import (
    ActState,
    Assessment,
    Facts,
    Kind,
    Position,
    PositionRole,
    QuantityKind,
    Subject,
    SubjectRole,
)
from shared.wire.v1.seal import SealedReport

# A witness was not inspected, a representative speaks for a subject that has an entry of its own.
NOT_COUNTED = frozenset({SubjectRole.WITNESS, SubjectRole.REPRESENTATIVE})
SUMMED = (QuantityKind.VOLUME, QuantityKind.MASS)
DRAWN = (SeenSubject, SeenVehicle, MeasuredQuantity, ObservedLoad, SeenPaper, SeenViolation)


def quantity_flags(sealed: SealedReport) -> list[str]:
    """A number that no load or heap can have is sealed all the same: the report is kept, the number not counted."""
    absurd = any(m.value >= MOST for _, m in measurements_of(sealed.facts) if m.kind in SUMMED)
    return ["quantity_absurd"] if absurd else []


def columns(sealed: SealedReport) -> dict[str, Any]:
    """What `Report` keeps of facts and manifest."""
    facts, manifest = sealed.facts, sealed.manifest
    where = _main_position(facts)
    return {
        "id": manifest.id,
        "kind": manifest.kind.value,
        "sequence": manifest.sequence,
        "previous": manifest.previous,
        "manifest_sha256": sealed.manifest_sha256,
        "supersedes": manifest.supersedes,
        "sealed_at": manifest.sealed_at,
        "reference_cursor": None if manifest.reference_cursor is None else column_text(manifest.reference_cursor, 200),
        "started_at": facts.started_at,
        "finished_at": facts.finished_at,
        "discovered_at": facts.discovered_at,
        "act_ended_at": _act_ended(facts),
        "inspection": facts.inspection.id,
        "inspection_mode": facts.inspection.mode.value,
        "inspection_basis": facts.inspection.basis.kind.value,
        "inter_agency": facts.inspection.inter_agency,
        "commune": _commune(facts),
        "place": column_text(facts.place or "", 500),
        "lat": where.lat if where else None,
        "lon": where.lon if where else None,
        "accuracy_m": where.accuracy_m if where else None,
    }


def drawn_rows(
    report: Report, facts: Facts, assessment: Assessment | None, known: Callable[[], Register] = register
) -> list[list[Any]]:
    """The counting rows, not yet written: one list for each model of DRAWN, in its order. `known`: gives the register,
    and is asked only where there are loads."""
    kind = Kind(report.kind)
    return [
        [
            SeenSubject(
                report=report, kind=subject.kind.value, role=subject.role.value, counted_as=_counted_as(report, subject)
            )
            for subject in facts.subjects
        ],
        [
            SeenVehicle(
                report=report,
                kind=v.kind.value,
                mark=column_text(v.mark or "", 60),
                mark_key=mark_key(v.mark or "")[:60],
            )
            for v in facts.vehicles
        ],
        [
            MeasuredQuantity(
                report=report,
                kind=m.kind.value,
                unit=m.unit,
                basis=m.basis.value if m.basis else "",
                value=Decimal(str(m.value)),
            )
            for _, m in measurements_of(facts)
            if m.kind in SUMMED and m.value < MOST
        ],
        observed_loads(report, facts, kind, known),
        seen_papers(report, facts, kind),
        [
            SeenViolation(report=report, code=column_text(seen.code, 20))
            for seen in ([] if assessment is None else assessment.observations)
        ],
    ]


def redraw_rows(report: Report, sealed: SealedBytes) -> None:
    """Make the counting rows again from the sealed bytes, which were checked when they came."""
    for model in DRAWN:
        model._default_manager.filter(report=report).delete()
    facts = decode(Facts, json.loads(bytes(sealed.facts)))
    opinion = None if sealed.assessment is None else decode(Assessment, json.loads(bytes(sealed.assessment)))
    insert_together(*drawn_rows(report, facts, opinion))


def _counted_as(report: Report, subject: Subject) -> str:
    """Within one inspection, a tax code names a subject, else kind and name; without a name each is another."""
    name = " ".join(unicodedata.normalize("NFC", subject.display_name or "").casefold().split())
    known = subject.tax_code or (f"{subject.kind.value}:{name}" if name else f"{report.id}:{subject.id}")
    return hashlib.sha256(f"{report.inspection}:{known}".encode()).hexdigest()


def _commune(facts: Facts) -> str:
    """The commune's code; what is too long to be one stays in the facts only."""
    code = column_text(facts.commune or "", 500)
    return code if len(code) <= 10 else ""


def _main_position(facts: Facts) -> Position | None:
    """Where it was: the target when it has coordinates, else the observer."""
    found = [
        p
        for role in (PositionRole.TARGET, PositionRole.OBSERVER, PositionRole.MARKER)
        for p in facts.positions
        if p.role is role and p.lat is not None
    ]
    return found[0] if found else None


def _act_ended(facts: Facts) -> datetime | None:
    """Only an end with its proof starts the limitation period (NĐ 36/2020 Đ5b k2)."""
    return facts.act_ended.at if facts.act_ended.state is ActState.ENDED and facts.act_ended.proof else None
