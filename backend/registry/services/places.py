"""Writes to the list of places: provinces, communes and what they were made from. What changed is another row with its
dates, never an overwrite of what was; only a centre point or an area is put right where it stands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import Commune, CommuneBoundary, FormerCommune, Province, ProvinceBoundary
from backend.registry.models.places import TWO_TIERS_FROM
from backend.registry.mutators import BATCH, PhoneRow, publish, withdraw
from backend.registry.selectors.place_names import place_key, split_kind
from backend.registry.selectors.places import commune_rows
from shared.clock import VIETNAM
from shared.problems import FieldError, Problem

_DAY = timedelta(days=1)
_Given = TypeVar("_Given", "ProvinceGiven", "CommuneGiven")


@dataclass(frozen=True, slots=True)
class ProvinceGiven:
    """`valid_from` None: as it is now, since when is not said (of a place that is new here: since 1/7/2025)."""

    code: str
    name: str
    kind: str
    lat: float | None = None
    lon: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class CommuneGiven:
    """`lat`, `lon`: of a centre point. `area_km2` None: not known, what is known stays. `valid_from` as above."""

    code: str
    province_code: str
    name: str
    kind: str
    lat: float
    lon: float
    area_km2: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class FormerGiven:
    """A unit that is no more. `successors`: codes of the communes it went into."""

    code: str
    name: str
    kind: str
    district: str
    province: str
    valid_to: date
    successors: frozenset[str]


@dataclass(frozen=True, slots=True)
class PlacesRecorded:
    """`made`: rows added; `corrected`: rows whose centre, area, end or successors were put right; `phones`: rows that
    phones get anew."""

    provinces: int
    communes: int
    former: int
    made: int
    corrected: int
    phones: int


def communes_record(rows: Iterable[CommuneGiven | Mapping[str, Any]], *, source: str, actor: str, now: datetime) -> int:
    """`places_record` for communes alone; how many were given. A mapping has the columns of `CommuneGiven`."""
    given = [row if isinstance(row, CommuneGiven) else CommuneGiven(**row) for row in rows]
    return places_record(communes=given, source=source, actor=actor, now=now).communes


def places_record(
    *,
    provinces: Iterable[ProvinceGiven] = (),
    communes: Iterable[CommuneGiven] = (),
    former: Iterable[FormerGiven] = (),
    source: str,
    actor: str,
    now: datetime,
) -> PlacesRecorded:
    """Record places, in one transaction with one audit event, and bring phones up to date. What the list says already
    changes nothing. Problem `request_invalid` names row and field, and then nothing is written.

    `source`: where it comes from, for rows that do not say themselves. `actor`: an officer's id or audit.SYSTEM.
    """
    today = now.astimezone(VIETNAM).date()
    given_provinces = [_tidy(row, source) for row in provinces]
    given_communes = [_tidy(row, source) for row in communes]
    given_former = list(former)
    _check(given_provinces, given_communes)
    with transaction.atomic():
        changed = _Changed()
        _History(Province, ProvinceBoundary, today, changed).record(given_provinces)
        _History(Commune, CommuneBoundary, today, changed).record(given_communes)
        touched = _former(given_former, source, changed)
        event = audit.record(
            Action.PLACES_RECORDED,
            subject="registry:places",
            actor=actor,
            at=now,
            source=source,
            counts=dict(changed.counts),
            places=[*changed.places][:BATCH],
        )
        codes = sorted({row.code for row in given_communes} | touched)
        phones = communes_publish(codes, day=today, number=event.index)
    return PlacesRecorded(
        provinces=len({row.code for row in given_provinces}),
        communes=len({row.code for row in given_communes}),
        former=len(given_former),
        made=changed.counts["made"],
        corrected=changed.counts["corrected"],
        phones=phones,
    )


def communes_publish(codes: Sequence[str], *, day: date, number: int) -> int:
    """Bring what phones have of these communes up to date with the rows in force on a day; how many rows changed. A
    commune that is no more is dropped. A change that is dated ahead reaches phones when places are recorded next."""
    changed, gone = 0, set(codes)
    for i in range(0, len(codes), BATCH):
        rows = [PhoneRow(body["id"], body, box) for body, box in commune_rows(codes[i : i + BATCH], day)]
        gone -= {row.id for row in rows}
        changed += publish("communes", rows, number=number)
    return changed + withdraw("communes", sorted(gone), number=number)


class _Changed:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.places: dict[str, None] = {}

    def note(self, what: str, table: str, row: Any) -> None:
        self.counts[what] += 1
        self.places[f"{what}:{table}:{row.code}@{row.valid_from.isoformat()}"] = None


def _tidy(row: _Given, source: str) -> _Given:
    """The kind out of the name ("Xã Tân Hưng"): what the name says of it holds."""
    kind, name = split_kind(row.name)
    return replace(row, name=name, kind=kind or row.kind, source=(row.source or source)[:200])


def _check(provinces: Sequence[ProvinceGiven], communes: Sequence[CommuneGiven]) -> None:
    errors = [*_errors("provinces", 2, provinces), *_errors("communes", 5, communes)]
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))


def _errors(table: str, digits: int, rows: Sequence[ProvinceGiven | CommuneGiven]) -> Iterator[FieldError]:
    for i, row in enumerate(rows):
        for path, expected in _wrong(row, digits):
            yield FieldError(f"{table}[{i}].{path}", "value", {"expected": expected})


def _wrong(row: ProvinceGiven | CommuneGiven, digits: int) -> Iterator[tuple[str, str]]:
    """(field, what is expected there)."""
    if not (row.code.isascii() and row.code.isdecimal() and len(row.code) == digits):
        yield "code", "0" * digits
    if isinstance(row, CommuneGiven):
        if not (row.province_code.isascii() and row.province_code.isdecimal() and len(row.province_code) == 2):
            yield "province_code", "00"
        if row.area_km2 is not None and not 0 < row.area_km2 < 1e6:
            yield "area_km2", "> 0"
    if not place_key(row.name) or len(row.name) > 120:
        yield "name", "1–120"
    if not 0 < len(row.kind) <= 20:
        yield "kind", "Tỉnh | Thành phố | Xã | Phường | Đặc khu"
    if row.lat is not None and not -90 <= row.lat <= 90:
        yield "lat", "-90–90"
    if row.lon is not None and not -180 <= row.lon <= 180:
        yield "lon", "-180–180"
    if row.valid_from and row.valid_to and row.valid_from > row.valid_to:
        yield "valid_to", f"≥ {row.valid_from:%d/%m/%Y}"


class _History:
    """The dated rows of places by their codes, and what is done to them. `model`: Province or Commune."""

    def __init__(self, model: Any, boundary: Any, today: date, changed: _Changed) -> None:
        self.model, self.boundary, self.today, self.changed = model, boundary, today, changed
        self.table = model._meta.model_name
        self.known: dict[str, list[Any]] = defaultdict(list)
        self.fresh: list[Any] = []
        self.altered: dict[int, Any] = {}
        self.carried: list[tuple[Any, Any]] = []  # a row, and the one before it whose boundary it takes over

    def record(self, given: Sequence[ProvinceGiven | CommuneGiven]) -> None:
        codes = sorted({row.code for row in given})
        for i in range(0, len(codes), BATCH):
            found = self.model.objects.select_for_update().filter(code__in=codes[i : i + BATCH])
            for row in found.order_by("code", "valid_from"):
                self.known[row.code].append(row)
        # What is dated first: what is as it is now may be its outcome.
        order = sorted(range(len(given)), key=lambda i: (given[i].valid_from is None, given[i].valid_from or date.max))
        for i in order:
            self._one(given[i], f"{self.table}s[{i}]")
        self.model.objects.bulk_create(self.fresh, batch_size=BATCH)
        columns = ["lat", "lon", "valid_to", *(["area_km2"] if self.model is Commune else [])]
        self.model.objects.bulk_update(self.altered.values(), columns, batch_size=BATCH)
        self._carry()

    def _one(self, given: ProvinceGiven | CommuneGiven, path: str) -> None:
        history = self.known[given.code]
        since = given.valid_from or (self.today if history else TWO_TIERS_FROM)
        before = [row for row in history if row.valid_from <= since]
        standing = before[-1] if before and (before[-1].valid_to is None or before[-1].valid_to >= since) else None
        if standing is not None and _same(standing, given):
            self._correct(standing, given)
        elif before and before[-1].valid_from == since:
            said: dict[str, object] = {"day": f"{since:%d/%m/%Y}", "name": str(before[-1]), "code": given.code}
            raise Problem("request_invalid", errors=(FieldError(path, "place_differs", said),))
        elif standing is not None or not before or given.valid_from is not None:
            self._insert(given, since, standing, history[len(before)] if len(before) < len(history) else None)
        # Else: what has ended stays so unless a dated row says that it is there again.

    def _insert(self, given: ProvinceGiven | CommuneGiven, since: date, standing: Any, later: Any) -> None:
        values = {field.name: getattr(given, field.name) for field in fields(given)} | {"valid_from": since}
        if self.model is Commune:
            values["name_key"] = place_key(given.name)
        if later is not None:
            values["valid_to"] = min(given.valid_to or date.max, later.valid_from - _DAY)
        row = self.model(**values)
        self.fresh.append(row)
        self.changed.note("made", self.table, row)
        if standing is not None:
            self.carried.append((row, standing))
            standing.valid_to = since - _DAY
            self._alter(standing, "ended")
        history = self.known[given.code]
        history.append(row)
        history.sort(key=lambda one: one.valid_from)

    def _correct(self, row: Any, given: ProvinceGiven | CommuneGiven) -> None:
        """A centre, an area or an end that is known better now."""
        said = {name: getattr(given, name, None) for name in ("lat", "lon", "area_km2", "valid_to")}
        differs = {name: value for name, value in said.items() if value is not None and value != getattr(row, name)}
        for name, value in differs.items():
            setattr(row, name, value)
        if differs:
            self._alter(row, "corrected")

    def _alter(self, row: Any, what: str) -> None:
        self.changed.note(what, self.table, row)
        if row.pk is not None:
            self.altered[row.pk] = row

    def _carry(self) -> None:
        """Another name or kind has the same boundary."""
        of = self.table
        new = {old.pk: row for row, old in self.carried}
        copies = list(self.boundary.objects.filter(**{f"{of}__in": list(new)}))
        for copy in copies:
            row = new[getattr(copy, f"{of}_id")]
            copy.pk, copy._state.adding = None, True
            setattr(copy, of, row)
        self.boundary.objects.bulk_create(copies)


def _same(row: Any, given: ProvinceGiven | CommuneGiven) -> bool:
    """Whether they say the same of the place. Another placing of the tone is no other name."""
    here = (place_key(row.name), row.kind, getattr(row, "province_code", None))
    return here == (place_key(given.name), given.kind, getattr(given, "province_code", None))


def _former(given: Sequence[FormerGiven], source: str, changed: _Changed) -> set[str]:
    """Record units that are no more and what they went into; codes of the communes whose predecessors changed."""
    if not given:
        return set()
    communes = _successors({code for row in given for code in row.successors}, given)
    known, linked = _former_known(given)
    fresh: dict[tuple[Any, ...], FormerCommune] = {}
    for row in given:
        if _former_key(row) not in known:
            columns = {field.name: getattr(row, field.name) for field in fields(row) if field.name != "successors"}
            fresh[_former_key(row)] = FormerCommune(**columns, name_key=place_key(row.name), source=source[:200])
    FormerCommune.objects.bulk_create(fresh.values(), batch_size=BATCH)
    through = FormerCommune.successors.through
    touched: set[str] = set()
    links, gone = [], []
    for row in given:
        unit = known.get(_former_key(row)) or fresh[_former_key(row)]
        before = linked.get(unit.pk, {})
        links += [
            through(formercommune_id=unit.pk, commune_id=communes[code]) for code in row.successors - before.keys()
        ]
        gone += [before[code] for code in before.keys() - row.successors]
        differing = row.successors ^ before.keys()
        touched |= differing
        if unit.pk in linked and differing:
            changed.counts["corrected"] += 1
    changed.counts["made"] += len(fresh)
    through.objects.bulk_create(links, batch_size=BATCH)
    through.objects.filter(pk__in=gone).delete()
    return touched


def _successors(codes: set[str], given: Sequence[FormerGiven]) -> dict[str, int]:
    """Code → key of the row that was there first. Problem `request_invalid` for one that is not in the list."""
    found: dict[str, int] = {}
    wanted = sorted(codes)
    for i in range(0, len(wanted), BATCH):
        rows = Commune.objects.filter(code__in=wanted[i : i + BATCH]).order_by("-valid_from")
        found |= dict(rows.values_list("code", "pk"))
    if codes - found.keys():
        unknown = [i for i, row in enumerate(given) if row.successors - found.keys()]
        errors = tuple(FieldError(f"former[{i}].successors", "unknown_place") for i in unknown)
        raise Problem("request_invalid", errors=errors)
    return found


def _former_key(row: FormerGiven | FormerCommune) -> tuple[Any, ...]:
    return row.code, row.name, row.district, row.province, row.valid_to


def _former_known(
    given: Sequence[FormerGiven],
) -> tuple[dict[tuple[Any, ...], FormerCommune], dict[int, dict[str, int]]]:
    """Units there are already in these provinces, and for each the codes it went into with the key of the link."""
    days, provinces = {row.valid_to for row in given}, {row.province for row in given}
    units = FormerCommune.objects.filter(province__in=provinces, valid_to__in=days)
    known = {_former_key(unit): unit for unit in units}
    linked: dict[int, dict[str, int]] = {unit.pk: {} for unit in known.values()}
    links = FormerCommune.successors.through.objects.filter(
        formercommune__province__in=provinces, formercommune__valid_to__in=days
    )
    for unit, code, key in links.values_list("formercommune_id", "commune__code", "pk"):
        linked[unit][code] = key
    return known, linked
