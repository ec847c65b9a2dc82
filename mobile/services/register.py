"""The register as the phone carries it, for the rules."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from mobile.ports import Outbox
from mobile.services.reference import ReferenceData
from shared.geo.index import AreaIndex
from shared.rules.hours import read_hours
from shared.rules.papers import PaperUse
from shared.rules.terms import DatedHours, LicenceTerms, LicensedMineral, MineralFamily, terms_on
from shared.vietnamese import number_key
from shared.wire.v1.judging import NEAR_M

Row = Mapping[str, Any]
DAYS_KEPT = 4  # an index for each day asked about: today's, and those of drafts left lying


class Registers:
    """The register at hand: worked out once for each change of the reference data, whichever process brought it."""

    def __init__(self, reference: ReferenceData, outbox: Outbox) -> None:
        self._reference, self._outbox = reference, outbox
        self._kept: tuple[int | None, PhoneRegister] | None = None

    def at_hand(self) -> "PhoneRegister":
        revision = self._reference.revision()  # before the rows: what comes in between is worked out the next time
        kept = self._kept
        if kept is None or kept[0] != revision:
            self._kept = kept = (revision, PhoneRegister(self._reference, self._outbox))
        return kept[1]


class PhoneRegister:
    """A `shared.wire.v1.judging.Register` of one state of the reference data; only papers are read anew each time.

    A row that this version of the app cannot read counts as one the phone does not have: the rules then cannot tell,
    and nothing keeps a report from being sealed.
    """

    def __init__(self, reference: ReferenceData, outbox: Outbox) -> None:
        self._rows: Mapping[str, Row] = {str(row["id"]): row for row in reference.rows("licences")}
        self._mineral_rows = reference.rows("minerals")
        self._hour_rows = reference.settings().get("hours", ())
        self._outbox = outbox
        self._terms: dict[tuple[str, date], LicenceTerms | None] = {}
        self._indices: dict[date, AreaIndex[str]] = {}

    def licence(self, id: UUID, day: date) -> LicenceTerms | None:
        return self._on(str(id), day)

    def licence_by_number(self, number: str, day: date) -> LicenceTerms | None:
        found = self._ids_by_number.get(number_key(number), ())
        return self._on(found[0], day) if len(found) == 1 else None

    def licences_at(self, lat: float, lon: float, day: date) -> Sequence[LicenceTerms]:
        index = self._index(day)
        ids = index.containing(lat, lon)
        if not ids:
            ids = [name for name, metres in index.nearest(lat, lon) if metres <= NEAR_M]
        found = [self._on(name, day) for name in ids]
        return sorted((terms for terms in found if terms is not None), key=lambda terms: terms.number)

    def minerals(self, keys: Collection[str]) -> Mapping[str, LicensedMineral]:
        return {key: self._minerals[key] for key in keys if key in self._minerals}

    def hours(self) -> Sequence[DatedHours]:
        return self._hours

    def paper_uses(self, keys: Collection[str], *, but: UUID) -> Mapping[str, Sequence[PaperUse]]:
        return self._outbox.paper_uses(keys, but=but)

    # --- worked out when first asked for

    def _on(self, id: str, day: date) -> LicenceTerms | None:
        key = (id, day)
        if key not in self._terms:
            row = self._rows.get(id)
            self._terms[key] = None if row is None else _readable_terms(row, day)
        return self._terms[key]

    def _index(self, day: date) -> AreaIndex[str]:
        if day not in self._indices:
            terms = [(name, self._on(name, day)) for name in self._rows]
            made = AreaIndex(
                [(name, found.area) for name, found in terms if found is not None and found.area is not None]
            )
            if len(self._indices) >= DAYS_KEPT:
                oldest = next(iter(self._indices))
                self._indices.pop(oldest, None)
                self._terms = {asked: known for asked, known in self._terms.items() if asked[1] != oldest}
            self._indices[day] = made
        return self._indices[day]

    @cached_property
    def _ids_by_number(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for name, row in self._rows.items():
            found.setdefault(number_key(str(row.get("number", ""))), []).append(name)
        found.pop("", None)
        return found

    @cached_property
    def _minerals(self) -> Mapping[str, LicensedMineral]:
        """By the key of their names; a name that two of them carry says neither."""
        found: dict[str, list[LicensedMineral]] = {}
        for row in self._mineral_rows:
            mineral = _readable_mineral(row)
            if mineral is not None:
                found.setdefault(mineral.key, []).append(mineral)
        return {key: minerals[0] for key, minerals in found.items() if len(minerals) == 1}

    @cached_property
    def _hours(self) -> Sequence[DatedHours]:
        try:
            return read_hours(self._hour_rows)
        except (KeyError, TypeError, ValueError):
            return ()


def _readable_terms(row: Row, day: date) -> LicenceTerms | None:
    try:
        return terms_on(row, day)
    except (KeyError, TypeError, ValueError):
        return None


def _readable_mineral(row: Row) -> LicensedMineral | None:
    try:
        return LicensedMineral(
            str(row["code"]),
            str(row["name"]),
            str(row["key"]),
            MineralFamily(row["family"]),
            row["density"],
            str(row["density_source"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
