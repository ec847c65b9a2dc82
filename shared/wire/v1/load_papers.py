"""Papers and quantities of a report's loads, as the rules read them."""

from dataclasses import dataclass
from uuid import UUID

from shared.rules import load, papers
from shared.rules.papers import Paper, PaperUse
from shared.vietnamese import mark_key
from shared.wire.v1.act import moment_of_act
from shared.wire.v1.records import Basis, Document, Facts, Kind, Load, Measurement, QuantityKind


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """A paper that was shown for a load, as later reports have to know it. `key`: "" where it is too weak to tell the
    paper again. `kind`: of `DocumentKind`. `quantity`, `unit`: what the paper says (m3 | t, "")."""

    key: str
    kind: str
    quantity: float | None
    unit: str
    use: PaperUse


def papers_seen(kind: Kind, report: UUID, facts: Facts) -> tuple[PaperSeen, ...]:
    """Papers that can be used again: made out for a load and shown for one on the move; none for other reports."""
    if kind is not Kind.TRANSPORT:
        return ()
    return tuple(
        PaperSeen(paper.key, paper.kind, paper.quantity, paper.unit, use_of(report, facts, carried, paper))
        for carried in facts.loads
        for _, paper in papers_of(facts, carried)
        if paper.kind in papers.FOR_A_LOAD and paper.presented == "shown"
    )


def papers_of(facts: Facts, carried: Load) -> list[tuple[int, Paper]]:
    """Papers that count for a load, numbered from 1: its own, then those of the whole stop."""
    return list(enumerate(map(read_paper, [*carried.documents, *facts.documents]), 1))


_PAPER_UNITS = {"m3": ("m3", 1.0), "m³": ("m3", 1.0), "t": ("t", 1.0), "tấn": ("t", 1.0), "kg": ("t", 0.001)}


def read_paper(document: Document) -> Paper:
    unit, factor = _PAPER_UNITS.get((document.unit or "").strip().casefold(), ("", 1.0))
    quantity = None if document.quantity is None else document.quantity * factor
    return Paper(
        document.kind.value,
        document.presented.value,
        document.issuer,
        document.series,
        document.number,
        document.date,
        quantity,
        unit,
    )


def use_of(report: UUID, facts: Facts, carried: Load, paper: Paper) -> PaperUse:
    marks = {vehicle.id: vehicle.mark or "" for vehicle in facts.vehicles}
    keys = sorted(mark_key(marks.get(name, "")) for name in carried.vehicles)
    measured = measured_load(carried, paper.unit, other_units=False)
    if measured is not None and measured.in_place:
        measured = None
    return PaperUse(
        report=report,
        load=carried.id,
        at=moment_of_act(facts),
        mark_key=next((key for key in keys if key), ""),
        quantity=None if measured is None else measured.value,
        unit=paper.unit if measured is not None else "",
    )


def measured_load(carried: Load, unit: str, *, other_units: bool = True) -> load.Quantity | None:
    """What is on board by the sharpest measurement, in that unit where there is one."""
    found = [quantity for quantity in map(_quantity, carried.measurements) if quantity is not None]
    same = [quantity for quantity in found if quantity.unit == unit]
    choice = same or (found if other_units else [])
    return min(choice, key=_bluntness, default=None)


def _bluntness(quantity: load.Quantity) -> tuple[bool, float]:
    unknown = quantity.uncertainty is None
    return quantity.in_place, float("inf") if unknown else (quantity.uncertainty or 0.0) / (quantity.value or 1.0)


def _quantity(measured: Measurement) -> load.Quantity | None:
    if measured.kind is QuantityKind.VOLUME:
        return load.Quantity(measured.value, "m3", measured.uncertainty, measured.basis is Basis.IN_PLACE)
    if measured.kind is QuantityKind.MASS:
        factor = 0.001 if measured.unit == "kg" else 1.0
        uncertainty = None if measured.uncertainty is None else measured.uncertainty * factor
        return load.Quantity(measured.value * factor, "t", uncertainty)
    return None
