"""VN-2000 plane coordinates ⇄ WGS84, for every projected system of EPSG on that datum.

In Vietnamese papers x is the NORTHING and y the EASTING; most software says it the other way round. So nothing here is
called x or y, and numbers of the plane are passed by name only.

Heights: tables of corners have none. `height_m` is in both directions metres above the VN-2000 ellipsoid, 0 unless
given, so that there and back is the same place. A thousand metres of height move the place by 3 to 4 cm. (PROJ's
two-dimensional inverse takes the 0 to be above WGS84: up to 1.5 mm from here.)
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from shared.geo.zones import PROVINCE_ZONES, ZONES, Zone, suggested_zone, zone

__all__ = [
    "DATUM",
    "PROVINCE_ZONES",
    "ZONES",
    "Grid",
    "Helmert",
    "LatLon",
    "Zone",
    "from_wgs84",
    "reaches",
    "project",
    "suggested_zone",
    "to_wgs84",
    "unproject",
    "zone",
]

# WGS 84, which is VN-2000's ellipsoid too (EPSG:7030).
A = 6_378_137.0
F = 1 / 298.257223563
E2 = F * (2 - F)
E = math.sqrt(E2)
FALSE_EASTING_M = 500_000.0
# Farther from the meridian than this the series loses its accuracy of nanometres (Karney 2011: 3,900 km), and no
# coordinate of Vietnam lies there: a zone number was left in front of the easting, or the zone is another.
MOST_FROM_MERIDIAN_DEG = 30.0
MOST_FROM_MERIDIAN_M = 3_400_000.0
MOST_NORTHING_M = 10_002_000.0  # the pole


class LatLon(NamedTuple):
    """Degrees."""

    lat: float
    lon: float


class Grid(NamedTuple):
    """Metres of a zone's plane. `northing_m` is x in Vietnamese papers, `easting_m` is y."""

    northing_m: float
    easting_m: float


