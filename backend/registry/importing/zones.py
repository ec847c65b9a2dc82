"""The zones of VN-2000 (EPSG registry), and what a table says about its own."""

import re
from collections.abc import Iterator

from backend.registry.importing.headers import fold
from shared.geo.vn2000 import ZONES, Zone

VN2000 = 4756
WGS84 = 4326

# What a northing and an easting of Vietnam can be, in metres: 7° to 24° N, and up to 4° from a meridian.
NORTHINGS = (600_000.0, 2_700_000.0)
EASTINGS = (50_000.0, 949_000.0)
_LATITUDES = (6.0, 24.0)
_LONGITUDES = (101.5, 119.0)


# What stands before the easting where a zone is written with it.
PREFIXES = {5896: "481", 5897: "482", 5898: "491", 3405: "48", 3406: "49"}
# Zones 18 and 19 are those of HN-72, the datum before VN-2000: no parameters of it are official.
HN72_PREFIXES = ("18", "19")

_MERIDIAN = re.compile(
    r"(?:kinh tuyen(?: truc| trung uong)?|\bktt|\bkttw|central meridian)\W{0,4}"
    r"(1\d\d)(?:\s*(?:[°º˚*]|do\b|d(?=\d)|o(?![a-z])|0(?=\s*\d\d?\s*['′’]))\s*(?:(\d{1,2})\s*(?:['′’]|phut)?)?|[.,](\d{1,4}))?"
)
_BELT = re.compile(r"mui(?: chieu)?\W{0,4}([36])\b|zone width\W{0,4}([36])\b")
_EPSG = re.compile(r"epsg\W{0,3}(\d{4,5})")


def meridian_words(zone: Zone) -> str:
    """105.5 → "105°30′" """
    degrees, part = divmod(round(zone.central_meridian_deg * 60), 60)
    return f"{degrees}°{part:02d}′"


def zone_of(meridian: float, scale: float) -> int | None:
    for epsg, zone in ZONES.items():
        if abs(zone.central_meridian_deg - meridian) < 1e-6 and abs(zone.scale - scale) < 1e-7:
            return epsg
    return None


def zone_stated(text: str) -> int | None:
    """The zone a title or a header states ("kinh tuyến trục 105°30', múi chiếu 3°", "EPSG:9209"), else None."""
    folded = fold(text)
    if match := _EPSG.search(folded):
        return int(match[1])
    match = _MERIDIAN.search(folded)
    if match is None:
        return None
    meridian = int(match[1]) + (int(match[2]) / 60 if match[2] else float(f"0.{match[3]}") if match[3] else 0.0)
    belt = _BELT.search(folded)
    six = belt is not None and "6" in belt.groups()
    return zone_of(meridian, 0.9996 if six else 0.9999)


def prefix_stripped(easting: float) -> tuple[float, str]:
    """An easting with its zone written before it, as (easting, prefix); prefix "" when there is none."""
    digits = f"{int(abs(easting))}"
    for prefix in ("481", "482", "491", "48", "49", *HN72_PREFIXES):
        if len(digits) == len(prefix) + 6 and digits.startswith(prefix):
            return easting - int(prefix) * 1_000_000, prefix
    return easting, ""


def of_prefix(prefix: str) -> int | None:
    return next((epsg for epsg, written in PREFIXES.items() if written == prefix), None)


def candidates(easting: float) -> Iterator[tuple[int, str]]:
    """(EPSG, meridian) of the zones in which such an easting lies in Vietnam, the nearest to its own meridian first.
    One degree of longitude there is 102 to 111 km."""
    degrees = (easting - 500_000) / 106_000
    for epsg, zone in sorted(ZONES.items(), key=lambda item: (item[1].scale != 0.9999, item[1].central_meridian_deg)):
        if _LONGITUDES[0] <= zone.central_meridian_deg + degrees <= _LONGITUDES[1] and abs(degrees) < (
            2.2 if zone.scale == 0.9999 else 4
        ):
            yield epsg, meridian_words(zone)


def plausible(northing: float, easting: float) -> bool:
    return NORTHINGS[0] <= northing <= NORTHINGS[1] and EASTINGS[0] <= easting <= EASTINGS[1]


def plausible_degrees(lat: float, lon: float) -> bool:
    return _LATITUDES[0] <= lat <= _LATITUDES[1] and _LONGITUDES[0] <= lon <= _LONGITUDES[1]


def suspect_axes(pairs: list[tuple[float, float]], *, degrees: bool) -> str:
    """Of (northing, easting) or (lat, lon): "" as it should be, "swapped" when every pair only fits the other way
    round, "neither" when some fit no way."""
    fits = plausible_degrees if degrees else plausible
    if all(fits(first, second) for first, second in pairs):
        return ""
    return "swapped" if all(fits(second, first) for first, second in pairs) else "neither"
