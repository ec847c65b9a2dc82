"""The demo province: Hưng Yên with its 104 real communes, and a dozen licences drawn by us.

None of the licences, holders or numbers exists: they are illustration ("dữ liệu minh họa") and say so everywhere.
"""

import math
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from decimal import ROUND_UP, Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.registry.services.given import AreaGiven, EquipmentGiven, HolderGiven, LicenceGiven, StockyardGiven
from backend.registry.services.minerals import MineralGiven
from backend.registry.services.output import OutputGiven
from shared.geo.polygon import Area
from shared.geo.vn2000 import from_wgs84
from shared.rules.terms import EquipmentKind, IssuerLevel, MineralFamily, MineralGroup

PROVINCE_CODE = "33"
COMMUNES = 104
COMMUNE_SOURCE = "vietnamadminunits (PyPI, MIT)"
MARK = "dữ liệu minh họa"
ZONE = 9209  # VN-2000 / TM-3, central meridian 105°30': Hưng Yên

# A line of our own along the Red River where it borders the province, north-west to south-east: (lat, lon). Rough to a
# few hundred metres; good enough to be seen on the river, too rough to be anything else.
RIVER = (
    (20.9420, 105.9150),
    (20.9120, 105.9060),
    (20.8830, 105.9080),
    (20.8570, 105.9220),
    (20.8330, 105.9430),
    (20.8040, 105.9540),
    (20.7770, 105.9680),
    (20.7520, 105.9900),
    (20.7250, 106.0030),
    (20.6960, 106.0110),
    (20.6690, 106.0250),
    (20.6480, 106.0500),
    (20.6370, 106.0830),
    (20.6280, 106.1160),
    (20.6130, 106.1460),
)

# Density: our own round figure for the illustration, so that its ledger can show weights beside volumes.
MINERALS = (
    MineralGiven(
        code="MH-CAT",
        name=f"Cát lòng sông ({MARK})",
        family=MineralFamily.RIVERBED_SAND,
        density=1.45,
        density_source=f"Số tròn tự đặt ({MARK})",
        illustration=True,
    ),
    MineralGiven(code="MH-SET", name=f"Sét gạch ngói ({MARK})", family=MineralFamily.COMMON, illustration=True),
)
_KINDS = ("MH-CAT", "MH-CAT", "MH-SET")


# Who declares what, so that the ledger has something to say: the first takes out 30 % more than it may, the eleventh
# tells less than the gate of its stockyard sees, the last says nothing; the others keep half their pace.
OVER, LESS, SILENT = "MH-01/GP-MINHHOA", "MH-11/GP-MINHHOA", "MH-12/GP-MINHHOA"
OVER_SHARE, LESS_M3 = Decimal("1.3"), Decimal(500)


def declared(capacities: Mapping[str, tuple[UUID, Decimal]], today: date) -> Iterator[OutputGiven]:
    """Monthly figures of this year until now. `capacities`: number → (licence, m³ a year)."""
    for number, (licence, capacity) in capacities.items():
        if number == SILENT:
            continue
        if number == LESS:
            yield OutputGiven(licence, today.year, today.month, LESS_M3, "m3", "loose")
            continue
        year = OVER_SHARE * capacity if number == OVER else capacity * today.month / 24
        month = (year / today.month).quantize(Decimal("0.001"), ROUND_UP)
        for i in range(1, today.month + 1):
            yield OutputGiven(licence, today.year, i, month, "m3", "loose")


def communes() -> Iterator[dict[str, Any]]:
    """Codes, names and centre points (4 decimals) of the province's communes, as the package gives them."""
    # The package's database is read without importing the package, which would load numpy and shapely for nothing.
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("vietnamadminunits")
    database = Path(spec.origin).parent / "data" / "dataset.db"
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT wardCode, ward, wardType, wardLat, wardLon FROM admin_units"
            " WHERE provinceCode = ? ORDER BY wardCode",
            (PROVINCE_CODE,),
        )
        for code, name, kind, lat, lon in rows:
            yield {"code": code, "province_code": PROVINCE_CODE, "name": name, "kind": kind, "lat": lat, "lon": lon}


def river_box() -> tuple[float, float, float, float]:
    """South, west, north, east round the river, in degrees."""
    lats, lons = zip(*RIVER, strict=True)
    return min(lats), min(lons), max(lats), max(lons)


