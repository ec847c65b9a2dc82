"""The provinces and communes of Vietnam and what they were made from, out of the PyPI package vietnamadminunits (MIT).

Its data files are read without importing the package, which would load numpy and shapely for nothing. Over them stand
facts of ours (`data/places.toml`): changes since 1/7/2025, and centre points that lie somewhere else.
"""

import json
import sqlite3
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from backend.registry.models.places import TWO_TIERS_FROM
from backend.registry.selectors.place_names import place_key, split_kind
from backend.registry.services.places import CommuneGiven, FormerGiven, ProvinceGiven

PACKAGE = "vietnamadminunits"
FACTS = Path(__file__).parents[1] / "data" / "places.toml"
LAST_DAY_BEFORE = date(2025, 6, 30)
_Given = TypeVar("_Given", ProvinceGiven, CommuneGiven)


def _package_data() -> Path:
    """FileNotFoundError when the package is not there."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(PACKAGE)
    return Path(spec.origin).parent / "data"


@dataclass(frozen=True)
class AdminUnits:
    """`province`: a two-digit code, "" for the whole country."""

    province: str = ""

    @property
    def source(self) -> str:
        return f"QĐ 19/2025/QĐ-TTg; {PACKAGE} {version(PACKAGE)} (PyPI, MIT)"

    def provinces(self) -> Iterator[ProvinceGiven]:
        rows = self._query(
            "SELECT DISTINCT provinceCode, province, provinceLat, provinceLon FROM admin_units"
            " WHERE ? IN ('', provinceCode) ORDER BY provinceCode"
        )
        changes = {fact["code"]: fact for fact in self._facts.get("province", ())}
        for code, name, lat, lon in rows:
            kind, bare = split_kind(name)
            yield from _dated(ProvinceGiven(code, bare, kind, lat, lon), changes.get(code))

    def communes(self) -> Iterator[CommuneGiven]:
        changes = {code: fact for fact in self._facts.get("commune", ()) for code in fact["codes"]}
        centres: Mapping[str, list[float]] = self._facts.get("centres", {})
        shared = self._areas_shared
        rows = self._query(
            "SELECT wardCode, provinceCode, ward, wardLat, wardLon, wardAreaKm2 FROM admin_units"
            " WHERE ? IN ('', provinceCode) ORDER BY wardCode"
        )
        for code, province, name, lat, lon, area in rows:
            # The column wardType contradicts the name in places; the name is right (Phường Việt Hòa).
            kind, bare = split_kind(name)
            lat, lon = centres.get(code, (lat, lon))
            known = area if area and (place_key(name), area) not in shared else None
            yield from _dated(CommuneGiven(code, province, bare, kind, lat, lon, known), changes.get(code))

    def former(self) -> Iterator[FormerGiven]:
        """The communes until 30/6/2025 with their districts and provinces; five island districts had no communes."""
        successors = self._successors
        rows = self._query(
            "SELECT wardCode, ward, district, province, provinceKey, districtKey, wardKey FROM admin_units_legacy"
            " ORDER BY wardCode",
            all_of_it=True,
        )
        for code, ward, district, province, *keys in rows:
            into = successors.get("_".join(key or "" for key in keys))
            if not into:
                continue  # of another province
            kind, name = split_kind(ward or district)
            around = district if ward else ""
            yield FormerGiven(code or "", name, kind, around, province, LAST_DAY_BEFORE, frozenset(into))

    @cached_property
    def _facts(self) -> Mapping[str, Any]:
        return tomllib.loads(FACTS.read_text(encoding="utf-8"))

    @cached_property
    def _areas_shared(self) -> frozenset[tuple[str, float]]:
        """(name's key, area) that communes of one name share: the package gave the area of one of them to all."""
        rows = self._query("SELECT ward, wardAreaKm2 FROM admin_units", all_of_it=True)
        counted = Counter((place_key(name), area) for name, area in rows)
        return frozenset(pair for pair, count in counted.items() if count > 1)

    @cached_property
    def _successors(self) -> Mapping[str, set[str]]:
        """The package's key of a unit there was → codes of the communes it went into, those of our province."""
        rows = self._query("SELECT provinceKey, wardKey, wardCode FROM admin_units WHERE ? IN ('', provinceCode)")
        codes = {(province, ward): code for province, ward, code in rows}
        data = json.loads((_package_data() / "converter_2025.json").read_text(encoding="utf-8"))
        found: dict[str, set[str]] = defaultdict(set)
        for province, whole in data["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for ward, units in whole.items():
                for unit in units:
                    found[unit].add(codes.get((province, ward), ""))
        for province, divided in data["DICT_PROVINCE_WARD_DIVIDED"].items():
            for unit, wards in divided.items():
                found[unit] |= {codes.get((province, ward["newWardKey"]), "") for ward in wards}
        return {unit: into - {""} for unit, into in found.items()}

    def _query(self, sql: str, *, all_of_it: bool = False) -> list[tuple[Any, ...]]:
        database = _package_data() / "dataset.db"
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, () if all_of_it else (self.province,)).fetchall()


def _dated(row: _Given, change: Mapping[str, Any] | None) -> Iterator[_Given]:
    """As it is; of a place that changed what it was and what it became, whichever of both the package says."""
    if change is None:
        yield row
        return
    yield replace(row, kind=change["before"], valid_from=TWO_TIERS_FROM)
    yield replace(row, kind=change["kind"], valid_from=change["valid_from"], source=change["source"])
