"""The load ledger of a licence and calendar year: declared, observed at stops and gates, permitted."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, FloatField, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import ExtractMonth, NullIf

from backend.accounts.scoping import Scope, within
from backend.inspections.models import ObservedLoad
from backend.registry.selectors.ledger import Ruler, declared_in, in_unit, ruler_in
from backend.registry.selectors.output import declared_months
from backend.registry.selectors.terms import History, register, year_of
from backend.registry.services.ledger import LicenceYear, Observed
from shared.clock import VIETNAM
from shared.problems import Problem
from shared.rules import ledger as rules
from shared.rules.load import DENSITY_SHARE
from shared.rules.terms import LicenceTerms
from shared.rules.verdict import Verdict
from shared.wire.v1.messages import ReportState

COLUMN = {"m3": "volume_m3", "t": "mass_t"}
MEASURED = {"m3": "volume", "t": "mass"}
# A load is added to the ledger by a supervisor's word.
COUNTS = Q(report__state=ReportState.ACCEPTED.value)


@dataclass(frozen=True, slots=True)
class Part:
    """Some loads of one licence and year, summed in one unit.

    `loads`: all of them; `counted`: those of a known quantity in that unit. `squares`: of the uncertainties (95 %),
    which `certain` of them have. `converted`: what of the sum went through a density.
    """

    loads: int = 0
    counted: int = 0
    quantity: float = 0.0
    certain: int = 0
    squares: float = 0.0
    converted: float = 0.0
    last: datetime | None = None
    months: frozenset[int] = frozenset()

    def __add__(self, other: "Part") -> "Part":
        return Part(
            self.loads + other.loads,
            self.counted + other.counted,
            self.quantity + other.quantity,
            self.certain + other.certain,
            self.squares + other.squares,
            self.converted + other.converted,
            max((at for at in (self.last, other.last) if at), default=None),
            self.months | other.months,
        )

    @property
    def uncertainty(self) -> float | None:
        """Of the sum, 95 %: measurements err each for itself, a density errs for all loads alike."""
        if self.counted == 0 or self.certain < self.counted:
            return None
        return math.hypot(math.sqrt(self.squares), self.converted * DENSITY_SHARE)

    @property
    def as_of(self) -> date | None:
        return None if self.last is None else self.last.astimezone(VIETNAM).date()


Parts = dict[tuple[str, bool], Part]  # (place_kind, sampled) → its loads


def observed(pairs: Mapping[LicenceYear, str]) -> dict[LicenceYear, Observed]:
    """What accepted reports saw, in the unit of each pair: the sums that phones carry (`registry.services.ledger`)."""
    return {pair: _counted(found) for pair, found in parts_of(pairs).items()}


def parts_of(pairs: Mapping[LicenceYear, str]) -> dict[LicenceYear, Parts]:
    """In one query, whatever the number of pairs and loads; pairs without a load are left out."""
    found: dict[LicenceYear, Parts] = defaultdict(dict)
    rows = ObservedLoad.objects.filter(
        COUNTS, licence__in={licence for licence, _ in pairs}, year__in={year for _, year in pairs}
    )
    grouped = rows.annotate(month=ExtractMonth("at", tzinfo=VIETNAM)).values(
        "licence_id", "year", "place_kind", "sampled", "month"
    )
    for row in grouped.annotate(loads=Count("id"), last=Max("at"), **_sums("m3"), **_sums("t")).order_by():
        pair = (row["licence_id"], row["year"])
        if pair in pairs:
            key, unit = (row["place_kind"], row["sampled"]), pairs[pair]
            found[pair][key] = found[pair].get(key, Part()) + _part(row, unit)
    return dict(found)


def _sums(unit: str) -> dict[str, Any]:
    value, other = COLUMN[unit], COLUMN["t" if unit == "m3" else "m3"]
    measured = Q(measured=MEASURED[unit])
    uncertainty = Case(
        When(measured, then=F("uncertainty")),
        default=F("uncertainty") * F(value) / NullIf(F(other), Value(0.0)),
        output_field=FloatField(),
    )
    there = Q(**{f"{value}__isnull": False})
    return {
        f"counted_{unit}": Count(value),
        f"quantity_{unit}": Sum(value),
        f"certain_{unit}": Count(uncertainty, filter=there),
        f"squares_{unit}": Sum(uncertainty * uncertainty, filter=there),
        f"converted_{unit}": Sum(value, filter=~measured),
    }


def _part(row: Mapping[str, Any], unit: str) -> Part:
    names = ("counted", "quantity", "certain", "squares", "converted")
    counted, quantity, certain, squares, converted = (row[f"{name}_{unit}"] or 0 for name in names)
    months = frozenset({row["month"]}) if counted else frozenset[int]()
    return Part(row["loads"], counted, quantity, certain, squares, converted, row["last"], months)


def _counted(parts: Parts) -> Observed:
    """What was counted load by load where there is any, else the samples. Not both: a load that passed the gate may be
    the one that was stopped down the road."""
    whole = sum((part for (_, sampled), part in parts.items() if not sampled), Part())
    part = whole if whole.counted else sum((part for (_, sampled), part in parts.items() if sampled), Part())
    return Observed(part.quantity, part.uncertainty, not whole.counted, part.as_of, part.months)


# --- one licence and year, as people read it


@dataclass(frozen=True, slots=True)
class Ledger:
    """`figures`: JSON values, quantities in `unit`. `verdicts`: what the rules say of them. `loads`: how many the
    entries are in all; those outside a reader's scope count in every sum and are shown to nobody else."""

    figures: dict[str, Any]
    verdicts: tuple[Verdict, ...]
    loads: int


