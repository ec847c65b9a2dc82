"""The register as the rules ask it: read once by a process, then brought up to date by what changed since.

Two numbers tell what changed: of the last row that phones get (amendments, the ledger's sums, hours) and of the last
recorded version (a correction of the past changes no row of a phone). Both are indices of audit events, given in the
order of commits. The hash of the later event says that this is still the same chain: a database that was put back, or
a transaction that was taken back, gives the same numbers to other events.
"""

import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from backend.audit.models import Event
from backend.common.asking import Statement
from backend.registry.models import LedgerYear, Licence, LicenceVersion, Mineral, ReferenceRow
from backend.registry.selectors.hours import dated_hours
from backend.registry.selectors.licences import version_row, with_terms
from backend.registry.selectors.reference import EVERYWHERE
from shared.geo.index import AreaIndex
from shared.geo.polygon import Area
from shared.rules.terms import DatedHours, LicenceTerms, LicensedMineral, MineralFamily, YearSoFar, terms_on
from shared.vietnamese import number_key, search_key
from shared.wire.v1.judging import NEAR_M
from shared.wire.v1.reference import ROW_FORMAT

BATCH = 500
LATE = 200  # areas recorded since the index was made stand in a second one; with more of them it is made anew


@dataclass(frozen=True, slots=True)
class State:
    """`rows`, `versions`: numbers of the last changes. `hash` of the audit event of the later one, "" when there is no
    such event: then what was read before is good for nothing."""

    rows: int = 0
    versions: int = 0
    hash: str = ""

    @property
    def newest(self) -> int:
        return max(self.rows, self.versions)

    @property
    def cursor(self) -> str:
        """Format, number and place as in the cursor of a phone that takes everything along; not its mark."""
        return f"{ROW_FORMAT}.{self.rows}.{EVERYWHERE.key}"


@dataclass(frozen=True, slots=True)
class History:
    """All versions of a licence, by the day they took effect, each with the ledger's sums. `key`: of its number;
    `words`: what a search looks through, its number and every holder and mineral it has or had."""

    versions: tuple[LicenceTerms, ...]
    key: str
    words: str

    def on(self, day: date) -> LicenceTerms:
        """The last version that had taken effect, the first when none had (as `shared.rules.terms.terms_on`)."""
        begun = bisect_right(self.versions, day, key=lambda terms: terms.effective_from)
        return self.versions[max(begun - 1, 0)]


