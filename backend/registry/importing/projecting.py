"""From the numbers of a paper to WGS84. VN-2000 goes through EPSG:6960 and nothing else: PROJ left alone may take
another operation, 0.7 m away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyproj
from pyproj.exceptions import CRSError, ProjError

from backend.registry.importing.headers import fold
from backend.registry.importing.zones import VN2000, WGS84, zone_of
from shared.geo.vn2000 import ZONES

Position = tuple[float, float]  # (x, y): easting and northing, or longitude and latitude
TO_WGS84 = "urn:ogc:def:coordinateOperation:EPSG::6960"  # VN-2000 to WGS 84 (2), coordinate frame; latitude first
# First parameter of the shift to WGS84 as .prj files state it: EPSG:6960, and the older EPSG:5194.
_SHIFTS = (-191.904, -192.873)
_FALSE_EASTING = 500_000.0
_HN72 = 4147  # the datum before VN-2000: no parameters of it are official


@dataclass(frozen=True)
class Reference:
    """What coordinates are in. `epsg` None: a system without a number. `vn2000`: on the datum VN-2000. `plane`: areas
    may be taken from its metres (transverse Mercator). `like`: the VN-2000 zone it would be, were its datum VN-2000,
    which it is not."""

    crs: pyproj.CRS
    epsg: int | None
    name: str
    vn2000: bool
    plane: bool
    like: int | None = None

    @property
    def projected(self) -> bool:
        return self.crs.is_projected

    def to_wgs84(self, positions: Sequence[Position]) -> list[Position]:
        """(lon, lat) in degrees; infinite where the projection has no answer."""
        if self.epsg == WGS84 or not positions:
            return list(positions)
        xs, ys = zip(*positions, strict=True)
        if not self.vn2000:
            return _pairs(_generic(self.crs.to_wkt()).transform(xs, ys))
        if self.projected:
            xs, ys = _unprojector(self.crs.to_wkt()).transform(xs, ys)
        lats, lons = _datum_step().transform(ys, xs)
        return _pairs((lons, lats))


def _pairs(columns: tuple[Iterable[float], Iterable[float]]) -> list[Position]:
    return [(float(x), float(y)) for x, y in zip(*columns, strict=True)]


@cache
def _datum_step() -> pyproj.Transformer:
    return pyproj.Transformer.from_pipeline(TO_WGS84)


@cache
def _unprojector(wkt: str) -> pyproj.Transformer:
    crs = pyproj.CRS.from_wkt(wkt)
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise CRSError(f"no geodetic CRS: {crs.name}")
    return pyproj.Transformer.from_crs(crs, geodetic, always_xy=True)


@cache
def _generic(wkt: str) -> pyproj.Transformer:
    # Without a known shift PROJ would leave the numbers as they are, hundreds of metres from the truth ("ballpark").
    return pyproj.Transformer.from_crs(pyproj.CRS.from_wkt(wkt), WGS84, always_xy=True, allow_ballpark=False)


@cache
def of_epsg(epsg: int) -> Reference | None:
    """None when EPSG has no such system of the plane or the globe."""
    try:
        crs = pyproj.CRS.from_epsg(epsg)
    except CRSError:
        return None
    return _usable(crs, epsg)


@cache
def of_text(text: str) -> Reference | None:
    """From WKT (a .prj file) or "EPSG:9209"; None when it says nothing usable."""
    try:
        crs = pyproj.CRS.from_user_input(text)
    except CRSError:
        return None
    return _usable(crs, crs.to_epsg())


def _usable(crs: pyproj.CRS, epsg: int | None) -> Reference | None:
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
        epsg = crs.to_epsg()
    shift = _shift(crs)
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
        epsg = epsg or crs.to_epsg()
    if not (crs.is_projected or crs.is_geographic) or _is_hn72(crs):
        return None
    if _is_wgs84(crs) and (epsg is not None or crs.is_geographic):
        return Reference(crs, WGS84 if crs.is_geographic else epsg, crs.name, False, _is_plane(crs), _like(crs, epsg))
    vn2000 = epsg in ZONES or epsg == VN2000 or shift in _SHIFTS or _named_vn2000(crs)
    if vn2000:
        zone = VN2000 if crs.is_geographic else _zone_by_parameters(crs)
        official = of_epsg(zone) if zone is not None and zone != epsg else None
        if official is not None:
            return official
    return Reference(crs, epsg, crs.name, vn2000, _is_plane(crs), None if vn2000 else _like(crs, epsg))


def _shift(crs: pyproj.CRS) -> float | None:
    operation: Any = crs.coordinate_operation
    return round(operation.towgs84[0], 3) if crs.is_bound and operation is not None else None


def _is_hn72(crs: pyproj.CRS) -> bool:
    geodetic = crs.geodetic_crs
    return geodetic is not None and (
        geodetic.to_epsg() == _HN72 or fold(geodetic.name).startswith(("hanoi 1972", "gcs_hanoi_1972"))
    )


def _is_wgs84(crs: pyproj.CRS) -> bool:
    geodetic = crs.geodetic_crs
    return geodetic is not None and (
        geodetic.to_epsg() == WGS84 or fold(geodetic.name).startswith(("wgs 84", "wgs84", "wgs_1984", "gcs_wgs_1984"))
    )


def _named_vn2000(crs: pyproj.CRS) -> bool:
    geodetic = crs.geodetic_crs
    names = [crs.name, geodetic.name if geodetic else "", crs.datum.name if crs.datum else ""]
    folded = [fold(name).replace("_", "").replace("-", "").replace(" ", "") for name in names]
    return any("vn2000" in name or "vietnam2000" in name for name in folded)


def _parameters(crs: pyproj.CRS) -> dict[str, float]:
    operation: Any = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return {}
    return {parameter.name: parameter.value for parameter in operation.params}


def _is_plane(crs: pyproj.CRS) -> bool:
    return crs.is_projected and bool(_parameters(crs))


def _zone_by_parameters(crs: pyproj.CRS) -> int | None:
    found = _parameters(crs)
    if found.get("False easting") != _FALSE_EASTING or found.get("False northing", 0.0) != 0.0:
        return None
    return zone_of(found.get("Longitude of natural origin", 0.0), found.get("Scale factor at natural origin", 0.0))


def _like(crs: pyproj.CRS, epsg: int | None) -> int | None:
    """A 3° zone of VN-2000 named with another datum: no other grid of this country has its scale of 0.9999."""
    zone = _zone_by_parameters(crs) if crs.is_projected and epsg is None else None
    return zone if zone is not None and ZONES[zone].scale == 0.9999 else None


def can_project(reference: Reference) -> bool:
    """Whether this machine has what it takes to bring it to WGS84."""
    try:
        reference.to_wgs84([(_FALSE_EASTING, 2_300_000.0) if reference.projected else (106.0, 20.6)])
    except (ProjError, CRSError):
        return False
    return True
