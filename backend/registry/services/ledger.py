"""The sums of a licence and calendar year, made again from the entries whenever one of them changes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from backend.registry.models import DeclaredOutput, LedgerYear, Licence, LicenceVersion
from backend.registry.selectors.ledger import Ruler, declared_in, ruler_of
from backend.registry.selectors.licences import in_force
from backend.registry.selectors.output import last_declared
from shared.clock import VIETNAM

LicenceYear = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class Observed:
    """What accepted reports saw of one licence and year, in the unit asked for. `uncertainty`: 95 %, None when a part
    of it is not known. `sampled`: some loads were seen, not all. `as_of`: day of the last load (Vietnam), None without
    any. `months`: those in which there were loads."""

    quantity: float = 0.0
    uncertainty: float | None = None
    sampled: bool = True
    as_of: date | None = None
    months: frozenset[int] = frozenset()


# (licence, year) → unit (m3 | t) in which to say what was observed; pairs without a load may be left out.
Source = Callable[[Mapping[LicenceYear, str]], Mapping[LicenceYear, Observed]]
_sources: list[Source] = []


def observed_by(source: Source) -> None:
    """Reports are an app above this one: it says at its start how to ask what they saw."""
    _sources[:] = [source]


def licences_lock(ids: Collection[UUID]) -> set[UUID]:
    """Whoever changes an entry of these licences takes turns; those that there are. To be called before the entries
    are read. NO KEY: a plain lock would hold up reports that name the licence, whose transactions check that at their
    end, with the head of the audit chain locked: a deadlock."""
    rows = Licence.objects.select_for_update(no_key=True).filter(id__in=list(ids)).order_by("number")
    return set(rows.values_list("id", flat=True))


def years_refresh(pairs: Iterable[LicenceYear], *, now: datetime) -> list[UUID]:
    """Make the sums of these licences and years again; the licences that have others now, for `licences_publish`.

    Called inside the transaction that changed an entry, after the change.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("the sums change with their entries, in one transaction")
    ids = licences_lock({licence_id for licence_id, _ in wanted})
    rulers = _rulers(wanted, now.astimezone(VIETNAM).date())
    wanted = [pair for pair in wanted if pair in rulers]
    observed = _sources[0]({pair: rulers[pair].unit for pair in wanted})
    declared = _declared(wanted, rulers, observed)
    stored = {(row.licence_id, row.year): row for row in LedgerYear.objects.filter(licence_id__in=ids)}
    changed = []
    for pair in wanted:
        row, before = _sums(pair, declared[pair], observed.get(pair, Observed())), stored.get(pair)
        if _said(row) != (_said(before) if before else _said(LedgerYear())):
            changed.append(row)
    LedgerYear.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["licence", "year"],
        update_fields=["declared", "observed", "uncertainty", "sampled", "as_of"],
    )
    return sorted({row.licence_id for row in changed})


def years_of(ids: Collection[UUID]) -> list[LicenceYear]:
    """Every year in which these licences have sums: to be made again when an amendment changes the unit."""
    return list(LedgerYear.objects.filter(licence_id__in=list(ids)).values_list("licence_id", "year"))


def _rulers(pairs: Sequence[LicenceYear], today: date) -> dict[LicenceYear, Ruler]:
    """The unit of each year: of the capacity in force at its end, or today."""
    versions: dict[UUID, list[LicenceVersion]] = defaultdict(list)
    rows = LicenceVersion.objects.filter(licence_id__in={licence_id for licence_id, _ in pairs})
    rows = rows.defer("area").prefetch_related("minerals__mineral").order_by("effective_from", "version")
    for version in rows:
        versions[version.licence_id].append(version)
    return {
        (licence_id, year): ruler_of(in_force(versions[licence_id], min(today, date(year, 12, 31))))
        for licence_id, year in pairs
        if versions[licence_id]
    }


def _declared(
    pairs: Sequence[LicenceYear], rulers: Mapping[LicenceYear, Ruler], observed: Mapping[LicenceYear, Observed]
) -> dict[LicenceYear, float | None]:
    rows: dict[LicenceYear, list[DeclaredOutput]] = defaultdict(list)
    found = last_declared({licence_id for licence_id, _ in pairs}, {year for _, year in pairs})
    for (licence_id, year, _), row in found.items():
        rows[licence_id, year].append(row)
    return {
        pair: _of_those_months(rows[pair], declared_in(rows[pair], rulers[pair]), observed.get(pair, Observed()))
        for pair in pairs
    }


def _of_those_months(rows: Sequence[DeclaredOutput], declared: float | None, observed: Observed) -> float | None:
    """Where every load is counted, the month that runs is not declared yet: what was declared for the months before may
    prove an excess, but would be too little only because it is early. Then nobody knows."""
    missing = not observed.sampled and observed.months - {row.month for row in rows}
    return None if missing and declared is not None and declared < observed.quantity else declared


def _sums(pair: LicenceYear, declared: float | None, observed: Observed) -> LedgerYear:
    return LedgerYear(
        licence_id=pair[0],
        year=pair[1],
        declared=declared,
        observed=round(observed.quantity, 3),
        uncertainty=None if observed.uncertainty is None else round(observed.uncertainty, 3),
        sampled=observed.sampled,
        as_of=observed.as_of,
    )


def _said(row: LedgerYear) -> tuple[object, ...]:
    return row.declared, row.observed, row.uncertainty, row.sampled, row.as_of
