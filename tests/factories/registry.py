"""Licences and places for tests, made through the services, so that phones get them too."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from backend.audit import services as audit
from backend.registry.models import Commune, Licence, Mineral
from backend.registry.services.given import AreaGiven, HolderGiven, LicenceGiven
from backend.registry.services.licences import licences_record
from shared.rules.terms import IssuerLevel, MineralFamily, MineralGroup
from shared.vietnamese import name_key

SAND = "CAT"


def square(lat: float = 20.60, lon: float = 106.00, side: float = 0.01) -> dict[str, Any]:
    """A GeoJSON square, counter-clockwise; `lat`, `lon` its south-western corner, `side` in degrees."""
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side), (lon, lat)]
    return {"type": "Polygon", "coordinates": [[[round(x, 7), round(y, 7)] for x, y in corners]]}


def mineral(code: str = SAND, name: str = "Cát lòng sông", **fields: Any) -> Mineral:
    row, _ = Mineral.objects.get_or_create(
        code=code,
        defaults={"name": name, "name_key": name_key(name), "family": MineralFamily.RIVERBED_SAND.value} | fields,
    )
    return row


def given(number: str = "12/GP-UBND", area: dict[str, Any] | None = None, **fields: Any) -> LicenceGiven:
    """A river-sand licence of the province, valid from 2025 to 2029, 10,000 m³ a year."""
    values: dict[str, Any] = {
        "number": number,
        "effective_from": date(2025, 1, 1),
        "holder": HolderGiven("Công ty Cát Sông (thử)"),
        "minerals": (SAND,),
        "areas": (AreaGiven(area or square(), 4326, 100.0),),
        "issuer": "UBND tỉnh (thử)",
        "issuer_level": IssuerLevel.PROVINCE,
        "group": MineralGroup.III,
        "capacity": Decimal(10_000),
        "capacity_unit": "m3",
        "capacity_basis": "loose",
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2029, 12, 31),
    }
    return LicenceGiven(**(values | fields))


def licence(number: str = "12/GP-UBND", area: dict[str, Any] | None = None, **fields: Any) -> Licence:
    mineral()
    (version,) = licences_record([given(number, area, **fields)], actor=audit.SYSTEM, now=timezone.now(), source="thử")
    return version.licence


def commune(code: str = "12142", name: str = "Đức Hợp (minh họa)", kind: str = "Xã") -> Commune:
    """A row alone, as no phone gets it."""
    return Commune.objects.create(
        code=code, province_code="33", name=name, name_key=name_key(name), kind=kind, lat=20.7, lon=106.0
    )
