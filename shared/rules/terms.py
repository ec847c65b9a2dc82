"""What a licence permits, as the rules read it: the same object is made from the reference rows on phone and server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Day  # noqa: N812 - fields are called `date`, so the type needs another name
from datetime import time
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from shared.geo.polygon import Area


class MineralFamily(StrEnum):
    """What the rules have to tell apart; a family holds many minerals."""

    RIVERBED_SAND = "riverbed_sand"  # sand and gravel of rivers, lakes, estuaries, coast: own hours, own articles
    COMMON = "common"  # other common construction minerals (VLXDTT)
    PRECIOUS = "precious"  # gold, silver, platinum, gems, toxic (column G of the catalogue)
    WATER = "water"  # mineral and hot water, peat, mineral mud
    OTHER = "other"


class MineralGroup(StrEnum):
    """Luật 54/2024/QH15 Đ6: a group belongs to the licence and its purpose, not to the mineral."""

    I = "I"  # noqa: E741 - the group's name in the law
    II = "II"
    III = "III"
    IV = "IV"


class IssuerLevel(StrEnum):
    MINISTRY = "ministry"
    PROVINCE = "province"


class DepthDatum(StrEnum):
    """What a depth limit is counted from."""

    SURFACE = "surface"  # metres below the bed or ground as it was
    ELEVATION = "elevation"  # lowest level allowed, metres in the national height system (downwards is negative)


class EquipmentKind(StrEnum):
    MACHINE = "machine"
    ROAD = "road"
    WATERWAY = "waterway"


@dataclass(frozen=True, slots=True)
class Season:
    """Days of the year, both ends included, as (month, day); `first` after `last` runs over the New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: Day) -> bool:
        key = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= key <= self.last
        return key >= self.first or key <= self.last


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of a day in which extraction is allowed, Vietnam time: `opens` ≤ t < `closes`, never over midnight."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DatedHours:
    """A provincial default (NĐ 193/2025 Đ115, as amended): for which family, from when to when (both included, None:
    open end), with the paper that says so."""

    family: MineralFamily
    windows: tuple[Window, ...]
    valid_from: Day
    valid_to: Day | None
    source: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """Licensed output a calendar year. `unit`: m3 | t. `basis`: loose | in_place | None (the licence does not say)."""

    value: float
    unit: str
    basis: str | None


@dataclass(frozen=True, slots=True)
class ListedEquipment:
    """A machine, vehicle or vessel the licence names. `key`: its mark without spaces and signs, "" when it has none
    (then only kind and `count` are known)."""

    kind: EquipmentKind
    key: str
    description: str
    count: int


@dataclass(frozen=True, slots=True)
class LicensedMineral:
    """`code` of the register; `key`: normalised name to compare with what was typed. `density`: t per loose m³, None
    where nobody has established one; `density_source`: who did."""

    code: str
    name: str
    key: str
    family: MineralFamily
    density: float | None
    density_source: str


@dataclass(frozen=True, slots=True)
class YearSoFar:
    """What the ledger says of one calendar year, in the capacity's unit. `sampled`: the observed figure is made of
    stops, not of every load. `uncertainty` (95 %) of the observed figure, None when not known. `as_of`: last day it
    covers."""

    year: int
    declared: float | None
    observed: float
    uncertainty: float | None
    sampled: bool
    as_of: Day | None


@dataclass(frozen=True, slots=True)
class LicenceTerms:
    """One version of a licence. An empty tuple means that the licence is silent on the matter, None that the register
    does not know (registers that were taken over have holes)."""

    id: UUID
    number: str
    version: int
    effective_from: Day
    holder: str
    tax_code: str | None
    issuer: str
    issuer_level: IssuerLevel | None
    group: MineralGroup | None
    purpose: str
    minerals: tuple[LicensedMineral, ...]
    area: Area | None
    depth_limit_m: float | None
    depth_datum: DepthDatum
    capacity: Capacity | None
    hours: tuple[Window, ...]
    season: tuple[Season, ...]
    equipment: tuple[ListedEquipment, ...]
    valid_from: Day | None
    valid_to: Day | None
    explosives: bool
    illustration: bool
    ledger: tuple[YearSoFar, ...] = field(default=())

    @property
    def families(self) -> frozenset[MineralFamily]:
        return frozenset(mineral.family for mineral in self.minerals)

    def year(self, year: int) -> YearSoFar | None:
        return next((entry for entry in self.ledger if entry.year == year), None)


