"""In what unit a licence's year is counted, and what was declared in it."""

from collections.abc import Collection
from dataclasses import dataclass

from backend.registry.models import DeclaredOutput, LicenceVersion
from shared.rules.terms import LicenceTerms


@dataclass(frozen=True, slots=True)
class Ruler:
    """`unit` (m3 | t) and `basis` (loose | in_place | "" when the licence does not say) of the capacity. `density`:
    t per loose m³ with its source, None where the licence's minerals have none in common."""

    unit: str
    basis: str
    density: float | None
    density_source: str


def ruler_of(version: LicenceVersion) -> Ruler:
    """Without a capacity, cubic metres."""
    minerals = [row.mineral for row in version.minerals.all()]
    density = minerals[0].density if len(minerals) == 1 else None
    source = minerals[0].density_source if density is not None else ""
    return Ruler(version.capacity_unit or "m3", version.capacity_basis, density, source)


def ruler_in(terms: LicenceTerms) -> Ruler:
    """The same of a version as the rules read it."""
    only = terms.minerals[0] if len(terms.minerals) == 1 else None
    density = None if only is None else only.density
    source = only.density_source if only is not None and density is not None else ""
    if terms.capacity is None:
        return Ruler("m3", "", density, source)
    return Ruler(terms.capacity.unit, terms.capacity.basis or "", density, source)


def in_unit(row: DeclaredOutput, ruler: Ruler) -> float | None:
    """A declaration in the capacity's unit, None where that cannot be said: how much rock in place swells nobody has
    told, and without a density a weight is no volume."""
    quantity = float(row.quantity)
    loose = row.basis != "in_place" and ruler.basis != "in_place"
    if row.unit == ruler.unit:
        same = not row.basis or not ruler.basis or row.unit == "t" or row.basis == ruler.basis
        return quantity if same else None
    if ruler.density is None or not loose:
        return None
    return quantity / ruler.density if ruler.unit == "m3" else quantity * ruler.density


def declared_in(rows: Collection[DeclaredOutput], ruler: Ruler) -> float | None:
    """Sum of the months declared; None when there are none, or when one of them cannot be said in that unit: a part
    of them would pass for the whole."""
    found = [in_unit(row, ruler) for row in rows]
    known = [quantity for quantity in found if quantity is not None]
    return round(sum(known), 3) if known and len(known) == len(found) else None