@dataclass(frozen=True, slots=True)
class Helmert:
    """Seven parameters between geocentric coordinates, coordinate frame rotation (EPSG method 9607: the frame turns).

    Metres, arc seconds, parts per million. Copied into a formula or a `+towgs84` that lets the position vector turn
    instead, the signs of the rotations have to change; unchanged, places are 0.5 m (Cà Mau) to 0.8 m (Hà Giang) off.
    """

    tx_m: float
    ty_m: float
    tz_m: float
    rx_arcsec: float
    ry_arcsec: float
    rz_arcsec: float
    ds_ppm: float

    def _turns(self) -> tuple[float, float, float, float]:
        second = math.pi / 648_000
        return self.rx_arcsec * second, self.ry_arcsec * second, self.rz_arcsec * second, 1 + self.ds_ppm * 1e-6

    def there(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        rx, ry, rz, m = self._turns()
        return (
            m * (x + rz * y - ry * z) + self.tx_m,
            m * (-rz * x + y + rx * z) + self.ty_m,
            m * (ry * x - rx * y + z) + self.tz_m,
        )

    def back(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """By the transposed matrix, as PROJ does: with turns of 1e-7 that is the inverse to 1e-7 m."""
        rx, ry, rz, m = self._turns()
        x, y, z = (x - self.tx_m) / m, (y - self.ty_m) / m, (z - self.tz_m) / m
        return x - rz * y + ry * z, rz * x + y - rx * z, -ry * x + rx * y + z


# EPSG:6960 "VN-2000 to WGS 84 (2)", accuracy 1 m.
DATUM = Helmert(-191.90441429, -39.30318279, -111.45032835, -0.00928836, 0.01975479, -0.00427372, 0.252906278)

# Krüger's series in the third flattening n to the sixth order: Karney, "Transverse Mercator with an accuracy of a few
# nanometers", J. Geodesy 85 (2011), equations 14, 35 and 36. Row j: coefficients of n^j, n^(j+1), …
_N = F / (2 - F)
_RECTIFYING_RADIUS = A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)
_ALPHA_ROWS = (
    (1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
    (13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
    (61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
    (49561 / 161280, -179 / 168, 6601661 / 7257600),
    (34729 / 80640, -3418889 / 1995840),
    (212378941 / 319334400,),
)
_BETA_ROWS = (
    (1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800),
    (1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720),
    (17 / 480, -37 / 840, -209 / 4480, 5569 / 90720),
    (4397 / 161280, -11 / 504, -830251 / 7257600),
    (4583 / 161280, -108847 / 3991680),
    (20648693 / 638668800,),
)


def _coefficients(rows: tuple[tuple[float, ...], ...]) -> tuple[tuple[int, float], ...]:
    """(2j, coefficient) for j = 1 … 6."""
    return tuple((2 * j, sum(c * _N ** (j + i) for i, c in enumerate(row))) for j, row in enumerate(rows, start=1))


_ALPHA = _coefficients(_ALPHA_ROWS)
_BETA = _coefficients(_BETA_ROWS)


def to_wgs84(epsg: int, *, northing_m: float, easting_m: float, height_m: float = 0.0) -> LatLon:
    """WGS84 degrees of a place given in a VN-2000 zone (EPSG:6960, 1 m class).

    `northing_m`: x of Vietnamese papers; `easting_m`: y. ValueError as `unproject`, and for a height that is no number.
    """
    _finite(height_m=height_m)
    there = unproject(epsg, northing_m=northing_m, easting_m=easting_m)
    lat, lon, _ = _geodetic(*DATUM.there(*_geocentric(there.lat, there.lon, height_m)))
    return LatLon(lat, lon)


def reaches(epsg: int, *, lon: float) -> bool:
    """Whether that zone's plane has anything to say of a place at `lon` (degrees, WGS84)."""
    return abs(math.remainder(lon - zone(epsg).central_meridian_deg, 360)) <= MOST_FROM_MERIDIAN_DEG


def from_wgs84(epsg: int, *, lat: float, lon: float, height_m: float = 0.0) -> Grid:
    """Plane coordinates in a VN-2000 zone of a WGS84 place (EPSG:6960, 1 m class), the inverse of `to_wgs84`.

    `height_m` is the height above the VN-2000 ellipsoid, as there; the one above WGS84 (up to 40 m off) is found on the
    way. ValueError as `project`.
    """
    _degrees(lat, lon)
    _finite(height_m=height_m)
    above_wgs84 = height_m
    for _ in range(3):  # the second round already changes nothing above a micrometre
        there = _geodetic(*DATUM.back(*_geocentric(lat, lon, above_wgs84)))
        above_wgs84 += height_m - there[2]
    return project(epsg, lat=there[0], lon=there[1])


def project(epsg: int, *, lat: float, lon: float) -> Grid:
    """Plane coordinates of VN-2000 degrees, without a change of datum.

    ValueError for an unknown zone, numbers that are none, and places more than 30° from the zone's meridian.
    """
    where = zone(epsg)
    _degrees(lat, lon)
    east_deg = math.remainder(lon - where.central_meridian_deg, 360)
    if abs(east_deg) > MOST_FROM_MERIDIAN_DEG:
        raise ValueError(f"{lat}, {lon} lies {east_deg:.1f}° from the meridian of {where.name}")
    east = math.radians(east_deg)
    tau = _conformal(math.tan(math.radians(lat)))
    xi = math.atan2(tau, math.cos(east))
    eta = math.asinh(math.sin(east) / math.hypot(tau, math.cos(east)))
    up, right = xi, eta
    for twice, alpha in _ALPHA:
        up += alpha * math.sin(twice * xi) * math.cosh(twice * eta)
        right += alpha * math.cos(twice * xi) * math.sinh(twice * eta)
    radius = where.scale * _RECTIFYING_RADIUS
    return Grid(radius * up, FALSE_EASTING_M + radius * right)


def unproject(epsg: int, *, northing_m: float, easting_m: float) -> LatLon:
    """VN-2000 degrees of plane coordinates, without a change of datum.

    ValueError for an unknown zone, numbers that are none, and numbers so large that they cannot be of this zone (a zone
    number may stand before the easting).
    """
    where = zone(epsg)
    _finite(northing_m=northing_m, easting_m=easting_m)
    if abs(northing_m) > MOST_NORTHING_M or abs(easting_m - FALSE_EASTING_M) > MOST_FROM_MERIDIAN_M:
        raise ValueError(f"northing {northing_m} m, easting {easting_m} m is no place of {where.name}")
    radius = where.scale * _RECTIFYING_RADIUS
    up, right = northing_m / radius, (easting_m - FALSE_EASTING_M) / radius
    xi, eta = up, right
    for twice, beta in _BETA:
        xi -= beta * math.sin(twice * up) * math.cosh(twice * right)
        eta -= beta * math.cos(twice * up) * math.sinh(twice * right)
    tau = math.sin(xi) / math.hypot(math.sinh(eta), math.cos(xi))
    east = math.degrees(math.atan2(math.sinh(eta), math.cos(xi)))
    return LatLon(math.degrees(math.atan(_geographic(tau))), where.central_meridian_deg + east)


def _conformal(tau: float) -> float:
    """tan of the conformal latitude from tan of the geographic one (Karney 2011, equations 7 to 9)."""
    root = math.hypot(1.0, tau)
    sigma = math.sinh(E * math.atanh(E * tau / root))
    return tau * math.hypot(1.0, sigma) - sigma * root


def _geographic(wanted: float) -> float:
    """The inverse of `_conformal`, by Newton's method (Karney 2011, equations 19 to 21); two rounds give all digits."""
    tau = wanted
    for _ in range(3):
        got = _conformal(tau)
        slope = (1 + (1 - E2) * tau * tau) / ((1 - E2) * math.hypot(1.0, got) * math.hypot(1.0, tau))
        tau += (wanted - got) * slope
    return tau


def _geocentric(lat: float, lon: float, height_m: float) -> tuple[float, float, float]:
    """Metres from the Earth's centre (EPSG method 9602)."""
    phi, lam = math.radians(lat), math.radians(lon)
    nu = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    from_axis = (nu + height_m) * math.cos(phi)
    return from_axis * math.cos(lam), from_axis * math.sin(lam), (nu * (1 - E2) + height_m) * math.sin(phi)


def _geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """(lat, lon, height) from the Earth's centre: Bowring's formula (1976), applied twice."""
    from_axis = math.hypot(x, y)
    beta = math.atan2(z, from_axis * (1 - F))
    for _ in range(2):
        phi = math.atan2(
            z + E2 / (1 - E2) * A * (1 - F) * math.sin(beta) ** 3, from_axis - E2 * A * math.cos(beta) ** 3
        )
        beta = math.atan2((1 - F) * math.sin(phi), math.cos(phi))
    height = from_axis * math.cos(phi) + z * math.sin(phi) - A * math.sqrt(1 - E2 * math.sin(phi) ** 2)
    return math.degrees(phi), math.degrees(math.atan2(y, x)), height


def _finite(**numbers: float) -> None:
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise ValueError(f"{name} is {number}, not a number of metres or degrees")


def _degrees(lat: float, lon: float) -> None:
    _finite(lat=lat, lon=lon)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} lies outside the Earth's degrees: latitude comes first")