def terms_on(row: Mapping[str, Any], day: Day) -> LicenceTerms:
    """The version in force on `day`: of the row's own and its `versions`, the last that had taken effect; the earliest
    when none had. ValueError, KeyError or TypeError when the row is not one of ours."""
    versions: Sequence[Mapping[str, Any]] = [row, *row.get("versions", ())]
    by_start = sorted(versions, key=lambda found: (str(found["effective_from"]), int(found["version"])))
    started = [found for found in by_start if Day.fromisoformat(found["effective_from"]) <= day]
    chosen = started[-1] if started else by_start[0]
    return _terms({**chosen, "id": row["id"], "number": row["number"], "ledger": row.get("ledger", ())})


def _terms(row: Mapping[str, Any]) -> LicenceTerms:
    return LicenceTerms(
        id=UUID(str(row["id"])),
        number=str(row["number"]),
        version=int(row["version"]),
        effective_from=Day.fromisoformat(row["effective_from"]),
        holder=str(row["holder"]),
        tax_code=row["tax_code"],
        issuer=str(row["issuer"]),
        issuer_level=_known(IssuerLevel, row["issuer_level"]),
        group=_known(MineralGroup, row["group"]),
        purpose=str(row["purpose"]),
        minerals=tuple(
            LicensedMineral(
                str(m["code"]),
                str(m["name"]),
                str(m["key"]),
                MineralFamily(m["family"]),
                m["density"],
                str(m["density_source"]),
            )
            for m in row["minerals"]
        ),
        area=_area(row["area"]),
        depth_limit_m=row["depth_limit_m"],
        depth_datum=DepthDatum(row["depth_datum"]),
        capacity=_capacity(row["capacity"]),
        hours=windows(row["hours"]),
        season=season_of(row["season"]),
        equipment=tuple(
            ListedEquipment(EquipmentKind(e["kind"]), str(e["key"]), str(e["description"]), int(e["count"]))
            for e in row["equipment"]
        ),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        explosives=bool(row["explosives"]),
        illustration=bool(row["illustration"]),
        ledger=tuple(_year(entry) for entry in row["ledger"]),
    )


def windows(pairs: Sequence[Sequence[str]]) -> tuple[Window, ...]:
    """From [["05:00", "19:00"], …]; ValueError when a window is empty or runs over midnight."""
    found = tuple(Window(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)
    if any(window.opens >= window.closes for window in found):
        raise ValueError("a window opens before it closes, on one day")
    return found


K = TypeVar("K", bound=StrEnum)


def _known(kind: type[K], value: str | None) -> K | None:
    return None if value is None else kind(value)


def _day(text: str | None) -> Day | None:
    return None if text is None else Day.fromisoformat(text)


def season_of(pairs: Sequence[Sequence[str]]) -> tuple[Season, ...]:
    """From [["01-01", "06-30"], …], month-day; ValueError when a day does not exist."""
    return tuple(Season(_month_day(first), _month_day(last)) for first, last in pairs)


def _area(geometry: object) -> Area | None:
    try:
        return Area.from_geojson(geometry) if isinstance(geometry, dict) else None
    except (ValueError, TypeError, IndexError):
        return None  # an unreadable boundary answers no question; the rule will say "cannot tell"


def _capacity(row: Mapping[str, Any] | None) -> Capacity | None:
    return None if row is None else Capacity(float(row["value"]), str(row["unit"]), row["basis"])


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    Day(2024, int(month), int(day))  # a leap year: 02-29 is a day
    return int(month), int(day)


def _year(row: Mapping[str, Any]) -> YearSoFar:
    return YearSoFar(
        int(row["year"]),
        row["declared"],
        float(row["observed"]),
        row["uncertainty"],
        bool(row["sampled"]),
        _day(row["as_of"]),
    )
