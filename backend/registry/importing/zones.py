"""The zones of VN-2000 (EPSG registry), and what a table says about its own."""

import re
from collections.abc import Iterator

from backend.registry.importing.headers import fold
from shared.geo.vn2000 import ZONES, Zone

VN2000 = 4756
WGS84 = 4326

# What a northing and an easting of Vietnam can be, in metres: 7° to 24° N, and up to 4° from a meridian.
NORTHINGS = (770_000.0, 2_700_000.0)
EASTINGS = (50_000.0, 949_000.0)
_LATITUDES = (6.0, 24.0)
_LONGITUDES = (101.5, 119.0)


# What stands before the easting where a zone is written with it.
PREFIXES = {5896: "481", 5897: "482", 5898: "491", 3405: "48", 3406: "49"}
# Zones 18 and 19 are those of HN-72, the datum before VN-2000: no parameters of it are official.
HN72_PREFIXES = ("18", "19")

_NAMED = re.compile(r"(?:kinh tuyen(?: truc| trung uong)?|\bktt[uw]?|\bl0|central meridian)\W{0,4}(1\d\d)")
# What may follow the degrees. A sign typed as a raised or plain 0 ("105⁰30'", "10500'") is one only before minutes.
_DEGREE = r"(?:[°º˚*⁰]|do\b|d(?=\d)|o(?![a-z]))"
_MINUTES = re.compile(rf"\s*(?:{_DEGREE}|0(?=\s*\d\d?\s*['′’]))\s*(\d{{1,2}})(?!\d)(?!\s*do\b)")
_BARE_MINUTES = re.compile(r"\s*(\d\d)\s*['′’]")
_DECIMALS = re.compile(r"[.,](\d{1,4})(?!\d)")
_WHOLE = re.compile(rf"\s*(?:{_DEGREE}(?!\s*[.,]?\d)|(?!{_DEGREE}|\s*[.,]?\d))")
_SYSTEM = re.compile(r"\btm\W?3\W+(1\d\d)\W(\d\d)(?!\d)")
_BELT = re.compile(r"(?:mui(?: chieu)?|zone width)\W{0,4}([36])(?:[°º˚*⁰0]|\s*do\b)?(?![\d.,])")
_BELT_NAMED = re.compile(r"mui chieu|zone width")
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
    """The zone a title or a header states ("kinh tuyến trục 105°30', múi chiếu 3°", "EPSG:9209"), else None: also where
    something follows that was not read, for half a degree is 52 km."""
    folded = fold(text)
    if match := _EPSG.search(folded):
        return int(match[1])
    meridian, belt = _meridian(folded), _BELT.search(folded)
    if meridian is None or (belt is None and _BELT_NAMED.search(folded)):
        return None
    return zone_of(meridian, 0.9996 if belt is not None and belt[1] == "6" else 0.9999)


def _meridian(folded: str) -> float | None:
    """Degrees; None when none is named, or not so that it can be read in one way only."""
    if match := _SYSTEM.search(folded):
        return int(match[1]) + int(match[2]) / 60
    named = _NAMED.search(folded)
    if named is None:
        return None
    degrees, rest = int(named[1]), folded[named.end() :]
    if match := _MINUTES.match(rest) or _BARE_MINUTES.match(rest):
        return degrees + int(match[1]) / 60
    if match := _DECIMALS.match(rest):
        return degrees + float(f"0.{match[1]}")
    return float(degrees) if _WHOLE.match(rest) else None


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
