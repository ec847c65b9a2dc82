"""What a row of the violation catalogue says once it is read: types, acts, tiers, bands. `catalogue` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.problems import Text
from shared.rules.terms import MineralFamily

MILLION = 1_000_000
FIELD_MAXIMUM = 1_000 * MILLION  # đồng for an individual in the minerals field (NĐ 36/2020 Đ4 k1)


class Measure(StrEnum):
    """What a tier is counted in; the unit is the name's last part."""

    AREA_OUTSIDE_HA = "area_outside_ha"
    DEPTH_BEYOND_M = "depth_beyond_m"
    DISTANCE_OUTSIDE_M = "distance_outside_m"
    VOLUME_M3 = "volume_m3"
    MASS_T = "mass_t"
    PERCENT_OVER = "percent_over"
    DAYS_LATE = "days_late"


class Column(StrEnum):
    """Whom a band stands for: the decree's own sub-points (`bands.fits` says who belongs where)."""

    ALL = "ALL"
    HH = "HH"
    NX = "NX"
    NX_PEAT = "NX_PEAT"
    NXR_PEAT = "NXR_PEAT"
    NXR_PEAT_WATER = "NXR_PEAT_WATER"
    X = "X"
    X_HH = "X_HH"
    RS_X = "RS_X"
    RS_X_WATER = "RS_X_WATER"
    S30 = "S30"
    G = "G"
    GM = "GM"
    TOXIC = "TOXIC"
    FACING = "FACING"
    CEMENT = "CEMENT"
    COAL = "COAL"
    OTHER = "OTHER"
    OP = "OP"
    UG = "UG"
    P = "P"
    M = "M"
    CORRIDOR = "CORRIDOR"
    OUTSIDE_CORRIDOR = "OUTSIDE_CORRIDOR"


class When(StrEnum):
    """When an additional sanction goes with the fine; `repeated` and `reoffence` are different things in law."""

    ALWAYS = "always"
    REPEATED = "repeated"
    REOFFENCE_OR_REPEATED = "reoffence_or_repeated"


@dataclass(frozen=True, slots=True)
class Span:
    """`start` ≤ x < `end`; None: no upper end."""

    start: Decimal
    end: Decimal | None


@dataclass(frozen=True, slots=True)
class Extra:
    """An additional sanction. Months are None for a confiscation; `under`: fewer than `months_to`. `columns` empty: of
    every column."""

    code: str
    months_from: int | None
    months_to: int | None
    under: bool
    when: When
    columns: frozenset[Column]


@dataclass(frozen=True, slots=True)
class Band:
    """Lowest and highest fine of an individual, đồng; both 0 with `warning`. `clause`, `point`: where it stands."""

    low: int
    high: int
    warning: bool
    clause: str
    point: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """No band here: the act stands under another code."""

    code: str


@dataclass(frozen=True, slots=True)
class Tier:
    """One step. `spans` has an entry for every measure of the act; a column without a cell is not told apart here."""

    spans: Mapping[Measure, Span]
    cells: Mapping[Column, Band | Elsewhere]
    extra: tuple[Extra, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One provision of a type. `key`: "" when the type has only one. `columns` in the order in which they are tried.
    `depth_over_ha`: the area from which on a depth counts, None where the decree sets none."""

    key: str
    title: Text
    article: str
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...]
    tiers: tuple[Tier, ...]
    extra: tuple[Extra, ...]
    remedies: tuple[str, ...]
    depth_over_ha: Decimal | None


@dataclass(frozen=True, slots=True)
class ViolationType:
    """A dated row. No `acts`: no band is known, the finding is described and passed on (`transfer_to`: codes of
    receiving agencies). `families` empty: of any mineral. `unsure`: what its author could not settle; it and `source`
    are "" on phones."""

    code: str
    valid_from: date
    valid_to: date | None
    verified_on: date | None
    verified_by: str
    title: Text
    decree: str
    amended_by: str
    amended_from: date | None
    duty: str
    families: frozenset[MineralFamily]
    prohibited_area_top: bool
    field_maximum: int
    transfer_to: tuple[str, ...]
    see: tuple[str, ...]
    source: str
    unsure: str
    acts: tuple[Act, ...]

    @property
    def verified(self) -> bool:
        return self.verified_on is not None

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Consequence:
    """A remedy (BP-…) or an additional sanction (BS-…)."""

    code: str
    title: Text