def ledger_of(licence: UUID, year: int, *, now: datetime) -> Ledger:
    """Declared, observed and permitted; the same for everybody. Problem `not_found`.

    Permitted is the capacity in force on the last day of the year, or today: a year begun or amended half way through
    is not divided, because the law's steps are of the yearly capacity as licensed.
    """
    history = register().licences.get(licence)
    if history is None:
        raise Problem("not_found")
    today = now.astimezone(VIETNAM).date()
    terms = history.on(min(today, date(year, 12, 31)))
    sums = year_of(licence, year)
    terms = replace(terms, ledger=() if sums is None else (sums,))
    ruler = ruler_in(terms)
    parts = parts_of({(licence, year): ruler.unit}).get((licence, year), {})
    permitted = None if terms.capacity is None else terms.capacity.value
    figures = {
        "licence": {"id": licence, "number": terms.number},
        "year": year,
        "unit": ruler.unit,
        "basis": ruler.basis,
        "permitted": permitted,
        "capacities": [_capacity(version) for version in _in_year(history, year)],
        "density": ruler.density,
        "density_source": ruler.density_source,
        "declared": _declared(licence, year, ruler, permitted),
        "observed": [_observed(*key, part, permitted) for key, part in sorted(parts.items())],
    }
    verdicts = (rules.capacity(terms, year), rules.declared_against_observed(terms, year))
    return Ledger(figures, verdicts, sum(part.loads for part in parts.values()))


def _in_year(history: History, year: int) -> Iterator[LicenceTerms]:
    """The versions that were in force on some day of it."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    begun = [terms for terms in history.versions if terms.effective_from <= last]
    for terms, later in zip(begun, [*begun[1:], None], strict=True):
        if later is None or later.effective_from > max(first, terms.effective_from):
            yield terms


def _capacity(terms: LicenceTerms) -> dict[str, Any]:
    return {
        "version": terms.version,
        "effective_from": terms.effective_from,
        "quantity": None if terms.capacity is None else terms.capacity.value,
        "unit": "" if terms.capacity is None else terms.capacity.unit,
        "basis": "" if terms.capacity is None else terms.capacity.basis or "",
    }


def _declared(licence: UUID, year: int, ruler: Ruler, permitted: float | None) -> dict[str, Any]:
    months = declared_months([licence], year).get(licence, {})
    total = declared_in(list(months.values()), ruler)
    return {
        "quantity": total,
        **_share(total, permitted),
        "months": [
            {
                "month": month,
                "quantity": row.quantity,
                "unit": row.unit,
                "basis": row.basis,
                "in_unit": in_unit(row, ruler),
                "revision": row.revision,
                "source": row.source,
            }
            for month, row in sorted(months.items())
        ],
    }


def _observed(place_kind: str, sampled: bool, part: Part, permitted: float | None) -> dict[str, Any]:
    """`proves`: whether these loads may prove an excess by themselves."""
    quantity = round(part.quantity, 3) if part.counted else None
    return {
        "place_kind": place_kind,
        "sampled": sampled,
        "proves": not sampled and part.uncertainty is not None,
        "loads": part.loads,
        "loads_without_quantity": part.loads - part.counted,
        "quantity": quantity,
        "uncertainty": None if part.uncertainty is None else round(part.uncertainty, 3),
        "through_density": round(part.converted, 3),
        "as_of": part.as_of,
        **_share(quantity, permitted),
    }


def _share(quantity: float | None, permitted: float | None) -> dict[str, Any]:
    """Per cent of the capacity, and the last step over it (15, 25, 50, 100 %) that was reached, 0 below the first."""
    if quantity is None or not permitted:
        return {"percent": None, "step_percent": None}
    return {"percent": round(100 * quantity / permitted, 1), "step_percent": rules.step_of(quantity, permitted)}


def entries(scope: Scope, licence: UUID, year: int) -> QuerySet[ObservedLoad]:
    """The loads of reports in scope, each with the `number` of its report."""
    seen = within(scope, unit="report__unit", owner="report__officer")
    return ObservedLoad.objects.filter(COUNTS, seen, licence=licence, year=year).annotate(number=F("report__number"))


def licence_years(reports: Collection[UUID]) -> set[LicenceYear]:
    """The licences and years whose sums these reports are or would be part of."""
    rows = ObservedLoad.objects.filter(report__in=reports, licence__isnull=False)
    return {(licence, year) for licence, year in rows.values_list("licence_id", "year") if licence is not None}
