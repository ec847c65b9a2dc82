"""What one load brought past a stop or a gate, as the load ledger keeps it."""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from backend.inspections.models import ObservedLoad, Report, SeenPaper
from backend.registry.selectors.terms import Register, register
from shared.clock import VIETNAM
from shared.rules.terms import LicensedMineral
from shared.vietnamese import name_key
from shared.wire.v1.act import moment_of_act
from shared.wire.v1.load_papers import papers_seen
from shared.wire.v1.records import (
    Basis,
    Document,
    DocumentKind,
    Facts,
    Kind,
    LicenceShown,
    Load,
    Measurement,
    Presented,
    QuantityKind,
)

MOST = 1e12  # what the column of a quantity can hold, and far more than the sand of a river
ID_LENGTH = 60
_TONNES = {"t": 1.0, "kg": 0.001}


def column_text(text: str, length: int) -> str:
    """What a text column takes: cut, and without U+0000, which JSON can carry and PostgreSQL cannot."""
    return text.replace("\0", "")[:length]


def column_id(text: str, length: int = ID_LENGTH) -> str:
    """An id of a report as a column takes it: one that would be cut, and then perhaps be another's, ends in a hash."""
    if len(text) <= length and "\0" not in text:
        return text
    return f"{column_text(text, length - 17)}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Quantities:
    """As the columns of `ObservedLoad`. `density`: None where none was used."""

    volume_m3: float | None = None
    mass_t: float | None = None
    measured: str = ""
    basis: str = ""
    uncertainty: float | None = None
    density: float | None = None
    density_source: str = ""


def observed_loads(
    report: Report, facts: Facts, kind: Kind, register_now: Callable[[], Register] = register
) -> list[ObservedLoad]:
    """One row a load, not yet written. Asks for the register only where the report has a load."""
    if not facts.loads:
        return []
    known, at = register_now(), moment_of_act(facts)
    return [
        ObservedLoad(
            report=report,
            load=column_id(load.id),
            licence_id=licence_of(load, facts, known),
            year=at.astimezone(VIETNAM).year,
            at=at,
            **_columns(load, kind, known),
        )
        for load in facts.loads
    ]


def _columns(load: Load, kind: Kind, known: Register) -> dict[str, Any]:
    mineral = known.minerals([name_key(load.mineral)]).get(name_key(load.mineral))
    found, gate = quantities(load.measurements, mineral), kind is not Kind.TRANSPORT
    return {
        "place_kind": "gate" if gate else "stop",
        # On the road and the river an inspector stops some of the loads; the scale at a gate gives a slip to all.
        "sampled": not (gate and any(m.slip_number for m in load.measurements)),
        "mineral": column_text(load.mineral, 200),
        "mineral_code": "" if mineral is None else mineral.code,
        "volume_m3": found.volume_m3,
        "mass_t": found.mass_t,
        "basis": found.basis,
        "measured": found.measured,
        "uncertainty": found.uncertainty,
        "density": found.density,
        "density_source": column_text(found.density_source, 300),
    }


def quantities(measurements: Sequence[Measurement], mineral: LicensedMineral | None) -> Quantities:
    """Volume and mass of one load. What was measured goes before what was worked out; the conversion that the report
    names before the register's density. A volume in place is no loose volume: how much it swells nobody measured."""
    volume, mass = _surest(measurements, QuantityKind.VOLUME), _surest(measurements, QuantityKind.MASS)
    if volume is not None and (mass is None or volume.basis is not Basis.IN_PLACE):
        found = _of_volume(volume, mineral)
        return found if mass is None else replace(found, mass_t=_tonnes(mass), density=None, density_source="")
    return Quantities() if mass is None else _of_mass(mass, mineral)


def _surest(measurements: Sequence[Measurement], kind: QuantityKind) -> Measurement | None:
    """Several of one kind are the same load measured again: the sharpest, as `load_papers.measured_load` has it."""
    fit = [m for m in measurements if m.kind is kind and 0 <= m.value < MOST]
    return min(fit, key=_bluntness, default=None)


