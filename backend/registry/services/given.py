"""What the register is told of a licence: checked here, before anything is written."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shapely.geometry import shape
from shapely.validation import explain_validity
from stdnum.exceptions import ValidationError as NumberRefused
from stdnum.vn import mst

from shared.geo.polygon import Area
from shared.problems import FieldError, Problem
from shared.rules.terms import DepthDatum, EquipmentKind, IssuerLevel, MineralGroup, season_of, windows


@dataclass(frozen=True, slots=True)
class HolderGiven:
    """`tax_code` "" when not known."""

    name: str
    tax_code: str = ""
    kind: str = "organisation"
    address: str = ""


@dataclass(frozen=True, slots=True)
class AreaGiven:
    """`corner_table`: as the paper has it; `geometry`: what was derived, GeoJSON Polygon or MultiPolygon, WGS84, valid;
    `repair`: how an invalid ring was mended and who said so."""

    geometry: dict[str, Any]
    epsg: int
    computed_ha: float
    name: str = ""
    corner_table: str = ""
    declared_ha: Decimal | None = None
    repair: dict[str, Any] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class EquipmentGiven:
    kind: EquipmentKind
    mark: str = ""
    description: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class StockyardGiven:
    name: str
    address: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class LicenceGiven:
    """One version. `minerals`: codes of the register. `hours`: [["05:00", "19:00"]], `season`: [["01-01", "06-30"]]."""

    number: str
    effective_from: date
    holder: HolderGiven
    minerals: tuple[str, ...] = ()
    areas: tuple[AreaGiven, ...] = ()
    basis: str = ""
    issuer: str = ""
    issuer_level: IssuerLevel | None = None
    issued_on: date | None = None
    group: MineralGroup | None = None
    purpose: str = ""
    depth_limit_m: float | None = None
    depth_datum: DepthDatum = DepthDatum.SURFACE
    capacity: Decimal | None = None
    capacity_unit: str = ""
    capacity_basis: str = ""
    hours: tuple[tuple[str, str], ...] = ()
    season: tuple[tuple[str, str], ...] = ()
    explosives: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    equipment: tuple[EquipmentGiven, ...] = ()
    stockyards: tuple[StockyardGiven, ...] = ()
    illustration: bool = False

    def digest(self) -> str:
        """Equal for what says the same: recording it again makes no new version."""
        text = json.dumps(asdict(self), default=str, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def tax_code_checked(code: str) -> str:
    """The code in its compact form (10 digits, or 13 of a branch; TT 105/2020/TT-BTC), "" for none. Problem
    `request_invalid`."""
    if not code.strip():
        return ""
    try:
        return str(mst.validate(code))
    except NumberRefused as error:
        raise Problem("request_invalid", errors=(FieldError("tax_code", "tax_code", {"value": code}),)) from error


def check(given: LicenceGiven) -> None:
    """Problem `request_invalid` with everything that is wrong, by field."""
    errors = []
    if not given.number.strip() or len(given.number) > 60:
        errors.append(FieldError("number", "value", {"expected": "1–60"}))
    if not given.holder.name.strip() or len(given.holder.name) > 300:
        errors.append(FieldError("holder", "value", {"expected": "1–300"}))
    if given.valid_from and given.valid_to and given.valid_from > given.valid_to:
        errors.append(FieldError("valid_to", "value", {"expected": f"≥ {given.valid_from:%d/%m/%Y}"}))
    if given.capacity is not None and (given.capacity < 0 or given.capacity_unit not in ("m3", "t")):
        errors.append(FieldError("capacity", "value", {"expected": "≥ 0, m3 | t"}))
    errors += _hours_errors(given)
    for i, area in enumerate(given.areas):
        errors += _area_errors(area, f"areas[{i}]")
    try:
        tax_code_checked(given.holder.tax_code)
    except Problem as problem:
        errors += problem.errors
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))


def _hours_errors(given: LicenceGiven) -> list[FieldError]:
    errors = []
    try:
        windows(given.hours)
    except ValueError:
        errors.append(FieldError("hours", "value", {"expected": '[["05:00", "19:00"]]'}))
    try:
        season_of(given.season)
    except ValueError:
        errors.append(FieldError("season", "value", {"expected": '[["01-01", "06-30"]]'}))
    return errors


def _area_errors(area: AreaGiven, path: str) -> list[FieldError]:
    try:
        Area.from_geojson(area.geometry)
    except ValueError as error:
        return [FieldError(path, "value", {"expected": str(error)})]
    found = shape(area.geometry)
    return [] if found.is_valid else [FieldError(path, "ring_invalid", {"reason": explain_validity(found)})]