def licences() -> Iterator[LicenceGiven]:
    """Twelve illustrated licences: quadrilaterals along the river, the fourth with a hole, the ninth in two parts."""
    for index in range(12):
        start, end = RIVER[index], RIVER[index + 1]
        centre = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        bearing = math.atan2((end[1] - start[1]) * math.cos(math.radians(centre[0])), end[0] - start[0])
        along, across = 250.0 + 25 * (index % 5), 60.0 + 10 * (index % 4)
        outer = _quadrilateral(centre, bearing, along, across)
        polygons = [[outer]]
        if index == 3:
            polygons = [[outer, _quadrilateral(centre, bearing, 50.0, 15.0)[::-1]]]
        if index == 8:
            polygons.append([_quadrilateral(_shift(centre, bearing, 900.0, 0.0), bearing, 150.0, 60.0)])
        sand = _KINDS[index % 3] == "MH-CAT"
        yield LicenceGiven(
            number=f"MH-{index + 1:02d}/GP-MINHHOA",
            effective_from=date(2025, 1, 1),
            holder=HolderGiven(name=f"Đơn vị minh họa số {index + 1} ({MARK})"),
            minerals=(_KINDS[index % 3],),
            areas=(_area(polygons),),
            issuer=f"Ủy ban nhân dân tỉnh ({MARK})",
            issuer_level=IssuerLevel.PROVINCE,
            group=MineralGroup.III,
            purpose="Vật liệu xây dựng thông thường",
            depth_limit_m=3.0 + index % 3,
            capacity=Decimal(20_000 + 5_000 * (index % 4)),
            capacity_unit="m3",
            capacity_basis="loose",
            hours=(("06:00", "18:00"),) if sand else (),
            season=(("01-01", "06-30"), ("09-01", "12-31")) if index == 5 else (),
            valid_from=date(2025, 1, 1),
            valid_to=date(2029, 12, 31),
            equipment=(
                EquipmentGiven(
                    EquipmentKind.WATERWAY if sand else EquipmentKind.MACHINE,
                    f"MH-{1000 + index}" if sand else "",
                    f"{'Tàu hút' if sand else 'Máy xúc'} ({MARK})",
                    1 if sand else 2,
                ),
            ),
            stockyards=(StockyardGiven(f"Bãi minh họa {index + 1}", lat=centre[0], lon=centre[1]),) if sand else (),
            illustration=True,
        )


def _area(polygons: list[list[list[list[float]]]]) -> AreaGiven:
    """The corner table of the first outer ring as a paper would have it: northing is x, easting is y, zone 105°30'."""
    geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": polygons}
    corners = [from_wgs84(ZONE, lat=lat, lon=lon) for lon, lat in polygons[0][0][:-1]]
    lines = [f"{i}\t{x:.2f}\t{y:.2f}".replace(".", ",") for i, (x, y) in enumerate(corners, 1)]
    hectares = Area.from_geojson(geometry).area_m2() / 10_000
    return AreaGiven(
        geometry=geometry,
        epsg=ZONE,
        computed_ha=round(hectares, 4),
        corner_table="\n".join(("Điểm góc\tX (m)\tY (m)", *lines)),
        declared_ha=Decimal(f"{hectares:.2f}"),
        source=MARK,
    )


def _shift(point: tuple[float, float], bearing: float, along_m: float, across_m: float) -> tuple[float, float]:
    """Metres along and to the right of `bearing` (radians from north), on a sphere of 111,320 m a degree."""
    north = along_m * math.cos(bearing) - across_m * math.sin(bearing)
    east = along_m * math.sin(bearing) + across_m * math.cos(bearing)
    return point[0] + north / 111_320, point[1] + east / (111_320 * math.cos(math.radians(point[0])))


def _quadrilateral(centre: tuple[float, float], bearing: float, along: float, across: float) -> list[list[float]]:
    """A closed GeoJSON ring, counter-clockwise (RFC 7946 §3.1.6), rounded to 6 decimals (0.1 m)."""
    corners = [_shift(centre, bearing, a * along, c * across) for a, c in ((1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1))]
    return [[round(lon, 6), round(lat, 6)] for lat, lon in corners]