def _bluntness(measured: Measurement) -> tuple[bool, float]:
    uncertainty = math.inf if measured.uncertainty is None else measured.uncertainty / (measured.value or 1.0)
    return measured.basis is Basis.IN_PLACE, uncertainty


def _of_volume(volume: Measurement, mineral: LicensedMineral | None) -> Quantities:
    basis = volume.basis or Basis.LOOSE
    found = Quantities(measured="volume", basis=basis.value, uncertainty=_finite(volume.uncertainty))
    if basis is Basis.IN_PLACE:
        return found
    found, conversion = replace(found, volume_m3=volume.value), volume.conversion
    if conversion is not None and conversion.unit in _TONNES and volume.value > 0:
        tonnes = conversion.measured * _TONNES[conversion.unit]
        return _with(found, tonnes / volume.value, conversion.source, mass_t=tonnes)
    density = _density(mineral)
    return (
        found
        if density is None or mineral is None
        else _with(found, density, mineral.density_source, mass_t=volume.value * density)
    )


def _of_mass(mass: Measurement, mineral: LicensedMineral | None) -> Quantities:
    tonnes, conversion = _tonnes(mass), mass.conversion
    uncertainty = _finite(mass.uncertainty)
    found = Quantities(
        mass_t=tonnes,
        measured="mass",
        basis=Basis.WEIGHT.value,
        uncertainty=None if uncertainty is None else uncertainty * _TONNES[mass.unit],
    )
    if conversion is not None and conversion.unit == "m3" and conversion.measured > 0:
        return _with(found, tonnes / conversion.measured, conversion.source, volume_m3=conversion.measured)
    density = _density(mineral)
    return (
        found
        if density is None or mineral is None
        else _with(found, density, mineral.density_source, volume_m3=tonnes / density)
    )


def _with(found: Quantities, density: float, source: str, **worked_out: float) -> Quantities:
    """Nothing of it when a number is none that a load can have."""
    if not 0 < density < math.inf or any(not 0 <= value < MOST for value in worked_out.values()):
        return found
    # mypy takes the numbers for each of the columns in turn.
    return replace(found, density=density, density_source=source, **worked_out)  # type: ignore[arg-type]


def _tonnes(mass: Measurement) -> float:
    return mass.value * _TONNES[mass.unit]


def _density(mineral: LicensedMineral | None) -> float | None:
    return mineral.density if mineral is not None and mineral.density and mineral.density > 0 else None


def _finite(uncertainty: float | None) -> float | None:
    return uncertainty if uncertainty is not None and 0 <= uncertainty < MOST else None


def licence_of(load: Load, facts: Facts, known: Register) -> UUID | None:
    """The licence that the papers name, where they leave no doubt: a licence among the load's own papers, else the ones
    shown for the whole report. None when they name two, or one that the register does not have or has twice."""
    own = {known.id_by_number(number) for number in _licence_numbers(load.documents)}
    named = own or {
        *(_matched(shown, known) for shown in facts.licences_shown),
        *(known.id_by_number(number) for number in _licence_numbers(facts.documents)),
    }
    return named.pop() if len(named) == 1 else None


def _licence_numbers(documents: Sequence[Document]) -> Iterator[str]:
    for document in documents:
        if document.kind is DocumentKind.LICENCE and document.presented is Presented.SHOWN and document.number:
            yield document.number


def _matched(shown: LicenceShown, known: Register) -> UUID | None:
    """As the phone matched it, unless the number on the paper is another licence's."""
    by_number = known.id_by_number(shown.number)
    if shown.matched is None or shown.matched not in known.licences:
        return by_number
    return shown.matched if by_number in (None, shown.matched) else None


def seen_papers(report: Report, facts: Facts, kind: Kind) -> list[SeenPaper]:
    """One row for each paper that can be used again, not yet written."""
    return [
        SeenPaper(
            report=report,
            load=column_id(paper.use.load),
            kind=paper.kind,
            key=paper.key,
            mark_key=paper.use.mark_key[:60],
            at=paper.use.at,
            quantity=_finite(paper.quantity),
            unit=paper.unit,
            load_quantity=_finite(paper.use.quantity),
            load_unit=paper.use.unit,
        )
        for paper in papers_seen(kind, report.id, facts)
    ]
