"""Licences as phones carry them and the rules read them. Only the standard library and `shared`."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.rules.terms import LicenceTerms, terms_on
from shared.vietnamese import name_key

LICENCE = UUID("00000000-0000-4000-8000-000000000012")
DAY = date(2026, 11, 20)  # of the reports that tests.factories.reports makes
# Where the observer of tests.factories.reports stands.
LAT, LON = 20.6471, 106.0489


def square(lat: float = LAT, lon: float = LON, half: float = 0.002) -> dict[str, Any]:
    """A GeoJSON square round a place; `half` of a side, in degrees."""
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return {"type": "Polygon", "coordinates": [[[round(lon + x, 7), round(lat + y, 7)] for x, y in corners]]}


def mineral_row(name: str = "Cát san lấp", **overrides: Any) -> dict[str, Any]:
    """Riverbed sand, 1.4 t per loose m³."""
    row = {
        "code": "MH-CAT",
        "name": name,
        "key": name_key(name),
        "family": "riverbed_sand",
        "density": 1.4,
        "density_source": "số tròn để thử",
    }
    return {**row, "id": f"mineral:{overrides.get('code', row['code'])}", **overrides}


def year_row(**overrides: Any) -> dict[str, Any]:
    """Every load of 2026 was seen, and as much declared."""
    return {
        "year": 2026,
        "declared": 30_000.0,
        "observed": 30_000.0,
        "uncertainty": 300.0,
        "sampled": False,
        "as_of": "2026-11-19",
        **overrides,
    }


def licence_row(**overrides: Any) -> dict[str, Any]:
    """River sand round the place of the reports, of a province, 2024 to 2029, by day, 8 m deep, 60,000 m³ a year."""
    return {
        "id": str(LICENCE),
        "number": "12/GP-UBND",
        "illustration": True,
        "version": 1,
        "effective_from": "2024-05-06",
        "basis": "",
        "holder": "Công ty Cát sỏi Bãi Giữa (minh họa)",
        "tax_code": None,
        "issuer": "UBND tỉnh (minh họa)",
        "issuer_level": "province",
        "issued_on": "2024-05-06",
        "group": "III",
        "purpose": "san lấp",
        "minerals": [mineral_row()],
        "area": square(),
        "depth_limit_m": 8.0,
        "depth_datum": "surface",
        "capacity": {"value": 60_000.0, "unit": "m3", "basis": "loose"},
        "hours": [["06:00", "18:00"]],
        "season": [],
        "equipment": [
            {"kind": "waterway", "mark": "HY-0001", "key": "HY0001", "description": "tàu hút", "count": 1},
            {"kind": "machine", "mark": "", "key": "", "description": "máy bơm", "count": 2},
        ],
        "stockyards": [],
        "explosives": False,
        "valid_from": "2024-05-06",
        "valid_to": "2029-05-06",
        "versions": [],
        "ledger": [year_row()],
        **overrides,
    }


def terms(day: date = DAY, **overrides: Any) -> LicenceTerms:
    return terms_on(licence_row(**overrides), day)