Versioned = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas of some versions, by licence and version."""

    index: AreaIndex[Versioned] = field(default_factory=lambda: AreaIndex(()))
    keys: frozenset[Versioned] = frozenset()


@dataclass(frozen=True, slots=True)
class Register:
    """The register at one `state`; unchangeable, so that threads may share it.

    `areas` and `late_areas` hold those of all versions there ever were. A version never changes, so neither does what
    it covers; whether it was in force on a day is asked of `licences`.
    """

    state: State = State()
    licences: Mapping[UUID, History] = field(default_factory=dict)
    by_number: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    dated_hours: tuple[DatedHours, ...] = ()
    by_name: Mapping[str, LicensedMineral] = field(default_factory=dict)
    areas: Areas = Areas()
    late_areas: Areas = Areas()

    def hours(self) -> tuple[DatedHours, ...]:
        return self.dated_hours

    def minerals(self, keys: Collection[str]) -> dict[str, LicensedMineral]:
        """By `name_key` of their names; those the register does not have, or has twice, are absent."""
        return {key: self.by_name[key] for key in keys if key in self.by_name}

    def licence(self, id: UUID, day: date) -> LicenceTerms | None:
        history = self.licences.get(id)
        return None if history is None else history.on(day)

    def id_by_number(self, number: str) -> UUID | None:
        """The only licence with that number, however it is written; None when there is none or more than one."""
        key = number_key(number)
        found = self.by_number.get(key, ()) if key else ()
        return found[0] if len(found) == 1 else None

    def licence_by_number(self, number: str, day: date) -> LicenceTerms | None:
        licence_id = self.id_by_number(number)
        return None if licence_id is None else self.licence(licence_id, day)

    def licences_at(self, lat: float, lon: float, day: date) -> tuple[LicenceTerms, ...]:
        """Those whose area of that day holds the place, by number; else the nearest one within `NEAR_M`."""
        indices = (self.areas.index, self.late_areas.index)
        found = [self._in_force(key, day) for index in indices for key in index.containing(lat, lon)]
        holding = sorted((terms for terms in found if terms), key=lambda terms: terms.number)
        if holding:
            return tuple(holding)
        nearest = [one for index in indices if (one := self._nearest(index, lat, lon, day))]
        return (min(nearest, key=lambda one: one[0])[1],) if nearest else ()

    def _in_force(self, key: Versioned, day: date) -> LicenceTerms | None:
        terms = self.licence(key[0], day)
        return terms if terms and terms.version == key[1] else None

    def _nearest(
        self, index: AreaIndex[Versioned], lat: float, lon: float, day: date
    ) -> tuple[float, LicenceTerms] | None:
        """The nearest area of that day; versions that were not in force may lie before it."""
        limit = 4
        while True:
            found = index.nearest(lat, lon, limit)
            for key, metres in found:
                if metres > NEAR_M:
                    return None
                if terms := self._in_force(key, day):
                    return metres, terms
            if len(found) < limit:
                return None
            limit *= 4


_kept = Register()
_lock = threading.Lock()
_STATE = (
    f"SELECT (SELECT MAX(number) FROM {ReferenceRow._meta.db_table}),"  # noqa: S608 - names of our own tables
    f" (SELECT MAX(number) FROM {LicenceVersion._meta.db_table}),"
    f' (SELECT hash FROM {Event._meta.db_table} WHERE "index" = %s), %s'
)


def register_statement() -> Statement:
    """What `register` asks when nothing changed, for asking it together with other things: `register_from`. One row,
    of a SELECT that may be given more columns."""
    return _STATE, [_kept.state.newest, _kept.state.newest]


def register_from(answer: tuple[Any, ...]) -> Register:
    """The register as it stood when `register_statement` was answered so, or as it stands."""
    kept = _kept
    rows, versions, hash_then, asked = answer
    then = State(rows or 0, versions or 0, hash_then or "")
    return kept if then.hash and then == kept.state and asked == then.newest else register()


def register() -> Register:
    """The register as it stands. One small query when nothing changed, else as much as changed.

    Inside a transaction that wrote to the register it shows what that transaction sees.
    """
    global _kept
    kept = _kept
    state, same_chain = _state_now(kept.state)
    if same_chain and state == kept.state:
        return kept
    with _lock:
        # Where another thread was faster, there is less left to do.
        if _kept is not kept:
            kept = _kept
            state, same_chain = _state_now(kept.state)
        fresh = _brought_up(kept, state) if same_chain else _read(state)
        _kept = fresh
        return fresh


def forget() -> None:
    """Read all of it anew the next time: for measuring, and for tests of that."""
    global _kept
    _kept = Register()


def _state_now(before: State) -> tuple[State, bool]:
    """The state now, and whether `before` stands in the same chain, so that only what is newer has to be read."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [before.newest, before.newest])
        rows, versions, hash_before, _ = cursor.fetchone()
    state = State(rows or 0, versions or 0, before.hash)
    if state.newest == before.newest:
        return replace(state, hash=hash_before or ""), bool(before.hash) and hash_before == before.hash
    same = bool(before.hash) and hash_before == before.hash and state.newest > before.newest
    found = Event.objects.filter(index=state.newest).values_list("hash", flat=True).first()
    return replace(state, hash=found or ""), same


def _read(state: State) -> Register:
    return _put_together(Register(state, dated_hours=dated_hours(), by_name=_minerals()), _histories(with_terms()))


def _brought_up(kept: Register, state: State) -> Register:
    """With what changed since; a licence that is gone is left out."""
    rows = ReferenceRow.objects.filter(number__gt=kept.state.rows)
    changed = {UUID(row_id) for row_id in rows.filter(kind="licences").values_list("row_id", flat=True)}
    changed |= set(
        LicenceVersion.objects.filter(number__gt=kept.state.versions).values_list("licence_id", flat=True).distinct()
    )
    fresh: dict[UUID, History] = {}
    ids = sorted(changed)
    for i in range(0, len(ids), BATCH):
        fresh |= _histories(with_terms().filter(id__in=ids[i : i + BATCH]))
    if rows.exclude(kind="licences").exists():
        kept = replace(kept, dated_hours=dated_hours(), by_name=_minerals())
    others = {licence_id: history for licence_id, history in kept.licences.items() if licence_id not in changed}
    by_number = kept.by_number if changed == fresh.keys() else _by_number(others)
    return _put_together(replace(kept, state=state, licences=others, by_number=by_number), fresh)


def _put_together(before: Register, fresh: Mapping[UUID, History]) -> Register:
    """`before.licences` without those that are read `fresh`."""
    licences = {**before.licences, **fresh}
    known = all(licence_id in before.by_number.get(history.key, ()) for licence_id, history in fresh.items())
    by_number = before.by_number if known else _by_number(licences)
    areas, late = _areas(before, fresh, licences)
    return replace(before, licences=licences, by_number=by_number, areas=areas, late_areas=late)


def _by_number(licences: Mapping[UUID, History]) -> dict[str, tuple[UUID, ...]]:
    found: dict[str, tuple[UUID, ...]] = defaultdict(tuple)
    for licence_id, history in licences.items():
        found[history.key] += (licence_id,)
    return dict(found)


def _areas(before: Register, fresh: Mapping[UUID, History], licences: Mapping[UUID, History]) -> tuple[Areas, Areas]:
    """With the areas of versions that came since in the second index, or all in the first when they are many."""
    known = before.areas.keys
    since = {key: area for key, area in _areas_of(fresh) if key not in known}
    if since.keys() <= before.late_areas.keys:
        return before.areas, before.late_areas
    late = before.late_areas.keys | since.keys()
    if not known or len(late) > LATE:
        return _indexed(dict(_areas_of(licences))), Areas()
    return before.areas, _indexed({key: area for key, area in _areas_of(licences) if key in late})


def _areas_of(licences: Mapping[UUID, History]) -> Iterator[tuple[Versioned, Area]]:
    for licence_id, history in licences.items():
        for terms in history.versions:
            if terms.area is not None:
                yield (licence_id, terms.version), terms.area


def _indexed(areas: Mapping[Versioned, Area]) -> Areas:
    return Areas(AreaIndex(areas.items()), frozenset(areas))


def _histories(licences: Iterable[Licence]) -> dict[UUID, History]:
    return {licence.id: history for licence in licences if (history := _history(licence)) is not None}


def _history(licence: Licence) -> History | None:
    """None for a licence without a version, which nothing can be said of."""
    ledger = [_year_row(entry) for entry in licence.ledger_years.all()]
    versions = tuple(_terms(licence, version, ledger) for version in licence.versions.all())
    if not versions:
        return None
    words = {licence.number}
    for terms in versions:
        words |= {terms.holder, *(mineral.name for mineral in terms.minerals)}
    return History(versions, number_key(licence.number), "\n".join(sorted(map(search_key, words))))


def _terms(licence: Licence, version: LicenceVersion, ledger: list[dict[str, Any]]) -> LicenceTerms:
    row = {
        **version_row(version),
        "id": str(licence.id),
        "number": licence.number,
        "illustration": licence.illustration,
        "ledger": ledger,
    }
    return terms_on(row, version.effective_from)


def _year_row(entry: LedgerYear) -> dict[str, Any]:
    return {
        "year": entry.year,
        "declared": entry.declared,
        "observed": entry.observed,
        "uncertainty": entry.uncertainty,
        "sampled": entry.sampled,
        "as_of": None if entry.as_of is None else entry.as_of.isoformat(),
    }


def _minerals() -> dict[str, LicensedMineral]:
    found: dict[str, LicensedMineral] = {}
    twice = set()
    for row in Mineral.objects.all():
        if row.name_key in found:
            twice.add(row.name_key)
        found[row.name_key] = LicensedMineral(
            row.code, row.name, row.name_key, MineralFamily(row.family), row.density, row.density_source
        )
    return {key: mineral for key, mineral in found.items() if key not in twice}


def year_of(id: UUID, year: int) -> YearSoFar | None:
    """The sums of one licence and year as the database has them now."""
    entry = LedgerYear.objects.filter(licence_id=id, year=year).first()
    if entry is None:
        return None
    return YearSoFar(entry.year, entry.declared, entry.observed, entry.uncertainty, entry.sampled, entry.as_of)
